"""What a process does besides hearing: time that passes, sends, Telegram's updates where they are polled.

Loaded when the web answers already: what a night's work and a digest are made of is a third of the program.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any

from bot.bootstrap import App
from bot.channels.sms import SmsChannel
from bot.channels.telegram import TelegramChannel
from bot.firm import Firm
from bot.housekeeping import LOOK_EVERY, Housekeeping
from bot.outbox import Dispatcher
from bot.polling import TelegramPolling
from bot.reconciling import Missed, settle_unknown
from bot.scheduler import Job, Scheduler
from bot.staff.detractors import send_alerts
from bot.staff.digests import send_digests
from bot.web.announcing import announce
from surveys.reading import read_reply
from surveys.scale import Scale

TICK = timedelta(seconds=1)

A_MINUTE = timedelta(minutes=1)


class Working:
    """The tasks of a process that `works` (asks and sends), that `hears` (webhooks), or both."""

    def __init__(self, app: App, stopping: asyncio.Event, *, works: bool, hears: bool) -> None:
        self._app = app
        self._stopping = stopping
        self._hears = hears
        self._works = works
        self._house = Housekeeping(app.store, app.firm, app.config, app.clock)
        self._scheduler = Scheduler(app.clock, jobs_of(app, self._house) if works else ())

    def start(self) -> list[asyncio.Task[None]]:
        """Start everything; return the tasks that end only when the process stops."""
        app = self._app
        tasks: list[asyncio.Task[None]] = []
        if self._works:
            self._scheduler.start()
            parts: list[tuple[str, Dispatcher | TelegramPolling]] = [*app.dispatchers.items()]
            parts += [("polling", polling) for polling in _polling(app)]
            tasks += [_task(part.run(self._stopping, _beat(app, name)), name) for name, part in parts]
        if self._hears:
            announcing = _task(announce(app, self._stopping), "announcing")
            announcing.add_done_callback(lambda done: done.cancelled() or done.exception())
            tasks.append(announcing)
        return tasks

    async def stop(self, within: float) -> None:
        """Let go of what is under way, for at most `within` seconds."""
        self._house.stop()
        for dispatcher in self._app.dispatchers.values():
            dispatcher.wake()
        await self._scheduler.stop(within)


def make_ready(firm: Firm) -> None:
    """Read what is read on first use: the surveys, and the words that replies are understood by."""
    tuple(firm.surveys.values())
    read_reply("?", Scale(0, 10), language=firm.language, languages=firm.languages)


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
    telegram = app.channels.get("telegram")
    if isinstance(telegram, TelegramChannel):
        bot = telegram
        jobs.append(Job("bot-name", A_MINUTE, lambda: _learn_name(bot)))
    sms = app.channels.get("sms")
    if isinstance(sms, SmsChannel):
        channel = sms
        missed, dispatcher = Missed(service, channel), app.dispatchers["sms"]
        jobs.append(
            Job("settle-unknown", A_MINUTE, _led(dispatcher, lambda: settle_unknown(service, channel)))
        )
        jobs.append(Job("hear-missed", A_MINUTE, _led(dispatcher, missed.look)))
    return tuple(jobs)


def _led(dispatcher: Dispatcher, work: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """Let one process ask the provider: the one that sends."""

    async def job() -> None:
        if await dispatcher.leads():
            await work()

    return job


async def _learn_name(bot: TelegramChannel) -> None:
    """Ask for the bot's name where nothing else has: links in texts by SMS show it."""
    await bot.known_as()


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
