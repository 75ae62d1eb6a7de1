"""All routes together: one Starlette application for uvicorn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.bootstrap import App
from bot.channels.sms import SmsChannel
from bot.channels.telegram import TelegramChannel
from bot.deep_links import link_to, put_customer_link
from bot.web.health import health_routes
from bot.web.webhooks import webhook_routes


def build_watch(app: App) -> Starlette:
    """Return what a worker answers: how it is, and nothing else."""
    return Starlette(routes=health_routes(app))


def build_web(app: App) -> Starlette:
    """Return the web application of an `App`."""

    async def score(period: str, survey: str | None, by: str | None) -> dict[str, Any]:
        from bot.reports.asking import read_options
        from bot.reports.score import score_json, score_report

        now = app.clock.now()
        request = await read_options(app.store, app.firm, now, period=period, survey=survey, by=by)
        return score_json(await score_report(app.store, app.firm, request, now))

    async def story(visit_id: str) -> dict[str, Any] | None:
        from bot.stories import story_json

        row = await app.store.read.visit(visit_id)
        return story_json(row, await app.store.read.story(visit_id), app.firm.zone) if row else None

    async def link(customer_id: str) -> tuple[str, datetime] | None:
        links, bot = app.firm.deep_links, app.channels.get("telegram")
        if links and links.name() is None and isinstance(bot, TelegramChannel):
            await bot.known_as()
        if links is None or (name := links.name()) is None:
            return None
        now = app.clock.now()
        token, until = await app.store.write(lambda tx: put_customer_link(tx, links, customer_id, now))
        return link_to(name, token), until

    config = app.config
    sms, telegram = app.channels.get("sms"), app.channels.get("telegram")
    secret = config.telegram.webhook_secret if config.telegram and config.telegram.mode == "webhook" else None
    token = config.web.api_token

    def api() -> ASGIApp:
        from bot.web.api import build_api

        return build_api(
            app.service,
            token=token.get_secret_value() if token else "",
            max_body=config.limits.max_api_body,
            score=score,
            story=story,
            link=link,
        )

    return Starlette(
        routes=[
            *webhook_routes(
                app.service,
                sms=sms if isinstance(sms, SmsChannel) else None,
                telegram=telegram if isinstance(telegram, TelegramChannel) else None,
                secret=secret.get_secret_value() if secret else "",
                max_body=config.limits.max_body,
                others=[channel for channel in app.channels.values() if channel not in (sms, telegram)],
            ),
            *health_routes(app),
            Route(
                "/api/{path:path}", _OnFirstUse(api)
            ),  # not mounted, so that its description names whole paths
        ]
    )


class _OnFirstUse:
    """An application that is built, on another thread, when the first request for it comes: its library starts slowly."""

    def __init__(self, build: Callable[[], ASGIApp]) -> None:
        self._build = build
        self._building = asyncio.Lock()
        self._built: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._building:
            if self._built is None:
                self._built = await asyncio.to_thread(self._build)
        await self._built(scope, receive, send)
