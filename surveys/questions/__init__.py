"""What a question can be. A new type is one file here and one line in QUESTION_TYPES."""

from __future__ import annotations

from typing import Final

from surveys.definition_model import Question
from surveys.questions.base import Choice, QuestionType, Rows
from surveys.questions.choice import CHOICE
from surveys.questions.scale import SCALE
from surveys.questions.text import TEXT
from surveys.questions.yes_no import YES_NO

__all__ = ["QUESTION_TYPES", "Choice", "QuestionType", "Rows", "label_of"]

QUESTION_TYPES: Final[dict[str, QuestionType]] = {
    "scale": SCALE,
    "yes_no": YES_NO,
    "choice": CHOICE,
    "text": TEXT,
}


def label_of(question: Question, value: int, language: str) -> str:
    """Return what a value is called on its button: "9", "Yes", "Bodywork"."""
    rows = QUESTION_TYPES[question.type].choices(question, language)
    return next((choice.label for row in rows for choice in row if choice.value == value), str(value))
