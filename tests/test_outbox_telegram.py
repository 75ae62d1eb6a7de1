"""What becomes of a question in Telegram, whatever Telegram answers; over real HTTP."""

import pytest

from tests.e2e.inside import Whole, whole
from tests.fakes.loopback import Answer, Misbehaviour, Reply
from tests.fakes.telegram import BLOCKED, FakeTelegram, telegram_error
from tests.fakes.twilio import FakeTwilio

CHAT = 7001


async def ask(service: Whole, visit_id: str = "v-1") -> tuple[str, str | None]:
    await service.link("c-1", CHAT)
    await service.visit(visit_id, "c-1")
    await service.pass_time()
    return await service.state(visit_id)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (BLOCKED, ("failed", "opted_out")),
        (telegram_error(403, "Forbidden: user is deactivated"), ("failed", "deactivated")),
        (telegram_error(400, "Bad Request: chat not found"), ("failed", "chat_not_found")),
        (telegram_error(401, "Unauthorized"), ("planned", None)),
        (telegram_error(429, "Too Many Requests: retry after 30", retry_after=30), ("planned", None)),
        (telegram_error(400, "Bad Request: what nobody knows yet"), ("planned", None)),
        (Reply(503, b"busy"), ("planned", None)),
        (Reply(500, b"oops"), ("unknown", None)),
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
    telegram: FakeTelegram, answer: Answer, state: tuple[str, str | None]
) -> None:
    telegram.fail(answer)
    async with whole(telegram) as service:
        assert await ask(service) == state


@pytest.mark.parametrize("answer", [Misbehaviour.HANG, Misbehaviour.RESET, Reply(500, b"oops")], ids=str)
async def test_an_invitation_of_unknown_outcome_is_never_sent_again_and_its_answer_counts(
    telegram: FakeTelegram, answer: Answer
) -> None:
    telegram.fail(answer, accepted=True)
    async with whole(telegram, listens=True) as service:
        assert await ask(service) == ("unknown", None)
        await service.minutes(24 * 60, each=30)
        assert await service.state("v-1") == ("unknown", None)
        assert len(telegram.sent) == 1
        question = telegram.sent[0]
        update = telegram.press(CHAT, question.message_id, question.buttons[1][3])
        telegram.updates.webhook, telegram.updates.secret = f"{service.url}/webhooks/telegram", secret()
        assert await telegram.updates.deliver(update) == 200
        await service.pass_time()
        assert await service.state("v-1") == ("answering", None)


async def test_the_next_question_of_unknown_outcome_is_sent_once_more(telegram: FakeTelegram) -> None:
    async with whole(telegram, listens=True) as service:
        await ask(service)
        telegram.updates.webhook, telegram.updates.secret = f"{service.url}/webhooks/telegram", secret()
        assert await telegram.updates.deliver(telegram.say(CHAT, "9")) == 200
        telegram.fail(Misbehaviour.RESET, accepted=True, times=None)
        await service.minutes(60)
        assert len(telegram.sent) == 1 + 2
        assert telegram.sent[1].text == telegram.sent[2].text


async def test_blocked_in_telegram_means_no_question_by_sms_either(
    telegram: FakeTelegram, twilio: FakeTwilio
) -> None:
    telegram.fail(BLOCKED)
    async with whole(telegram, twilio) as service:
        await service.link("c-1", CHAT, "+37255550101")
        assert await ask(service) == ("failed", "opted_out")
        assert await ask(service, "v-2") == ("suppressed", "opted_out")
        assert twilio.sent == []


async def test_a_chat_that_is_not_there_leads_to_sms_where_the_customer_has_a_phone(
    telegram: FakeTelegram, twilio: FakeTwilio
) -> None:
    telegram.fail(telegram_error(400, "Bad Request: chat not found"))
    async with whole(telegram, twilio) as service:
        await service.link("c-1", CHAT, "+37255550101")
        assert await ask(service) == ("asked", None)
        assert [message.to for message in twilio.sent] == ["+37255550101"]


async def test_staff_in_a_group_that_became_a_supergroup_are_answered_there(telegram: FakeTelegram) -> None:
    old, new = -4001, -1004001
    telegram.known |= {old, new, 42}
    telegram.migrated[old] = new
    async with whole(telegram, listens=True, staff={"telegram_groups": [old, new]}) as service:
        telegram.updates.webhook, telegram.updates.secret = f"{service.url}/webhooks/telegram", secret()
        await telegram.updates.deliver(telegram.say(old, "/score", user_id=42))
        await service.minutes(2)
        assert {message.chat_id for message in telegram.sent} == {new, 42}
        assert "-1004001" in telegram.last(42).text


def secret() -> str:
    from tests.e2e.process import WEBHOOK_SECRET

    return WEBHOOK_SECRET
