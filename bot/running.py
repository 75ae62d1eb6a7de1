"""`askwhy run`: everything started in its order, and stopped in the other, within ten seconds.

SIGTERM: take nothing new, finish what is under way, let go. A second signal changes nothing; a kill loses nothing that
was acknowledged.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any

import structlog
import uvicorn

from bot.bootstrap import App
from bot.channels.sms import SmsChannel
from bot.channels.telegram import TelegramChannel
from bot.polling import TelegramPolling
from bot.reconciling import hear_missed, settle_unknown
from bot.scheduler import Job, Scheduler
from bot.web.app import build_web

log = structlog.get_logger(__name__)

GRACE = 8.0
"""Seconds that work under way may still take after SIGTERM."""

TICK = timedelta(seconds=1)


async def run(app: App, role: str) -> None:
    """Run until a signal comes. `role`: "web" only hears, "worker" only asks and sends, "all" does both."""
    await app.open()
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    scheduler = Scheduler(app.store, app.clock, jobs_of(app) if role != "web" else ())
    tasks: list[asyncio.Task[None]] = []
    try:
        if role != "web":
            scheduler.start()
            tasks += [_task(d.run(stopping), name) for name, d in app.dispatchers.items()]
            tasks += [_task(polling.run(stopping), "polling") for polling in _polling(app)]
        if role != "worker":
            tasks.append(_task(_serve(app, stopping), "web"))
        log.info("started", role=role, channels=list(app.channels), store=type(app.store).__name__)
        await _until(stopping, tasks)
    finally:
        stopping.set()
        scheduler.stop()
        for dispatcher in app.dispatchers.values():
            dispatcher.wake()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=GRACE)
            for task in late:
                task.cancel()
        await app.close()
        log.info("stopped")
    for task in tasks:
        if task.done() and not task.cancelled() and (error := task.exception()) is not None:
            raise error


def jobs_of(app: App) -> tuple[Job, ...]:
    """Return what the scheduler looks at."""
    service = app.service
    jobs = [Job("tick", TICK, service.on_tick)]
    sms = app.channels.get("sms")
    if isinstance(sms, SmsChannel):
        channel = sms
        jobs.append(Job("settle-unknown", timedelta(minutes=1), lambda: settle_unknown(service, channel)))
        jobs.append(Job("hear-missed", timedelta(hours=1), _nothing(lambda: hear_missed(service, channel))))
    return tuple(jobs)


def _nothing(work: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[None]]:
    async def done() -> None:
        await work()

    return done


def _polling(app: App) -> list[TelegramPolling]:
    channel = app.channels.get("telegram")
    settings = app.config.telegram
    if not isinstance(channel, TelegramChannel) or settings is None or settings.mode != "polling":
        return []
    return [TelegramPolling(app.service, channel, app.clock)]


async def _serve(app: App, stopping: asyncio.Event) -> None:
    """Serve HTTP until `stopping`; in webhook mode tell Telegram where we are first."""
    settings = app.config.telegram
    channel = app.channels.get("telegram")
    config = uvicorn.Config(
        build_web(app),
        host=app.config.web.host,
        port=app.config.web.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=5,
        limit_concurrency=1000,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    if isinstance(channel, TelegramChannel) and settings is not None and settings.mode == "webhook":
        await _announce(app, channel)
    stop = asyncio.create_task(stopping.wait())
    await asyncio.wait({serving, stop}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    stop.cancel()
    await serving


class _Server(uvicorn.Server):
    """uvicorn without signal handlers of its own: ours stop everything together."""

    def install_signal_handlers(self) -> None:
        """Install none."""


async def _announce(app: App, channel: TelegramChannel) -> None:
    from bot.channels.base import SendFailed

    assert app.config.telegram is not None
    secret = app.config.telegram.webhook_secret
    url = f"{(app.config.web.public_base_url or '').rstrip('/')}/webhooks/telegram"
    try:
        await channel.set_webhook(url, secret.get_secret_value() if secret else "")
    except SendFailed as failure:
        log.warning("webhook_not_set", code=failure.code, detail=failure.detail)


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
