"""Words: mostly the why of a score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from surveys.definition_model import Question
from surveys.questions.base import QuestionType, Rows
from surveys.reading import Reading, Step, read_reply
from surveys.scale import Scale

ANY_SCALE: Final = Scale(0, 10)  # only opt-outs, help and skipping are looked for


@dataclass(frozen=True, slots=True)
class TextQuestion:
    """Any words are an answer; what corrects a score is read by the question of that score."""

    scored: bool = False
    scale: str | None = None
    named_options: bool = False

    def read(
        self, question: Question, text: str, *, step: Step, language: str, languages: tuple[str, ...]
    ) -> Reading:
        """Read words."""
        return read_reply(text, ANY_SCALE, step=Step.WHY, language=language, languages=languages)

    def choices(self, question: Question, language: str) -> Rows:
        """Nothing to press."""
        return ()


TEXT: Final[QuestionType] = TextQuestion()
