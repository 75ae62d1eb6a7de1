"""Work over many rows on another thread, so that the event loop goes on: rows are fetched here, used there."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

BATCH = 500
AHEAD = 8
"""Batches that wait for the thread, at most: memory stays small however many rows there are."""


async def consume(rows: AsyncIterator[T], work: Callable[[Iterable[T]], R]) -> R:
    """Return `work(rows)`, run in a thread. What either side raises ends both and comes out here."""
    batches: queue.Queue[list[T] | None] = queue.Queue(AHEAD)
    working = asyncio.create_task(asyncio.to_thread(lambda: work(_unpacked(batches))))
    try:
        batch: list[T] = []
        async for row in rows:
            batch.append(row)
            if len(batch) == BATCH:
                await _hand_over(batches, batch, working)
                batch = []
        await _hand_over(batches, batch, working)
    finally:
        await _hand_over(batches, None, working)
        await asyncio.wait({working})
    return await working


async def _hand_over(
    batches: queue.Queue[list[T] | None], batch: list[T] | None, working: asyncio.Task[R]
) -> None:
    while not working.done():
        try:
            batches.put_nowait(batch)
        except queue.Full:
            await asyncio.sleep(0.002)
        else:
            return


def _unpacked(batches: queue.Queue[list[T] | None]) -> Iterator[T]:
    while (batch := batches.get()) is not None:
        yield from batch
