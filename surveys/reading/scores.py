"""Which number in a reply is the score, in rules that can be said aloud.

1. Never a score: a number with a unit after it (minutes, euros, kids, %, times), with a name for numbers before it (room, order, at,
   tel.), inside a date, a time, a price or a phone, stuck to letters (A4, 3rd), counting something ("7 kids"), somebody's age ("my son
   is 9"), a time by its preposition ("приехал в 9") or by "already" beside it ("уже 9"), one of many in a row ("9 этаж"), what
   something else says ("the website said 9"), or part of a question ("what does 10 mean").
2. A score stands first or last. First: nothing before it but a greeting or a lead-in ("Hi, I'd give you a 9"), and after it the end, a
   mark (9, 9. 9! 9 - 9: 9 and an emoji), a reason ("9 because"), praise or blame ("9 great service"), or what it cannot count: a
   verb, a noun in the singular ("2 parcel got lost"), a word with an article or a possessive ("9 the staff"), a name ("9 Mari was
   kind"), a place ("6 in the room it was cold"). Last: a mark or praise before it, also praise and one more word that takes no number
   ("rude seller 2"), or a whole sentence that judges ("decent but crowded in the evening 7"), nothing after, and no other number that
   could be it ("great service, 9"). A sentence of its own ("… promised 7. 4") and a conclusion ("got 1, so 3") are sure of themselves.
   A zero is none before what one can have none of ("0 complaints").
3. In mid-sentence only what says itself that it is one: "9/10", or a verb of scoring before it ("so I give you 6 because").
4. Irony makes every number in the reply no answer ("10 to you, dream on"), a condition every number in its sentence ("10 if you were
   cheaper"); an aside ("almost 9", "last time 9"), a denial ("not 9") and doubt ("10? no way") only the number beside them in their
   own clause ("almost perfect, 9" is nine; "last time 5, this time 8" is eight).
5. Two scores that differ are asked again ("8 for food, waiter 3"), and so are two numbers that each stand beside a short name and
   nothing else ("haircut 9 wait 2", "10 врачу два регистратуре"), unless the second corrects the first ("9, no
   wait, 8", "not 9, 8", "8 then 9 I meant"), only says what would have been ("8, would be 9 with parking"), or one sums them up
   ("food 9, staff 2, overall 6").
6. Between two whole numbers (8,5 · 7-8 · 7 or 8) and on another scale (8/10 to 1–5, 80 %) it is asked again, never converted.
7. Number words obey the same rules, also with one slip in them ("fiev", misspelt.py), and "one" even stricter ones, since it is an
   article in many languages.

What no rule accepts is AMBIGUOUS where a number stands like an answer, else NOT_SCORE: asking again costs less than a wrong score.
"""

from itertools import zip_longest
from typing import NamedTuple

from surveys.reading.denials import is_taken_back
from surveys.reading.expression import Expression, Form
from surveys.reading.expressions import find_expressions
from surveys.reading.irony import highest_meant
from surveys.reading.kinds import Kind, Reading
from surveys.reading.pairs import (
    are_labels,
    is_corrected,
    is_for_another,
    is_of_the_past,
    is_turned_down,
    is_would_be,
    sums_up,
)
from surveys.reading.phrase import Phrase
from surveys.reading.places import Place, judge
from surveys.reading.praise import REACH, ends_sentence, is_bare_zero
from surveys.reading.repeated import without_question
from surveys.reading.rest import rest_of
from surveys.reading.sides import (
    Left,
    LeftSide,
    Right,
    is_asked,
    left_of,
    right_of,
)
from surveys.reading.tokens import Type
from surveys.reading.words import Word
from surveys.scale import Scale


class Candidate(NamedTuple):
    """A number expression with its place and its left side."""

    expression: Expression
    place: int  # of `Place`
    side: LeftSide

    def fits(self, scale: Scale) -> bool:
        """Could be the answer by its value."""
        return self.expression.form != Form.PLAIN or self.expression.value in scale


def read_score(phrase: Phrase, scale: Scale) -> Reading:
    """Find the score in a reply, by the rules above: SCORE, OUT_OF_RANGE, AMBIGUOUS or NOT_SCORE."""
    found = [e for e in find_expressions(phrase, scale) if e.form != Form.COUNT]
    if not found:
        return Reading(Kind.NOT_SCORE)
    if _is_all(phrase, found[0]):
        only = found[0]
        if only.value not in scale:
            return Reading(Kind.OUT_OF_RANGE)
        return Reading(Kind.SCORE, only.value, correction=only.starred)
    answers, asked = without_question(phrase, found, scale)
    candidates = _candidates(phrase, answers, scale)
    reading = _choose(phrase, candidates, answers, asked, scale)
    if (
        phrase.seen & Word.OVERALL
        and len(candidates) > 1
        and (summed := _sum_of_all(phrase, candidates, scale))
    ):
        return reading if reading.score == summed.score else summed
    return reading


def _choose(
    phrase: Phrase,
    candidates: list[Candidate],
    answers: list[Expression],
    asked: list[Expression],
    scale: Scale,
) -> Reading:
    several = len(candidates) > 1
    if several and (value := _said_again(phrase, candidates, scale)) is not None:
        return Reading(Kind.SCORE, value)
    scores = [c for c in candidates if c.place == Place.SCORE]
    if several:
        scores = _corrected(phrase, [c for c in scores if c.fits(scale)] or scores)  # "I'm 74 … a 10"
    if not scores:
        doubtful = [c.expression for c in candidates if c.place > Place.NONE]
        kind = (
            Kind.AMBIGUOUS
            if any(c.place > Place.NONE and c.fits(scale) for c in candidates)
            else Kind.NOT_SCORE
        )
        return Reading(kind, offers=_offers(doubtful, scale))
    if several and _is_list(phrase, candidates):
        return Reading(Kind.NOT_SCORE)
    if are_labels(phrase, answers, scale):
        return Reading(Kind.AMBIGUOUS, offers=_offers(answers, scale))
    rivals = _rivals(phrase, candidates, scores, scale) if several else []
    said = [c.expression for c in [*scores, *rivals]]
    if len({e.value for e in said}) > 1 or any(e.form != Form.PLAIN for e in said):
        return Reading(Kind.AMBIGUOUS, offers=_offers(said, scale))
    value = scores[0].expression.value
    if value not in scale:
        return Reading(Kind.OUT_OF_RANGE)
    used = [
        (_cut_from(phrase, c), c.expression.last)
        for c in candidates
        if c.place == Place.SCORE
        or (c.side.denied and _is_turned(phrase, scores[0].expression, c))
        or (c.place == Place.RIVAL and scores[-1].side.correcting)
    ]
    correction = any(c.side.correcting or c.expression.starred for c in scores)
    why = rest_of(phrase, [*used, *((e.first, e.last) for e in asked)])
    return Reading(Kind.SCORE, value, why, correction=correction)


def _is_all(phrase: Phrase, expression: Expression) -> bool:
    """Whether the reply says one number and nothing else: "9", "10!!", "nine", "9/10."; most replies do."""
    if expression.first or expression.form != Form.PLAIN or phrase.questioned:
        return False
    return all(token.type == Type.STOP for token in phrase.tokens[expression.last :])


def _cut_from(phrase: Phrase, candidate: Candidate) -> int:
    """Find where the lead-in of a score begins; after other words "it" belongs to them: "loved it 10/10"."""
    at = candidate.side.lead
    while phrase.flag(at) & Word.OPENER and candidate.side.left in {Left.WORD, Left.PRAISE}:
        at += 1
    while phrase.flag(at) & Word.STILL and phrase.type(at - 1) == Type.WORD:
        at += 1  # "the car rattles still 1"
    return min(at, candidate.expression.first)


def _is_turned(phrase: Phrase, score: Expression, denied: Candidate) -> bool:
    """Whether a denied number only stands against the score: "not 9 but 8", "8, not 9"; not "8, I never give 10"."""
    lead, first = denied.side.lead, denied.expression.first
    stated = any(flags & Word.SCORING for flags in phrase.flags[lead:first])
    between = range(score.last, min(lead, score.last + REACH))
    return not stated and not any(
        phrase.flags[at] & Word.REASON or not phrase.flags[at] & ~Word.NOUN
        for at in between
        if phrase.type(at) == Type.WORD
    )


def _candidates(phrase: Phrase, found: list[Expression], scale: Scale) -> list[Candidate]:
    head, tail, denied_until = phrase.head(), phrase.tail(), 0
    candidates: list[Candidate] = []
    meant = highest_meant(phrase, scale) if found else scale.high
    score: Expression | None = None
    for expression, following in zip_longest(found, found[1:]):
        side = left_of(phrase, expression.first, head, denied_until)
        right = right_of(phrase, expression.last, tail)
        if right == Right.CONDITION and following and is_would_be(phrase, expression, following):
            right = Right.OPENER  # "8 could have been 9"
        place = judge(phrase, expression, side, right)
        if side.denied:
            place = Place.NONE if side.left == Left.WORD else Place.FAINT
            denied_until = expression.last
        elif expression.value in scale and is_asked(phrase, expression):
            place = min(place, Place.NONE if expression.first else Place.FAINT)
        elif (
            meant < expression.value <= scale.high
            or (side.blocked and not _is_complete(phrase, expression))
            or right == Right.CONDITION
        ):
            place = min(place, Place.FAINT)
        elif is_taken_back(phrase, side.lead, expression):
            place, side = min(place, Place.FAINT), side._replace(blocked=True)
        if score and is_corrected(phrase, score, expression):
            place, side = Place.SCORE, side._replace(correcting=True, blocked=False, denied=False)
        elif (
            candidates
            and place >= Place.RIVAL
            and is_of_the_past(phrase, candidates[-1].expression, expression)
        ):
            place = Place.SCORE
            candidates[-1] = candidates[-1]._replace(
                place=Place.FAINT, side=candidates[-1].side._replace(blocked=True)
            )
        elif score and place == Place.RIVAL and _is_supposed(phrase, side, expression):
            place = Place.FAINT
        elif score:
            turned = right == Right.END and is_turned_down(phrase, score, expression)
            if turned or is_for_another(phrase, score, expression):
                place = max(place, Place.RIVAL)
        if place == Place.SCORE or (place == Place.RIVAL and side.left == Left.START):
            score = expression
        candidate = Candidate(expression, place, side)
        if place < Place.SCORE and not candidate.fits(scale):
            candidate = candidate._replace(place=min(place, Place.NONE))
        candidates.append(candidate)
    return candidates


def _is_complete(phrase: Phrase, expression: Expression) -> bool:
    """Whether what stands before a number is a sentence of its own, so that a denial in it does not deny the number."""
    first = expression.first
    return ends_sentence(phrase, first) or (not expression.value and is_bare_zero(phrase, first))


def _is_supposed(phrase: Phrase, side: LeftSide, expression: Expression) -> bool:
    """Whether a number after the score is what would be, or an age or a count in brackets: "8, would be 9 with parking", "8 my son (6)"."""
    first, last = expression.first, expression.last
    bracketed = (
        phrase.said(first - 1) == "(" and phrase.said(last) == ")" and phrase.type(last + 1) == Type.WORD
    )
    return bracketed or any(flags & Word.WOULD & ~Word.WAS for flags in phrase.flags[side.lead : first])


def _corrected(phrase: Phrase, scores: list[Candidate]) -> list[Candidate]:
    """Rule 5: of two scores the last counts, where words between them say so."""
    if len(scores) < 2 or scores[0].expression.value == scores[-1].expression.value:
        return scores
    last = scores[-1]
    between = range(scores[-2].expression.last, last.expression.first)
    passing = Word.LEADING | Word.NO | Word.NOT | Word.TAIL | Word.POLITE
    turning = any(phrase.flags[at] & (Word.NO | Word.CORRECTION) for at in between)
    only_turning = turning and all(
        phrase.tokens[at].type > Type.WORD or phrase.flags[at] & passing for at in between
    )
    if last.side.correcting or only_turning:
        return [last._replace(side=last.side._replace(correcting=True))]
    return scores


def _rivals(
    phrase: Phrase, candidates: list[Candidate], scores: list[Candidate], scale: Scale
) -> list[Candidate]:
    """Numbers that could be meant instead. A score that is not sure must be the only number that could be one."""
    tail = phrase.tail()
    sure = any(_is_sure(phrase, c, tail) for c in scores)
    ending = scores[0].side.left in {
        Left.MARK,
        Left.WORD,
    }  # "bought 2 got 1 free, 9"; not "speed 2 quality 9"
    before = scores[0].expression.first - 1
    named = bool(phrase.flag(before - (phrase.said(before) == ":")) & Word.ASPECT)  # "10 but the price: 6"
    return [
        c
        for c in candidates
        if c.place != Place.NEVER
        and c.fits(scale)
        and not (scores[-1].side.correcting and c.place == Place.RIVAL and c.side.left == Left.START)
        and (
            c.place == Place.RIVAL
            or (
                not sure
                and c.expression.form == Form.PLAIN
                and (c.place > Place.NONE or not ending or phrase.type(c.expression.last) != Type.WORD)
                and not (c.side.denied or (c.side.blocked and not named))
            )
        )
    ]


def _is_sure(phrase: Phrase, score: Candidate, tail: int) -> bool:
    """Whether a score stands first, says that it is one, or ends the reply as a sentence of its own or as a conclusion ("so 3")."""
    side, last = score.side, score.expression.last
    if side.left == Left.START or score.expression.explicit or side.correcting:
        return True
    before, lead = phrase.type(side.lead - 1), phrase.flags[side.lead : score.expression.first]
    concludes = any(flags & Word.SO for flags in lead)
    # "booked for 9, seen at 11, giving 3"
    announced = before == Type.COMMA and any(flags & Word.SCORING for flags in lead)
    return last >= tail and (concludes or announced or before == Type.STOP)


def _sum_of_all(phrase: Phrase, candidates: list[Candidate], scale: Scale) -> Reading | None:
    """Rule 5: of several scores the one that sums them up, where one alone says so: "food 9, staff 2, overall 6"."""
    spans = [
        (c.expression.value, span)
        for c in candidates
        if not (c.side.denied or c.side.blocked) and (span := sums_up(phrase, c.expression))
    ]
    if len(spans) != 1:
        return None
    value, span = spans[0]
    if value not in scale or value > highest_meant(phrase, scale):
        return None
    return Reading(Kind.SCORE, value, rest_of(phrase, [(span.start, span.stop)]))


def _said_again(phrase: Phrase, candidates: list[Candidate], scale: Scale) -> int | None:
    """Read one number and nothing else, said again: "10 10 10"; not "1 1", which may be an eleven."""
    values = {(c.expression.form, c.expression.value) for c in candidates}
    if len(values) > 1:
        return None
    form, value = values.pop()
    alone = len(phrase.spoken) == sum(c.expression.last - c.expression.first for c in candidates)
    return value if alone and form == Form.PLAIN and value in scale and value > 1 else None


def _is_list(phrase: Phrase, candidates: list[Candidate]) -> bool:
    """Whether these are numbered remarks: "1) slow 2) rude"."""
    marks = {c.expression.value: phrase.said(c.expression.last) for c in candidates}
    return marks.get(1, "") in {".", ")", ":", "-"} and marks[1] == marks.get(2)


def _offers(expressions: list[Expression], scale: Scale) -> tuple[int, ...]:
    values = [
        v
        for e in expressions
        for v in (e.offers if e.form == Form.SPLIT else [e.value] if e.form == Form.PLAIN else [])
    ]
    return tuple(dict.fromkeys(v for v in values if v in scale))
