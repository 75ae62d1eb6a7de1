"""Words: mostly the why of a score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from surveys.definition_model import Question
from surveys.questions.base import Choice, QuestionType, Rows
from surveys.reading import Reading, Step, read_reply
from surveys.scale import Scale
from surveys.texts import say

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
        """One button: words are asked for, never demanded."""
        return ((Choice(say(language, "Skip"), None),),)

    def how_to_answer(self, question: Question, language: str) -> str:
        """Any words will do."""
        return say(language, "Please answer in your own words.")


TEXT: Final[QuestionType] = TextQuestion()
