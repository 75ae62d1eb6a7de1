"""How each channel's samples are run: a request of the provider in, the requests that an Outgoing causes out."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from bot.channels.base import Channel, Outgoing
from bot.channels.console import ConsoleChannel
from bot.channels.signatures import SIGNATURE
from bot.channels.sms import SmsChannel, SmsSettings
from bot.channels.telegram import TelegramChannel, TelegramSettings
from bot.channels.telegram_updates import decode_update
from tests.fakes.loopback import Answer, Loopback, Reply, Request

Sample = dict[str, Any]
Requests = list[Sample]

BOT = "100200300:fake"
PUBLIC = "https://askwhy.example"


@dataclass(frozen=True, slots=True)
class Wire:
    """``read`` gives what a sample's request means, ``send`` what leaves for an Outgoing. No read: nobody writes in."""

    read: Callable[[Sample], Sample | None] | None
    send: Callable[[Outgoing], Awaitable[Requests]]


def read_telegram(request: Sample) -> Sample | None:
    update = decode_update(json.dumps(request["json"]).encode())
    channel = TelegramChannel(TelegramSettings(BOT))
    channel.username = "acme_asks_bot"
    inbound = channel.parse_update(update)
    return inbound.to_dict() if inbound else None


async def send_telegram(message: Outgoing) -> Requests:
    def build(url: str) -> Channel:
        return TelegramChannel(TelegramSettings(BOT, url, part_gap=0))

    result = {"message_id": 1, "date": 1, "chat": {"id": 7001, "type": "private"}}
    return await _recorded(build, Reply.of_json({"ok": True, "result": result}), message, f"/bot{BOT}/")


def _sms(api_base_url: str = "https://api.twilio.com", service: bool = False) -> SmsChannel:
    number = None if service else "+12025550100"
    settings = SmsSettings(
        "AC1", "fake", number, "MG1" if service else None, PUBLIC, api_base_url=api_base_url
    )
    return SmsChannel(settings)


def read_sms(request: Sample) -> Sample | None:
    channel, form = _sms(service="MessagingServiceSid" in request["form"]), request["form"]
    path, _, query = str(request["path"]).partition("?")
    headers = {
        SIGNATURE: RequestValidator("fake").compute_signature(f"{PUBLIC}{request['path']}", form),
        "content-type": "application/x-www-form-urlencoded",
    }
    body = urlencode(form).encode()
    if path.endswith("/status"):
        update = channel.read_status(path, query, headers, body)
        return {name: value for name in STATUS_FIELDS if (value := getattr(update, name, None)) is not None}
    inbound = channel.read_inbound(path, query, headers, body)
    return inbound.to_dict() if inbound else None


STATUS_FIELDS = ("attempt_id", "provider_id", "status", "rank", "code", "decision", "segments")


async def send_sms(message: Outgoing) -> Requests:
    created = Reply.of_json({"sid": "SM01", "num_segments": "1", "price": None}, 201)
    return await _recorded(_sms, created, message, "/2010-04-01/Accounts/AC1/")


async def send_console(message: Outgoing) -> Requests:
    channel = ConsoleChannel()
    await channel.send(message, "attempt-1")
    return [{"kept": sent.to_dict()} for sent in channel.sent]


async def _recorded(
    build: Callable[[str], Channel], answer: Reply, message: Outgoing, prefix: str
) -> Requests:
    """Send once to a server that takes everything, and tell what it was asked, paths without the prefix."""
    requests: Requests = []

    async def handle(request: Request) -> Answer:
        requests.append({"path": request.path.removeprefix(prefix), **_content(request)})
        return answer

    server = Loopback(handle)
    await server.start()
    channel = build(server.url)
    await channel.start()
    await channel.send(message, "attempt-1")
    await channel.close()
    await server.stop()
    return requests


def _content(request: Request) -> Sample:
    if not request.headers["content-type"].startswith("multipart/"):
        return {"form": request.form()}
    fields, files = request.multipart()
    return {"form": fields, "files": {name: content.decode("latin-1") for name, content in files.items()}}


WIRES: dict[str, Wire] = {
    "console": Wire(None, send_console),
    "telegram": Wire(read_telegram, send_telegram),
    "sms": Wire(read_sms, send_sms),
}
