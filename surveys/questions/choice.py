"""One of several named options, stored as 1, 2, 3 … in the order of the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from surveys.definition_model import Question
from surveys.questions.base import Choice, QuestionType, Rows, in_rows
from surveys.reading import Reading, Step, read_reply
from surveys.texts import say

OPTIONS_IN_A_ROW = 2  # names are longer than numbers


@dataclass(frozen=True, slots=True)
class ChoiceQuestion:
    """By SMS the customer answers with the option's number or its name, so the text should list both."""

    scored: bool = True
    scale: str | None = None
    named_options: bool = True

    def read(
        self, question: Question, text: str, *, step: Step, language: str, languages: tuple[str, ...]
    ) -> Reading:
        """Read an option's name or number, or a why at the why step."""
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
        """One button per option, with its name in the customer's language."""
        names = question.options_for(language)
        return in_rows(
            tuple(Choice(name, value) for value, name in enumerate(names, start=1)), OPTIONS_IN_A_ROW
        )

    def how_to_answer(self, question: Question, language: str) -> str:
        """List the options with their numbers."""
        names = enumerate(question.options_for(language), start=1)
        options = ", ".join(f"{number} = {name}" for number, name in names)
        return say(language, "Please choose one: {options}.", options=options)


CHOICE: Final[QuestionType] = ChoiceQuestion()
