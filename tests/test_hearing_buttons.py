"""Buttons on Telegram: after the answer they go and the choice shows, however it was given."""

from typing import Any

from bot.channels.base import InboundKind, Outgoing
from bot.channels.console import ConsoleChannel
from surveys.policy import Policy
from tests.hearing_world import BOB_CHAT, LIIS_CHAT, ONE_DAY, World, world

QUESTION = "Acme Auto: how likely are you to recommend us, 0 (not at all) to 10 (very likely)?"


async def asked_on_telegram(w: World, **values: Any) -> None:
    await w.link("customer", "t0ken", customer_id="c-1")
    await w.hears(InboundKind.START, "t0ken", LIIS_CHAT)
    await w.visit(**values)
    assert await w.passes(ONE_DAY)


def number_of(w: World, text: str) -> int:
    """The id of the newest message that begins so."""
    asked = (n for n, m in enumerate(w.sent(), start=1) if m.text.startswith(text) and not m.edit_message_id)
    return max(asked)


def data_of(w: World, label: str) -> tuple[str, str]:
    """The newest button of a label: the message it is under, and its data."""
    for number, message in reversed(list(enumerate(w.sent(), start=1))):
        for button in (button for row in message.buttons for button in row):
            if button.label == label:
                return str(number), button.data
    raise AssertionError(f"no button {label!r}")


async def presses(w: World, label: str, address: str = LIIS_CHAT, *, under: int | None = None) -> list[str]:
    number, data = data_of(w, label)
    return await w.hears(
        InboundKind.BUTTON, data, address, message_id=str(under or number), callback_id=f"press-{label}"
    )


def edits(w: World) -> list[Outgoing]:
    return [message for message in w.sent() if message.edit_message_id is not None]


async def test_a_pressed_button_shows_the_choice_in_the_place_of_the_buttons() -> None:
    async with world() as w:
        await asked_on_telegram(w)
        number = number_of(w, QUESTION)
        await presses(w, "9")
        (edit,) = edits(w)
        assert (edit.edit_message_id, edit.answer_callback, edit.buttons) == (str(number), "press-9", ())
        assert edit.text == f"{w.sent()[number - 1].text}\nYour answer: 9"


async def test_a_typed_answer_takes_the_buttons_of_its_question_away_too() -> None:
    async with world() as w:
        await asked_on_telegram(w)
        await w.says("9", LIIS_CHAT)
        (edit,) = edits(w)
        assert (edit.edit_message_id, edit.answer_callback) == (str(number_of(w, QUESTION)), None)
        assert edit.text.endswith("\nYour answer: 9")


async def test_a_typed_why_takes_the_skip_button_away_and_leaves_the_words() -> None:
    async with world() as w:
        await asked_on_telegram(w)
        await w.says("9", LIIS_CHAT)
        await w.says("Quick", LIIS_CHAT)
        edit = edits(w)[-1]
        assert edit.edit_message_id == str(number_of(w, "Thank you! What did we"))
        assert edit.text == ""
        assert edit.buttons == ()


async def test_skip_ends_the_conversation_and_its_spinner() -> None:
    async with world() as w:
        await asked_on_telegram(w)
        await presses(w, "7")
        assert await presses(w, "Skip") == ["Thank you! Your answer helps us get better."]
        assert edits(w)[-1].answer_callback == "press-Skip"


async def test_reminder_and_question_lose_their_buttons_together() -> None:
    async with world() as w:
        await asked_on_telegram(w)
        first = number_of(w, QUESTION)
        await w.passes(ONE_DAY)
        second = number_of(w, f"A reminder: {QUESTION}")
        await presses(w, "8", under=first)
        assert {edit.edit_message_id for edit in edits(w)} == {str(first), str(second)}
        assert [edit.edit_message_id for edit in edits(w) if edit.text] == [str(first)]


async def test_a_correction_changes_what_is_shown() -> None:
    async with world() as w:
        await asked_on_telegram(w)
        await presses(w, "9")
        await w.says("sorry, I meant 8", LIIS_CHAT)
        assert edits(w)[-1].text.endswith("\nYour answer: 8")
        assert edits(w)[-1].text.count("Your answer") == 1


async def test_a_button_of_a_question_nobody_knows_was_sent_still_counts() -> None:
    async with world() as w:
        await asked_on_telegram(w)
        await presses(w, "9", under=4711)
        assert ("4711", "press-9") in {(edit.edit_message_id, edit.answer_callback) for edit in edits(w)}
        assert [row["score"] for row in await w.responses()] == [9]


async def test_buttons_of_others_and_broken_ones_change_nothing_and_stop_spinning() -> None:
    async with world() as w:
        await asked_on_telegram(w)
        _, data = data_of(w, "9")
        assert await presses(w, "9", BOB_CHAT) == []
        for broken in (
            "",
            "a:1",
            "a:x:recommend:9",
            "a:1:recommend:99",
            "a:1:gone:9",
            f"{data}:1",
            "a:999:recommend:1",
        ):
            assert await w.hears(InboundKind.BUTTON, broken, LIIS_CHAT, callback_id="press") == []
            assert w.sent()[-1].answer_callback == "press"
            assert w.sent()[-1].text == ""
        assert await w.responses() == []


async def test_a_late_button_while_another_question_is_open_is_recorded_and_asks_nothing() -> None:
    policy = Policy(min_gap=ONE_DAY, max_per_year=9, reminders=0)
    async with world(policy=policy) as w:
        await asked_on_telegram(w)
        old = number_of(w, QUESTION)
        _, data = data_of(w, "9")
        await w.passes(4 * ONE_DAY)
        await w.visit(visit_id="v-2")
        assert await w.passes(2 * ONE_DAY) == [QUESTION]
        said = await w.hears(InboundKind.BUTTON, data, LIIS_CHAT, message_id=str(old), callback_id="press")
        assert said == ["Thank you! We are glad you were happy with us."]
        states = {key: row.state for key, row in (await w.visits()).items()}
        assert states == {"v-1": "answered", "v-2": "asked"}


async def test_by_sms_nothing_is_edited() -> None:
    async with world() as w:
        await w.asks()
        await w.says("9")
        assert isinstance(w.channels["sms"], ConsoleChannel)
        assert not [message for message in w.sent("sms") if message.edit_message_id]
