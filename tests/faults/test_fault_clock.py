"""F12 and F16: the clock jumps, or the service was down for days. Nothing goes out at night, nothing twice, no flood."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.bootstrap import App, build_app
from bot.clock import VirtualClock
from bot.config import Config
from storage.sqlite import SqliteStore
from surveys.visits import Visit
from tests.faults.sound import assert_sound, look, visit_states
from tests.faults.worker import Sms, opened

MONDAY = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
TALLINN = ZoneInfo("Europe/Tallinn")


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    config = Config.model_validate({"organisation": {"name": "Acme Auto"}})
    made = build_app(
        config,
        clock=VirtualClock(MONDAY),
        store=SqliteStore(tmp_path / "askwhy.db"),
        channels={"sms": Sms()},
        paced=False,
    )
    async with opened(made):
        yield made
    await assert_sound(tmp_path / "askwhy.db", made.firm, now=made.clock.now())


def _visits(count: int, at: datetime) -> list[Visit]:
    return [Visit(f"v{n}", f"c{n}", at, phone=f"+37256{n:06d}", language="en") for n in range(count)]


def _sent(app: App) -> int:
    channel = app.channels["sms"]
    assert isinstance(channel, Sms)
    return len(channel.sent)


async def _at(app: App, moment: datetime) -> None:
    assert isinstance(app.clock, VirtualClock)
    app.clock.jump(moment - app.clock.now())
    await app.pass_time()


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(MONDAY + timedelta(days=2), id="two days ahead"),
        pytest.param(MONDAY - timedelta(hours=2), id="two hours back"),
        pytest.param(datetime(1970, 1, 1, tzinfo=UTC), id="1970"),
        pytest.param(datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC), id="2038"),
    ],
)
async def test_after_a_clock_that_jumped_nobody_is_asked_twice(app: App, wrong: datetime) -> None:
    await app.service.on_visits(_visits(50, MONDAY))
    await _at(app, wrong)
    await _at(app, MONDAY + timedelta(minutes=1))
    for hours in range(0, 24 * 5, 3):
        await _at(app, MONDAY + timedelta(hours=hours))
    channel = app.channels["sms"]
    assert isinstance(channel, Sms)
    asked = [message.address for message in channel.sent if "reminder" not in message.text.lower()]
    assert len(asked) == len(set(asked)) <= 50


async def test_what_became_overdue_is_not_sent_at_night(app: App, full: bool) -> None:
    count = 100_000 if full else 1_000
    visits = _visits(count, MONDAY)
    for first in range(0, count, 1_000):
        await app.service.on_visits(visits[first : first + 1_000])
    night = datetime(2026, 11, 18, 3, 0, tzinfo=TALLINN)
    await _at(app, night)
    assert _sent(app) == 0
    await _at(app, datetime(2026, 11, 18, 10, 0, tzinfo=TALLINN))
    assert _sent(app) == count


async def test_of_several_visits_that_became_overdue_the_newest_is_asked_about_once_per_customer(
    app: App,
) -> None:
    for day in range(3):
        visits = [
            Visit(
                f"v{n}-{day}",
                f"c{n}",
                MONDAY - timedelta(hours=3 * (2 - day)),
                phone=f"+37256{n:06d}",
                language="en",
            )
            for n in range(100)
        ]
        await app.service.on_visits(visits)
    await _at(app, datetime(2026, 11, 18, 3, 0, tzinfo=TALLINN))
    assert _sent(app) == 0
    await _at(app, datetime(2026, 11, 18, 10, 0, tzinfo=TALLINN))
    assert _sent(app) == 100
    asked = await look(app.store.url, "SELECT visit_id FROM visits WHERE state = 'asked'")
    assert {row["visit_id"] for row in asked} == {f"v{n}-2" for n in range(100)}


async def test_what_lies_too_long_is_stale_and_not_asked(app: App) -> None:
    await app.service.on_visits(_visits(300, MONDAY))
    await _at(app, MONDAY + timedelta(days=3, minutes=1))
    assert _sent(app) == 0
    assert await visit_states(app.store.url) == {"suppressed:stale": 300}
