"""Whatever the provider does instead of answering, send() ends in time with a decision that is never too hopeful."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.base import Channel, Decision, Outgoing, SendFailed, Timeouts
from bot.channels.sms import SmsChannel, SmsSettings
from bot.channels.telegram import TelegramChannel, TelegramSettings
from tests.fakes.loopback import Answer, Loopback, Misbehaviour, Reply, Request
from tests.fakes.telegram import TOKEN as BOT_TOKEN
from tests.fakes.twilio import ACCOUNT, NUMBER
from tests.fakes.twilio import TOKEN as AUTH_TOKEN

FAST = Timeouts(connect=0.3, write=0.3, read=0.3, total=0.5)
MESSAGE = Outgoing(address="+37255550101", text="How likely are you to recommend us?")


def telegram(url: str) -> Channel:
    return TelegramChannel(TelegramSettings(token=BOT_TOKEN, api_base_url=url, timeouts=FAST))


def sms(url: str) -> Channel:
    return SmsChannel(SmsSettings(ACCOUNT, AUTH_TOKEN, from_number=NUMBER, api_base_url=url, timeouts=FAST))


CHANNELS = pytest.mark.parametrize("build", [telegram, sms])


class Broken:
    """A server that always answers so, and counts how often it was asked."""

    def __init__(self) -> None:
        self.answer: Answer = Misbehaviour.HANG
        self.requests: list[Request] = []
        self.asked = asyncio.Event()
        self.server = Loopback(self._handle)

    async def _handle(self, request: Request) -> Answer:
        self.requests.append(request)
        self.asked.set()
        return self.answer


@pytest.fixture
async def broken() -> AsyncIterator[Broken]:
    broken = Broken()
    await broken.server.start()
    yield broken
    await broken.server.stop()


async def failure(channel: Channel) -> SendFailed:
    """Send once; it must fail, and within twice the time allowed."""
    await channel.start()
    began = time.monotonic()
    try:
        with pytest.raises(SendFailed) as caught:
            await channel.send(MESSAGE, "attempt-1")
    finally:
        await channel.close()
    assert time.monotonic() - began < 2 * FAST.total
    return caught.value


@CHANNELS
@pytest.mark.parametrize("how", list(Misbehaviour))
async def test_a_request_that_was_read_but_not_well_answered_has_an_unknown_outcome(
    build: Callable[[str], Channel], how: Misbehaviour, broken: Broken
) -> None:
    broken.answer = how
    failed = await failure(build(broken.server.url))
    assert failed.decision is Decision.UNKNOWN
    assert len(broken.requests) == 1, "the client retried by itself"


@CHANNELS
@pytest.mark.parametrize(
    ("status", "decision"),
    [
        (500, Decision.UNKNOWN),
        (502, Decision.UNKNOWN),
        (503, Decision.LATER),
        (504, Decision.UNKNOWN),
        (429, Decision.LATER),
        (401, Decision.OPERATOR),
        (302, Decision.LATER),
        (418, Decision.LATER),
    ],
)
async def test_a_bare_status_without_the_providers_json_is_decided_too(
    build: Callable[[str], Channel], status: int, decision: Decision, broken: Broken
) -> None:
    broken.answer = Reply(status, b"<html>nothing to see here</html>", {"location": "/elsewhere"})
    failed = await failure(build(broken.server.url))
    assert failed.decision is decision
    assert len(broken.requests) == 1


@CHANNELS
@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"null",
        b"7",
        b'"text"',
        b'{"result": 5}',
        b'{"ok": true, "result": null}',
        b'{"ok": true, "result": true}',
    ],
)
async def test_a_200_that_names_no_message_is_unknown(
    build: Callable[[str], Channel], body: bytes, broken: Broken
) -> None:
    broken.answer = Reply(200, body)
    assert (await failure(build(broken.server.url))).decision is Decision.UNKNOWN


SINCE = datetime(2026, 11, 16, tzinfo=UTC)
CALLS: dict[str, Callable[[Any], Awaitable[object]]] = {
    "telegram.verify": lambda bot: bot.verify(),
    "telegram.deep_link": lambda bot: bot.deep_link("token"),
    "telegram.poll": lambda bot: bot.poll(None, 0),
    "telegram.set_webhook": lambda bot: bot.set_webhook("https://feedback.example.com", "s"),
    "telegram.delete_webhook": lambda bot: bot.delete_webhook(),
    "telegram.edit": lambda bot: bot.send(replace(MESSAGE, edit_message_id="1"), "attempt-1"),
    "telegram.photo": lambda bot: bot.send(replace(MESSAGE, photo=b"PNG"), "attempt-1"),
    "sms.verify": lambda twilio: twilio.verify(),
    "sms.wrongly_set": lambda twilio: twilio.wrongly_set(),
    "sms.find_sent": lambda twilio: twilio.find_sent(MESSAGE, "attempt-1", SINCE),
    "sms.missed": lambda twilio: twilio.missed(SINCE),
}
"""Everything else that is ever asked of a provider."""


@pytest.mark.parametrize("what", CALLS)
@pytest.mark.parametrize("how", list(Misbehaviour))
async def test_whatever_is_asked_of_a_provider_ends_in_time(
    what: str, how: Misbehaviour, broken: Broken
) -> None:
    broken.answer = how
    build = telegram if what.startswith("telegram") else sms
    channel = build(broken.server.url)
    await channel.start()
    began = time.monotonic()
    with pytest.raises(SendFailed):
        await CALLS[what](channel)
    await channel.close()
    assert time.monotonic() - began < 4 * FAST.total


async def test_a_spinner_that_cannot_be_stopped_holds_up_the_answer_for_no_longer(broken: Broken) -> None:
    channel = telegram(broken.server.url)
    await channel.start()
    began = time.monotonic()
    await channel.send(Outgoing("7001", "", answer_callback="77"), "attempt-1")
    await channel.close()
    assert time.monotonic() - began < 4 * FAST.total


async def test_a_listing_without_end_ends(broken: Broken, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.sms.PAGES", 1)
    page = {
        "messages": [],
        "page": 0,
        "page_size": 50,
        "uri": "/x",
        "next_page_uri": "/2010-04-01/again.json",
    }
    broken.answer = Reply.of_json(page)
    patient = Timeouts(connect=2, write=2, read=2, total=2)
    channel = SmsChannel(
        SmsSettings(ACCOUNT, AUTH_TOKEN, from_number=NUMBER, api_base_url=broken.server.url, timeouts=patient)
    )
    await channel.start()
    with pytest.raises(SendFailed) as ended:
        await channel.missed(SINCE)
    assert ended.value.code == "timeout"
    assert len(broken.requests) > 1
    await channel.close()


@CHANNELS
async def test_a_refused_connection_is_safe_to_retry(build: Callable[[str], Channel]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        assert (await failure(build(url))).decision is Decision.LATER


@CHANNELS
async def test_a_name_that_does_not_resolve_is_safe_to_retry(build: Callable[[str], Channel]) -> None:
    assert (await failure(build("http://provider.invalid"))).decision is Decision.LATER


@CHANNELS
async def test_a_peer_without_tls_is_safe_to_retry(build: Callable[[str], Channel], broken: Broken) -> None:
    secure = broken.server.url.replace("http://", "https://")
    assert (await failure(build(secure))).decision is Decision.LATER
    assert broken.requests == []


@CHANNELS
async def test_a_peer_that_takes_no_connection_is_safe_to_retry(build: Callable[[str], Channel]) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        waiting = []
        for _ in range(4):  # fills the queue of connections that nobody accepts
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(address)
            waiting.append(client)
        assert (await failure(build(f"http://127.0.0.1:{address[1]}"))).decision is Decision.LATER
        for client in waiting:
            client.close()


@CHANNELS
async def test_a_hanging_send_does_not_hold_up_the_next_ones(
    build: Callable[[str], Channel], broken: Broken
) -> None:
    channel = build(broken.server.url)
    await channel.start()
    began = time.monotonic()
    results = await asyncio.gather(
        *(channel.send(MESSAGE, f"attempt-{n}") for n in range(50)), return_exceptions=True
    )
    await channel.close()
    assert time.monotonic() - began < 4 * FAST.total
    assert all(isinstance(result, SendFailed) for result in results)


@CHANNELS
async def test_cancelling_a_send_is_not_swallowed(build: Callable[[str], Channel], broken: Broken) -> None:
    channel = build(broken.server.url)
    await channel.start()
    task = asyncio.create_task(channel.send(MESSAGE, "attempt-1"))
    await broken.asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await channel.close()
