"""Rows fetched in the event loop are used on a thread, a few at a time; what fails on either side comes out."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterable

import pytest

from bot.reports.threads import AHEAD, BATCH, consume


async def numbers(last: int, taken: list[int] | None = None) -> AsyncIterator[int]:
    for number in range(last):
        if taken is not None:
            taken.append(number)
        yield number


@pytest.mark.parametrize("last", [0, 1, BATCH, BATCH + 1, 3 * BATCH * AHEAD])
async def test_every_row_arrives_once_in_order(last: int) -> None:
    assert await consume(numbers(last), list) == list(range(last))


async def test_the_work_is_done_on_another_thread_and_the_loop_goes_on() -> None:
    async def ticking() -> int:
        for _ in range(5):
            await asyncio.sleep(0)
        return 5

    def work(rows: Iterable[int]) -> str:
        assert sum(rows) == 45
        return threading.current_thread().name

    name, ticks = await asyncio.gather(consume(numbers(10), work), ticking())
    assert name != threading.main_thread().name
    assert ticks == 5


async def test_what_the_work_raises_comes_out() -> None:
    def work(rows: Iterable[int]) -> None:
        for row in rows:
            raise ValueError(f"row {row} is broken")

    with pytest.raises(ValueError, match="row 0 is broken"):
        await consume(numbers(10 * BATCH * AHEAD), work)


async def test_what_the_rows_raise_comes_out() -> None:
    async def broken() -> AsyncIterator[int]:
        yield 1
        raise ConnectionError("the store is gone")

    with pytest.raises(ConnectionError, match="gone"):
        await consume(broken(), list)
