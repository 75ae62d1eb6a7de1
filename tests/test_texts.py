"""The bot's sentences, numbers and dates in each language, and the direction of writing."""

import unicodedata
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys import texts
from surveys.texts import (
    LANGUAGES,
    directed,
    is_right_to_left,
    isolate,
    number,
    percent,
    say,
    say_n,
    without_isolates,
)

SEGMENTS = (
    "{characters} turns this text into UCS-2: {segments} segments instead of {fewer}; without it {fewer}.",
    "{characters} turn this text into UCS-2: {segments} segments instead of {fewer}; without them {fewer}.",
)


def test_a_sentence_is_said_in_the_customers_language() -> None:
    said = [say(language, "Your answer: {value}", value=9) for language in LANGUAGES]
    assert said == ["Your answer: 9", "Teie vastus: 9", "Vastauksenne: 9", "התשובה שלכם: 9", "Ваш ответ: 9"]


@pytest.mark.parametrize("language", ["sv", "", "xx-YY", "../../etc", "en_US"])
def test_an_unknown_language_is_spoken_to_in_english(language: str) -> None:
    assert say(language, "Yes") == "Yes"


@pytest.mark.parametrize(
    ("language", "yes"), [("et-EE", "Jah"), ("FI", "Kyllä"), ("iw", "כן"), ("ru_RU", "Да")]
)
def test_regions_cases_and_old_codes_are_understood(language: str, yes: str) -> None:
    assert say(language, "Yes") == yes


def test_an_unknown_sentence_is_said_as_it_is() -> None:
    assert say("et", "Not in any catalog {x}", x=1) == "Not in any catalog 1"


def test_values_are_put_in_as_they_are() -> None:
    assert (
        say("en", "Changed to {value}.", value="{value.__class__} %s \\")
        == "Changed to {value.__class__} %s \\."
    )


@pytest.mark.parametrize(
    ("language", "n", "expected"),
    [
        ("en", 1, "turns"),
        ("en", 0, "turn "),
        ("et", 2, "muudavad"),
        ("fi", 1, "muuttaa "),
        ("ru", 1, "переводит "),
        ("ru", 3, "переводят "),
        ("ru", 11, "переводят "),
        ("ru", 21, "переводит "),
        ("xx", 5, "turn "),
    ],
)
def test_the_plural_form_is_the_languages_own(language: str, n: int, expected: str) -> None:
    assert expected in say_n(language, *SEGMENTS, n, characters="x", segments=2, fewer=1)


def test_the_count_itself_can_be_shown() -> None:
    assert say_n("en", "{n} answer", "{n} answers", 1234) == "1,234 answers"


@pytest.mark.parametrize(
    ("language", "value", "decimals", "signed", "expected"),
    [
        ("en", 1234.5, 1, False, "1,234.5"),
        ("et", 1234.5, 1, False, "1\N{NO-BREAK SPACE}234,5"),
        ("ru", 12.25, 1, False, "12,3"),
        ("en", 12.5, 0, False, "13"),  # halves away from zero, not to even
        ("en", -12.5, 0, False, "-13"),
        ("en", 0.15, 1, False, "0.2"),  # though the float lies below 0.15
        ("en", 42.08, 0, True, "+42"),
        ("et", -7, 1, True, "-7,0"),
        ("en", 0.04, 1, True, "0.0"),
        ("en", -0.04, 1, False, "0.0"),
        ("he", -5, 0, False, "\N{LEFT-TO-RIGHT MARK}-5"),
        ("he", 5, 0, False, "5"),
        ("he", 5, 0, True, "\N{LEFT-TO-RIGHT MARK}+5"),
        ("sv", 1.5, 1, False, "1.5"),
    ],
)
def test_numbers_are_written_as_the_language_does(
    language: str, value: float, decimals: int, signed: bool, expected: str
) -> None:
    assert number(language, value, decimals, signed=signed) == expected


@pytest.mark.parametrize(
    ("language", "value", "decimals", "expected"),
    [
        ("en", 45.52, 0, "46%"),
        ("et", 45.52, 1, "45,5%"),
        ("fi", 45.5, 0, "46\N{NO-BREAK SPACE}%"),
        ("ru", 100, 0, "100\N{NO-BREAK SPACE}%"),
        ("he", 0.5, 1, "0.5%"),
        ("he", -0.5, 1, "\N{LEFT-TO-RIGHT MARK}-0.5%"),
    ],
)
def test_percents_are_written_as_the_language_does(
    language: str, value: float, decimals: int, expected: str
) -> None:
    assert percent(language, value, decimals) == expected


@given(st.sampled_from(LANGUAGES), st.floats(-1e9, 1e9), st.integers(0, 4))
def test_any_number_can_be_written(language: str, value: float, decimals: int) -> None:
    written = number(language, value, decimals)
    plain = "".join(char for char in written if char.isdigit() or char in "-.,")
    point = "," if language in {"et", "fi", "ru"} else "."
    read = float(plain.replace("," if point == "." else ".", "").replace(point, "."))
    assert abs(read - value) <= 0.500001 * 10**-decimals


def test_days_and_moments_are_written_in_their_own_zone() -> None:
    at = datetime(2026, 10, 5, 14, 3, tzinfo=timezone(timedelta(hours=3)))
    days = [texts.date(language, date(2026, 10, 5)) for language in ("en", "et", "fi")]
    assert days == ["5 Oct 2026", "5. okt 2026", "5.10.2026"]
    moments = [texts.moment(language, at) for language in ("en", "et", "fi", "ru")]
    assert moments == ["05/10/2026, 14:03", "05.10.26 14:03", "5.10.2026 14.03", "05.10.2026, 14:03"]


def test_a_name_in_the_other_direction_is_isolated() -> None:
    said = say(
        "he",
        "You will get no more questions from {organisation}. To come back, write {word}.",
        organisation="Acme (2)",
        word="חזרה",
    )
    assert "\u2068Acme (2)\u2069" in said
    assert "\u2068חזרה" not in said
    assert without_isolates(said).count("Acme (2)") == 1
    assert directed("en", "Acme") == "Acme"
    assert directed("en", "דנה") == "\u2068דנה\u2069"
    assert directed("he", "5-7") == "5-7"  # digits have no direction of their own


def test_isolating_twice_is_isolating_once() -> None:
    assert isolate(isolate("a")) == isolate("a")


@pytest.mark.parametrize("language", ["he", "he-IL", "iw", "ar"])
def test_right_to_left_languages_are_known(language: str) -> None:
    assert is_right_to_left(language)
    assert not is_right_to_left("et")


@given(st.sampled_from(LANGUAGES), st.text(max_size=80))
def test_marks_are_always_balanced(language: str, name: str) -> None:
    said = say(
        language,
        "This link has been used or has expired. Ask {organisation} for a new one.",
        organisation=name,
    )
    opened = said.count("\u2068")
    assert opened == said.count("\u2069") - (0 if opened else name.count("\u2069"))
    if language == "he" and any(unicodedata.bidirectional(char) == "L" for char in name):
        assert opened == 1
