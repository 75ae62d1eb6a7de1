"""How people reach Telegram: links, counter codes, a shared phone; and surveys at their own wish."""

from datetime import timedelta

import pytest

from bot.channels.base import InboundKind
from surveys.policy import Policy
from tests.hearing_world import BOB, BOB_CHAT, LIIS, LIIS_CHAT, ONE_DAY, World, world

QUESTION = "Acme Auto: how likely are you to recommend us, 0 (not at all) to 10 (very likely)?"
HINT = " STOP = no more questions"
GREETING = f"Welcome! Acme Auto will ask here for your opinion after a visit.{HINT}"
USED = "This link has been used or has expired. Ask Acme Auto for a new one."
NOTHING_OPEN = "There is no open question right now. Write FEEDBACK to tell us what you think, STOP to get no more questions."
BACK = "Welcome back! Acme Auto may ask for your opinion again."


async def starts(w: World, token: str, chat: str = LIIS_CHAT) -> list[str]:
    return await w.hears(InboundKind.START, token, chat)


async def shares(w: World, phone: str, chat: str = LIIS_CHAT) -> list[str]:
    return await w.hears(InboundKind.CONTACT, phone, chat)


async def test_a_customers_link_makes_the_chat_theirs() -> None:
    async with world() as w:
        await w.link("customer", "t0ken", customer_id="c-1")
        assert await starts(w, "t0ken") == [GREETING]
        await w.visit()
        assert await w.passes(ONE_DAY) == [QUESTION]
        assert w.sent("sms") == []


async def test_a_visit_that_had_no_address_is_asked_about_once_there_is_one() -> None:
    async with world() as w:
        await w.visit()
        assert (await w.visits())["v-1"].reason == "no_address"
        await w.link("customer", "t0ken", customer_id="c-1")
        await starts(w, "t0ken")
        assert (await w.visits())["v-1"].state == "planned"
        assert await w.passes(ONE_DAY) == [QUESTION]


async def test_a_link_works_once_and_belongs_to_the_first_account() -> None:
    async with world() as w:
        await w.link("customer", "t0ken", customer_id="c-1")
        await starts(w, "t0ken")
        assert await starts(w, "t0ken", BOB_CHAT) == [USED]
        assert await starts(w, "t0ken") == [USED]
        assert (await w.person(BOB_CHAT)).person_id != (await w.person(LIIS_CHAT)).person_id


@pytest.mark.parametrize("token", ["t0ken", "never-given", "x" * 64])
async def test_an_expired_or_unknown_link_says_so(token: str) -> None:
    async with world() as w:
        await w.link("customer", "t0ken", customer_id="c-1", expires_in=timedelta(hours=1))
        await w.passes(timedelta(hours=2))
        assert await starts(w, token) == [USED]


async def test_start_without_a_link_greets_and_offers_to_share_the_phone() -> None:
    async with world() as w:
        assert await starts(w, "") == [GREETING]
        assert w.sent()[-1].request_contact == "Share my phone number"


async def test_who_shared_the_phone_is_not_asked_for_it_again() -> None:
    async with world() as w:
        await shares(w, LIIS)
        await starts(w, "")
        assert w.sent()[-1].request_contact is None


async def test_a_shared_phone_joins_the_chat_to_the_customer_and_what_was_theirs() -> None:
    async with world() as w:
        await w.visit(phone=LIIS)
        await w.hears(InboundKind.TEXT, "hello", LIIS_CHAT)
        assert await shares(w, LIIS) == ["Thank you. Your phone number and this chat belong together now."]
        assert (await w.person(LIIS)).person_id == (await w.person(LIIS_CHAT)).person_id
        assert await w.passes(ONE_DAY + timedelta(hours=1)) == [QUESTION]
        assert w.sent("sms") == [], "the chat comes first"


async def test_the_cap_holds_over_both_addresses() -> None:
    async with world() as w:
        await w.asks()
        await shares(w, LIIS)
        await w.link("customer", "t0ken", customer_id="c-2")
        await starts(w, "t0ken")
        await w.visit(visit_id="v-2", customer_id="c-2")
        assert await w.passes(2 * ONE_DAY) == [f"A reminder: {QUESTION}"], "about the first visit"
        assert (await w.visits())["v-2"].reason in {"cap", "open_conversation"}


@pytest.mark.parametrize("stops_at", [LIIS, LIIS_CHAT])
async def test_a_stop_on_one_address_holds_for_the_other(stops_at: str) -> None:
    async with world() as w:
        await w.says("STOP", stops_at)
        assert await shares(w, LIIS) == []
        for address in (LIIS, LIIS_CHAT):
            assert (await w.person(address)).opted_out_at is not None
        await w.visit(phone=LIIS)
        assert await w.passes(2 * ONE_DAY) == []


async def test_what_cannot_be_a_phone_joins_nothing() -> None:
    async with world() as w:
        assert await shares(w, "12") == []
        assert await w.store.write(lambda tx: tx.people.by_address("telegram", LIIS_CHAT)) is None


async def test_a_staff_link_makes_a_member_and_is_welcomed_although_they_stopped_as_a_customer() -> None:
    async with world() as w:
        await w.says("STOP", BOB_CHAT)
        await w.link("staff", "t0ken", role="viewer", branches=["Tartu"], name="Bob")
        assert await starts(w, "t0ken", BOB_CHAT) == [
            "You may ask for scores here now. Try /score, or /help for all commands."
        ]
        member = await w.store.write(lambda tx: tx.staff.get("telegram", BOB_CHAT))
        assert member is not None
        assert (member.role, member.branches) == ("viewer", ("Tartu",))
        assert (await w.person(BOB_CHAT)).opted_out_at is not None


async def test_a_counters_code_asks_whoever_scans_it_about_that_counter() -> None:
    async with world() as w:
        await w.link("counter", "c0de", branch="Tartu", employee="Mari", expires_in=None)
        assert await starts(w, "c0de") == [QUESTION + HINT]
        assert await starts(w, "c0de", BOB_CHAT) == [QUESTION + HINT], "everybody may"
        visits = (await w.visits()).values()
        assert {(v.visit.branch, v.visit.employee, v.state) for v in visits} == {("Tartu", "Mari", "asked")}


async def test_a_code_scanned_again_repeats_the_open_question_and_makes_no_second_visit() -> None:
    async with world() as w:
        await w.link("counter", "c0de", branch="Tartu", expires_in=None)
        await starts(w, "c0de")
        assert await starts(w, "c0de") == [QUESTION]
        await w.says("9 because it was quick", LIIS_CHAT)
        assert await starts(w, "c0de") == [NOTHING_OPEN]
        assert len(await w.visits()) == 1
        await w.passes(ONE_DAY)
        assert await starts(w, "c0de") == [QUESTION]
        assert len(await w.visits()) == 2


async def test_pressing_start_at_the_counter_is_the_way_back_for_who_stopped() -> None:
    async with world() as w:
        await w.says("STOP", LIIS_CHAT)
        await w.link("counter", "c0de", branch="Tartu", expires_in=None)
        assert await starts(w, "c0de") == [QUESTION]
        assert (await w.person(LIIS_CHAT)).opted_out_at is None


async def test_a_survey_at_ones_own_wish_counts_as_asked_but_needs_no_gap() -> None:
    async with world() as w:
        await w.asks()
        await w.says("9 because it was quick")
        assert await w.says("FEEDBACK") == [QUESTION]
        await w.says("3, nobody called back")
        assert sorted(row["score"] for row in await w.responses()) == [3, 9]
        await w.visit(visit_id="v-2", phone=LIIS)
        assert (await w.visits())["v-2"].reason == "cap"


async def test_a_stranger_by_sms_may_give_feedback_and_is_told_how_to_stop() -> None:
    async with world() as w:
        assert await w.says("feedback", BOB) == [QUESTION + HINT]
        assert await w.says("tagasiside", BOB) == [QUESTION]
        await w.says("2 keegi ei vastanud telefonile", BOB)
        assert [row["score"] for row in await w.responses()] == [2]


async def test_a_wish_is_granted_once_a_day() -> None:
    async with world() as w:
        await w.says("FEEDBACK", BOB)
        await w.says("9 because it was quick", BOB)
        assert await w.says("FEEDBACK", BOB) == ["Thank you for your answer."]
        await w.passes(ONE_DAY)
        assert await w.says("FEEDBACK", BOB) == [QUESTION]


async def test_who_stopped_gets_no_survey_by_that_word_alone() -> None:
    async with world() as w:
        await w.says("STOP", BOB)
        assert await w.says("FEEDBACK", BOB) == []
        assert await w.visits() == {}


async def test_a_guess_of_the_language_gives_way_to_what_the_person_writes() -> None:
    async with world() as w:
        await w.hears(InboundKind.START, "", BOB_CHAT, language="en")
        assert await w.says("/feedback", BOB_CHAT, language="en") == [QUESTION]
        said = await w.says("9 потому что всё сделали быстро", BOB_CHAT, language="en")
        assert said == ["Спасибо! Рады, что вам понравилось."]


async def test_two_open_conversations_of_one_person_become_one() -> None:
    async with world(policy=Policy(reminders=0)) as w:
        await w.asks()
        await w.link("customer", "t0ken", customer_id="c-2")
        await starts(w, "t0ken", LIIS_CHAT)
        await w.says("/feedback", LIIS_CHAT)
        await shares(w, LIIS)
        states = sorted(row.state for row in (await w.visits()).values())
        assert states == ["asked", "expired"]
        await w.says("9", LIIS_CHAT)
        assert len(await w.responses()) == 1
