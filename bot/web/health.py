"""Is the service well? For load balancers and Prometheus; no personal data in either."""

from __future__ import annotations

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.bootstrap import App
from bot.metrics import REGISTRY
from bot.web.watching import Seen, count_messages, look
from storage.base import StoreError

log = structlog.get_logger(__name__)

FRESH = 1.0
"""Seconds that one look serves everybody who asks: it writes to the store."""


def health_routes(app: App) -> list[Route]:
    """Return /health and /metrics."""
    watch = _Watch(app)

    async def health(request: Request) -> Response:
        seen = await watch.look()
        return JSONResponse(seen.to_dict(), status_code=503 if seen.problems else 200)

    async def metrics(request: Request) -> Response:
        """Answer also while the store is away: what this process counted itself is worth knowing then."""
        await watch.look()
        try:
            await count_messages(app)
        except StoreError as error:
            log.warning("store_unavailable", path="/metrics", error=str(error))
        return Response(generate_latest(REGISTRY), headers={"content-type": CONTENT_TYPE_LATEST})

    return [Route("/health", health), Route("/metrics", metrics)]


class _Watch:
    """Remembers the last look for a moment, and what was wrong, so that a change is logged once."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._seen: Seen | None = None
        self._looked_at = 0.0

    async def look(self) -> Seen:
        now = self._app.clock.monotonic()
        if self._seen is None or now - self._looked_at >= FRESH:
            before = self._seen.problems if self._seen else []
            self._seen = await look(self._app)
            self._looked_at = now
            if self._seen.problems and self._seen.problems != before:
                log.error("failing", problems=self._seen.problems)
            elif before and not self._seen.problems:
                log.info("well_again")
        return self._seen
