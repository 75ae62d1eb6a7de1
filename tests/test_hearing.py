"""What comes in: strangers, commands, groups, stops in any order, and machines that answer machines."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.channels.base import InboundKind
from surveys.states import State
from tests.hearing_world import BOB, BOB_CHAT, LIIS, LIIS_CHAT, ONE_DAY, OUR_NUMBER, world

NOTHING_OPEN = "There is no open question right now. Write FEEDBACK to tell us what you think, STOP to get no more questions."
STOPPED = "You will get no more questions from Acme Auto. To come back, write START."
BACK = "Welcome back! Acme Auto may ask for your opinion again."
HELP = "Acme Auto asks customers about their visit. Write FEEDBACK to tell us what you think, STOP to get no more questions."


async def test_a_stranger_gets_one_polite_answer_a_day() -> None:
    async with world() as w:
        assert await w.says("hello?", BOB) == [NOTHING_OPEN]
        assert await w.says("anybody there?", BOB) == []
        await w.passes(timedelta(hours=23))
        assert await w.says("hello?", BOB) == []
        await w.passes(timedelta(hours=2))
        assert await w.says("hello?", BOB) == [NOTHING_OPEN]


async def test_a_stranger_is_answered_in_the_language_of_the_chat() -> None:
    async with world() as w:
        (text,) = await w.says("привет", BOB_CHAT, language="ru")
        assert text.startswith("Сейчас открытых вопросов нет.")


async def test_help_is_always_answered_unless_the_person_stopped() -> None:
    async with world() as w:
        assert await w.says("hello", BOB) == [NOTHING_OPEN]
        assert await w.says("HELP", BOB) == [HELP]
        assert await w.says("help", BOB) == [HELP]
        assert await w.says("STOP", BOB) == [STOPPED]
        assert await w.says("HELP", BOB) == []


async def test_a_strangers_stop_holds_for_the_visits_to_come() -> None:
    async with world() as w:
        assert await w.says("Stop", LIIS) == [STOPPED]
        await w.visit(phone=LIIS)
        assert await w.passes(2 * ONE_DAY) == []
        visit = (await w.visits())["v-1"]
        assert (visit.state, visit.reason) == ("suppressed", "opted_out")


@pytest.mark.parametrize("words", ["STOP", "стоп", "please stop texting me", "LÕPETA", "הסר"])
async def test_who_stopped_gets_one_confirmation_and_then_nothing(words: str) -> None:
    async with world() as w:
        await w.asks()
        assert len(await w.says(words)) == 1
        for text in (words, "9", "hello?", "HELP", "FEEDBACK", "who is this?", "why"):
            assert await w.says(text) == [], text
        await w.visit(visit_id="v-2", phone=LIIS)
        assert await w.passes(8 * ONE_DAY) == []


async def test_a_stop_after_the_answer_keeps_the_answer() -> None:
    async with world() as w:
        await w.asks()
        await w.says("9")
        assert await w.says("STOP") == [STOPPED]
        assert [row["score"] for row in await w.responses()] == [9]
        assert (await w.visits())["v-1"].state == "answered"


async def test_an_answer_after_the_stop_is_no_answer_but_start_leads_back() -> None:
    async with world() as w:
        await w.asks()
        await w.says("STOP")
        assert await w.says("9") == []
        assert await w.responses() == []
        assert await w.says("START") == [BACK]
        assert (await w.person()).opted_out_at is None


async def test_a_stop_cancels_what_waits_to_be_sent() -> None:
    async with world() as w:
        await w.asks()
        first, second = w.inbound(InboundKind.TEXT, "9"), w.inbound(InboundKind.TEXT, "STOP")
        for inbound in (first, second):
            await w.service.on_inbound(inbound)
        await w.dispatchers["sms"].drain()
        assert w.told() == [STOPPED]


async def test_the_provider_that_answered_stop_start_or_help_itself_is_not_doubled() -> None:
    async with world() as w:
        await w.asks()
        assert await w.says("HELP", opt_out_type="HELP") == []
        assert await w.says("STOP", opt_out_type="STOP") == []
        assert (await w.person()).opted_out_at is not None
        assert await w.says("START", opt_out_type="START") == []
        assert (await w.person()).opted_out_at is None


async def test_a_firm_may_leave_stops_by_sms_unconfirmed() -> None:
    async with world(confirm_opt_out=False) as w:
        await w.asks()
        assert await w.says("STOP") == []
        assert await w.says("/stop", BOB_CHAT) == [STOPPED]


async def test_commands_of_customers_on_telegram() -> None:
    async with world() as w:
        assert await w.says("/help", BOB_CHAT) == [HELP]
        assert await w.says("/stop", BOB_CHAT) == [STOPPED]
        assert await w.hears(InboundKind.START, "", BOB_CHAT) == [BACK]
        (question,) = await w.says("/feedback", BOB_CHAT)
        assert question.startswith("Acme Auto: how likely")


@pytest.mark.parametrize("text", ["/score", "/why detractors", "/nosuch", "/Score@acme_bot by branch"])
async def test_commands_that_nobody_may_use_get_silence(text: str) -> None:
    async with world() as w:
        assert await w.says(text, BOB_CHAT) == []


@pytest.mark.parametrize(
    "kind", [InboundKind.TEXT, InboundKind.EDITED, InboundKind.MEDIA, InboundKind.BLOCKED, InboundKind.OTHER]
)
async def test_what_is_said_in_a_group_is_not_for_us(kind: InboundKind) -> None:
    async with world() as w:
        assert await w.hears(kind, "STOP", LIIS_CHAT, private=False, chat_id="-100200") == []
        assert await w.store.write(lambda tx: tx.people.by_address("telegram", LIIS_CHAT)) is None


async def test_blocking_the_bot_opts_out_and_unblocking_takes_that_back() -> None:
    async with world() as w:
        await w.hears(InboundKind.BLOCKED, "", BOB_CHAT)
        assert (await w.person(BOB_CHAT)).opted_out_how == "blocked"
        await w.hears(InboundKind.UNBLOCKED, "", BOB_CHAT)
        assert (await w.person(BOB_CHAT)).opted_out_at is None


async def test_unblocking_does_not_take_a_stop_in_words_back() -> None:
    async with world() as w:
        await w.says("STOP", BOB_CHAT)
        await w.hears(InboundKind.BLOCKED, "", BOB_CHAT)
        await w.hears(InboundKind.UNBLOCKED, "", BOB_CHAT)
        assert (await w.person(BOB_CHAT)).opted_out_at is not None


async def test_our_own_number_and_our_own_words_are_never_answered() -> None:
    async with world() as w:
        assert await w.says("hello", OUR_NUMBER, to=OUR_NUMBER) == []
        (text,) = await w.says("hello", BOB)
        await w.passes(2 * ONE_DAY)
        assert await w.says(text, BOB) == []


@pytest.mark.parametrize("sender", ["72345", "INFO", "Vodafone"])
async def test_short_codes_and_names_are_never_answered(sender: str) -> None:
    async with world() as w:
        for text in ("Your parcel is here", "HELP", "feedback", "9"):
            await w.service.on_inbound(replace(w.inbound(InboundKind.TEXT, text), address=sender))
            await w.passes(timedelta(minutes=1))
        assert not [message for message in w.sent("sms") if message.address == sender]


async def test_two_machines_stop_talking() -> None:
    async with world() as w:
        await w.asks()
        replies = [
            text
            for turn in range(60)
            for text in await w.says(f"I am away until {turn} December. Who is this?")
        ]
        assert len(replies) <= 4
        helped = [text for _ in range(60) for text in await w.says("HELP")]
        assert len(replies) + len(helped) == w.firm.replies_per_day


async def test_a_stop_is_confirmed_although_the_day_was_talkative() -> None:
    async with world(replies_per_day=3) as w:
        await w.asks()
        for _ in range(5):
            await w.says("HELP")
        assert await w.says("STOP") == [STOPPED]


async def test_the_same_message_twice_is_handled_once() -> None:
    async with world() as w:
        await w.asks()
        inbound = w.inbound(InboundKind.TEXT, "9")
        await w.service.on_inbound(inbound)
        await w.service.on_inbound(inbound)
        await w.dispatchers["sms"].drain()
        assert len(w.told()) == 1


async def test_a_picture_from_somebody_whom_nothing_was_asked_gets_no_answer() -> None:
    async with world() as w:
        assert await w.hears(InboundKind.MEDIA, "", BOB_CHAT) == []


async def test_an_answer_on_the_other_channel_moves_the_conversation_there() -> None:
    async with world() as w:
        await w.link("customer", "t0ken", customer_id="c-1")
        await w.asks()
        await w.hears(InboundKind.START, "t0ken", LIIS_CHAT)
        await w.says("9", LIIS_CHAT)
        row = await w.conversation()
        assert row is not None
        assert (row.channel, row.address, row.conversation.state) == ("telegram", LIIS_CHAT, State.ANSWERING)
        assert w.sent("telegram")[-1].text == "Thank you! What did we do especially well?"
