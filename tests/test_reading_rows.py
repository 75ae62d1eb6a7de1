"""Replies as customers write them, one a line in readings/*.tsv: language, scale, step, text -> kind, score, why."""

import csv
from pathlib import Path

import pytest

from surveys.reading import Kind, Reading, Step, read_reply
from surveys.reading.vocabulary import languages_known
from surveys.scale import Scale

FILES = sorted(Path(__file__).with_name("readings").glob("*.tsv"))
ROWS_PER_LANGUAGE = 80
SHIPPED = ("en", "et", "fi", "he", "ru")


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True))


def reading_of(row: dict[str, str], languages: tuple[str, ...] = ()) -> Reading:
    text = row["text"].replace("\\n", "\n")
    scale, step = Scale.parse(row["scale"]), Step(row["step"])
    return read_reply(text, scale, step=step, language=row["lang"], languages=languages)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_row_is_read_as_written(file: Path) -> None:
    failures = []
    for row in rows_of(file):
        reading = reading_of(row)
        expected = (
            Kind(row["kind"]),
            int(row["score"]) if row["score"] else None,
            row["why"].replace("\\n", "\n") or None,
        )
        if (reading.kind, reading.score, reading.why) != expected:
            failures.append((row, reading))
    assert failures == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_beside_other_languages_a_row_is_read_the_same_or_asked_again(file: Path) -> None:
    failures = []
    for row in rows_of(file):
        if row["lang"] not in languages_known():
            continue
        reading = reading_of(row, SHIPPED)
        if reading.kind is Kind.SCORE and reading != reading_of(row):
            failures.append((row, reading))
    assert failures == []


@pytest.mark.parametrize("language", SHIPPED)
def test_every_shipped_language_has_its_rows(language: str) -> None:
    rows = rows_of(Path(__file__).with_name("readings") / f"{language}.tsv")
    assert len(rows) >= ROWS_PER_LANGUAGE
    assert {row["lang"] for row in rows} == {language}


def test_no_row_is_written_twice() -> None:
    keys = [(row["lang"], row["scale"], row["step"], row["text"]) for file in FILES for row in rows_of(file)]
    assert len(keys) == len(set(keys))
