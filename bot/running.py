"""`askwhy run`: everything started in its order, and stopped in the other, within ten seconds.

SIGTERM: take nothing new, finish what is under way, let go. A second signal changes nothing; a kill loses nothing that
was acknowledged.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import structlog

from bot.bootstrap import App
from bot.channels.sms import SmsChannel
from bot.channels.telegram import TelegramChannel
from bot.housekeeping import LOOK_EVERY, Housekeeping
from bot.polling import TelegramPolling
from bot.reconciling import Missed, settle_unknown
from bot.scheduler import Job, Scheduler
from bot.staff.detractors import send_alerts
from bot.staff.digests import send_digests
from bot.web.announcing import announce
from bot.web.server import listen, listen_beside, serve

log = structlog.get_logger(__name__)

GRACE = 7.0
"""Seconds that work under way, of all parts at once, may still take after SIGTERM."""

TICK = timedelta(seconds=1)

A_MINUTE = timedelta(minutes=1)


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
    house = Housekeeping(app.store, app.firm, app.config, app.clock)
    scheduler = Scheduler(app.clock, jobs_of(app, house) if works else ())
    tasks: list[asyncio.Task[None]] = []
    try:
        await app.open()
        if works:
            scheduler.start()
            tasks += [_task(d.run(stopping, _beat(app, name)), name) for name, d in app.dispatchers.items()]
            tasks += [
                _task(polling.run(stopping, _beat(app, "polling")), "polling") for polling in _polling(app)
            ]
        if socket is not None:
            tasks.append(_task(serve(app, socket, stopping, hears=hears), "web"))
        if hears:
            announcing = _task(announce(app, stopping), "announcing")
            announcing.add_done_callback(lambda done: done.cancelled() or done.exception())
            tasks.append(announcing)
        log.info("started", role=role, channels=list(app.channels), store=app.store.url)
        await _until(stopping, [task for task in tasks if task.get_name() != "announcing"])
    finally:
        stopping.set()
        house.stop()
        for dispatcher in app.dispatchers.values():
            dispatcher.wake()
        ending = [*tasks, _task(scheduler.stop(GRACE - 1), "scheduler")]
        _, late = await asyncio.wait(ending, timeout=GRACE)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        await app.close()
        log.info("stopped")
    for task in tasks:
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error


def jobs_of(app: App, house: Housekeeping) -> tuple[Job, ...]:
    """Return what the scheduler looks at."""
    service, beat = app.service, _beat(app, "scheduler")

    async def tick() -> None:
        beat()
        await service.on_tick()

    async def alerts() -> None:
        await send_alerts(app.store, app.firm, app.clock.now())

    async def digests() -> None:
        await send_digests(app.store, app.firm, app.config, app.clock.now())

    jobs = [
        Job("tick", TICK, tick),
        Job("night", LOOK_EVERY, house.look),
        Job("alerts", A_MINUTE, alerts),
        Job("digests", A_MINUTE, digests),
    ]
    sms = app.channels.get("sms")
    if isinstance(sms, SmsChannel):
        channel = sms
        jobs.append(Job("settle-unknown", A_MINUTE, lambda: settle_unknown(service, channel)))
        jobs.append(Job("hear-missed", A_MINUTE, Missed(service, channel).look))
    return tuple(jobs)


def _polling(app: App) -> list[TelegramPolling]:
    channel = app.channels.get("telegram")
    settings = app.config.telegram
    if not isinstance(channel, TelegramChannel) or settings is None or settings.mode != "polling":
        return []
    return [TelegramPolling(app.service, channel, app.clock)]


def _beat(app: App, part: str) -> Callable[..., None]:
    """Return what a part calls whenever it moves; `rests=` says for how long it will not, on purpose."""

    def beat(*, rests: float = 0.0) -> None:
        app.pulse.beat(part, app.clock.monotonic(), rests=rests)

    return beat


def _task(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    return asyncio.create_task(work, name=name)


async def _until(stopping: asyncio.Event, tasks: list[asyncio.Task[None]]) -> None:
    """Wait for the signal, or for the first task that ends by itself: that is a failure."""
    stop = asyncio.create_task(stopping.wait())
    done, _ = await asyncio.wait({stop, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    for task in done:
        if task is not stop:
            log.error("ended_unexpectedly", part=task.get_name())
