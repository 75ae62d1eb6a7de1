"""The morning digest comes at the member's hour, nine without one, tells the period that ended, and stays away when there is nothing."""

from datetime import datetime, time, timedelta

import pytest

from bot.channels.base import Outgoing
from bot.staff.digests import next_digest, send_digests
from storage.rows import StaffRow
from storage.transaction import Transaction
from tests.staff_world import ADMIN_PHONE, FIRM, MANAGER, NOW, VIEWER, ZONE, World, give_many, world

NINE = datetime(2026, 11, 23, 9, tzinfo=ZONE)  # a Monday


@pytest.mark.parametrize(
    ("rhythm", "now", "expected"),
    [
        ("daily", "2026-11-22T08:59", "2026-11-22"),
        ("daily", "2026-11-22T09:00", "2026-11-23"),
        ("weekly", "2026-11-22T12:00", "2026-11-23"),
        ("weekly", "2026-11-23T09:00", "2026-11-30"),
        ("monthly", "2026-11-01T08:00", "2026-11-01"),
        ("monthly", "2026-11-01T09:00", "2026-12-01"),
        ("monthly", "2026-12-31T23:59", "2027-01-01"),
        ("daily", "2026-10-24T12:00", "2026-10-25"),  # the clocks go back that night: still nine
    ],
)
def test_the_next_digest_is_nine_oclock_by_the_organisations_clock(
    rhythm: str, now: str, expected: str
) -> None:
    at = next_digest(rhythm, datetime.fromisoformat(now).replace(tzinfo=ZONE), ZONE)
    assert at.isoformat()[:16] == f"{expected}T09:00"


def test_a_members_own_hour_takes_the_place_of_nine() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=ZONE)
    assert next_digest("daily", now, ZONE, time(12, 30)).isoformat()[:16] == "2026-11-22T12:30"
    assert next_digest("weekly", now, ZONE, time(0, 0)).isoformat()[:16] == "2026-11-23T00:00"


async def subscribe(
    here: World, rhythm: str, address: str = MANAGER, *branches: str, channel: str = "telegram"
) -> None:
    role = "viewer" if branches else "manager"
    row = StaffRow(channel, address, None, role, branches, None, rhythm, NINE)
    await here.store.write(lambda tx: tx.staff.put(row))


async def sent(here: World, now: datetime = NINE) -> list[Outgoing]:
    before = len(await here.sent())
    await send_digests(here.store, FIRM, here.config, now)
    return (await here.sent())[before:]


def a_week(tx: Transaction) -> None:
    """Tell something about the week before NINE."""
    give_many(tx, 6, 0, 2, at=NOW - timedelta(days=2), branch="Tartu", why="waiting for hours")
    give_many(tx, 0, 0, 6, at=NOW - timedelta(days=2), branch="Narva", why="waiting for hours")


async def test_a_weekly_digest_tells_last_week_once_and_is_due_again_a_week_later() -> None:
    async with world(themes={"waiting": {"en": ["wait"]}}) as here:
        await here.store.write(a_week)
        await subscribe(here, "weekly")
        (digest,) = await sent(here)
        assert await sent(here) == []
        row = await here.store.write(lambda tx: tx.staff.get("telegram", MANAGER))
    assert digest.address == MANAGER
    assert digest.text.startswith("<b>Good morning!</b>\n<b>NPS -14 (")
    assert "Tartu  +50 (" in digest.text
    assert "They say: waiting (8)" in digest.text
    assert "last week" in digest.text
    assert digest.photo is not None
    assert row is not None
    assert row.digest_at == NINE + timedelta(days=7)


async def test_after_a_digest_the_next_one_is_due_at_the_members_hour() -> None:
    async with world() as here:
        await here.store.write(a_week)
        row = StaffRow("telegram", MANAGER, None, "manager", (), None, "weekly", NINE, time(6, 45))
        await here.store.write(lambda tx: tx.staff.put(row))
        assert len(await sent(here, NINE + timedelta(hours=1))) == 1
        later = await here.store.write(lambda tx: tx.staff.get("telegram", MANAGER))
    assert later is not None
    assert later.digest_at == datetime(2026, 11, 30, 6, 45, tzinfo=ZONE)


async def test_nobody_gets_a_digest_before_it_is_due() -> None:
    async with world() as here:
        await here.store.write(a_week)
        await subscribe(here, "weekly")
        assert await sent(here, NINE - timedelta(seconds=1)) == []


async def test_a_digest_stays_away_when_nobody_was_asked_and_nobody_answered() -> None:
    async with world() as here:
        await subscribe(here, "daily")
        assert await sent(here) == []
        row = await here.store.write(lambda tx: tx.staff.get("telegram", MANAGER))
    assert row is not None
    assert row.digest_at == NINE + timedelta(days=1)


async def test_a_viewers_digest_is_of_the_own_branches() -> None:
    async with world() as here:
        await here.store.write(a_week)
        await subscribe(here, "weekly", VIEWER, "Tartu")
        (digest,) = await sent(here)
    assert "Narva" not in digest.text
    assert "n=8" in digest.text


async def test_by_sms_a_digest_is_short_and_has_no_chart() -> None:
    async with world() as here:
        await here.store.write(a_week)
        await here.store.write(
            lambda tx: tx.staff.put(
                StaffRow("sms", ADMIN_PHONE, None, "configured", (), None, "weekly", NINE)
            )
        )
        (digest,) = await sent(here)
    assert digest.photo is None
    assert digest.text.startswith("NPS -14 (")


async def test_who_lost_the_right_gets_no_digest() -> None:
    async with world() as here:
        await here.store.write(a_week)
        await here.store.write(
            lambda tx: tx.staff.put(StaffRow("telegram", "77", None, "configured", (), None, "weekly", NINE))
        )
        assert await sent(here) == []
