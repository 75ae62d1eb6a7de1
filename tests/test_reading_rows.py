"""Replies as customers write them, one a line in readings/*.tsv: language, scale, step, text -> kind, score, why."""

import csv
from pathlib import Path

import pytest

from surveys.reading import Kind, Reading, Step, read_reply
from surveys.scale import Scale

FILES = sorted(Path(__file__).with_name("readings").glob("*.tsv"))
ROWS_PER_LANGUAGE = 80


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True))


def reading_of(row: dict[str, str]) -> Reading:
    text = row["text"].replace("\\n", "\n")
    return read_reply(text, Scale.parse(row["scale"]), step=Step(row["step"]), language=row["lang"])


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


@pytest.mark.parametrize("language", ["en", "et", "fi", "he", "ru"])
def test_every_shipped_language_has_its_rows(language: str) -> None:
    rows = rows_of(Path(__file__).with_name("readings") / f"{language}.tsv")
    assert len(rows) >= ROWS_PER_LANGUAGE
    assert {row["lang"] for row in rows} == {language}


def test_no_row_is_written_twice() -> None:
    keys = [(row["lang"], row["scale"], row["step"], row["text"]) for file in FILES for row in rows_of(file)]
    assert len(keys) == len(set(keys))
