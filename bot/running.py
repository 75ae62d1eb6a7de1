"""`askwhy run`: everything started in its order, and stopped in the other, within ten seconds.

The web answers first: /health and webhooks need the store and nothing else. Everything that takes its time to load, and
everything that is sent, comes after. SIGTERM: take nothing new, finish what is under way, let go. A second signal changes
nothing; a kill loses nothing that was acknowledged.
"""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

import structlog

from bot.bootstrap import App
from bot.web.server import listen, listen_beside, serve

if TYPE_CHECKING:
    from bot.working import Working

log = structlog.get_logger(__name__)

GRACE = 7.0
"""Seconds that work under way, of all parts at once, may still take after SIGTERM."""


async def run(app: App, role: str) -> None:
    """Run until a signal comes. `role`: "web" only hears, "worker" only asks and sends, "all" does both.

    Raises StoreError for a store that cannot be used, CommandError for an address that cannot be listened on.
    """
    hears, works = role != "worker", role != "web"
    socket = listen(app.config.web) if hears else listen_beside(app.config.web)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    tasks: list[asyncio.Task[None]] = []
    working: Working | None = None
    try:
        await app.store.open()
        if socket is not None:
            answering = asyncio.Event()
            web = asyncio.create_task(serve(app, socket, stopping, hears=hears, ready=answering), name="web")
            web.add_done_callback(lambda _: answering.set())
            tasks.append(web)
            await answering.wait()
        await app.start_channels()
        await asyncio.to_thread(_load, app)
        working = _working(app, stopping, works=works, hears=hears)
        tasks += working.start()
        log.info("started", role=role, channels=list(app.channels), store=app.store.url)
        await _until(stopping, [task for task in tasks if task.get_name() != "announcing"])
    finally:
        stopping.set()
        letting_go = [asyncio.create_task(working.stop(GRACE - 1))] if working else []
        if ending := [*tasks, *letting_go]:
            _, late = await asyncio.wait(ending, timeout=GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await app.close()
        log.info("stopped")
    for task in tasks:
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error


def _load(app: App) -> None:
    """Load the rest of the program, on another thread."""
    from bot.working import make_ready

    make_ready(app.firm)


def _working(app: App, stopping: asyncio.Event, *, works: bool, hears: bool) -> Working:
    from bot.working import Working

    return Working(app, stopping, works=works, hears=hears)


async def _until(stopping: asyncio.Event, tasks: list[asyncio.Task[None]]) -> None:
    """Wait for the signal, or for the first task that ends by itself: that is a failure."""
    stop = asyncio.create_task(stopping.wait())
    done, _ = await asyncio.wait({stop, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    for task in done:
        if task is not stop:
            log.error("ended_unexpectedly", part=task.get_name())
