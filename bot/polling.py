"""Our own polling of Telegram: the offset moves only after a batch is stored, so that a crash loses nothing.

The next request to Telegram names the offset and thereby confirms the batch before. The offset itself is stored too,
but the messages' own ids are what keeps each from counting twice.
"""

from __future__ import annotations

import asyncio

import structlog

from bot.channels.base import Inbound, SendFailed
from bot.channels.telegram import TelegramChannel
from bot.clock import Clock
from bot.service import Service
from storage.base import StoreError
from storage.rows import SenderRow

log = structlog.get_logger(__name__)

LONG_POLL = 25.0
"""Seconds that Telegram holds a request open while there is nothing."""

PAUSE = 3.0
"""Seconds after a failed request or an unavailable store."""


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

    async def run(self, stopping: asyncio.Event) -> None:
        """Poll until `stopping` is set."""
        prepared = False
        while not stopping.is_set():
            try:
                if not await self._service.store.hold(self._name):
                    prepared = False
                    await self._clock.sleep(PAUSE)
                    continue
                if not prepared:
                    row = await self._service.store.write(lambda tx: tx.outbox.sender(self._name))
                    self._offset = row.position
                    await self._channel.delete_webhook()
                    prepared = True
                await self.step()
            except SendFailed as failure:
                log.warning("polling_failed", code=failure.code, detail=failure.detail)
                await self._clock.sleep(PAUSE)
            except StoreError as error:
                log.warning("store_unavailable", error=str(error))
                await self._clock.sleep(PAUSE)

    async def step(self) -> int:
        """Fetch one batch and store it; return how many updates it had."""
        updates = await self._channel.poll(self._offset, self._long_poll)
        inbounds = [self._channel.parse_update(update) for update in updates]
        await self._store_in_order([inbound for inbound in inbounds if inbound is not None])
        numbers = [update["update_id"] for update in updates if isinstance(update.get("update_id"), int)]
        if numbers:
            offset = max(numbers) + 1
            await self._service.store.write(
                lambda tx: tx.outbox.put_sender(self._name, SenderRow(position=offset))
            )
            self._offset = offset
        return len(updates)

    async def _store_in_order(self, inbounds: list[Inbound]) -> None:
        """Store a batch: all at once, because the store runs units of work in the order they come."""
        await asyncio.gather(*(self._service.on_inbound(inbound) for inbound in inbounds))

    @property
    def _name(self) -> str:
        return f"polling:{self._channel.sender}"
