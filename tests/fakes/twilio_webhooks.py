"""Twilio's requests to us: signed by Twilio's own library, retried once when nobody answers the connection."""

import asyncio
from collections.abc import Coroutine
from typing import Any
from urllib.parse import urlsplit

import httpx
from twilio.request_validator import RequestValidator


class Webhooks:
    """Signs for ``public_url`` (default: the app's own), delivers to ``app_url``. Without app_url nothing is posted."""

    def __init__(self, app_url: str, public_url: str) -> None:
        self.app_url = app_url.rstrip("/")
        self.public_url = public_url.rstrip("/")
        self.retries = 1  # after a failed connection; Twilio's default
        self.deliveries: list[tuple[str, int]] = []  # (what, status of our answer; 0 = none)
        self._posted: dict[str, tuple[str, dict[str, str], str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._client: httpx.AsyncClient | None = None

    async def post(self, url: str, form: dict[str, str], token: str, what: str) -> int:
        """Post a signed form to a path of ours or a whole URL; the status of our answer, 0 = none."""
        if not self.app_url:
            return 0
        signed = (self.public_url or self.app_url) + url if url.startswith("/") else url
        self._posted[what] = (signed, form, token)
        parts = urlsplit(signed)
        target = f"{self.app_url}{parts.path}{f'?{parts.query}' if parts.query else ''}"
        headers = {"X-Twilio-Signature": RequestValidator(token).compute_signature(signed, form)}
        self._client = self._client or httpx.AsyncClient(timeout=15, trust_env=False)
        status = 0
        for _ in range(1 + self.retries):
            try:
                status = (await self._client.post(target, data=form, headers=headers)).status_code
                break
            except httpx.HTTPError:
                continue
        self.deliveries.append((what, status))
        return status

    async def again(self, what: str) -> int:
        """Repeat an earlier post exactly."""
        url, form, token = self._posted[what]
        return await self.post(url, form, token, what)

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it in the background; settled() waits for it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client:
            await self._client.aclose()
