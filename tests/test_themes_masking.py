"""Masking: in a group nobody is named, called or written to by a customer's words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.themes import MASK, masked

NAMES = ["Mari Maasikas", "Мария Иванова", "מרי לוי", "O'Brien", "Liis-Marie Ø"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Call me: +372 5555 0123!", f"Call me: {MASK}!"),
        ("(202) 555-0123 now", f"{MASK} now"),
        ("55550123", MASK),
        ("card 4242 4242 4242 4242", f"card {MASK}"),
        ("٠٥٠١٢٣٤٥٦", MASK),
        ("write a.b+c@example.co.uk please", f"write {MASK} please"),
        ("I am @mari_m there", f"I am {MASK} there"),
        ("waited 45 minutes, paid 1500 €, 9/10", "waited 45 minutes, paid 1500 €, 9/10"),
    ],
)
def test_addresses_and_long_numbers_are_hidden(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    "form", ["Mari", "mari", "MARI", "Mariga", "Marile", "Marille", "Mari's", "Maasikas"]
)
def test_a_given_name_is_hidden_in_its_forms(form: str) -> None:
    assert masked(f"{form} was rude", NAMES) == f"{MASK} was rude"


@pytest.mark.parametrize(
    "form", ["Мария", "Марии", "Марией", "Марию", "Иванова", "Ивановой", "מרי", "למרי", "ומרי"]
)
def test_a_given_name_is_hidden_in_russian_and_hebrew(form: str) -> None:
    assert masked(form, NAMES) == MASK


def test_other_words_stay() -> None:
    text = "Marketing and marinade: O'Neil, Ira, Марка, מרים"
    assert masked(text, NAMES) == text
    assert masked("Mari Maasikas") == "Mari Maasikas"


def test_a_single_letter_is_no_name() -> None:
    assert masked("Plan B, ø 5", ["B Ø"]) == "Plan B, ø 5"


@given(st.text(max_size=60), st.lists(st.text(max_size=12), max_size=4))
def test_masking_twice_changes_nothing_more_and_leaves_no_long_number(text: str, names: list[str]) -> None:
    once = masked(text, names)
    assert masked(once, names) == once
    assert not any(len(run) > 5 for run in "".join(c if c.isdecimal() else " " for c in once).split())
