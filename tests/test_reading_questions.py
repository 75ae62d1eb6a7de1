"""Replies that ask us something, with and without their mark, and those that only begin alike: language, text -> whether it asks."""

import csv
from pathlib import Path

from surveys.reading import read_reply
from surveys.scale import Scale

FILE = Path(__file__).with_name("questions.tsv")
LANGUAGES = ("en", "et", "fi", "he", "ru")


def test_every_question_is_heard_as_one_and_nothing_else_is() -> None:
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True))

    wrong = [
        row
        for row in rows
        for others in ((), LANGUAGES)
        if read_reply(row["text"], Scale(0, 10), language=row["lang"], languages=others).question
        != (row["asks"] == "yes")
    ]

    assert wrong == []
    assert {row["lang"] for row in rows} == set(LANGUAGES)


def test_a_long_reply_asks_nothing_by_the_words_of_a_short_question() -> None:
    complaint = (
        "they never told me which company is this anyway, and I was sent from desk to desk for two hours"
    )
    assert not read_reply(complaint, Scale(0, 10), language="en").question
