"""The reports read the same from every kind of store."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import exporting
from bot.reports.asking import further_columns, read_words
from bot.reports.drivers import drivers_report
from bot.reports.score import score_json, score_report
from bot.reports.staffing import team_report
from bot.reports.trend import trend_report
from bot.reports.visits import Surroundings, all_measures
from bot.reports.whys import why_report
from bot.staff.commands.status import waiting_minutes
from bot.staff.detractors import send_alerts
from storage import make_store
from storage.base import Store
from storage.moments import micros
from storage.tables.visits import Plan
from storage.transaction import Transaction
from surveys.measures.settings import MeasureSettings
from surveys.visits import Visit
from tests.staff_world import FIRM, NOW, ZONE, ask_many, give, give_many

QUERIES = ("all_senders", "quarantined", "metric_values", "visits_by_state")


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    url = {"memory": "memory:", "sqlite": f"sqlite:///{tmp_path / 'askwhy.db'}"}.get(request.param)
    opened = make_store(url or request.getfixturevalue("postgres_url"))
    await opened.open()
    yield opened
    await opened.close()


def filled(tx: Transaction) -> None:
    tx.people.resolve("c-1", {})
    give_many(tx, 20, 10, 5, branch="Tartu", employee="Mari", colour="red")
    give_many(tx, 5, 10, 20, branch="Narva", employee="Olga", at=NOW - timedelta(days=40))
    for number in range(8):
        give(tx, 2, why=f"slow and dear {number}", branch="Tartu", name="Liis Lepp", visit_id=f"v-{number}")
    give(tx, 4, survey="csi", more={"quality": 4, "speed": 2})
    ask_many(tx, 100, branch="Tartu")
    visit = Visit(
        "v-1", "c-1", NOW - timedelta(days=3), branch="Tartu", product="oil", extra={"colour": "=red"}
    )
    tx.visits.add(visit, 1, NOW, 1, Plan("planned", "nps", "sms", NOW))
    tx.visits.set_asked("v-1", "sms", NOW - timedelta(days=2))
    tx.staff.put_metric("price_level", "2026-10", "", "", 97.5)


async def test_every_report_works_on_every_store(store: Store) -> None:
    await store.write(filled)
    told = {}
    for words in (
        "by branch",
        "by colour",
        "branch=Tartu employee=Mari",
        "12w by month",
        "month=2026-11",
        "csi",
    ):
        request = await read_words(store, FIRM, words.split(), NOW)
        told[words] = score_json(await score_report(store, FIRM, request, NOW, branches=("Tartu", "Narva")))
    assert told["by branch"]["n"] == 43
    assert told["by branch"]["asked"] == 100
    assert told["by colour"]["groups"][0]["key"] == "red"
    assert told["branch=Tartu employee=Mari"]["n"] == 35
    assert [group["key"] for group in told["12w by month"]["groups"]] == ["2026-10", "2026-11"]
    assert told["month=2026-11"]["n"] == 43

    request = await read_words(store, FIRM, ["12w"], NOW)
    assert len((await trend_report(store, FIRM, request, NOW)).steps) == 6
    assert [member.name for member in (await team_report(store, FIRM, request)).members] == ["Mari", "Olga"]
    whys = await why_report(store, FIRM, request, "detractor", {}, branches=("Tartu",))
    assert whys.findings.n == 8
    drivers = await drivers_report(store, FIRM, await read_words(store, FIRM, ["csi"], NOW))
    assert drivers is not None
    assert {driver.n for driver in drivers.drivers} == {0, 1}
    measured = await all_measures(Surroundings(store, FIRM, MeasureSettings(), request.period, ()))
    assert {one.id: one.n for one in measured}["nps"] == 78
    assert await further_columns(store) == ("colour",)


async def test_every_other_query_of_staff_works_on_every_store(store: Store) -> None:
    await store.write(filled)
    for name in QUERIES:
        await store.read.rows(name)
    since = micros(NOW - timedelta(days=9))
    assert await store.read.rows("recent_visits_by_state", since=since) == [{"state": "asking", "n": 1}]
    for box in ("inbox", "outbox"):
        assert await store.read.recent(box, NOW) == []
    assert await store.read.surveys_answered() == ["csi", "nps"]
    assert await waiting_minutes(store, NOW + timedelta(hours=1)) == {}
    assert await send_alerts(store, FIRM, NOW - timedelta(days=2)) == 0
    assert await send_alerts(store, FIRM, NOW - timedelta(days=1) + timedelta(seconds=20)) == 8


async def test_exports_and_the_view_are_alike_on_every_store(store: Store) -> None:
    await store.write(filled)
    columns = await exporting.answer_columns(store)
    assert list(columns)[-1] == "colour"
    records = [record async for record in exporting.answers(store, ZONE)]
    assert len(records) == 79
    assert records[0]["answered_at"] == (NOW - timedelta(days=1)).astimezone(ZONE)
    assert [record["visit_id"] async for record in exporting.visits(store, ZONE)] == ["v-1"]
    view = "SELECT * FROM answers_flat"
    rows = await store.write(lambda tx: [dict(row) for row in tx.db._connection.execute(view).fetchall()])
    assert len(rows) == 79 + 8 + 2
    assert {str(row["answered_on"]) for row in rows} == {"2026-10-13", "2026-11-21"}
    assert {row["question"] for row in rows} == {"recommend", "why", "overall", "quality", "speed"}
