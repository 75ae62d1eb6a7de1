"""What becomes of a question by SMS, whatever Twilio answers; over real HTTP."""

import pytest

from tests.e2e.inside import Whole, whole
from tests.fakes.loopback import Answer, Misbehaviour, Reply
from tests.fakes.telegram import FakeTelegram
from tests.fakes.twilio import OPTED_OUT, TOO_MANY, FakeTwilio, twilio_error

PHONE = "+37255550101"


async def ask(
    service: Whole, twilio: FakeTwilio, answer: Answer, *, accepted: bool = False
) -> tuple[str, str | None]:
    """Let the next send be answered so; return what became of the visit."""
    twilio.fail(answer, accepted=accepted)
    await service.visit("v-1", phone=PHONE)
    await service.pass_time()
    return await service.state("v-1")


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (OPTED_OUT, ("failed", "opted_out")),
        (twilio_error(21211, "Invalid 'To' Phone Number"), ("failed", "21211")),
        (twilio_error(21614, "Not a mobile number"), ("failed", "21614")),
        (TOO_MANY, ("planned", None)),
        (twilio_error(21611, "Queue full", 429), ("planned", None)),
        (twilio_error(20003, "Authenticate", 401), ("planned", None)),
        (twilio_error(21408, "Permission to send an SMS has not been enabled"), ("planned", None)),
        (twilio_error(29999, "A code of tomorrow"), ("planned", None)),
        (Reply(503, b"busy"), ("planned", None)),
        (Reply(500, b"oops"), ("unknown", None)),
        (twilio_error(20500, "Internal error", 500), ("unknown", None)),
        (Misbehaviour.HANG, ("unknown", None)),
        (Misbehaviour.HALF, ("unknown", None)),
        (Misbehaviour.HALF_BODY, ("unknown", None)),
        (Misbehaviour.TRICKLE, ("unknown", None)),
        (Misbehaviour.RESET, ("unknown", None)),
        (Misbehaviour.CLOSE, ("unknown", None)),
        (Misbehaviour.GARBAGE, ("unknown", None)),
        (Misbehaviour.EMPTY, ("unknown", None)),
        (Misbehaviour.ERROR_PAGE, ("unknown", None)),
    ],
    ids=str,
)
async def test_every_answer_has_its_state(
    twilio: FakeTwilio, answer: Answer, state: tuple[str, str | None]
) -> None:
    async with whole(None, twilio) as service:
        assert await ask(service, twilio, answer) == state


async def test_who_opted_out_at_twilio_is_not_asked_by_any_channel_again(
    telegram: FakeTelegram, twilio: FakeTwilio
) -> None:
    async with whole(telegram, twilio) as service:
        twilio.fail(OPTED_OUT)
        await service.visit("v-1", "c-1", phone=PHONE)
        await service.pass_time()
        await service.link("c-1", 7001, PHONE)
        await service.visit("v-2", "c-1", phone=PHONE)
        await service.pass_time(minutes=1)
        assert await service.state("v-1") == ("failed", "opted_out")
        assert await service.state("v-2") == ("suppressed", "opted_out")
        assert (twilio.sent, telegram.sent) == ([], [])


async def test_a_refused_question_counts_neither_as_asked_nor_against_the_cap(twilio: FakeTwilio) -> None:
    async with whole(None, twilio, asking={"min_gap": "90 days"}) as service:
        twilio.fail(twilio_error(29999, "once"))
        await service.visit("v-1", "c-1", phone=PHONE)
        await service.pass_time()
        assert await service.rows("SELECT * FROM asked_tallies WHERE n <> 0") == []
        await service.pass_time(minutes=5)
        assert await service.state("v-1") == ("asked", None)
        assert len(twilio.sent) == 1


async def test_an_unusable_number_leads_to_telegram_where_the_customer_has_it(
    telegram: FakeTelegram, twilio: FakeTwilio
) -> None:
    async with whole(telegram, twilio, asking={"channels": ["sms", "telegram"]}) as service:
        await service.link("c-1", 7001, PHONE)
        twilio.fail(twilio_error(21614, "Not a mobile number"))
        await service.visit("v-1", "c-1", phone=PHONE)
        await service.pass_time()
        await service.pass_time()
        assert await service.state("v-1") == ("asked", None)
        assert [message.chat_id for message in telegram.sent] == [7001]


async def test_a_code_of_tomorrow_is_tried_a_few_times_and_then_no_more(twilio: FakeTwilio) -> None:
    async with whole(None, twilio) as service:
        twilio.fail(twilio_error(29999, "A code of tomorrow"), times=None)
        await service.visit("v-1", phone=PHONE)
        await service.minutes(120, each=2)
        assert await service.state("v-1") == ("failed", "29999")
        attempts = await service.rows("SELECT state, code FROM outbox")
        assert attempts == [{"state": "failed", "code": "29999"}] * 5
        assert await service.alerts() == []


async def test_one_who_cannot_be_reached_holds_up_nobody(twilio: FakeTwilio) -> None:
    async with whole(None, twilio) as service:
        twilio.fail(twilio_error(29999, "not this one"), to="+37255550199", times=None)
        for number in range(5):
            await service.visit(
                f"v-{number}", phone="+37255550199" if number == 0 else f"+3725555010{number}"
            )
        await service.pass_time()
        assert {message.to for message in twilio.sent} == {f"+3725555010{number}" for number in range(1, 5)}
