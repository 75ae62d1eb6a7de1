"""What a reply can turn out to be."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a reply is understood. The values are part of the contract of `askwhy read`."""

    SCORE = "score"
    NOT_SCORE = "not_score"
    AMBIGUOUS = "ambiguous"
    OUT_OF_RANGE = "out_of_range"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HELP = "help"
    WHY = "why"
    WHY_SKIPPED = "why_skipped"


class Step(StrEnum):
    """What the customer was asked last."""

    SCORE = "score"
    WHY = "why"


@dataclass(frozen=True, slots=True)
class Reading:
    """One reply, understood.

    `score` is set only when `kind` is SCORE. `why` is the rest of the text word for word; for a WHY the whole text, for an opt-out
    said in a sentence the whole text too. `offers` are whole numbers to offer as buttons when the question is asked again
    ("8,5" -> 8 and 9). `question` says that the text asks us something, `correction` that it changes an earlier score.
    """

    kind: Kind
    score: int | None = None
    why: str | None = None
    offers: tuple[int, ...] = ()
    question: bool = False
    correction: bool = False
