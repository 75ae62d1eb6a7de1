"""What /why tells: what people say, how many of them, in whose words, and whose words are masked."""

from typing import Any

import pytest

from bot.channels.base import InboundKind, Outgoing
from storage.transaction import Transaction
from tests.staff_world import GROUP, World, give, world

WAITING = "Jaan kept me waiting for an hour, call me on +372 5555 0123"
THEMES = {"waiting": {"en": ["wait", "queue"]}}


async def asked(here: World, text: str, **facts: Any) -> Outgoing:
    answer = await here.says(text, **facts)
    assert answer is not None
    return answer


def complaints(tx: Transaction) -> None:
    for number in range(8):
        give(tx, 2, why=f"{WAITING} ({number})", name="Liis Lepp", employee="Jaan Jänes", branch="Tartu")
    for _ in range(8):
        give(tx, 10, why="Friendly people and fair prices", name="Mart Mets", employee="Mari Maasikas")


async def test_why_names_the_owners_themes_first_with_how_many_say_so_and_two_verbatims() -> None:
    async with world(themes=THEMES) as here:
        await here.store.write(complaints)
        answer = await asked(here, "/why detractors")
    lines = answer.text.splitlines()
    assert lines[0] == "<b>Detractors: 8 answers with a why</b>"
    assert lines[1] == "<b>waiting: 8 (100%)</b>"
    assert lines[2].startswith("  “Jaan kept me waiting for an hour, call me on +372 5555 0123")
    assert lines[2].endswith("(2)")


async def test_in_a_group_names_and_phones_are_masked() -> None:
    async with world(themes=THEMES) as here:
        await here.store.write(complaints)
        answer = await asked(here, "/why detractors", chat_id=GROUP)
    assert "kept me waiting" in answer.text
    assert "5555" not in answer.text
    assert "Jaan" not in answer.text
    assert "jaan" not in answer.text
    assert "•••" in answer.text


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("/why", "Detractors"),
        ("/why promoters 30d", "Promoters"),
        ("/why 30d promoter", "Promoters"),
        ("/why soovitajad", "Promoters"),
        ("/why критики", "Detractors"),
        ("/why satisfied csi", "Satisfied"),
    ],
)
async def test_why_takes_the_band_in_any_language_and_place(text: str, title: str) -> None:
    async with world() as here:
        await here.store.write(complaints)
        assert (await asked(here, text)).text.startswith(f"<b>{title}: ")


async def test_a_band_of_another_measure_is_answered_with_the_right_one() -> None:
    async with world() as here:
        answer = await asked(here, "/why promoters csi")
    assert "“promoter”" in answer.text
    assert "“Dissatisfied”" in answer.text


async def test_pages_are_turned_in_place_and_other_bands_asked_by_button() -> None:
    async with world() as here:

        def work(tx: Transaction) -> None:
            for number in range(4):
                give(tx, 3, why=f"Reason number {number}")
            for number in range(30):
                words = (
                    "slow repair",
                    "dirty car",
                    "wrong invoice",
                    "cold office",
                    "rude phone",
                    "lost keys",
                    "no parking",
                )
                give(tx, 3, why=f"{words[number % 7]} again")

        await here.store.write(work)
        first = await asked(here, "/why")
        ((turn,), others) = first.buttons
        second = await asked(here, turn.data, kind=InboundKind.BUTTON, message_id="77")
        promoters = await asked(here, others[0].data, kind=InboundKind.BUTTON, message_id="77")
    assert turn.label == "▶"
    assert first.edit_message_id is None
    assert second.edit_message_id == "77"
    assert second.text != first.text
    assert "2/" in second.text
    assert promoters.text.startswith("<b>Promoters: 0 answers")


async def test_why_under_a_chart_is_a_message_of_its_own() -> None:
    async with world() as here:
        await here.store.write(complaints)
        score = await asked(here, "/score")
        whys = await asked(here, score.buttons[0][0].data, kind=InboundKind.BUTTON, message_id="5")
    assert whys.edit_message_id is None


async def test_foreign_words_are_shown_as_text_without_marks_of_direction() -> None:
    async with world() as here:
        await here.store.write(lambda tx: give(tx, 1, why="<a href='x'>\u202egood\u202c</a>\nsecond & line"))
        answer = await asked(here, "/why")
    assert "&lt;a href='x'&gt;good&lt;/a&gt; second &amp; line" in answer.text
