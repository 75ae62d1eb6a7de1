"""Updates waiting for a bot: an update is gone only when a higher offset was asked for, or its webhook said 2xx."""

import asyncio
import contextlib
import itertools
from typing import Any

import httpx


class Updates:
    """The queue behind getUpdates and the webhook; never both."""

    def __init__(self) -> None:
        self.pending: dict[int, dict[str, Any]] = {}  # update_id -> update, oldest first
        self.seen: dict[int, dict[str, Any]] = {}  # all that there ever were
        self.deliveries: list[tuple[int, int]] = []  # (update_id, status of the webhook's answer; 0 = none)
        self.webhook = ""
        self.secret = ""
        self.retry_delay = 0.2
        self._allowed: set[str] = set()  # empty: all
        self._ids = itertools.count(870_000_001)
        self._changed = asyncio.Event()
        self.waiting = 0  # polls that wait for an update
        self._poll = 0  # a newer poll ends the older one
        self._task: asyncio.Task[None] | None = None

    def add(self, update: dict[str, Any]) -> int:
        """Queue an update, unless the bot did not ask for its kind."""
        update_id = next(self._ids)
        if not self._allowed or self._allowed & update.keys():
            self.pending[update_id] = self.seen[update_id] = {"update_id": update_id, **update}
            self._changed.set()
        return update_id

    async def poll(self, offset: int, limit: int, wait: float) -> list[dict[str, Any]] | None:
        """getUpdates: confirm all before ``offset``, then up to ``limit``, waiting if there are none.

        None: another poll took over.
        """
        self._poll += 1
        mine = self._poll
        self._changed.set()  # wakes an older poll, which then gives way
        for update_id in [i for i in self.pending if i < offset]:
            del self.pending[update_id]
        self.waiting += 1
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                while not self.pending and mine == self._poll:
                    self._changed.clear()
                    await self._changed.wait()
        self.waiting -= 1
        if mine != self._poll:
            return None
        return list(self.pending.values())[:limit]

    def set_webhook(self, url: str, secret: str, allowed: list[str] | None) -> None:
        """Deliver to this URL from now on; "" ends it. None keeps the allowed kinds as they were."""
        self.webhook, self.secret = url, secret
        if allowed is not None:
            self._allowed = set(allowed)
        if self._task:
            self._task.cancel()
        self._task = asyncio.create_task(self._deliver()) if url else None

    async def deliver(self, update_id: int) -> int:
        """Post one update once, again if it was posted before; the answer's status, 0 = no answer."""
        async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
            return await self._post(client, update_id)

    async def delivered(self) -> None:
        """Wait until the webhook has taken all."""
        while self.pending:
            await asyncio.sleep(0.005)

    async def close(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _deliver(self) -> None:
        async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
            while True:
                for update_id in list(self.pending):
                    while not 200 <= await self._post(client, update_id) <= 299:
                        await asyncio.sleep(self.retry_delay)
                    self.pending.pop(update_id, None)
                self._changed.clear()
                if not self.pending:
                    await self._changed.wait()

    async def _post(self, client: httpx.AsyncClient, update_id: int) -> int:
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.secret} if self.secret else {}
        try:
            status = (await client.post(self.webhook, json=self.seen[update_id], headers=headers)).status_code
        except httpx.HTTPError:
            status = 0
        self.deliveries.append((update_id, status))
        return status
