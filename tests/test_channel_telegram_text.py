"""Long texts and many buttons within Telegram's limits."""

from html import escape

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Button
from bot.channels.telegram_text import length_of, rows_of, split_text
from tests.fakes.telegram_html import plain_text

words = st.lists(
    st.sampled_from(["why", "kõik", "😀" * 3, "a" * 300, "\n", "  ", "&", "<b>", "\u0431"]), max_size=300
)


def test_a_short_text_stays_whole_and_an_empty_one_has_no_parts() -> None:
    assert split_text("  9 quick\n") == ["  9 quick\n"]
    assert split_text("") == []
    assert split_text(" \n") == []


def test_a_long_text_is_cut_at_the_ends_of_lines() -> None:
    text = "\n".join(["a line of words"] * 500)
    parts = split_text(text)
    assert "\n".join(parts) == text
    assert all(part.endswith("words") for part in parts)


def test_a_word_longer_than_a_message_is_cut_anywhere() -> None:
    assert "".join(split_text("x" * 10_000)) == "x" * 10_000


def test_an_emoji_counts_as_telegram_counts_it_and_is_never_cut_in_two() -> None:
    parts = split_text("😀" * 5_000)
    assert "".join(parts) == "😀" * 5_000
    assert max(map(length_of, parts)) <= 4096


@given(words, st.integers(50, 400))
def test_no_part_is_too_long_and_no_word_is_lost(pieces: list[str], limit: int) -> None:
    text = " ".join(pieces)
    parts = split_text(text, limit=limit)
    assert all(0 < length_of(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@given(words, st.integers(120, 400))
def test_markup_is_whole_in_every_part(pieces: list[str], limit: int) -> None:
    text = (
        "<b>"
        + " ".join(f"<i>{escape(piece)}</i>" for piece in pieces)
        + "</b><pre>"
        + "row 1\n" * 40
        + "</pre>"
    )
    parts = split_text(text, html=True, limit=limit)
    assert all(length_of(part) <= limit for part in parts)
    assert "".join("".join(map(plain_text, parts)).split()) == "".join(plain_text(text).split())


def test_a_table_goes_on_as_a_table_with_every_line_whole() -> None:
    table = "\n".join(["Tallinn   +48", "  Tartu   +30", "    Narva  +5"] * 20)
    parts = split_text(f"<pre>{table}</pre>", html=True, limit=200)
    assert all(part.startswith("<pre>") and part.endswith("</pre>") for part in parts)
    assert "\n".join(plain_text(part) for part in parts) == table


def test_rows_have_the_lengths_asked_for_and_the_last_length_repeats() -> None:
    buttons = [Button(str(n), str(n)) for n in range(11)]
    assert [len(row) for row in rows_of(buttons, 6, 5)] == [6, 5]
    assert [len(row) for row in rows_of(buttons, 4, 4, 3)] == [4, 4, 3]
    assert [len(row) for row in rows_of(buttons, 3)] == [3, 3, 3, 2]
    assert rows_of([], 6) == ()
