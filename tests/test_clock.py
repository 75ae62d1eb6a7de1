"""The virtual clock: sleepers wake in order, and see their own time."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.clock import Clock, SystemClock, VirtualClock

START = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)


def test_the_system_clock_is_aware_and_in_utc() -> None:
    clock: Clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)
    assert clock.monotonic() <= clock.monotonic()


async def test_a_system_sleep_of_nothing_returns_at_once() -> None:
    await SystemClock().sleep(-1)


async def test_sleepers_wake_in_the_order_of_their_times_and_see_them() -> None:
    clock = VirtualClock(START)
    seen: list[tuple[str, datetime]] = []

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        seen.append((name, clock.now()))

    tasks = [asyncio.create_task(sleeper(n, s)) for n, s in (("late", 90), ("early", 30), ("same", 30))]
    await clock.advance(START + timedelta(minutes=2))
    await asyncio.gather(*tasks)
    assert seen == [
        ("early", START + timedelta(seconds=30)),
        ("same", START + timedelta(seconds=30)),
        ("late", START + timedelta(seconds=90)),
    ]
    assert clock.now() == START + timedelta(minutes=2)
    assert clock.monotonic() == 120


async def test_whoever_sleeps_again_on_the_way_is_woken_again() -> None:
    clock = VirtualClock(START)
    ticks: list[datetime] = []

    async def ticker() -> None:
        while True:
            await clock.sleep(60)
            ticks.append(clock.now())

    task = asyncio.create_task(ticker())
    await clock.advance(START + timedelta(hours=1))
    assert ticks == [START + timedelta(minutes=n) for n in range(1, 61)]
    task.cancel()


async def test_nobody_wakes_before_the_time() -> None:
    clock = VirtualClock(START)
    task = asyncio.create_task(clock.sleep(10))
    await clock.advance(START + timedelta(seconds=9))
    assert not task.done()
    assert clock.next_wake() == START + timedelta(seconds=10)
    await clock.advance(START + timedelta(seconds=10))
    assert task.done()
    assert clock.next_wake() is None


async def test_a_cancelled_sleeper_does_not_stop_the_others() -> None:
    clock = VirtualClock(START)
    cancelled, other = asyncio.create_task(clock.sleep(5)), asyncio.create_task(clock.sleep(6))
    await asyncio.sleep(0)
    cancelled.cancel()
    await clock.advance(START + timedelta(seconds=10))
    assert other.done()


async def test_a_sleep_of_nothing_returns_without_moving_the_clock() -> None:
    clock = VirtualClock(START)
    await clock.sleep(0)
    assert clock.now() == START


async def test_the_wall_clock_may_jump_back_and_sleepers_do_not_notice() -> None:
    clock = VirtualClock(START)
    task = asyncio.create_task(clock.sleep(60))
    await asyncio.sleep(0)
    clock.jump(timedelta(hours=-2))
    assert clock.now() == START - timedelta(hours=2)
    assert clock.monotonic() == 0
    await clock.advance(clock.now() + timedelta(seconds=60))
    assert task.done()


async def test_advance_refuses_to_go_back() -> None:
    with pytest.raises(ValueError, match="already"):
        await VirtualClock(START).advance(START - timedelta(seconds=1))


def test_a_start_without_a_zone_is_refused_and_any_zone_becomes_utc() -> None:
    with pytest.raises(ValueError, match="time zone"):
        VirtualClock(START.replace(tzinfo=None))
    tallinn = timezone(timedelta(hours=2))
    assert VirtualClock(datetime(2026, 11, 16, 10, 0, tzinfo=tallinn)).now() == START
    assert VirtualClock(datetime(2026, 11, 16, 10, 0, tzinfo=tallinn)).now().utcoffset() == timedelta(0)
