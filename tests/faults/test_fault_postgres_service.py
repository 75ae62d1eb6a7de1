"""F8 to F10 on PostgreSQL, web and workers apart: the server restarts, is away, hangs. Webhooks are refused in time, work
resumes by itself, nothing acknowledged is lost; a worker that dies is replaced within seconds, and one person's messages keep
their order through whichever process they come.
"""

import asyncio
import itertools
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import psycopg
import pytest

from tests.e2e.process import Apart, Askwhy, until
from tests.fakes.postgres import PostgresServer
from tests.fakes.telegram import FakeTelegram
from tests.fakes.twilio import FakeTwilio
from tests.faults.people import PATIENT, phone, until_health
from tests.faults.sound import acknowledged, assert_service_sound, scores

Make = Callable[..., Askwhy]

DEADLINE = 10.0
"""Seconds within which every webhook is answered."""


def on(url: str, more: str = "") -> str:
    return f'[storage]\nurl = "{url}"\n{more}'


def visits(count: int, first: int = 0) -> list[dict[str, str]]:
    now = datetime.now(UTC).isoformat()
    return [
        {"visit_id": f"v{n}", "customer_id": f"c{n}", "occurred_at": now, "phone": phone(n)}
        for n in range(first, first + count)
    ]


@asynccontextmanager
async def restarts(postgres: PostgresServer, url: str) -> AsyncIterator[None]:
    await asyncio.to_thread(postgres.kill)
    await asyncio.to_thread(postgres.start)
    yield


@asynccontextmanager
async def is_away(postgres: PostgresServer, url: str) -> AsyncIterator[None]:
    await asyncio.to_thread(postgres.kill)
    yield
    await asyncio.to_thread(postgres.start)


@asynccontextmanager
async def hangs(postgres: PostgresServer, url: str) -> AsyncIterator[None]:
    with psycopg.connect(url) as connection:
        os.kill(postgres.pid, signal.SIGSTOP)  # first of all: no connection can come after the list
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        ).fetchall()
    frozen = [pid for (pid,) in rows]
    for pid in frozen:
        _signal(pid, signal.SIGSTOP)
    yield
    for pid in [postgres.pid, *frozen]:
        _signal(pid, signal.SIGCONT)


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # a connection that was just given back
        os.kill(pid, number)


@pytest.mark.parametrize("trouble", [restarts, is_away, hangs])
async def test_while_the_server_is_in_trouble_webhooks_are_refused_in_time_and_then_all_goes_on(
    askwhy: Make,
    twilio: FakeTwilio,
    postgres: PostgresServer,
    postgres_url: str,
    trouble: Callable[..., object],
) -> None:
    service = askwhy(Apart, telegram=None, twilio=twilio, more=on(postgres_url, PATIENT))
    await service.start()
    await service.visits(*visits(8))
    await until(lambda: len(twilio.sent) == 8, "the questions")
    slowest = 0.0

    async def writes(number: int) -> None:
        nonlocal slowest
        began = time.monotonic()
        await twilio.text(phone(number % 8), f"{number % 11} it went as it went")
        slowest = max(slowest, time.monotonic() - began)

    numbers = itertools.count()
    async with trouble(postgres, postgres_url):  # type: ignore[attr-defined]
        await asyncio.gather(*(writes(next(numbers)) for _ in range(24)))
    assert slowest < DEADLINE
    statuses = {status for what, status in twilio.webhooks.deliveries if " " not in what}
    assert statuses <= {200, 503}
    assert trouble is restarts or 503 in statuses
    await until_health(service, 200)
    for sid in {what for what, _ in twilio.webhooks.deliveries if " " not in what} - acknowledged(twilio):
        assert await twilio.redeliver(sid) == 200
    before = len(twilio.sent)
    await service.visits(*visits(3, 100))
    await until(
        lambda: {phone(n) for n in range(100, 103)} <= {one.to for one in twilio.sent[before:]}, "questions"
    )
    assert await service.stop() == 0
    await assert_service_sound(service, twilio)


async def test_another_worker_sends_and_polls_within_seconds_after_the_leading_one_is_killed(
    askwhy: Make, telegram: FakeTelegram, twilio: FakeTwilio, postgres_url: str
) -> None:
    service, leads, stands_by = (
        askwhy(telegram=telegram, twilio=twilio, more=on(postgres_url)) for _ in range(3)
    )
    await service.start("--role", "web")
    await leads.start("--role", "worker")
    await service.visits(*visits(1))
    await until(lambda: len(twilio.sent) == 1, "the first question")
    await stands_by.start("--role", "worker")
    telegram.start(7001)
    await until(lambda: len(telegram.sent) == 1, "a greeting")
    assert not [one for one in stands_by.records() if one["event"] in {"sent", "heard"}]

    await leads.kill()
    began = time.monotonic()
    await service.visits(*visits(1, 1))
    telegram.start(7002)
    await until(lambda: len(twilio.sent) == 2 and len(telegram.sent) == 2, "sent and heard by the other")
    assert time.monotonic() - began < DEADLINE
    await until(lambda: {one["event"] for one in stands_by.records()} >= {"sent", "heard"}, "told in its log")
    for one in (stands_by, service):
        assert await one.stop() == 0
    await assert_service_sound(service, twilio)


async def test_one_persons_messages_keep_their_order_through_two_processes(
    askwhy: Make, twilio: FakeTwilio, postgres_url: str
) -> None:
    twilio.statuses = ()  # they would come to the process that did not send
    services = [askwhy(telegram=None, twilio=twilio, more=on(postgres_url, PATIENT)) for _ in range(2)]
    for service in services:
        await service.start("--role", "all")
    people = 12
    await services[0].visits(*visits(people))
    await until(lambda: len(twilio.sent) == people, "the questions")
    turn = itertools.count()

    async def writes(number: int) -> None:
        for body in ("7", "I meant 3", "sorry, 9"):
            twilio.webhooks.app_url = services[next(turn) % 2].url
            await twilio.text(phone(number), body)

    await asyncio.gather(*(writes(number) for number in range(people)))
    assert await scores(postgres_url) == {f"v{number}": 9 for number in range(people)}
    for service in services:
        assert await service.stop() == 0
    await assert_service_sound(services[0], twilio)
