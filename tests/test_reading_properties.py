"""What holds for every text, not only for those somebody thought of."""

import sys
from types import FrameType
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from surveys.reading import Kind, Reading, Step, detect_language, is_feedback_wish, read_reply, read_yes_no
from surveys.reading.tokens import tokenise
from surveys.scale import Scale

LANGUAGES = ("en", "et", "fi", "he", "ru", "lv", "tr", "fa", "xx", None)
WORDS = [
    "9",
    "10",
    "0",
    "11",
    "-1",
    "8,5",
    "9/10",
    "7-8",
    "nine",
    "üheksa",
    "девять",
    "תשע",
    "٩",
    "9️⃣",
    "½",
    "★",
    "⭐",
    "not",
    "no",
    "sorry",
    "if",
    "because",
    "great",
    "minutes",
    "stop",
    "texting",
    "me",
    "of",
    "out",
    "points",
    "mitte",
    "sest",
    "не",
    "потому",
    "или",
    "או",
    ",",
    ".",
    "!",
    "?",
    "-",
    "\n",
    "*",
    "#",
    "+",
    "%",
    "€",
    "👍",
    "\u200f",
    "�",
    "\x00",
    "9st",
    "10-st",
    "A4",
    "room",
    "'",
    '"',
    "(",
    ")",
    "the",
    "I'd",
    "say",
    "/",
]
sentences = st.lists(st.sampled_from(WORDS), max_size=12).flatmap(
    lambda words: st.sampled_from([" ", ""]).map(lambda glue: glue.join(words))
)
texts = st.one_of(st.text(max_size=60), st.text(st.characters(codec=None), max_size=30), sentences)
scales = st.sampled_from([Scale(0, 10), Scale(1, 5), Scale(1, 10), Scale(0, 100), Scale(-5, 5), Scale(0, 1)])


@settings(max_examples=600, deadline=None)
@given(text=texts, scale=scales, step=st.sampled_from(Step), language=st.sampled_from(LANGUAGES))
@example(text="\ud800", scale=Scale(0, 10), step=Step.SCORE, language="en")
@example(text="9\x00", scale=Scale(0, 10), step=Step.SCORE, language=None)
def test_any_text_is_read_and_a_score_is_always_on_its_scale(
    text: str, scale: Scale, step: Step, language: str | None
) -> None:
    reading = read_reply(text, scale, step=step, language=language, languages=("ru", "et"))
    assert (reading.score is not None) == (reading.kind is Kind.SCORE)
    assert reading.score is None or reading.score in scale
    assert all(offer in scale for offer in reading.offers)
    if step is Step.WHY:
        assert reading.kind not in {Kind.AMBIGUOUS, Kind.NOT_SCORE, Kind.OUT_OF_RANGE}
    else:
        assert reading.kind not in {Kind.WHY, Kind.WHY_SKIPPED}


@settings(max_examples=200, deadline=None)
@given(text=texts, language=st.sampled_from(LANGUAGES))
def test_any_text_is_read_as_a_yes_or_no_and_in_any_language(text: str, language: str | None) -> None:
    reading = read_yes_no(text, language=language)
    assert reading.score in {None, 0, 1}
    assert detect_language(text, ["en", "et", "ru"]) in {None, "en", "et", "ru"}
    assert is_feedback_wish(text, ["en"]) in {True, False}


def answer(reading: Reading) -> tuple[Kind, int | None]:
    return reading.kind, reading.score


@settings(max_examples=300, deadline=None)
@given(
    text=st.sampled_from(
        [
            "9",
            "nine",
            "9/10",
            "I'd say 9",
            "9 because fast",
            "great service, 9",
            "stop",
            "stop texting me",
            "8 or 9",
            "11",
            "7 kids",
            "not 9, 8",
            "help",
            "sorry, I meant 8",
            "9 out of 10",
            "who is this",
            "waited 2 hours",
        ]
    ),
    before=st.text(" \t\n\u200f\u00a0", max_size=3),
    after=st.text(" \t\n\u200f\u00a0!.…", max_size=4),
    shouted=st.booleans(),
)
def test_spaces_punctuation_and_case_around_a_reply_change_nothing(
    text: str, before: str, after: str, shouted: bool
) -> None:
    plain = read_reply(text, Scale(0, 10), language="en")
    dressed = read_reply(before + (text.upper() if shouted else text) + after, Scale(0, 10), language="en")
    assert answer(dressed) == answer(plain)


@settings(max_examples=300, deadline=None)
@given(text=texts)
def test_every_token_is_a_piece_of_the_text_in_order(text: str) -> None:
    position = 0
    for token in tokenise(text):
        assert position <= token.start < token.end <= len(text)
        position = token.end


@settings(max_examples=300, deadline=None)
@given(text=texts, language=st.sampled_from(LANGUAGES))
def test_a_why_is_made_of_words_of_the_text_only(text: str, language: str | None) -> None:
    reading = read_reply(text, Scale(0, 10), language=language)
    if reading.why:
        rest = text
        for word in reading.why.split():
            assert word in rest
            rest = rest[rest.index(word) + len(word) :]


LONG = [
    "9",
    "9 ",
    "9,",
    "9/",
    "9.",
    "-9",
    "a ",
    "★",
    "nine ",
    "?",
    "(",
    "' ",
    "stop ",
    "not 9 ",
    "9 or ",
    "9? ",
    "sorry ",
    "не пишите ",
    "9\u200b",
    "́",
    "if ",
    "I'd say ",
    "great 9 ",
]
LONG += ["no, ", "9 and ", "⃣9", "twenty one ", "0-10 ", "т.к. ", "9 не ", "*", "1) ", ",9"]


def lines_run(text: str) -> int:
    """Count the lines of Python that reading `text` runs: the same on every machine, however busy."""
    count = 0

    def trace(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        read_reply(text, Scale(0, 10), language="en", languages=("ru", "et"))
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("piece", LONG)
def test_the_work_grows_no_faster_than_the_text(piece: str) -> None:
    """Four times the text is at most five times the work; were any of it quadratic, it would be up to sixteen."""
    short, long = ((piece * length)[:length] for length in (400, 1600))
    read_reply(short, Scale(0, 10), language="en", languages=("ru", "et"))  # loads the languages
    assert lines_run(long) <= 5 * lines_run(short) + 100


def test_only_the_first_1600_characters_are_read() -> None:
    assert read_reply("9 because " + "x" * 1590, Scale(0, 10), language="en").score == 9
    far = read_reply("word " * 400 + "stop texting me", Scale(0, 10), language="en")
    assert far.kind is Kind.NOT_SCORE
