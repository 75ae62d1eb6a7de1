"""A provider that refuses or is away: the sender rests, messages wait, the admins hear of it once, nobody is woken at night."""

import asyncio
import logging
import tracemalloc
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.channels.base import Decision, SendFailed
from bot.resting import Rest
from surveys.visits import Visit
from tests.e2e.inside import NOON, Whole, whole
from tests.fakes.loopback import Answer, Misbehaviour, Reply
from tests.fakes.telegram import FakeTelegram, telegram_error
from tests.fakes.twilio import TOO_MANY, FakeTwilio, twilio_error

TALLINN = ZoneInfo("Europe/Tallinn")


def phone(number: int) -> str:
    return f"+3725555{number:04d}"


async def visits(service: Whole, count: int) -> None:
    await asyncio.gather(*(service.visit(f"v-{number}", phone=phone(number)) for number in range(count)))


async def test_told_to_wait_a_sender_waits_that_long_and_then_sends_all(twilio: FakeTwilio) -> None:
    twilio.fail(twilio_error(20429, "Too Many Requests", 429, **{"Retry-After": "90"}))
    async with whole(None, twilio) as service:
        await visits(service, 3)
        await service.pass_time()
        sent = len(twilio.sent)
        await service.pass_time(seconds=88)
        assert len(twilio.sent) == sent
        await service.pass_time(seconds=3)
        assert len(twilio.sent) == 3
        assert {(await service.state(f"v-{number}"))[0] for number in range(3)} == {"asked"}


async def test_the_pause_outlives_a_restart(twilio: FakeTwilio, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'askwhy.db'}"
    twilio.fail(twilio_error(20429, "Too Many Requests", 429, **{"Retry-After": "90"}))
    async with whole(None, twilio, store=store) as service:
        await visits(service, 1)
        await service.pass_time()
    async with whole(None, twilio, store=store, start=NOON + timedelta(seconds=60)) as service:
        await service.pass_time()
        assert twilio.sent == []
        await service.pass_time(seconds=40)
        assert len(twilio.sent) == 1


async def test_one_channel_in_trouble_leaves_the_other_alone(
    telegram: FakeTelegram, twilio: FakeTwilio
) -> None:
    twilio.fail(Misbehaviour.HANG, times=None)
    async with whole(telegram, twilio) as service:
        await service.link("c-tg", 7001)
        await service.visit("v-sms", phone=phone(1))
        await service.visit("v-tg", "c-tg")
        await service.pass_time()
        assert await service.state("v-tg") == ("asked", None)
        assert await service.state("v-sms") == ("unknown", None)


@pytest.mark.parametrize(
    "answer",
    [Reply(503, b"busy"), TOO_MANY, twilio_error(20003, "Authenticate", 401)],
    ids=["503", "429", "401"],
)
async def test_hours_of_refusal_cost_few_attempts_one_alert_and_no_question(
    telegram: FakeTelegram, twilio: FakeTwilio, answer: Answer
) -> None:
    telegram.known.add(42)
    async with whole(telegram, twilio) as service:
        twilio.fail(answer, times=None)
        await visits(service, 30)
        await service.minutes(6 * 60)
        tries = await service.rows("SELECT count(*) AS n FROM outbox WHERE kind = 'invitation'")
        assert tries[0]["n"] < 30 + 80
        assert len(await service.alerts()) == 1
        assert [message.chat_id for message in telegram.sent] == [42]
        twilio.faults.clear()
        await service.minutes(20)
        assert {(await service.state(f"v-{number}"))[0] for number in range(30)} == {"asked"}
        assert len(twilio.sent) == 30
        assert len(await service.alerts()) == 1


async def test_a_provider_that_fails_for_hours_costs_few_questions_of_unknown_outcome(
    telegram: FakeTelegram, twilio: FakeTwilio
) -> None:
    telegram.known.add(42)
    async with whole(telegram, twilio) as service:
        twilio.fail(Reply(500, b"oops"), times=None)
        await service.visit("v-first", phone=phone(999))
        await service.pass_time()
        await visits(service, 100)
        await service.minutes(3 * 60)
        unknown = await service.rows("SELECT count(*) AS n FROM visits WHERE state = 'unknown'")
        assert unknown[0]["n"] < 50
        assert len(await service.alerts()) == 1


async def test_ten_thousand_wait_for_hours_in_bounded_memory(
    telegram: FakeTelegram, twilio: FakeTwilio
) -> None:
    telegram.known.add(42)
    async with whole(telegram, twilio) as service:
        await twilio._server.stop()
        now = service.clock.now()
        waiting = [Visit(f"v-{n}", f"c-{n}", now, phone=f"+372556{n:05d}") for n in range(10_000)]
        for start in range(0, 10_000, 500):
            await service.app.service.on_visits(waiting[start : start + 500])
        await service.minutes(60, each=5)
        logging.disable()  # what the tests keep of the log would grow
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        await service.minutes(4 * 60, each=10)
        grown = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
        logging.disable(logging.NOTSET)
        assert grown < 5_000_000
        assert len(asyncio.all_tasks()) < 100
        (tries,) = await service.rows("SELECT count(*) AS n FROM outbox WHERE kind = 'invitation'")
        assert tries["n"] < 150
        assert len(await service.alerts()) == 1
        (left,) = await service.rows("SELECT count(*) AS n FROM visits WHERE state = 'planned'")
        assert left["n"] == 10_000


async def test_after_an_outage_nobody_is_asked_at_night(telegram: FakeTelegram, twilio: FakeTwilio) -> None:
    start = datetime(2026, 11, 23, 17, 30, tzinfo=TALLINN)
    night = {"window": "10:00-19:00", "stale_after": "3 days"}
    async with whole(telegram, twilio, start=start, asking=night) as service:
        twilio.fail(Reply(503, b"busy"), times=None)
        await visits(service, 10)
        await service.minutes(4 * 60, each=5)
        twilio.faults.clear()
        await service.minutes(12 * 60, each=5)
        assert twilio.sent == []
        await service.minutes(2 * 60, each=5)
        assert len(twilio.sent) == 10


async def test_a_foreign_number_that_is_not_enabled_does_not_stop_the_others_for_long(
    telegram: FakeTelegram, twilio: FakeTwilio
) -> None:
    telegram.known.add(42)
    async with whole(telegram, twilio) as service:
        twilio.fail(twilio_error(21408, "not enabled"), to="+447700900123", times=None)
        await service.visit("v-abroad", phone="+447700900123")
        await service.pass_time()
        await visits(service, 5)
        await service.pass_time()
        assert twilio.sent == []
        await service.minutes(20)
        assert len(twilio.sent) == 5
        await service.minutes(24 * 60, each=10)
        assert await service.state("v-abroad") == ("failed", "21408")
        assert len(await service.alerts()) <= 2  # once a day


async def test_telegram_asks_for_a_pause_and_gets_it(telegram: FakeTelegram) -> None:
    telegram.fail(telegram_error(429, "Too Many Requests: retry after 45", retry_after=45))
    async with whole(telegram) as service:
        await service.link("c-1", 7001)
        await service.visit("v-1", "c-1")
        await service.pass_time()
        await service.pass_time(seconds=44)
        assert telegram.sent == []
        await service.pass_time(seconds=2)
        assert len(telegram.sent) == 1


def test_refusals_of_messages_under_way_together_are_one() -> None:
    rest = Rest()
    away = SendFailed(Decision.LATER, "no_connection", "No connection.")
    for _ in range(20):
        assert rest.after(away, NOON)
    assert rest.refusals == 1
    assert not rest.holds(NOON + timedelta(seconds=5))


def test_pauses_grow_and_end_with_the_first_message_that_gets_through() -> None:
    rest, now, pauses = Rest(), NOON, []
    away = SendFailed(Decision.UNKNOWN, "timeout", "No answer.")
    for _ in range(6):
        rest.after(away, now)
        assert rest.until
        pauses.append((rest.until - now).total_seconds())
        now = rest.until
    assert pauses == [5, 15, 60, 300, 300, 300]
    assert rest.got_through()
    assert not rest.holds(now)
    assert not rest.got_through()


def test_a_pause_is_never_longer_than_a_day() -> None:
    rest = Rest()
    rest.after(SendFailed(Decision.LATER, "429", "Wait.", retry_after=9_999_999), NOON)
    assert rest.until == NOON + timedelta(days=1)
