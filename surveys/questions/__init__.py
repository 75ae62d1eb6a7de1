"""What a question can be. A new type is one file here and one line in QUESTION_TYPES."""

from __future__ import annotations

from typing import Final

from surveys.questions.base import QuestionType
from surveys.questions.choice import CHOICE
from surveys.questions.scale import SCALE
from surveys.questions.text import TEXT
from surveys.questions.yes_no import YES_NO

QUESTION_TYPES: Final[dict[str, QuestionType]] = {
    "scale": SCALE,
    "yes_no": YES_NO,
    "choice": CHOICE,
    "text": TEXT,
}
