"""Slow and greedy clients hurt only themselves; a store that does not take messages is said so in time."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import httpx
import pytest

from bot.web import bodies, server
from tests.e2e.asking_http import SECRET, SMS, TELEGRAM, post_sms, sms_form
from tests.e2e.inside import Whole, whole
from tests.e2e.process import until
from tests.fakes.telegram import FakeTelegram
from tests.fakes.twilio import FakeTwilio

HEAD = f"POST {SMS} HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\ncontent-type: text/plain\r\n\r\n".encode()


@pytest.fixture
async def service(telegram: FakeTelegram, twilio: FakeTwilio, tmp_path: Path) -> AsyncIterator[Whole]:
    store = f"sqlite:///{tmp_path / 'askwhy.db'}"
    async with whole(telegram, twilio, listens=True, store=store) as running:
        yield running


@contextmanager
def locked(store: Path) -> Iterator[None]:
    """Hold the store as another program might."""
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


@asynccontextmanager
async def connections(
    service: Whole, count: int
) -> AsyncIterator[list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]:
    """Open plain connections to the service."""
    port = int(service.url.rpartition(":")[2])
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    try:
        yield opened
    finally:
        for _, writer in opened:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for _, writer in opened), return_exceptions=True)


async def test_while_the_store_is_locked_nothing_is_acknowledged_and_the_answer_comes_in_time(
    service: Whole, tmp_path: Path
) -> None:
    update = {
        "update_id": 1,
        "message": {"message_id": 1, "chat": {"id": 7, "type": "private"}, "text": "hi"},
    }
    began = time.monotonic()
    with locked(tmp_path / "askwhy.db"):
        async with service.client() as client:
            answers = await asyncio.gather(
                *(post_sms(service, sms_form(f"SM{number}")) for number in range(5)),
                client.post(TELEGRAM, json=update, headers=SECRET),
                client.get("/health"),
                client.post(
                    "/api/v1/visits",
                    json={"visit_id": "v", "customer_id": "c", "occurred_at": "2026-11-23T10:00"},
                ),
            )
    assert time.monotonic() - began < 10
    assert {answer.status_code for answer in answers} == {503}
    assert await service.rows("SELECT * FROM inbox") == []
    answers_after = [(await post_sms(service, sms_form(f"SM{number}"))).status_code for number in range(5)]
    assert answers_after == [200] * 5
    assert len(await service.rows("SELECT * FROM inbox")) == 5


async def test_a_body_that_does_not_come_is_not_waited_for(
    service: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "TIME_LIMIT", 0.3)
    async with connections(service, 3) as opened:
        for _, writer in opened:
            writer.write(HEAD + b"Bo")
        for reader, _ in opened:
            async with asyncio.timeout(20):
                assert b" 408 " in await reader.readline()


async def test_a_connection_that_says_nothing_or_never_ends_its_head_is_closed(
    service: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "HEAD_TIME", 0.3)
    async with connections(service, 3) as opened:
        for (_, writer), said in zip(opened, (b"", b"POST /webh", HEAD[:-2]), strict=True):
            writer.write(said)
        for reader, _ in opened:
            async with asyncio.timeout(20):
                assert await reader.read() == b""


async def test_connections_beyond_the_limit_are_closed_and_the_others_are_served(
    service: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 5)
    async with connections(service, 8) as opened:
        closed = 0
        for reader, _ in opened[5:]:
            async with asyncio.timeout(20):
                closed += await reader.read() == b""
        assert closed == 3
        reader, writer = opened[0]
        writer.write(HEAD + b"x" * 50)
        async with asyncio.timeout(20):
            assert b" 403 " in await reader.readline()
    await until(lambda: post_works(service), "a free connection")


async def post_works(service: Whole) -> bool:
    try:
        return (await post_sms(service, sms_form("SM1"))).status_code == 200
    except httpx.TransportError:
        return False


async def test_a_head_without_end_is_refused(service: Whole) -> None:
    async with connections(service, 1) as [(reader, writer)]:
        writer.write(HEAD[:-2] + b"x-more: " + b"y" * 40_000)
        async with asyncio.timeout(20):
            assert b" 400 " in await reader.readline()


async def test_two_hundred_slow_connections_do_not_hurt_honest_requests(service: Whole) -> None:
    stop = asyncio.Event()

    async def trickle(writer: asyncio.StreamWriter, said: bytes) -> None:
        for byte in said:
            if stop.is_set() or writer.is_closing():
                return
            writer.write(bytes([byte]))
            await asyncio.sleep(0.25)

    async def honest(first: int) -> list[float]:
        took = []
        for number in range(first, first + 40):
            began = time.monotonic()
            assert (await post_sms(service, sms_form(f"SM{number}"))).status_code == 200
            took.append(time.monotonic() - began)
        return sorted(took)

    alone = await honest(0)
    async with connections(service, 200) as opened:
        slow = [asyncio.create_task(trickle(writer, HEAD + b"x" * 50)) for _, writer in opened]
        beside = await honest(100)
        stop.set()
        await asyncio.gather(*slow)
    assert beside[len(beside) // 2] < max(10 * alone[len(alone) // 2], 0.5)


async def test_requests_that_were_begun_are_answered_when_the_service_stops(
    telegram: FakeTelegram, twilio: FakeTwilio, tmp_path: Path
) -> None:
    async with whole(telegram, twilio, listens=True, store=f"sqlite:///{tmp_path / 'askwhy.db'}") as service:
        posts = [asyncio.create_task(post_sms(service, sms_form(f"SM{number}"))) for number in range(20)]
        await until(lambda: any(post.done() for post in posts), "the first answer")
    answered = [post for post in posts if post.done() and post.exception() is None]
    for post in posts:
        post.cancel()
    await asyncio.gather(*posts, return_exceptions=True)
    with closing(sqlite3.connect(tmp_path / "askwhy.db")) as store:
        stored = store.execute("SELECT count(*) FROM inbox").fetchone()[0]
    assert len([post for post in answered if post.result().status_code == 200]) <= stored
