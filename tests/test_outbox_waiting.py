"""What had to wait between its claim and its turn is looked at again: a stop, the window's end, a pause may have come."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from bot.bootstrap import build_app
from bot.config import Config
from bot.outbox import Dispatcher
from storage.sqlite import SqliteStore
from surveys.visits import Visit
from tests.e2e.asking_http import post_sms, sms_form
from tests.e2e.inside import ASKING, NOON, Whole, whole
from tests.e2e.process import until
from tests.fakes.twilio import FakeTwilio, twilio_error
from tests.faults.worker import Sms, opened

PHONE = "+37255550101"


class Turnstile:
    """A pace that lets nobody leave before `open_at`, and is asked about addresses."""

    def __init__(self) -> None:
        self.open_at = 0.0
        self.chats: dict[str, float] = {}

    def next_at(self, now: float, address: str) -> float:
        return max(now, self.open_at, self.chats.get(address, 0.0))

    def take(self, now: float, address: str) -> None:
        assert self.next_at(now, address) <= now

    def answered(self, left: float, now: float, address: str) -> None:
        assert left <= now

    def pause(self, until: float) -> None:
        self.open_at = max(self.open_at, until)


@asynccontextmanager
async def waiting(
    twilio: FakeTwilio, start: datetime = NOON, **sections: dict[str, str]
) -> AsyncIterator[tuple[Whole, Turnstile]]:
    """Make a service whose only due question is claimed, and waits three seconds for its turn."""
    async with whole(None, twilio, listens=True, start=start, asking=sections.get("asking", {})) as service:
        gate = Turnstile()
        dispatcher = dispatcher_of(service)
        dispatcher._pace = gate
        gate.chats[PHONE] = 3.0
        await service.visit("v-1", "c-1", phone=PHONE)
        await dispatcher.step()
        await until(lambda: service.clock.next_wake() is not None, "the message waits")
        assert await service.state("v-1") == ("asking", None)
        yield service, gate


def dispatcher_of(service: Whole) -> Dispatcher:
    return service.app.dispatchers["sms"]


async def move_on(service: Whole, seconds: float) -> None:
    """Let the message have its turn."""
    from datetime import timedelta

    await service.clock.advance(service.clock.now() + timedelta(seconds=seconds))
    await asyncio.gather(*dispatcher_of(service)._flying)


async def test_its_turn_comes_and_it_leaves(twilio: FakeTwilio) -> None:
    async with waiting(twilio) as (service, _):
        await move_on(service, 4)
        assert await service.state("v-1") == ("asked", None)


async def test_a_stop_that_came_meanwhile_wins(twilio: FakeTwilio) -> None:
    async with waiting(twilio) as (service, _):
        await post_sms(service, sms_form("SM1", "STOP"))
        await move_on(service, 4)
        assert twilio.sent == []
        assert await service.state("v-1") == ("suppressed", "opted_out")
        assert await service.rows("SELECT * FROM asked_tallies WHERE n <> 0") == []


async def test_a_window_that_closed_meanwhile_is_kept(twilio: FakeTwilio) -> None:
    just_before = datetime(2026, 11, 23, 18, 59, 58, tzinfo=ZoneInfo("Europe/Tallinn"))
    async with waiting(twilio, just_before, asking={"window": "10:00-18:59"}) as (service, _):
        await move_on(service, 4)
        assert (twilio.sent, await service.state("v-1")) == ([], ("planned", None))
        await service.minutes(24 * 60, each=30)
        assert await service.state("v-1") == ("asked", None)
        assert len(twilio.sent) == 1


async def test_a_pause_that_began_meanwhile_is_kept(twilio: FakeTwilio) -> None:
    async with waiting(twilio) as (service, _):
        wait = twilio_error(20429, "Too Many Requests", 429, **{"Retry-After": "60"})
        twilio.fail(wait, to="+37255550102")
        await service.visit("v-2", phone="+37255550102")
        await dispatcher_of(service).step()
        await until(lambda: dispatcher_of(service).rest.until, "the pause")
        await move_on(service, 4)
        assert (twilio.sent, await service.state("v-1")) == ([], ("planned", None))
        await service.pass_time(seconds=60)
        assert await service.state("v-1") == ("asked", None)


async def test_a_wait_that_would_be_long_gives_the_claim_back(twilio: FakeTwilio) -> None:
    async with whole(None, twilio) as service:
        gate = Turnstile()
        dispatcher_of(service)._pace = gate
        gate.chats[PHONE] = 40.0
        await service.visit("v-1", phone=PHONE)
        await service.pass_time()
        assert await service.state("v-1") == ("planned", None)
        assert await service.rows("SELECT 1 FROM outbox WHERE state = 'claimed'") == []
        await service.pass_time(seconds=41)
        assert await service.state("v-1") == ("asked", None)


async def test_nothing_is_claimed_long_before_the_sender_may_send(twilio: FakeTwilio) -> None:
    async with whole(None, twilio) as service:
        gate = Turnstile()
        dispatcher_of(service)._pace = gate
        gate.open_at = 2.0
        await service.visit("v-1", phone=PHONE)
        await service.pass_time()
        assert await service.state("v-1") == ("planned", None)
        await service.pass_time(seconds=2)
        assert await service.state("v-1") == ("asked", None)


@pytest.mark.parametrize("kind", ["help", "9"])
async def test_who_waits_for_an_answer_goes_before_who_is_asked(twilio: FakeTwilio, kind: str) -> None:
    async with whole(None, twilio, listens=True) as service:
        await service.visit("v-0", phone=PHONE)
        await service.pass_time()
        for number in range(1, 6):
            await service.visit(f"v-{number}", phone=f"+3725555020{number}")
        await post_sms(service, sms_form("SM1", kind))
        await service.pass_time()
        assert twilio.sent[1].to == PHONE


async def test_messages_to_one_customer_keep_their_order(twilio: FakeTwilio) -> None:
    async with whole(None, twilio, listens=True) as service:
        await service.visit("v-1", phone=PHONE)
        await service.pass_time()
        await post_sms(service, sms_form("SM1", "help"))
        await post_sms(service, sms_form("SM2", "9"))
        await post_sms(service, sms_form("SM3", "quick and friendly"))
        await service.pass_time()
        stored = [
            row["outbox_id"] for row in await service.rows("SELECT outbox_id FROM outbox ORDER BY outbox_id")
        ]
        attempts = [message.params["StatusCallback"].rpartition("=")[2] for message in twilio.sent]
        sent = [
            row["outbox_id"]
            for attempt in attempts
            for row in await service.rows(f"SELECT outbox_id FROM outbox WHERE attempt_id = '{attempt}'")
        ]
        assert sent == stored


async def test_no_more_is_claimed_ahead_than_a_tenth_of_a_second_of_sending(tmp_path: Path) -> None:
    """Or a reply would stand behind seconds of questions, and a kill would leave as many unknown."""
    sms = Sms()
    config = Config.model_validate(
        {
            "organisation": {"name": "Acme Auto"},
            "asking": ASKING,
            "sms": {
                "account_sid": "AC" + 32 * "0",
                "from_number": "+12025550100",
                "auth_token": SecretStr("hush-hush"),
                "messages_per_second": 20,
            },
        }
    )
    app = build_app(config, store=SqliteStore(tmp_path / "askwhy.db"), channels={"sms": sms})
    visits = [
        Visit(f"v-{n}", f"c-{n}", app.clock.now(), phone=f"+3725555{n:04d}", language="en") for n in range(60)
    ]
    stopping, most = asyncio.Event(), 0
    async with opened(app):
        await app.service.on_visits(visits)
        sending = asyncio.create_task(app.dispatchers["sms"].run(stopping))
        while len(sms.sent) < 20:
            row = await app.store.write(
                lambda tx: tx.db._connection.execute(
                    "SELECT count(*) AS n FROM outbox WHERE state = 'claimed'"
                ).fetchone()
            )
            most = max(most, row["n"])
            await asyncio.sleep(0.01)
        stopping.set()
        await sending
    assert 0 < most <= 5  # two of a batch, half a batch waiting, and those that leave at this moment
