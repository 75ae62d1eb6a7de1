"""The only reader of the clock: everything else is given `now`, or one of these.

`SystemClock` is the machine's time. `VirtualClock` is time as a value: the demonstration, the simulation and
the tests move it by hand, a week passes in a millisecond, and the same start gives the same story.
"""

import asyncio
import heapq
import itertools
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the program may ask about time."""

    def now(self) -> datetime:
        """Tell the present moment, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed point; never goes back, whatever is done to the wall clock."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`; zero or less only lets others run."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Tell the present moment, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Sleep on the running event loop."""
        await asyncio.sleep(max(0.0, seconds))


class VirtualClock:
    """A clock that stands still until `advance()` moves it.

    Sleepers wake in the order of their wake-up times, and of their arrival where those are equal; each sees
    `now()` as its own wake-up time, also when one call to `advance()` passes many of them.
    """

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError(f"VirtualClock(start={start!r}): give a datetime with a time zone")
        self._now = start.astimezone(UTC)
        self._elapsed = timedelta(0)  # whole microseconds: a year of float seconds would drift
        self._arrivals = itertools.count()
        self._sleepers: list[tuple[timedelta, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """Tell the moment the clock was last moved to, in UTC."""
        return self._now

    def monotonic(self) -> float:
        """Seconds of virtual time since the start; `jump()` does not touch them."""
        return self._elapsed.total_seconds()

    async def sleep(self, seconds: float) -> None:
        """Wait until `advance()` has passed `seconds` of virtual time."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(
            self._sleepers, (self._elapsed + timedelta(seconds=seconds), next(self._arrivals), woken)
        )
        await woken

    async def advance(self, to: datetime) -> None:
        """Move to `to`, waking on the way whoever is due, and letting each run until it waits again.

        Raises ValueError when `to` lies in the past: time here goes forward only; see `jump()`.
        """
        target = self._elapsed + (to - self._now)
        if target < self._elapsed:
            raise ValueError(
                f"VirtualClock.advance({to.isoformat()}): the clock is at {self._now.isoformat()} already"
            )
        await _let_others_run()
        while self._sleepers and self._sleepers[0][0] <= target:
            wake_at, _, woken = heapq.heappop(self._sleepers)
            self._move(wake_at)
            if not woken.done():  # a cancelled sleeper left its ticket behind
                woken.set_result(None)
                await _let_others_run()
        self._move(target)

    def jump(self, by: timedelta) -> None:
        """Set the wall clock forward or back, as a wrong NTP server would: no sleeper notices."""
        self._now += by

    def next_wake(self) -> datetime | None:
        """When the earliest sleeper wakes; None when nobody sleeps."""
        if not self._sleepers:
            return None
        return self._now + (self._sleepers[0][0] - self._elapsed)

    def _move(self, elapsed: timedelta) -> None:
        self._now += elapsed - self._elapsed
        self._elapsed = elapsed


async def _let_others_run() -> None:
    # A woken task may start others before it waits again; a handful of turns of the loop covers such chains.
    for _ in range(5):
        if len(asyncio.all_tasks()) == 1:
            return  # nobody is there but us
        await asyncio.sleep(0)
