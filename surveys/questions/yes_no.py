"""Yes or no: 1 or 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from surveys.definition_model import Question
from surveys.questions.base import Choice, QuestionType, Rows
from surveys.reading import Reading, Step, read_reply, read_yes_no
from surveys.texts import say


@dataclass(frozen=True, slots=True)
class YesNoQuestion:
    """The words for yes and no of every shipped language are read, whatever language was asked in."""

    scored: bool = True
    scale: str | None = "0-1"
    named_options: bool = False

    def read(
        self, question: Question, text: str, *, step: Step, language: str, languages: tuple[str, ...]
    ) -> Reading:
        """Read a yes or no. At the why step "no" means that there is no more to say: it changes nothing."""
        if step is Step.WHY and question.scale is not None:
            return read_reply(text, question.scale, step=step, language=language, languages=languages)
        return read_yes_no(text, language=language, languages=languages)

    def choices(self, question: Question, language: str) -> Rows:
        """Two buttons in one row."""
        return ((Choice(say(language, "Yes"), 1), Choice(say(language, "No"), 0)),)

    def how_to_answer(self, question: Question, language: str) -> str:
        """Yes or no."""
        return say(language, "Please answer yes or no.")


YES_NO: Final[QuestionType] = YesNoQuestion()
