"""Webhooks: is it really the provider, store what it brings, and only then say so.

Who cannot prove to be the provider gets 403 and leaves no trace. What could not be stored gets 503, so that the
provider comes again; a message that comes again changes nothing, because the store knows its id for ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.channels.base import Channel, Hears
from bot.channels.signatures import TELEGRAM_SECRET, same_secret
from bot.channels.sms import SmsChannel
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_updates import decode_update
from bot.clock import Clock
from bot.logs import bind
from bot.metrics import WEBHOOK_SECONDS
from bot.service import Service
from bot.web.bodies import BodyTooLargeError, BodyTooSlowError, read_body
from storage.base import StoreError

log = structlog.get_logger(__name__)

PATIENCE = 8.0
"""Seconds for the body and the store together; the provider gives up after 10 to 15."""

NOTHING_TO_SAY = "<Response/>"
"""Twilio's empty answer: replies go out by REST, through the outbox."""

Handler = Callable[[Request, bytes], Awaitable[Response]]


def webhook_routes(
    service: Service,
    *,
    sms: SmsChannel | None,
    telegram: TelegramChannel | None,
    secret: str,
    max_body: int,
    others: Sequence[Channel] = (),
) -> list[Route]:
    """Return the routes of the channels that are on; `secret` is Telegram's webhook secret, empty when it polls."""
    routes = []
    if sms is not None:
        routes.append(_route("/webhooks/sms", _inbound_sms(service, sms), max_body, service.clock))
        routes.append(_route("/webhooks/sms/status", _status_sms(service, sms), max_body, service.clock))
    if telegram is not None and secret:
        routes.append(
            _route("/webhooks/telegram", _telegram(service, telegram, secret), max_body, service.clock)
        )
    for channel in others:
        if isinstance(channel, Hears):
            path = f"/webhooks/{channel.name}"
            routes.append(_route(path, _posted(service, channel), max_body, service.clock))
            routes.append(Route(path, _proof(channel), methods=["GET"]))
    return routes


def _inbound_sms(service: Service, channel: SmsChannel) -> Handler:
    async def answer(request: Request, body: bytes) -> Response:
        inbound = channel.read_inbound(_raw_path(request), _raw_query(request), request.headers, body)
        if inbound is None:
            return Response(status_code=403)
        await service.on_inbound(inbound)
        return Response(NOTHING_TO_SAY, media_type="application/xml")

    return answer


def _status_sms(service: Service, channel: SmsChannel) -> Handler:
    async def answer(request: Request, body: bytes) -> Response:
        update = channel.read_status(_raw_path(request), _raw_query(request), request.headers, body)
        if update is None:
            return Response(status_code=403)
        with bind(message_id=update.provider_id):
            await service.on_status(update)
        return Response(status_code=204)

    return answer


def _telegram(service: Service, channel: TelegramChannel, secret: str) -> Handler:
    async def answer(request: Request, body: bytes) -> Response:
        if not same_secret(request.headers.get(TELEGRAM_SECRET), secret):
            return Response(status_code=403)
        update = decode_update(body)
        if update is None:
            return Response("The body is no JSON object.", status_code=400)
        inbound = channel.parse_update(update)
        if inbound is not None:
            await service.on_inbound(inbound)
        return Response(status_code=200)

    return answer


def _posted(service: Service, channel: Hears) -> Handler:
    async def answer(request: Request, body: bytes) -> Response:
        inbounds = channel.read_posted(_raw_query(request), request.headers, body)
        if inbounds is None:
            return Response(status_code=403)
        for inbound in inbounds:
            await service.on_inbound(inbound)
        return Response(status_code=200)

    return answer


def _proof(channel: Hears) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        proof = channel.answer_to_proof(request.query_params)
        return Response(status_code=403) if proof is None else PlainTextResponse(proof)

    return answer


def _route(path: str, handler: Handler, max_body: int, clock: Clock) -> Route:
    return Route(path, _Webhook(path, handler, max_body, clock), methods=["POST"])


class _Webhook:
    """An ASGI application of its own: what Starlette wraps around a plain function costs as much as reading a reply."""

    def __init__(self, path: str, handler: Handler, max_body: int, clock: Clock) -> None:
        self._path = path
        self._handler = handler
        self._max_body = max_body
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, status = self._clock.monotonic(), 500
        try:
            response = await self._answer(Request(scope, receive))
            status = response.status_code
        finally:
            WEBHOOK_SECONDS.labels(self._path, str(status)).observe(self._clock.monotonic() - began)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._handler(request, await read_body(request, self._max_body))
        except BodyTooLargeError:
            return Response("The body is too large.", status_code=413)
        except BodyTooSlowError:
            return Response("The body did not arrive in time.", status_code=408)
        except (StoreError, TimeoutError) as error:
            log.warning("not_stored", path=self._path, error=str(error) or "the store did not answer in time")
            return Response("Not stored; please come again.", status_code=503)


def _raw_query(request: Request) -> str:
    """As it came; `request.url`, which is put together first, takes twenty times as long."""
    raw: bytes = request.scope["query_string"]
    return raw.decode("ascii", "replace")


def _raw_path(request: Request) -> str:
    raw = request.scope.get("raw_path")
    return raw.decode("ascii", "replace") if isinstance(raw, bytes) else request.url.path
