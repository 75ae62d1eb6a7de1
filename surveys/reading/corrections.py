"""Corrections in words of their own: "sorry hit the wrong key, 9", "not 3 but 8, pressed wrong", "8 it should have been".

The whole message speaks of a slip of the finger and of nothing else: every word has to do with one, or may stand beside it. So "sorry,
9 people were ahead of me" corrects nothing.
"""

from surveys.reading.expression import Form
from surveys.reading.expressions import find_expressions
from surveys.reading.phrase import Phrase
from surveys.reading.tokens import Type
from surveys.reading.words import Word
from surveys.scale import Scale

LONGEST = 12  # words and numbers
PAIR = 2
_SLIPS = Word.SLIP | Word.CORRECTION
_SPEAKS = _SLIPS | Word.BESIDE | Word.POLITE | Word.NOT | Word.NO
_FAULT = Word.CORRECTION | Word.NUMBERED  # "ошибка 5" may be the name of one


def corrected(phrase: Phrase, scale: Scale) -> int | None:
    """Give the value that a message corrects a score to, if it does nothing else."""
    if not phrase.seen & _SLIPS or len(phrase.spoken) > LONGEST:
        return None
    found = find_expressions(phrase, scale)
    if not found or len(found) > PAIR or any(e.form != Form.PLAIN or e.value not in scale for e in found):
        return None
    inside = {at for expression in found for at in range(expression.first, expression.last)}
    words = [
        phrase.flags[at] | phrase.words.words.get(phrase.said(at), 0)
        for at in range(phrase.count)
        if phrase.type(at) == Type.WORD and at not in inside
    ]
    slips = [flags for flags in words if flags & _SLIPS and flags & _FAULT != _FAULT]
    if not slips or not all(flags & _SPEAKS for flags in words):
        return None
    meant = [e for e in found if not phrase.flag(e.first - 1) & (Word.NOT | Word.NO)] or found[-1:]
    return meant[-1].value
