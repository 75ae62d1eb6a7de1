"""What time does to conversations: reminders in the window, ends, and nobody reminded who must not be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.base import Decision
from surveys.policy import Policy
from surveys.states import State
from tests.hearing_world import LIIS, ONE_DAY, World, world

QUESTION = "Acme Auto: how likely are you to recommend us, 0 (not at all) to 10 (very likely)?"
REMINDER = f"A reminder: {QUESTION}"
HOUR = timedelta(hours=1)


async def story(w: World, visit_id: str = "v-1") -> list[str]:
    return [event for _, event, _ in await w.store.read.story(visit_id)]


async def test_a_reminder_goes_out_once_a_day_later_and_then_the_end_comes() -> None:
    async with world() as w:
        await w.asks()
        assert await w.passes(23 * HOUR) == []
        assert await w.passes(2 * HOUR) == [REMINDER]
        assert await w.passes(3 * ONE_DAY) == []
        assert (await w.visits())["v-1"].state == "expired"
        told = await story(w)
        assert told[-3:] == ["reminded", "reminder_sent", "expired"]


async def test_a_reminder_waits_for_the_customers_window() -> None:
    async with world(policy=Policy(reminder_after=timedelta(hours=8))) as w:
        await w.asks()  # on a Tuesday at 14:20 in Tallinn; eight hours later it is night
        await w.passes(19 * HOUR)
        assert w.sent("sms")[1:] == []
        assert await w.passes(HOUR) == [REMINDER]
        assert w.clock.now() == datetime(2026, 11, 18, 8, 20, tzinfo=UTC)


async def test_a_reminder_held_up_past_the_window_waits_for_the_next_one() -> None:
    async with world() as w:
        await w.asks()
        w.channels["sms"].fail_next(Decision.LATER, "503", retry_after=6 * 3600)
        assert await w.passes(ONE_DAY) == []
        assert await w.passes(10 * HOUR) == [], "the sender is back at 20:20, after the window"
        assert await w.passes(14 * HOUR) == [REMINDER]


async def test_who_answered_while_the_reminder_waited_is_not_reminded() -> None:
    async with world() as w:
        await w.asks()
        w.channels["sms"].fail_next(Decision.LATER, "503", retry_after=1800)
        await w.passes(ONE_DAY)
        await w.says("hm")
        assert REMINDER not in await w.passes(ONE_DAY)


@pytest.mark.parametrize("words", ["STOP", "hm", "9"])
async def test_no_reminder_after_any_reply(words: str) -> None:
    async with world() as w:
        await w.asks()
        await w.says(words)
        assert await w.passes(4 * ONE_DAY) == []


async def test_no_reminder_about_a_question_that_may_never_have_arrived() -> None:
    async with world() as w:
        await w.visit(phone=LIIS)
        w.channels["sms"].fail_next(Decision.UNKNOWN, "timeout")
        assert await w.passes(6 * ONE_DAY) == []
        visit = (await w.visits())["v-1"]
        row = await w.conversation()
        assert row is not None
        assert (visit.state, row.conversation.state) == ("unknown", State.EXPIRED)
        assert "expired" not in await story(w)


async def test_an_answer_to_a_question_of_unknown_fate_is_an_answer_like_any_other() -> None:
    async with world() as w:
        await w.visit(phone=LIIS)
        w.channels["sms"].fail_next(Decision.UNKNOWN, "timeout")
        await w.passes(ONE_DAY)
        assert (await w.visits())["v-1"].state == "unknown"
        await w.says("9")
        assert await w.passes(timedelta(minutes=1)) == ["Thank you! What did we do especially well?"]
        assert (await w.visits())["v-1"].state == "answering"


async def test_a_score_without_its_why_ends_as_answered() -> None:
    async with world() as w:
        await w.asks()
        await w.says("9")
        await w.passes(4 * ONE_DAY)
        assert (await w.visits())["v-1"].state == "answered"


async def test_a_service_that_slept_through_reminder_and_end_reminds_nobody() -> None:
    async with world() as w:
        await w.asks()
        await w.clock.advance(w.clock.now() + 5 * ONE_DAY)
        await w.service.on_tick()
        await w.dispatchers["sms"].drain()
        assert w.told() == []
        assert (await w.visits())["v-1"].state == "expired"


async def test_a_timer_that_fails_is_put_off_and_holds_up_no_other() -> None:
    async with world() as w:
        await w.asks()
        await w.asks(visit_id="v-2", customer_id="c-2", phone="+37255550103")
        broken = await w.conversation()
        assert broken is not None
        gone = replace(broken, conversation=replace(broken.conversation, questions=("gone",)))
        await w.store.write(lambda tx: tx.conversations.save(gone))
        await w.passes(5 * ONE_DAY)
        assert (await w.visits())["v-2"].state == "expired"
