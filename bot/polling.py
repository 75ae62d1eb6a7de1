"""Our own polling of Telegram: the offset moves only after a batch is stored, so that a crash loses nothing.

The next request names the offset and thereby confirms the batch before. The offset is not stored: what is fetched again
after a crash is known by its own id. After an empty batch everything is confirmed, and polling begins anew without an
offset: after a week of silence Telegram's ids go on somewhere else, and an old offset would throw updates away.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import structlog

from bot.alerts import alert_admins
from bot.channels.base import Decision, Inbound, SendFailed
from bot.channels.telegram import TelegramChannel
from bot.clock import Clock
from bot.service import Service
from storage.base import StoreError

log = structlog.get_logger(__name__)

LONG_POLL = 25.0
"""Seconds that Telegram holds a request open while there is nothing."""

PAUSES = (1.0, 3.0, 10.0, 30.0, 60.0)
"""Seconds after the first, second … failure in a row."""

T = TypeVar("T")


class TelegramPolling:
    """Fetch, store, confirm; in this order, for ever."""

    def __init__(
        self, service: Service, channel: TelegramChannel, clock: Clock, *, long_poll: float = LONG_POLL
    ) -> None:
        self._service = service
        self._channel = channel
        self._clock = clock
        self._long_poll = long_poll
        self._offset: int | None = None
        self._prepared = False

    async def run(self, stopping: asyncio.Event, beat: Callable[..., None] = lambda **_: None) -> None:
        """Poll until `stopping` is set; nothing is lost by stopping in the middle. `beat` is called at every look."""
        failures = 0
        while not stopping.is_set():
            beat()
            try:
                if await self._service.store.hold(self._name):
                    await unless(stopping, self._once())
                    failures = 0
                else:  # another process polls
                    self._prepared = False
                    await unless(stopping, self._clock.sleep(PAUSES[1]))
            except Exception as failure:  # noqa: BLE001 -- hearing goes on, whatever one batch met
                failures += 1
                wait = await self._failed(failure, failures)
                beat(rests=wait)
                await unless(stopping, self._clock.sleep(wait))

    async def step(self) -> int:
        """Fetch one batch and store it; return how many updates it had."""
        updates = await self._channel.poll(self._offset, self._long_poll)
        inbounds = [self._channel.parse_update(update) for update in updates]
        await self._store_in_order([inbound for inbound in inbounds if inbound is not None])
        self._offset = _following(updates)
        return len(updates)

    async def _once(self) -> None:
        if not self._prepared:
            await self._channel.verify()  # learns our name, to know commands for other bots in a group
            await self._channel.delete_webhook()
            self._offset = None
            await self.step()
            await self._service.store.write(lambda tx: tx.outbox.forget_notice(self._name))
            self._prepared = True
        else:
            await self.step()

    async def _store_in_order(self, inbounds: list[Inbound]) -> None:
        """Store a batch: all at once, because the store runs one person's units of work in the order they come."""
        stored = await asyncio.gather(
            *(self._service.on_inbound(inbound) for inbound in inbounds), return_exceptions=True
        )
        for result in stored:
            if isinstance(result, BaseException):
                raise result

    async def _failed(self, failure: Exception, failures: int) -> float:
        """Log a failure; return how long to pause. What only a human can put right the admins are told, once."""
        pause = PAUSES[min(failures, len(PAUSES)) - 1]
        if not isinstance(failure, SendFailed):
            log.warning(
                "updates_not_stored", error=str(failure), exc_info=not isinstance(failure, StoreError)
            )
            return pause
        log.warning("polling_failed", code=failure.code, detail=failure.detail)
        self._prepared = False
        if failure.decision is Decision.OPERATOR:
            now, firm = self._clock.now(), self._service.firm
            text = f"askwhy: telegram does not hear ({failure.code}): {failure.detail}"
            not_by = "" if failure.code == "409" else "telegram"
            with contextlib.suppress(StoreError):
                await self._service.store.write(
                    lambda tx: alert_admins(tx, firm, self._name, text, now, not_by=not_by)
                )
        return failure.retry_after or pause

    @property
    def _name(self) -> str:
        return f"polling:{self._channel.sender}"


async def unless(stopping: asyncio.Event, work: Awaitable[T]) -> T | None:
    """Await `work`, but leave it as soon as `stopping` is set: then None."""
    task = asyncio.ensure_future(work)
    stop = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        return await task if task.done() else None
    finally:
        for one in (task, stop):
            one.cancel()
        await asyncio.gather(task, stop, return_exceptions=True)


def _following(updates: list[dict[str, Any]]) -> int | None:
    """Return the offset that confirms these updates; None for no updates."""
    numbers = [number for update in updates if type(number := update.get("update_id")) is int]
    return max(numbers) + 1 if numbers else None
