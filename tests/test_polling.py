"""Our own polling: nothing is confirmed before it is stored, and nothing that goes wrong ends it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.channels.telegram import TelegramChannel
from bot.clock import SystemClock, VirtualClock
from bot.polling import TelegramPolling
from tests.e2e.inside import Whole, whole
from tests.e2e.process import until
from tests.fakes.loopback import Misbehaviour
from tests.fakes.telegram import FakeTelegram, telegram_error
from tests.fakes.twilio import FakeTwilio


def polling(service: Whole) -> TelegramPolling:
    channel = service.app.channels["telegram"]
    assert isinstance(channel, TelegramChannel)
    return TelegramPolling(service.app.service, channel, service.app.clock, long_poll=0)


@asynccontextmanager
async def running(service: Whole) -> AsyncIterator[asyncio.Event]:
    """Poll until the block ends; it must end at once."""
    stopping = asyncio.Event()
    task = asyncio.create_task(polling(service).run(stopping))
    yield stopping
    stopping.set()
    async with asyncio.timeout(5):
        await task


async def inbox(service: Whole) -> list[str]:
    return [
        row["external_id"] for row in await service.rows("SELECT external_id FROM inbox ORDER BY inbox_id")
    ]


async def test_an_update_is_confirmed_only_after_it_is_stored(telegram: FakeTelegram, tmp_path: Path) -> None:
    async with whole(telegram, store=f"sqlite:///{tmp_path / 'askwhy.db'}") as service:
        poll = polling(service)
        updates = [telegram.say(7001, str(number)) for number in range(3)]
        assert await poll.step() == 3
        assert list(telegram.updates.pending) == updates  # stored, not confirmed yet
        assert await inbox(service) == [str(number) for number in updates]
        assert await poll.step() == 0
        assert list(telegram.updates.pending) == []


async def test_a_poller_that_starts_anew_takes_each_update_once(telegram: FakeTelegram) -> None:
    async with whole(telegram) as service:
        updates = [telegram.say(7001, str(number)) for number in range(3)]
        await polling(service).step()
        assert await polling(service).step() == 3
        assert await inbox(service) == [str(number) for number in updates]


async def test_after_a_week_of_silence_smaller_ids_are_heard_as_well(telegram: FakeTelegram) -> None:
    async with whole(telegram) as service:
        poll = polling(service)
        telegram.say(7001, "hello")
        await poll.step()
        await poll.step()
        telegram.updates._ids = iter(range(1000, 2000))  # type: ignore[assignment]
        telegram.say(7001, "again")
        assert await poll.step() == 1
        assert (await inbox(service))[-1] == "1000"


async def test_updates_of_one_chat_are_stored_in_their_order(telegram: FakeTelegram) -> None:
    async with whole(telegram) as service:
        updates = [telegram.say(7001 + number % 3, str(number)) for number in range(250)]
        poll = polling(service)
        while await poll.step():
            pass
        assert await inbox(service) == [str(number) for number in updates]


async def test_polling_survives_whatever_telegram_answers(
    telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.polling.PAUSES", (0.01,))
    async with whole(telegram, clock=SystemClock()) as service:
        telegram.poll_faults = [Misbehaviour.RESET, Misbehaviour.GARBAGE, telegram_error(502, "Bad Gateway")]
        async with running(service):
            update = telegram.say(7001, "9")
            await until(lambda: not telegram.updates.pending, "the update")
        assert await inbox(service) == [str(update)]


async def test_a_webhook_that_was_set_before_is_taken_away(telegram: FakeTelegram) -> None:
    telegram.updates.webhook = "https://old.example.com"
    async with whole(telegram, clock=SystemClock()) as service, running(service):
        telegram.say(7001, "9")
        await until(lambda: not telegram.updates.pending, "the update")
        assert telegram.updates.webhook == ""


async def test_stopping_does_not_wait_for_a_long_poll(telegram: FakeTelegram) -> None:
    async with whole(telegram, clock=SystemClock()) as service:
        channel = service.app.channels["telegram"]
        assert isinstance(channel, TelegramChannel)
        stopping = asyncio.Event()
        poll = TelegramPolling(service.app.service, channel, service.app.clock, long_poll=25)
        task = asyncio.create_task(poll.run(stopping))
        await until(lambda: telegram.updates.waiting, "the long poll")
        stopping.set()
        async with asyncio.timeout(5):
            await task


async def test_a_wrong_token_is_told_once_by_the_other_channel(
    telegram: FakeTelegram, twilio: FakeTwilio
) -> None:
    async with whole(telegram, twilio) as service:
        telegram.token = "999:another"
        stopping = asyncio.Event()
        task = asyncio.create_task(polling(service).run(stopping))
        await until(lambda: _asleep(service.clock), "the first failure")
        for _ in range(10):
            await service.pass_time(minutes=1)
            await until(lambda: _asleep(service.clock), "the next failure")
        stopping.set()
        await task
        assert len(await service.alerts()) == 1
        assert [message.to for message in twilio.sent] == ["+37255550142"]


def _asleep(clock: VirtualClock) -> bool:
    return clock.next_wake() is not None
