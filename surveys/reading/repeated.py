"""What only repeats the question: "on a scale from 0 to 10 I'd say 9", "10 point scale: 9", "out of 10 I'd go 6"."""

from surveys.reading.expression import Expression
from surveys.reading.phrase import Phrase
from surveys.reading.praise import REACH
from surveys.reading.tokens import Type
from surveys.reading.words import Word
from surveys.scale import Scale


def without_question(
    phrase: Phrase, found: list[Expression], scale: Scale
) -> tuple[list[Expression], list[Expression]]:
    """Part off what only repeats the question, and make it a lead-in: "on a scale from 0 to 10 I'd say 9", "10 point scale: 9"."""
    if len(found) < 2:
        return found, []
    ranges = {(scale.low, scale.high), (1, scale.high)}
    answers: list[Expression] = []
    asked: list[Expression] = []
    for expression in found:
        place = (expression.first, expression.last)
        if expression.offers not in ranges:
            place = _scale_around(phrase, expression, scale)
        phrase.flags[slice(*place)] = [Word.LEAD] * (place[1] - place[0])
        (asked if any(place) else answers).append(expression)
    return answers, asked


def _scale_around(phrase: Phrase, expression: Expression, scale: Scale) -> tuple[int, int]:
    """Find a scale named by its top: "10 point scale", "10-балльной шкале", "scale to 10"; (0, 0) if the number names none."""
    first, end = expression.first, expression.last
    if phrase.said(first) != str(scale.high) and expression.value != scale.high:
        return 0, 0
    leading = first < REACH and all(flags & (Word.OUT_OF | Word.LEAD) for flags in phrase.flags[:first])
    if leading and phrase.flag(first - 1) & Word.OUT_OF:
        return 0, end  # "out of 10 I'd go 6"
    if phrase.flag(first - 1) & (Word.OUT_OF | Word.OR):
        for at in range(max(first - 3, 0), first):
            if phrase.flag(at) & Word.SCALE:
                return at, end
    while end < expression.last + 2 and (
        phrase.type(end) == Type.DASH
        or (phrase.type(end) == Type.WORD and not phrase.flag(end) & ~(Word.POINTS | Word.NOUN))
    ):
        end += 1
    return (first, end + 1) if phrase.flag(end) & Word.SCALE else (0, 0)
