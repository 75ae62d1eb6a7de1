"""What a question type gives: how it reads a reply, and which buttons it offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from surveys.definition_model import Question
from surveys.reading import Reading, Step

BUTTONS_IN_A_ROW = 7  # as many one-digit buttons as a phone shows side by side


@dataclass(frozen=True, slots=True)
class Choice:
    """One button: what it says, and the value it answers (None: the question is skipped)."""

    label: str
    value: int | None


Rows = tuple[tuple[Choice, ...], ...]


class QuestionType(Protocol):
    """One kind of question. `QUESTION_TYPES` lists them; a new one is a file and a line there."""

    @property
    def scored(self) -> bool:
        """Whether an answer is a value (else it is words)."""

    @property
    def scale(self) -> str | None:
        """The scale such a question has when its author names none ("0-1"), or None: it must be named."""

    @property
    def named_options(self) -> bool:
        """Whether the author lists the options by name instead of giving a scale."""

    def read(
        self, question: Question, text: str, *, step: Step, language: str, languages: tuple[str, ...]
    ) -> Reading:
        """Read a reply to `question`. Never raises, whatever the text."""

    def choices(self, question: Question, language: str) -> Rows:
        """Rows of buttons, empty where there are none to press."""

    def how_to_answer(self, question: Question, language: str) -> str:
        """Say in one sentence what an answer looks like, for HELP and for asking again."""


def in_rows(choices: tuple[Choice, ...], width: int = BUTTONS_IN_A_ROW) -> Rows:
    """Share buttons evenly over as few rows as hold them: eleven are six and five."""
    if not choices:
        return ()
    rows = -(-len(choices) // width)
    per_row = -(-len(choices) // rows)
    return tuple(choices[start : start + per_row] for start in range(0, len(choices), per_row))
