"""`askwhy forecast`: what would happen, told from the real rules, without anything happening."""

import asyncio
import json
import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.bootstrap import build_app, build_firm
from bot.channels.console import ConsoleChannel
from bot.clock import VirtualClock
from bot.commands.context import Context
from bot.commands.forecast import grouped
from bot.commands.outcome import finish
from bot.config import load_config
from bot.forecasting import Trial
from bot.taking import take_visit
from storage import make_store
from storage.memory import MemoryStore
from storage.transaction import Transaction
from surveys.visits import Visit

HEADER = "visit_id,customer_id,occurred_at,phone,branch\n"
MONDAY = datetime(2024, 3, 4, 12, tzinfo=UTC)

Try = Callable[..., dict[str, Any]]


@pytest.fixture
def try_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Try:
    def try_out(rows: str, config: str = "", code: int = 0) -> dict[str, Any]:
        (tmp_path / "config.toml").write_text(config, encoding="utf-8")
        path = tmp_path / "visits.csv"
        path.write_text(HEADER + rows, encoding="utf-8")
        context = Context({}, tmp_path / "config.toml", json=True)
        assert finish(context, "forecast", {"file": path}) == code
        answer: dict[str, Any] = json.loads(capsys.readouterr().out)
        return answer

    return try_out


def in_store(folder: Path, work: Callable[[Transaction], object]) -> None:
    async def write() -> None:
        store = make_store(f"sqlite:///{folder / 'askwhy.db'}")
        await store.open()
        await store.write(work)
        await store.close()

    asyncio.run(write())


def content(folder: Path) -> list[str]:
    connection = sqlite3.connect(folder / "askwhy.db")
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def test_a_past_file_is_decided_as_at_its_own_time(try_out: Try, tmp_path: Path) -> None:
    told = try_out("v-1,c-1,2024-03-04T12:00,+37255550101,Tartu\nv-2,c-2,2024-03-04T13:00,,Tartu\n")
    assert told["would_ask"] == 1
    assert told["not_asked"] == {"no_address": 1}
    assert told["by_day"] == {"2024-03-05": 1}
    assert not (tmp_path / "askwhy.db").exists(), "a forecast makes no store"


def test_answers_are_expected_at_the_usual_rate_where_nothing_is_known(try_out: Try) -> None:
    rows = "".join(f"v-{n},c-{n},2024-03-04T12:00,+3725555{n:04},\n" for n in range(40))
    told = try_out(rows)
    assert told["expected_answers"] == 6.0
    assert 50 < told["expected_margin"] < 60


def test_a_visit_that_would_be_asked_counts_against_the_next_one(try_out: Try) -> None:
    told = try_out(
        "v-1,c-1,2024-03-04T12:00,+37255550101,\n"
        "v-2,c-2,2024-03-04T15:00,+372 5555 0101,\n"  # the same person before anything was asked: the newest wins
        "v-3,c-1,2024-03-20T12:00,,\n"
    )
    assert told["visits"] == 3
    assert told["would_ask"] == 1
    assert told["not_asked"] == {"another_visit": 1, "cap": 1}


def test_what_the_store_knows_counts(try_out: Try, tmp_path: Path) -> None:
    firm = build_firm(load_config(None, {}))
    asked_at = MONDAY - timedelta(days=10)

    def work(tx: Transaction) -> None:
        for number in (1, 2):
            visit = Visit(f"old-{number}", f"c-{number}", asked_at, phone=f"+3725555010{number}")
            take_visit(tx, firm, visit, asked_at)
        tx.visits.set_asked("old-1", "sms", asked_at)
        tx.visits.set_state("old-1", "expired")
        tx.people.opt_out(tx.people.resolve("c-2", {}), asked_at, "stop")

    in_store(tmp_path, work)
    before = content(tmp_path)
    told = try_out(
        "v-1,c-1,2024-03-04T12:00,,\nv-2,c-2,2024-03-04T12:00,,\nv-3,c-3,2024-03-04T12:00,+37255550103,\n"
    )
    assert (told["would_ask"], told["not_asked"]) == (1, {"cap": 1, "opted_out": 1})
    assert content(tmp_path) == before, "a forecast writes nothing"


def test_visits_that_are_in_the_store_already_are_told_once(try_out: Try, tmp_path: Path) -> None:
    firm = build_firm(load_config(None, {}))

    def work(tx: Transaction) -> None:
        for number in (1, 2):
            take_visit(
                tx, firm, Visit(f"v-{number}", f"c-{number}", MONDAY, phone=f"+3725555010{number}"), MONDAY
            )
        tx.visits.set_asked("v-1", "sms", MONDAY + timedelta(days=1))
        tx.visits.set_state("v-1", "expired")

    in_store(tmp_path, work)
    told = try_out(
        f"v-1,c-1,{MONDAY.isoformat()},+37255550101,\nv-2,c-2,{MONDAY.isoformat()},+37255550102,\n"
    )
    assert (told["visits"], told["would_ask"], told["not_asked"]) == (2, 1, {"cap": 1})


def test_segments_and_their_price_are_those_of_the_questions(try_out: Try) -> None:
    config = '[sms]\naccount_sid = "AC1"\nfrom_number = "+37255550100"\nprice_per_segment = 0.05\n'
    told = try_out("v-1,c-1,2024-03-04T12:00,+37255550101,\nv-2,c-2,2024-03-04T12:00,+37255550102,\n", config)
    assert told["sms_segments"] >= 2
    assert told["sms_cost"] == round(0.05 * told["sms_segments"], 4)


def test_a_daily_limit_of_segments_moves_questions_to_other_days(try_out: Try) -> None:
    rows = "".join(f"v-{n},c-{n},2024-03-04T12:0{n},+3725555010{n},\n" for n in range(3))
    one = try_out(rows)["sms_segments"] // 3
    told = try_out(rows, f"[limits]\nsms_segments_per_day = {one}\n")
    assert told["visits"] == told["would_ask"] + sum(told["not_asked"].values())
    assert max(told["by_day"].values()) == 1


def test_rows_that_cannot_be_used_are_told_and_not_counted(try_out: Try) -> None:
    told = try_out("v-1,c-1,2024-02-30T12:00,,\nv-2,c-2,2024-03-04T12:00,+37255550102,\n", code=3)
    assert told["visits"] == 1


def test_an_empty_file_is_no_visits(try_out: Try) -> None:
    told = try_out("")
    assert (told["visits"], told["would_ask"], told["expected_margin"]) == (0, 0, None)


def test_people_are_told_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "visits.csv"
    path.write_text(
        HEADER + "v-1,c-1,2024-03-04T12:00,+37255550101,\nv-2,c-2,2024-03-04T12:00,,\n", encoding="utf-8"
    )
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    assert finish(Context({}, tmp_path / "config.toml"), "forecast", {"file": path}) == 0
    told = capsys.readouterr().out
    for words in ("would be asked", "no phone and no chat", "Tue 05 Mar", "segments"):
        assert words in told


@pytest.mark.parametrize(
    ("days", "label", "bars"),
    [(1, "Wed 06 Mar", 2), (30, "Thu 04 Apr", 31), (60, "week of 29 Apr", 9), (400, "Apr 2025", 14)],
)
def test_there_are_never_more_bars_than_one_can_look_over(days: int, label: str, bars: int) -> None:
    first = date(2024, 3, 5)
    groups = grouped(Counter({first: 1, first + timedelta(days=days): 2}))
    assert list(groups)[-1] == label
    assert len(groups) == bars
    assert sum(groups.values()) == 3


def test_visits_of_a_whole_life_are_told_by_year() -> None:
    groups = grouped(Counter({date(1999, 11, 29): 1, date(2026, 3, 30): 1, date(2026, 11, 28): 9}))
    assert (groups["1999"], groups["2026"], len(groups)) == (1, 10, 28)


class SilentSms(ConsoleChannel):
    """An SMS gateway that takes everything; nobody answers."""

    name = "sms"


async def what_happens(visits: list[Visit], environ: dict[str, str]) -> tuple[Counter[str], Counter[str]]:
    """Run the service itself over the visits: each comes in when it took place, minutes go by."""
    clock = VirtualClock(MONDAY)
    days: Counter[str] = Counter()

    def sent(_message: object, _attempt: str) -> None:
        days[clock.now().astimezone(app.firm.zone).date().isoformat()] += 1

    channel = SilentSms(on_send=sent)
    app = build_app(
        load_config(None, environ), clock=clock, store=MemoryStore(), channels={"sms": channel}, paced=False
    )
    await app.open()
    waiting = sorted(visits, key=lambda visit: visit.occurred_at)
    while clock.now() < waiting[-1].occurred_at + timedelta(days=5):
        await app.pass_time()
        while waiting and waiting[0].occurred_at <= clock.now():
            await app.service.on_visits([waiting.pop(0)])
        if not waiting:
            break
        await clock.advance(clock.now() + timedelta(minutes=30))
    for _ in range(48 * 5):
        await clock.advance(clock.now() + timedelta(minutes=30))
        await app.pass_time()
    rows = await app.store.read.rows("visits_by_state")
    await app.close()
    return Counter({row["reason"]: row["n"] for row in rows if row["state"] == "suppressed"}), days


@pytest.mark.parametrize("seed", range(6))
async def test_the_forecast_is_what_then_happens(seed: int) -> None:
    dice = random.Random(seed)
    visits = [
        Visit(
            visit_id=f"v-{number}",
            customer_id=f"c-{dice.randrange(25)}",
            occurred_at=MONDAY + timedelta(minutes=30 * dice.randrange(48 * 10)),
            phone=f"+372555501{dice.randrange(30):02}" if dice.random() < 0.7 else None,
            branch=dice.choice(["Tartu", "Narva"]),
        )
        for number in range(60)
    ]
    environ = {
        "ASKWHY_ASKING__MIN_GAP": dice.choice(["0 days", "3 days", "90 days"]),
        "ASKWHY_ASKING__REMINDERS": "0",
        "ASKWHY_ASKING__SAMPLE": "0.8",
        "ASKWHY_ASKING__STALE_AFTER": "4 days",
    }
    reasons, days = await what_happens(visits, environ)
    trial = Trial(build_firm(load_config(None, environ)), visits)
    empty = MemoryStore()
    await empty.open()
    copy = await trial.copy(empty)
    await copy.write(lambda tx: trial.step(tx, 0, len(visits)))
    outcome = await copy.write(trial.finish)
    await copy.close()
    await empty.close()
    assert {day.isoformat(): n for day, n in outcome.by_day.items()} == dict(days)
    assert outcome.not_asked == reasons
