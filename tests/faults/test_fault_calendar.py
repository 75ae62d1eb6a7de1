"""F13: the nights when clocks change, the leap day, odd zones. "A day later, at the same time" holds on the customer's clock.

The real service walks through each night in quarters of an hour; the seeded simulation lives through the same nights
with people, failing providers and restarts.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.bootstrap import build_app
from bot.clock import VirtualClock
from bot.config import Config, load_config
from bot.simulation.year import SETTINGS, Year
from storage.sqlite import SqliteStore
from surveys.visits import Visit
from tests.faults.sound import assert_sound
from tests.faults.worker import Sms

EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

STEP = timedelta(minutes=15)

AT_TEN = [
    ("Europe/Tallinn", "2027-03-27 10:00", "2027-03-28 10:00", 23),
    ("Europe/Tallinn", "2026-10-24 10:00", "2026-10-25 10:00", 25),
    ("America/New_York", "2027-03-13 10:00", "2027-03-14 10:00", 23),
    ("America/New_York", "2026-10-31 10:00", "2026-11-01 10:00", 25),
    ("Europe/Tallinn", "2028-02-28 10:00", "2028-02-29 10:00", 24),
    ("Europe/Tallinn", "2028-02-29 10:00", "2028-03-01 10:00", 24),
    ("Asia/Kathmandu", "2026-11-16 10:00", "2026-11-17 10:00", 24),
    ("Pacific/Apia", "2026-11-16 10:00", "2026-11-17 10:00", 24),
    ("Pacific/Kiritimati", "2026-11-16 10:00", "2026-11-17 10:00", 24),
    ("Pacific/Chatham", "2026-09-26 10:00", "2026-09-27 10:00", 23),
]
"""Zone, visit, question by the clock on the wall there, and the hours between them."""

AT_NIGHT = [
    ("Europe/Tallinn", "2027-03-27 03:30", "2027-03-28 04:00"),  # 03:30 is skipped: the moment right after
    ("Europe/Tallinn", "2026-10-24 03:30", "2026-10-25 03:30"),  # 03:30 comes twice: the first
    ("America/New_York", "2027-03-13 02:30", "2027-03-14 03:00"),
    ("America/New_York", "2026-10-31 01:30", "2026-11-01 01:30"),
]
"""The same for visits in the very hour that is skipped, or comes twice, the next night; the window is open all day."""


def wall(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


async def lived(path: Path, zone: str, occurred_at: datetime, window: str) -> list[datetime]:
    """Let one visit come in and four days pass; return when its customer was asked."""
    config = Config.model_validate(
        {
            "organisation": {"name": "Acme Auto"},
            "asking": {
                "window": window,
                "weekdays": EVERY_DAY,
                "skip_public_holidays": False,
                "reminders": 0,
            },
        }
    )
    clock, left = VirtualClock(occurred_at.astimezone(UTC)), []
    sms = Sms(on_send=lambda _message, _attempt: left.append(clock.now()))
    app = build_app(config, clock=clock, store=SqliteStore(path), channels={"sms": sms}, paced=False)
    await app.open()
    try:
        visit = Visit("v-1", "c-1", occurred_at, phone="+37256000001", timezone=zone, language="en")
        await app.service.on_visits([visit])
        while clock.now() < occurred_at + timedelta(days=4):
            await clock.advance(clock.now() + STEP)
            await app.pass_time()
    finally:
        await app.close()
    await assert_sound(path, app.firm, now=clock.now())
    return left


@pytest.mark.parametrize(("zone", "visit", "question", "hours"), AT_TEN)
async def test_a_day_later_is_the_same_time_on_the_customers_clock_and_comes_once(
    zone: str, visit: str, question: str, hours: int, tmp_path: Path
) -> None:
    occurred_at = wall(visit, zone)
    asked = await lived(tmp_path / "askwhy.db", zone, occurred_at, "10:00-19:00")
    assert [at.astimezone(ZoneInfo(zone)) for at in asked] == [wall(question, zone)]
    assert asked[0] - occurred_at.astimezone(UTC) == timedelta(hours=hours)


@pytest.mark.parametrize(("zone", "visit", "question"), AT_NIGHT)
async def test_an_hour_that_is_skipped_or_comes_twice_asks_once(
    zone: str, visit: str, question: str, tmp_path: Path
) -> None:
    asked = await lived(tmp_path / "askwhy.db", zone, wall(visit, zone), "00:00-23:59")
    assert asked == [wall(question, zone).astimezone(UTC)]


@pytest.mark.parametrize("zone", ["Europe/Tallinn", "America/New_York"])
@pytest.mark.parametrize("around", ["2027-03-14", "2027-03-28", "2026-10-25", "2026-11-01", "2028-02-29"])
async def test_a_simulated_life_through_each_night_breaks_no_promise(
    zone: str, around: str, full: bool
) -> None:
    days, per_day = (14, 200) if full else (4, 25)
    first = datetime.fromisoformat(around).replace(tzinfo=UTC) - timedelta(days=days // 2)
    config = load_config(None, {**SETTINGS, "ASKWHY_ORGANISATION__TIMEZONE": zone})
    outcome = await Year(13, days, per_day=per_day, config=config, first_day=first).play()
    assert outcome.violations == []
    assert outcome.visits >= days * per_day
    assert outcome.asked > 0
