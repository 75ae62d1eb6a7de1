"""A pile that is due while nobody may be written to: put off together, and to the very moment that a look at each one gives."""

import itertools
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.bootstrap import build_firm
from bot.claims import claim, claim_one
from bot.config import load_config
from bot.firm import Firm
from bot.taking import take_visit
from storage import make_store
from storage.transaction import Transaction
from surveys.visits import Visit

MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NIGHT = MONDAY + timedelta(days=2, hours=13)  # three in the morning of Thursday in Tallinn
ZONES = ("Europe/Tallinn", "America/New_York", "Asia/Tokyo", "Asia/Kathmandu", None)


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    (tmp_path / "config.toml").write_text('[organisation]\nname = "Acme Auto"\n', encoding="utf-8")
    return build_firm(load_config(tmp_path / "config.toml", {}), channels=("sms",))


def visits(count: int) -> list[Visit]:
    """Customers of many clocks; some have quiet hours, some visits are too old by the next morning."""
    return [
        Visit(
            f"v-{number:03}",
            f"c-{number}",
            MONDAY - timedelta(hours=number % 3 * 9),
            phone=f"+3725555{number:04}",
            timezone=ZONES[number % len(ZONES)],
            extra={"quiet_hours": "09:00-11:30"} if number % 7 == 0 else {},
        )
        for number in range(count)
    ]


def take(firm: Firm, count: int, tx: Transaction) -> None:
    for visit in visits(count):
        take_visit(tx, firm, visit, MONDAY)
    tx.people.opt_out(tx.people.resolve("c-4", {}), MONDAY, "stop")


def one_by_one(firm: Firm, tx: Transaction) -> int:
    numbers = itertools.count()
    due = tx.visits.due("sms", NIGHT, 1000)
    return sum(claim_one(tx, firm, "sms", one, NIGHT, (f"a{next(numbers)}", "w")) is not None for one in due)


def together(firm: Firm, tx: Transaction) -> int:
    numbers, claimed = itertools.count(), 0
    for _ in range(100):
        batch = claim(tx, firm, "sms", "s", NIGHT, 1000, "w", lambda: f"a{next(numbers)}")
        claimed += len(batch.claimed)
        if not batch.more:
            break
    return claimed


async def test_a_pile_at_night_waits_for_the_same_moments_as_each_of_it_would(
    firm: Firm, tmp_path: Path
) -> None:
    told, claimed = [], []
    for name, way in (("each", one_by_one), ("all", together)):
        store = make_store(f"sqlite:///{tmp_path / name}.db")
        await store.open()
        await store.write(partial(take, firm, 60))
        claimed.append(await store.write(partial(way, firm)))
        rows = await store.write(lambda tx: tx.visits.among([visit.visit_id for visit in visits(60)]))
        told.append({row.visit.visit_id: (row.state, row.due_at) for row in rows})
        await store.close()
    each, every = told
    assert claimed[0] == claimed[1] > 0  # whose clock shows day
    planned = {visit_id for visit_id, (state, _) in each.items() if state == "planned"}
    assert len(planned) > 10
    assert {key: every[key] for key in planned} == {key: each[key] for key in planned}
    early = {key for key, (state, due) in every.items() if state == "planned" and due and due <= NIGHT}
    assert early == set()


async def test_who_stopped_meanwhile_is_not_asked_when_the_morning_comes(firm: Firm, shared_url: str) -> None:
    store = make_store(shared_url)
    await store.open()
    try:
        await store.write(partial(take, firm, 5))
        await store.write(partial(together, firm))
        morning = NIGHT + timedelta(hours=7, minutes=1)
        claims = await store.write(
            lambda tx: claim(tx, firm, "sms", "s", morning, 1000, "w", iter("abcdefgh").__next__)
        )
        assert "v-004" not in {one.row.visit_id for one in claims.claimed}
        row = await store.write(lambda tx: tx.visits.get("v-004"))
        assert row is not None
        assert (row.state, row.reason) == ("suppressed", "opted_out")
    finally:
        await store.close()
