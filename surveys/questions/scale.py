"""A number on a scale: 0-10, 1-5, 1-10. Words for numbers and the author's labels are read too."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from surveys.definition_model import Question
from surveys.questions.base import Choice, QuestionType, Rows, in_rows
from surveys.reading import Reading, Step, read_reply
from surveys.scale import Scale
from surveys.texts import say


@dataclass(frozen=True, slots=True)
class ScaleQuestion:
    """Buttons carry the bare numbers: they mean the same in every language."""

    scored: bool = True
    scale: str | None = None
    named_options: bool = False

    def read(
        self, question: Question, text: str, *, step: Step, language: str, languages: tuple[str, ...]
    ) -> Reading:
        """Read a number, or a why at the why step."""
        assert question.scale is not None
        return read_reply(
            text,
            question.scale,
            step=step,
            language=language,
            languages=languages,
            labels=question.labels_for(language),
        )

    def choices(self, question: Question, language: str) -> Rows:
        """Every value of the scale: 0-10 as six and five, 1-5 in one row."""
        assert question.scale is not None
        return _numbers(question.scale)

    def how_to_answer(self, question: Question, language: str) -> str:
        """Name the ends of the scale."""
        assert question.scale is not None
        low, high = question.scale.low, question.scale.high
        return say(language, "Please answer with a whole number from {low} to {high}.", low=low, high=high)


@cache
def _numbers(scale: Scale) -> Rows:
    return in_rows(tuple(Choice(str(value), value) for value in scale.values()))


SCALE: Final[QuestionType] = ScaleQuestion()
