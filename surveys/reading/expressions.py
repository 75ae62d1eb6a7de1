"""Find everything in a reply that looks like a number, and say what each is: a bare number, "9/10", a fraction, a price, a date.

Nothing here decides whether a number is the score: scores.py does, from where the number stands.
"""

from surveys.reading.expression import Expression, Form
from surveys.reading.following import after_number, finish, spelled_at
from surveys.reading.misspelt import misspelt
from surveys.reading.numerals import read_numeral
from surveys.reading.phrase import Phrase
from surveys.reading.tokens import EMPTY_STARS, FILLED_STARS, Type
from surveys.reading.words import Word
from surveys.scale import Scale

_STARS = FILLED_STARS | EMPTY_STARS
_OPENS = frozenset({Type.STOP, Type.COMMA, Type.DASH, Type.EMOJI})
_CLOSES = Word.REASON | Word.TAIL | Word.POINTS
_KEEPS_OPEN = Word.LEADING | Word.POLITE | Word.MINUS | Word.NOT | Word.NO | Word.REASON


def find_expressions(phrase: Phrase, scale: Scale) -> list[Expression]:
    """All number expressions from left to right. Number words count only where a score may stand: "one of the best" has none."""
    found: list[Expression] = []
    at, open_ = 0, True
    while at < phrase.count:
        token = phrase.tokens[at]
        if token.type == Type.NUMBER:
            found.append(read_numeral(phrase, at, scale))
        elif token.type == Type.WORD:
            flags = phrase.flags[at]
            next_to_number = bool(found) and found[-1].last == at
            may_be = (open_ or next_to_number or flags & Word.SCORING) and not flags & Word.FIXED
            spelled = (spelled_at(phrase, at) or _misspelt_at(phrase, at)) if may_be else None
            if not spelled:
                open_ = bool(flags & Word.SCORING) or (open_ and bool(flags & _KEEPS_OPEN))
                at += 1
                continue
            found.append(_spelled(phrase, at, *spelled, scale))
        elif token.text in _STARS:
            found.append(_stars(phrase, at, scale))
        else:
            open_ = open_ or token.type in _OPENS
            at += 1
            continue
        at, open_ = found[-1].last, False
    return found


def _misspelt_at(phrase: Phrase, at: int) -> tuple[int, int] | None:
    """Read an unknown word that stands like an answer, before the end, a mark or a reason, as the number word it is a slip of."""
    follows = at + 1
    if phrase.flags[at] or (phrase.type(follows) == Type.WORD and not phrase.flags[follows] & _CLOSES):
        return None
    value = misspelt(phrase.tokens[at].text, phrase.words.codes)
    return None if value is None else (value, follows)


def _spelled(phrase: Phrase, at: int, value: int, last: int, scale: Scale) -> Expression:
    if phrase.flag(at - 1) & Word.MINUS:
        return finish(phrase, at - 1, last, -value, spelled=True)
    return after_number(phrase, at, last, value, scale, spelled=True)


def _stars(phrase: Phrase, at: int, scale: Scale) -> Expression:
    """Count a row of stars, filled and empty; one star is praise as often as a count."""
    last = at
    while phrase.said(last) in _STARS:
        last += 1
    filled = sum(token.text in FILLED_STARS for token in phrase.tokens[at:last])
    if not filled or last - at == 1:
        return Expression(Form.SPLIT if last - at == phrase.count else Form.COUNT, at, last, offers=(1,))
    if scale.high == 5:
        return Expression(Form.PLAIN, at, last, filled, explicit=True)
    return Expression(Form.OTHER_SCALE, at, last)
