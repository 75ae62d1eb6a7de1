"""What a reply means: pure functions from a text to a `Reading`.

Start in reply.py (the order of the questions put to a text), then scores.py (which number is the score: the rules in prose). Words of a
language stand in languages/<code>.toml; adding a language is adding that file.

Invariant: a score outside the scale is never read, and no text raises.
Invariant: an opt-out is read before anything else, at every step.
Invariant: what is not surely a score is AMBIGUOUS or NOT_SCORE, never a guess.
"""

from surveys.reading.kinds import Kind, Reading, Step
from surveys.reading.language import detect_language
from surveys.reading.reply import is_feedback_wish, read_reply, read_yes_no
from surveys.reading.vocabulary import opt_out_keyword

__all__ = [
    "Kind",
    "Reading",
    "Step",
    "detect_language",
    "is_feedback_wish",
    "opt_out_keyword",
    "read_reply",
    "read_yes_no",
]
