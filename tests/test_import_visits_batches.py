"""Visits taken in by the hundred are decided as if they had come one by one."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.arriving import MANY, take_visits
from bot.bootstrap import build_firm
from bot.config import load_config
from bot.firm import Firm
from bot.privacy.erasing import erase_person
from bot.privacy.finding import Elsewhere
from bot.taking import Taken, take_visit
from storage.memory import MemoryStore
from storage.transaction import Transaction
from surveys.visits import Visit

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
FIRM = build_firm(
    load_config(
        None,
        {
            "ASKWHY_ASKING__SAMPLE": "0.8",
            "ASKWHY_ASKING__RULES": '[{"when": {"touchpoint": "delivery"}, "delay": "2 hours", "min_gap": "1 day"}]',
        },
    )
)
Take = Callable[[Transaction, Firm, list[Visit], datetime], list[Taken]]

visits = st.builds(
    Visit,
    visit_id=st.sampled_from([f"v-{n}" for n in range(16)]),
    customer_id=st.sampled_from([f"c-{n}" for n in range(6)]),
    occurred_at=st.integers(0, 200).map(lambda hours: NOW - timedelta(hours=hours)),
    name=st.sampled_from([None, "Õnne", "Liis"]),
    phone=st.sampled_from([None, *(f"+3725555010{n}" for n in range(5)), "+3726123456"]),
    touchpoint=st.sampled_from([None, "delivery"]),
    language=st.sampled_from([None, "ru"]),
    timezone=st.sampled_from([None, "Asia/Kathmandu"]),
    branch=st.none(),
    employee=st.sampled_from([None, "Mari"]),
    product=st.none(),
    amount=st.sampled_from([None, Decimal("12.50")]),
    resolved=st.sampled_from([None, False, True]),
    extra=st.sampled_from([{}, {"quiet_hours": "10:00-12:00"}]),
)


def one_by_one(tx: Transaction, firm: Firm, visits: list[Visit], now: datetime) -> list[Taken]:
    return [take_visit(tx, firm, visit, now) for visit in visits]


async def outcome(
    take: Take, batches: list[list[Visit]], stopped: str | None, erased: str | None
) -> tuple[list[Taken], list[Any]]:
    """Take visits in; return what became of each, and all that is stored, without numbers of persons."""
    store = MemoryStore(secret=bytes(32))
    await store.open()

    def prepare(tx: Transaction) -> None:
        if stopped:
            tx.people.opt_out(tx.people.resolve(None, {"sms": stopped}), NOW, "stop")
        take_visit(tx, FIRM, Visit("known", "c-0", NOW - timedelta(days=2), phone="+37255550100"), NOW)
        tx.visits.set_asked("known", "sms", NOW - timedelta(days=1))
        if erased:
            person = tx.people.resolve(erased, {})
            take_visit(tx, FIRM, Visit("gone", erased, NOW), NOW)
            erase_person(tx, FIRM, person, Elsewhere(), NOW)

    await store.write(prepare)
    taken: list[Taken] = []
    for number, batch in enumerate(batches):
        now = NOW + timedelta(minutes=number)
        taken += await store.write(lambda tx: take(tx, FIRM, batch, now))  # noqa: B023 -- awaited here
    stored = await store.write(_stored)
    await store.close()
    return taken, stored


def _stored(tx: Transaction) -> list[Any]:
    rows = tx.db._connection.execute("SELECT * FROM visits ORDER BY visit_id").fetchall()
    found = []
    for row in rows:
        person = row["person_id"]
        customers = tx.db._connection.execute(
            "SELECT customer_id, name, timezone, quiet FROM customers WHERE person_id = ? ORDER BY 1",
            (person,),
        ).fetchall()
        addresses = [(one.channel, one.address) for one in tx.people.addresses(person)]
        plain = {key: row[key] for key in row.keys() if key != "person_id"}  # noqa: SIM118 -- a row is no mapping
        stopped = tx.people.lock(person).opted_out_at
        story = [(at, event, dict(detail)) for at, event, detail in tx.visits.story(row["visit_id"])]
        found.append((plain, [tuple(one) for one in customers], addresses, stopped, story))
    return found


@settings(deadline=None)
@given(
    st.lists(st.lists(visits, min_size=MANY, max_size=16), max_size=3),
    st.sampled_from([None, "+37255550101", "+37255550102"]),
    st.sampled_from([None, "c-3"]),
)
def test_many_at_once_are_decided_as_one_by_one(
    batches: list[list[Visit]], stopped: str | None, erased: str | None
) -> None:
    slowly = asyncio.run(outcome(one_by_one, batches, stopped, erased))
    at_once = asyncio.run(outcome(take_visits, batches, stopped, erased))
    assert at_once == slowly
