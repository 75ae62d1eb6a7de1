"""Is the service well? For load balancers and Prometheus; no personal data in either."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.clock import Clock
from bot.metrics import INBOX, OUTBOX, QUARANTINE, QUEUE_AGE, REGISTRY, UNKNOWN
from storage.base import Store, StoreError
from storage.moments import micros

PATIENCE = 5.0
"""Seconds in which the store must answer."""


def health_routes(store: Store, clock: Clock) -> list[Route]:
    """Return /health and /metrics."""

    async def health(request: Request) -> Response:
        report: dict[str, Any] = {"status": "ok"}
        try:
            async with asyncio.timeout(PATIENCE):
                now = clock.now()
                await store.write(lambda tx: tx.outbox.forget_notice("health"))
                senders = await store.read.rows("all_senders")
        except (StoreError, TimeoutError) as error:
            problem = str(error) or f"the store did not answer within {PATIENCE:.0f} s"
            return JSONResponse({"status": "failing", "store": problem}, status_code=503)
        stopped = {row["sender"]: row["stopped"] for row in senders if row["stopped"]}
        paused = [
            row["sender"] for row in senders if row["paused_until"] and row["paused_until"] > micros(now)
        ]
        if stopped:
            report["stopped_senders"] = len(stopped)
        if paused:
            report["paused_senders"] = len(paused)
        return JSONResponse(report)

    async def metrics(request: Request) -> Response:
        await refresh(store, clock)
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)

    return [Route("/health", health), Route("/metrics", metrics)]


async def refresh(store: Store, clock: Clock) -> None:
    """Bring the gauges up to date; they tell of the last day."""
    now = clock.now()
    since = micros(now - timedelta(days=1))
    OUTBOX.clear()
    INBOX.clear()
    unknown = 0
    for row in await store.read.rows("outbox_by_state", since=since):
        OUTBOX.labels(row["channel"], row["state"]).inc(row["n"])
        unknown += row["n"] if row["state"] == "unknown" else 0
    for row in await store.read.rows("inbox_by_state", since=since):
        INBOX.labels(row["channel"], row["state"]).inc(row["n"])
    UNKNOWN.set(unknown)
    QUARANTINE.set(len(await store.read.rows("quarantined")))
    for row in await store.read.rows("queue_ages"):
        due = row["since"]
        QUEUE_AGE.labels(row["queue"]).set(0 if due is None else max(0, micros(now) - due) / 1_000_000)
