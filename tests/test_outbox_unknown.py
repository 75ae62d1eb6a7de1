"""SMS of unknown outcome: Twilio is asked afterwards; found is asked, surely absent is sent once more and never twice."""

import asyncio
import random

import pytest

from bot.channels.base import Timeouts
from tests.e2e.inside import Whole, whole
from tests.fakes.loopback import Misbehaviour, Reply
from tests.fakes.telegram import FakeTelegram
from tests.fakes.twilio import FakeTwilio

PHONE = "+37255550101"


@pytest.fixture
def quiet(twilio: FakeTwilio) -> FakeTwilio:
    """A Twilio whose status callbacks do not reach us: nobody listens."""
    twilio.webhooks.app_url = ""
    return twilio


def by_service(service: Whole, twilio: FakeTwilio) -> None:
    """Let Twilio live on the service's time."""
    twilio.messages._now = service.clock.now


async def test_a_send_whose_answer_was_lost_is_found_by_listing_and_asked_once(quiet: FakeTwilio) -> None:
    async with whole(None, quiet) as service:
        by_service(service, quiet)
        quiet.fail(Misbehaviour.RESET, accepted=True)
        await service.visit("v-1", phone=PHONE)
        await service.pass_time()
        assert await service.state("v-1") == ("unknown", None)
        await service.minutes(1)
        assert await service.state("v-1") == ("asked", None)
        await service.minutes(60, each=5)
        assert len(quiet.sent) == 1


async def test_a_send_that_surely_never_arrived_is_sent_once_more(quiet: FakeTwilio) -> None:
    async with whole(None, quiet) as service:
        by_service(service, quiet)
        quiet.fail(Misbehaviour.RESET)
        await service.visit("v-1", phone=PHONE)
        await service.minutes(4)
        assert (await service.state("v-1"), quiet.sent) == (("unknown", None), [])
        await service.minutes(4)
        assert (await service.state("v-1"), len(quiet.sent)) == (("asked", None), 1)


async def test_what_never_arrived_twice_is_not_sent_a_third_time(quiet: FakeTwilio) -> None:
    async with whole(None, quiet) as service:
        by_service(service, quiet)
        quiet.fail(Misbehaviour.RESET, times=None)
        await service.visit("v-1", phone=PHONE)
        await service.minutes(60)
        assert await service.state("v-1") == ("failed", "absent")
        attempts = await service.rows("SELECT kind FROM outbox WHERE kind = 'invitation'")
        assert len(attempts) == 2


async def test_an_invitation_that_never_arrived_is_judged_anew_before_it_is_sent_again(
    quiet: FakeTwilio,
) -> None:
    async with whole(None, quiet) as service:
        by_service(service, quiet)
        quiet.fail(Misbehaviour.RESET)
        await service.visit("v-1", "c-1", phone=PHONE)
        await service.pass_time()
        person = await service.app.store.write(lambda tx: tx.people.resolve("c-1", {}))
        await service.app.store.write(lambda tx: tx.people.opt_out(person, service.clock.now(), "stop"))
        await service.minutes(10)
        assert (await service.state("v-1"), quiet.sent) == (("suppressed", "opted_out"), [])


async def test_the_reply_to_an_invitation_of_unknown_outcome_is_an_answer(twilio: FakeTwilio) -> None:
    async with whole(None, twilio, listens=True) as service:
        twilio.statuses = ()
        twilio.fail(Misbehaviour.HANG, accepted=True)
        await service.visit("v-1", phone=PHONE)
        await service.pass_time()
        assert await service.state("v-1") == ("unknown", None)
        await twilio.text(PHONE, "9 quick and friendly")
        await service.pass_time()
        assert await service.state("v-1") == ("answered", None)


async def test_a_status_callback_tells_of_a_send_whose_answer_was_lost(twilio: FakeTwilio) -> None:
    async with whole(None, twilio, listens=True) as service:
        twilio.fail(Misbehaviour.RESET, accepted=True)
        await service.visit("v-1", phone=PHONE)
        await service.pass_time()
        assert await service.state("v-1") == ("asked", None)


async def test_a_status_callback_that_comes_before_the_answer_of_the_send_counts(twilio: FakeTwilio) -> None:
    patient = Timeouts(connect=5, write=5, read=10, total=15)  # the send waits for our own webhook
    async with whole(None, twilio, listens=True, timeouts=patient) as service:
        twilio.early = True
        await service.visit("v-1", phone=PHONE)
        await service.pass_time()
        assert await service.state("v-1") == ("asked", None)
        (row,) = await service.rows("SELECT state, provider_status, provider_id FROM outbox")
        assert row == {"state": "sent", "provider_status": "delivered", "provider_id": twilio.sent[0].sid}


@pytest.mark.parametrize("seed", range(4))
async def test_status_callbacks_only_move_a_message_forward(twilio: FakeTwilio, seed: int) -> None:
    async with whole(None, twilio, listens=True) as service:
        twilio.statuses = ("queued", "sending", "sent", "delivered")
        twilio.shuffle = random.Random(seed)
        await service.visit("v-1", phone=PHONE)
        await service.pass_time()
        (row,) = await service.rows("SELECT state, provider_status FROM outbox")
        assert row == {"state": "sent", "provider_status": "delivered"}


async def test_a_number_found_unknown_afterwards_is_not_used_again(
    telegram: FakeTelegram, twilio: FakeTwilio
) -> None:
    async with whole(telegram, twilio, listens=True) as service:
        twilio.outcomes[PHONE] = ("undelivered", 30005)
        await service.visit("v-1", "c-1", phone=PHONE)
        await service.pass_time()
        assert await service.state("v-1") == ("failed", "30005")
        assert await service.rows("SELECT * FROM asked_tallies WHERE n <> 0") == []
        await service.visit("v-2", "c-1", phone=PHONE)
        assert await service.state("v-2") == ("suppressed", "no_address")


async def test_a_number_found_unknown_afterwards_leads_to_telegram(
    telegram: FakeTelegram, twilio: FakeTwilio
) -> None:
    async with whole(telegram, twilio, listens=True, asking={"channels": ["sms", "telegram"]}) as service:
        await service.link("c-1", 7001, PHONE)
        twilio.outcomes[PHONE] = ("failed", 30006)
        await service.visit("v-1", "c-1", phone=PHONE)
        await service.pass_time()
        await service.pass_time()
        assert await service.state("v-1") == ("asked", None)
        assert [message.chat_id for message in telegram.sent] == [7001]


@pytest.mark.parametrize("code", [30001, 30003, 30036])
async def test_a_phone_that_was_off_is_asked_once_more_later(twilio: FakeTwilio, code: int) -> None:
    async with whole(None, twilio, listens=True) as service:
        twilio.outcomes[PHONE] = ("undelivered", code)
        await service.visit("v-1", phone=PHONE)
        await service.pass_time()
        assert await service.state("v-1") == ("planned", None)
        assert await service.rows("SELECT * FROM asked_tallies WHERE n <> 0") == []
        await service.minutes(110, each=10)
        assert len(twilio.sent) == 1
        twilio.outcomes.clear()
        await service.minutes(20, each=10)
        assert (await service.state("v-1"), len(twilio.sent)) == (("asked", None), 2)
        await twilio.text(PHONE, "9")
        assert await service.state("v-1") == ("answering", None)


async def test_a_phone_that_stays_off_is_given_up_after_the_second_time(twilio: FakeTwilio) -> None:
    async with whole(None, twilio, listens=True) as service:
        twilio.outcomes[PHONE] = ("undelivered", 30003)
        await service.visit("v-1", phone=PHONE)
        await service.minutes(24 * 60, each=30)
        assert (await service.state("v-1"), len(twilio.sent)) == (("failed", "30003"), 2)
        assert await service.rows("SELECT * FROM asked_tallies WHERE n <> 0") == []


async def test_a_phone_that_was_off_is_judged_anew_before_it_is_asked_again(twilio: FakeTwilio) -> None:
    async with whole(None, twilio, listens=True) as service:
        twilio.outcomes[PHONE] = ("undelivered", 30003)
        await service.visit("v-1", phone=PHONE)
        await service.pass_time()
        await twilio.text(PHONE, "STOP")
        await service.minutes(180, each=30)
        questions = [sms for sms in twilio.sent if "recommend" in sms.body]
        assert (await service.state("v-1"), len(questions)) == (("suppressed", "opted_out"), 1)


async def test_a_failure_without_a_reason_is_not_tried_again(twilio: FakeTwilio) -> None:
    async with whole(None, twilio, listens=True) as service:
        twilio.outcomes[PHONE] = ("undelivered", 30008)  # it may have been read
        await service.visit("v-1", phone=PHONE)
        await service.minutes(300, each=30)
        assert (await service.state("v-1"), len(twilio.sent)) == (("failed", "30008"), 1)


async def test_a_carrier_that_refuses_until_the_operator_acts_stops_the_sender_and_is_told_once(
    telegram: FakeTelegram, twilio: FakeTwilio
) -> None:
    telegram.known.add(42)
    async with whole(telegram, twilio, listens=True) as service:
        numbers = [f"+3725555{number:04d}" for number in range(20)]
        twilio.outcomes.update(dict.fromkeys(numbers, ("undelivered", 30034)))
        await service.visit("v-first", phone=numbers[0])
        await service.pass_time()
        for number in numbers[1:]:
            await service.visit(f"v-{number}", phone=number)
        await service.minutes(30)
        assert len(twilio.sent) == 1
        assert len(await service.alerts()) == 1
        twilio.outcomes.clear()
        await service.minutes(60)
        assert len(twilio.sent) == 20
        assert len(await service.alerts()) == 1


async def test_a_late_status_of_a_failed_try_changes_nothing_for_the_answered_visit(
    twilio: FakeTwilio,
) -> None:
    async with whole(None, twilio, listens=True) as service:
        await service.visit("v-1", phone=PHONE)
        await service.pass_time()
        await twilio.text(PHONE, "9 quick and friendly")
        await service.pass_time()
        sent = twilio.sent[0]
        form = {
            "MessageSid": sent.sid, "MessageStatus": "undelivered", "ErrorCode": "30003", "To": PHONE,
            "From": twilio.number, "AccountSid": twilio.account_sid,
        }  # fmt: skip
        status = await twilio.webhooks.post(sent.params["StatusCallback"], form, twilio.token, "late")
        assert status == 204
        assert await service.state("v-1") == ("answered", None)


async def test_a_thousand_callbacks_at_once_are_all_taken(twilio: FakeTwilio) -> None:
    async with whole(None, twilio, listens=True) as service:
        for number in range(60):
            await service.visit(f"v-{number}", phone=f"+3725555{number:04d}")
        await service.pass_time()
        await asyncio.gather(*(service.pass_time() for _ in range(3)))
        assert {status for _, status in twilio.webhooks.deliveries} == {204}
        delivered = await service.rows("SELECT 1 FROM outbox WHERE provider_status = 'delivered'")
        assert len(delivered) == 60


async def test_an_outage_of_the_listing_leaves_the_unknown_unknown(quiet: FakeTwilio) -> None:
    async with whole(None, quiet) as service:
        by_service(service, quiet)
        quiet.fail(Reply(500, b"oops"))
        await service.visit("v-1", phone=PHONE)
        await service.pass_time()
        await quiet._server.stop()
        await service.minutes(30, each=5)
        assert await service.state("v-1") == ("unknown", None)
