"""The shape of a survey file: which keys there are and what kind of value each takes.

What the values mean together is checked in definition_checks.py.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from surveys.definition_error import SurveyError

LANGUAGE_CODE: Final = r"^[a-z]{2,3}$"
MOST_CHARACTERS: Final = 200_000  # twenty languages of a long survey
IDENTIFIER: Final = r"^[a-z][a-z0-9_]{0,39}$"

_FIXES: Final = {
    "missing": "add it.",
    "string_type": "write a text in quotes.",
    "int_type": "write a whole number without quotes.",
    "list_type": "write a list in square brackets.",
    "tuple_type": "write a list in square brackets.",
    "dict_type": 'write one value per language or name, such as en = "…".',
    "model_type": "write a table with its own keys.",
    "string_pattern_mismatch": "write small Latin letters, digits and _ only, a letter first.",
    "string_too_short": "write something.",
    "too_short": "write at least one.",
}


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class QuestionShape(_Shape):
    """A `[[questions]]` table."""

    id: str = Field(pattern=IDENTIFIER)
    type: str
    scale: str | None = None
    measure: str | None = None
    bands: dict[str, Any] | None = None
    about: str | None = None
    when: dict[str, Any] = {}
    parameter: str | None = Field(default=None, pattern=IDENTIFIER)
    role: Literal["satisfaction", "importance"] = "satisfaction"
    name: dict[str, str] = {}
    labels: dict[str, dict[str, int]] = {}
    options: dict[str, list[str]] = {}
    text: dict[str, Any] = Field(min_length=1)
    again: dict[str, Any] = {}


class SetShape(_Shape):
    """A `[[sets]]` table: the questions of one visit, where they differ from visit to visit."""

    questions: list[str] = Field(min_length=1)


class SurveyShape(_Shape):
    """A whole survey file."""

    id: str = Field(pattern=IDENTIFIER)
    name: str = Field(min_length=1)
    measure: str
    primary: str | None = None
    touchpoints: list[str] = []
    questions: list[QuestionShape] = Field(min_length=1)
    sets: list[SetShape] = []
    thanks: dict[str, Any] = {}


def read_shape(source: str, where: str) -> SurveyShape:
    """Read a survey file's text. Raises SurveyError for the first thing that is wrong with its shape."""
    if len(source) > MOST_CHARACTERS:
        raise SurveyError(where, "the file", source, f"shorten it to {MOST_CHARACTERS:,} characters.")
    try:
        raw = tomllib.loads(source)
    except (ValueError, RecursionError) as error:  # ValueError also for a number of thousands of digits
        raise _syntax_error(source, where, str(error)) from error
    try:
        return SurveyShape.model_validate(raw)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False)
        # A misspelled key is also a missing one; the misspelling is what the author can see.
        first = min(problems, key=lambda problem: problem["type"] != "extra_forbidden")
        raise _shape_error(where, raw, first["type"], first["loc"], first["input"], first["msg"]) from error


def nearest(word: str, known: Iterable[str]) -> str:
    """Say which known word was probably meant, and which there are."""
    from rapidfuzz import process

    words = sorted(known)
    found = process.extractOne(word, words, score_cutoff=60)
    listed = f"known: {', '.join(words)}" if words else "there are none"
    return f"did you mean {found[0]!r}? ({listed})" if found else f"{listed}."


def _syntax_error(source: str, where: str, problem: str) -> SurveyError:
    # tomllib says "… (at line 3, column 5)" or "… (at end of document)".
    reason, _, place = problem.rpartition(" (at ")
    line = place.partition("line ")[2].partition(",")[0]
    lines = source.splitlines()
    number = int(line) if line.isdigit() else len(lines)
    value = lines[number - 1] if 0 < number <= len(lines) else ""
    hint = "the file is not TOML here; texts stand in quotes, a table begins with [its.name]"
    return SurveyError(where, f"line {number}", value, f"{reason or problem}: {hint}.")


def _shape_error(
    where: str, raw: Mapping[str, Any], kind: str, loc: Sequence[int | str], value: Any, message: str
) -> SurveyError:
    key = _key(raw, loc)
    if kind == "extra_forbidden":
        shape: type[BaseModel] = SurveyShape
        if loc[0] == "questions":
            shape = QuestionShape
        elif loc[0] == "sets":
            shape = SetShape
        return SurveyError(
            where, key, value, f"there is no such key; {nearest(str(loc[-1]), shape.model_fields)}"
        )
    return SurveyError(where, key, None if kind == "missing" else value, _FIXES.get(kind, f"{message}."))


def _key(raw: Mapping[str, Any], loc: Sequence[int | str]) -> str:
    """Write a place as its author sees it: questions.recommend.text, or questions[2] where it has no id."""
    parts: list[str] = []
    node: Any = raw
    for step in loc:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            node = None
        if isinstance(step, str):
            parts.append(step)
        elif isinstance(node, dict) and isinstance(node.get("id"), str):
            parts.append(node["id"])
        else:
            parts[-1] += f"[{step + 1}]"
    return ".".join(parts)
