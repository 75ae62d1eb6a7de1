"""Which number in a reply is the score, in rules that can be said aloud.

1. Never a score: a number with a unit after it (minutes, euros, kids, %, times), with a name for numbers before it (room, order, at,
   tel.), inside a date, a time, a price or a phone, stuck to letters (A4, 3rd), or counting something ("7 kids").
2. A score stands first or last. First: nothing before it but a greeting or a lead-in ("Hi, I'd give you a 9"), and after it the end, a
   mark (9, 9. 9! 9 - 9: 9 and an emoji), a reason ("9 because"), a word that cannot be counted ("9 but", "9 the staff") or
   praise or blame ("9 great service"). Last: a mark or praise before it and nothing after ("great service, 9").
3. In mid-sentence only what says itself that it is one: "9/10", or a verb of scoring before it ("so I give you 6 because").
4. Beside a condition or a denial a number is no answer: "10 if you were cheaper", "almost 9", "can't give you 10", "not 9".
5. Two scores that differ are asked again, unless the second corrects the first ("9, no wait, 8", "not 9, 8").
6. Between two whole numbers (8,5 · 7-8 · 7 or 8) and on another scale (8/10 to 1–5, 80 %) it is asked again, never converted.
7. Number words obey the same rules, and "one" even stricter ones, since it is an article in many languages.

What no rule accepts is AMBIGUOUS where a number stands like an answer, else NOT_SCORE: asking again costs less than a wrong score.
"""

from dataclasses import dataclass, replace
from enum import IntEnum

from surveys.reading.expressions import Expression, Form, find_expressions
from surveys.reading.kinds import Kind, Reading
from surveys.reading.rest import rest_of
from surveys.reading.tokens import Token, Type
from surveys.reading.vocabulary import Vocabulary, Word
from surveys.scale import Scale


class Place(IntEnum):
    """How much a number stands like an answer."""

    NONE = 0
    FAINT = 1  # might be one, if nothing better stands in the reply
    RIVAL = 2  # begins a clause like an answer, without being surely one
    SCORE = 3


class Left(IntEnum):
    """What stands left of a number, lead-ins skipped."""

    START = 1
    MARK = 2
    SCORING = 3
    PRAISE = 4
    WORD = 5


class Right(IntEnum):
    """What stands right of a number."""

    END = 1
    MARK = 2
    REASON = 3
    OPENER = 4
    PRAISE = 5
    WORD = 6
    CONDITION = 7


@dataclass(frozen=True, slots=True)
class Candidate:
    """A number expression with its place; its lead-in starts at token `lead`."""

    expression: Expression
    place: Place
    left: Left
    lead: int
    denied: bool = False
    correcting: bool = False


_PARTING = frozenset({Type.STOP, Type.COMMA, Type.DASH, Type.EMOJI})
_SILENT = Word.TAIL | Word.POLITE | Word.POINTS
_LEADS = Word.LEAD | Word.SCORING | Word.CORRECTION
REACH = 12  # words looked back for a denial or a condition


def read_score(text: str, tokens: list[Token], words: Vocabulary, scale: Scale) -> Reading:
    """The score in a reply, by the rules above; SCORE, OUT_OF_RANGE, AMBIGUOUS or NOT_SCORE."""
    expressions = [e for e in find_expressions(tokens, words, scale) if e.form is not Form.COUNT]
    asked = [
        e
        for e in expressions
        if len(expressions) > 1 and e.offers in {(scale.low, scale.high), (1, scale.high)}
    ]
    sentence = _Sentence(tokens, words, asked)
    candidates = [sentence.place(e, scale) for e in expressions if e not in asked]
    if said_again := _said_again(candidates, tokens, scale):
        return Reading(Kind.SCORE, said_again)
    scores = sentence.corrected([c for c in candidates if c.place is Place.SCORE])
    rivals = [
        c
        for c in candidates
        if c.place is Place.RIVAL and (c.expression.form is not Form.PLAIN or c.expression.value in scale)
    ]
    if not scores:
        doubtful = [c.expression for c in candidates if c.place in {Place.RIVAL, Place.FAINT}]
        if any(e.form is not Form.PLAIN or e.value in scale for e in doubtful):
            return Reading(Kind.AMBIGUOUS, offers=_offers(doubtful, scale))
        return Reading(Kind.NOT_SCORE)
    if not any(c.left is Left.START or c.expression.explicit or c.correcting for c in scores):
        # A score that does not stand first must be the only number that could be one: "food 8, service 9".
        rivals = [
            c
            for c in candidates
            if not c.denied and c.expression.form is Form.PLAIN and c.expression.value in scale
        ] + rivals
    if _is_list(candidates, tokens):
        return Reading(Kind.NOT_SCORE)
    said = [c.expression for c in [*scores, *rivals]]
    if len({e.value for e in said}) > 1 or any(e.form is not Form.PLAIN for e in said):
        return Reading(Kind.AMBIGUOUS, offers=_offers(said, scale))
    value = scores[0].expression.value
    if value not in scale:
        return Reading(Kind.OUT_OF_RANGE)
    used = [c for c in candidates if c in scores or c.denied or c.place is Place.SCORE]
    correction = any(c.correcting or c.expression.starred for c in scores)
    spans = [*((c.lead, c.expression.last) for c in used), *((e.first, e.last) for e in asked)]
    return Reading(Kind.SCORE, value, rest_of(text, tokens, words, spans), correction=correction)


def _said_again(candidates: list[Candidate], tokens: list[Token], scale: Scale) -> int | None:
    """ "10 10 10": one number and nothing else; not "1 1", which may be an eleven."""
    values = {c.expression.value for c in candidates if c.expression.form is Form.PLAIN}
    if len(candidates) < 2 or len(values) > 1 or any(c.expression.form is not Form.PLAIN for c in candidates):
        return None
    value = values.pop()
    numbers = sum(c.expression.last - c.expression.first for c in candidates)
    if numbers != sum(token.type <= Type.WORD for token in tokens) or value not in scale or value < 2:
        return None
    return value


def _is_list(candidates: list[Candidate], tokens: list[Token]) -> bool:
    """ "1) slow 2) rude": numbered remarks."""
    marks = {
        c.expression.value: tokens[c.expression.last].text
        for c in candidates
        if c.expression.last < len(tokens)
    }
    return marks.get(1, "") == marks.get(2, " ") and marks[1] in {".", ")", ":", "-"}


def _offers(expressions: list[Expression], scale: Scale) -> tuple[int, ...]:
    values = (
        v
        for e in expressions
        for v in (e.offers if e.form is Form.SPLIT else (e.value,) * (e.form is Form.PLAIN))
    )
    return tuple(dict.fromkeys(v for v in values if v in scale))


class _Sentence:
    """The tokens of a reply and where its beginning and end stop to matter."""

    def __init__(self, tokens: list[Token], words: Vocabulary, asked: list[Expression]) -> None:
        self.tokens = tokens
        self.flags = [words.words.get(t.text, 0) if t.type is Type.WORD else 0 for t in tokens]
        self.join_compounds(words)
        for expression in asked:  # "on a scale from 0 to 10" repeats the question
            for at in range(expression.first, expression.last):
                self.flags[at] = Word.LEAD.value
        self.plural, self.uncounted = words.plural, words.uncounted
        self.denied_until = 0
        self.numbers = words.numbers
        count = len(tokens)
        start, end = 0, count
        while start < count and (
            tokens[start].type > Type.WORD
            or self.flags[start] & (_LEADS | Word.POLITE | Word.NO | Word.MINUS)
        ):
            start += 1
        while end and (tokens[end - 1].type > Type.WORD or self.flags[end - 1] & _SILENT):
            end -= 1
        self.head, self.tail = start, end  # all before `head` is lead-in, all from `tail` on is filler

    def join_compounds(self, words: Vocabulary) -> None:
        """Words written with a mark inside mean what the file says of the whole: "где-то", "т.к."."""
        for at in range(len(self.tokens) - 2):
            if self.tokens[at + 1].text not in "-." or self.tokens[at].type is not Type.WORD:
                continue
            whole = self.tokens[at].text + self.tokens[at + 1].text + self.tokens[at + 2].text
            if (flags := words.words.get(whole)) and self.tokens[at].end + 1 == self.tokens[at + 2].start:
                self.flags[at] = self.flags[at + 1] = self.flags[at + 2] = flags

    def place(self, expression: Expression, scale: Scale) -> Candidate:
        left, lead, denied, blocked, correcting = self.left(expression.first)
        right = self.right(expression.last)
        place = self.judge(expression, left, right)
        if denied:
            place = Place.FAINT
            self.denied_until = expression.last
            if left is Left.WORD:
                place = Place.NONE
        elif blocked or right is Right.CONDITION or self.is_taken_back(lead, expression):
            place = min(place, Place.FAINT)
        if expression.form is Form.PLAIN and expression.value not in scale and place < Place.SCORE:
            place = Place.NONE
        return Candidate(expression, place, left, lead, denied, correcting)

    def judge(self, expression: Expression, left: Left, right: Right) -> Place:
        """Rules 2, 3 and 7."""
        one = expression.spelled and expression.value == 1
        after = right <= (Right.REASON if one else Right.PRAISE) and not (
            expression.spelled and right is Right.OPENER
        )
        if expression.explicit:
            return Place.SCORE
        if (
            left in {Left.START, Left.SCORING}
            and after
            and not (one and left is Left.SCORING and right is not Right.END)
        ):
            return (
                Place.RIVAL
                if expression.spelled and not expression.value and right is Right.PRAISE
                else self.spared(expression, right)
            )
        if left is Left.START:
            return Place.NONE if one else Place.RIVAL
        if (
            left is Left.WORD
            and not expression.spelled
            and self.flags[expression.first - 1] & (Word.JOIN | Word.OR)
        ):
            return Place.RIVAL  # "9 for the mechanic and 3 for the desk"
        alone = right is Right.END or (right is Right.MARK and self.is_own_sentence(expression))
        if left is Left.MARK:
            return Place.SCORE if alone else Place.RIVAL
        if left is Left.PRAISE and right is Right.END and not expression.spelled:
            return Place.SCORE
        return Place.FAINT if right in {Right.END, Right.CONDITION} and not expression.spelled else Place.NONE

    def is_taken_back(self, lead: int, expression: Expression) -> bool:
        """ "10 but I can't", "10 не поставлю", "would be 10 but …", and a question about the number."""
        after = expression.last
        words = [
            i for i in range(after, min(after + REACH, len(self.tokens))) if self.tokens[i].type is Type.WORD
        ]
        for i in words[:4]:
            last_word = all(token.type > Type.WORD for token in self.tokens[i + 1 : i + REACH])
            if self.flags[i] & Word.NOT and (last_word or self.flags[i + 1] & Word.SCORING):
                return True
        chain = self.flags[lead : expression.first]
        if (
            words
            and self.flags[words[0]] & Word.REASON
            and any(f & Word.WOULD for f in chain)
            and not any(f & Word.SCORING for f in chain)
        ):
            return True
        end = next(
            (
                i
                for i in range(after, len(self.tokens))
                if self.tokens[i].type in {Type.STOP, Type.COMMA, Type.DASH}
            ),
            after,
        )
        return (
            end > after
            and end < len(self.tokens)
            and self.tokens[end].text in "?？؟"
            and not expression.explicit
        )

    def spared(self, expression: Expression, right: Right) -> Place:
        """ "2 slow" is "too slow", "4 me" is "for me"."""
        if right in {Right.PRAISE, Right.OPENER} and expression.value in {2, 4} and not expression.spelled:
            word = self.tokens[expression.last].text
            if word in _TOO.get(expression.value, ()):
                return Place.RIVAL
        return Place.SCORE

    def is_own_sentence(self, expression: Expression) -> bool:
        before, after = expression.first - 1, expression.last
        ends = self.tokens[before].type is Type.STOP and self.tokens[after].type is Type.STOP
        return ends and self.tokens[after].text != ";"

    def left(self, first: int) -> tuple[Left, int, bool, bool, bool]:
        """What stands left of token `first`: kind, start of the lead-in, denied, under a condition, corrects."""
        if self.denied_until and all(self.is_turn(i) for i in range(self.denied_until, first)):
            return Left.START, self.denied_until, False, False, False  # "not 9 but 8"
        at, scoring, correcting, denied = first - 1, False, False, False
        while at >= 0 and (
            self.flags[at] & (_LEADS | Word.NOT) or self.tokens[at].type is Type.QUOTE or self.is_sign(at)
        ):
            scoring |= bool(self.flags[at] & Word.SCORING)
            correcting |= bool(self.flags[at] & Word.CORRECTION)
            if self.flags[at] & Word.NOT and not self.flags[at] & _LEADS:
                denied = True
            at -= 1
        blocked = self.is_blocked(at, first, correcting=correcting)
        if first <= self.head:
            prefix = range(min(first, len(self.flags)))
            correcting |= any(self.flags[i] & Word.CORRECTION for i in prefix)
            return Left.START, 0, denied, blocked, correcting or self.is_no_before(first)
        if at < 0 and not denied:
            return Left.START, 0, denied, blocked, correcting
        if at < 0 or self.tokens[at].type in _PARTING:
            left = Left.SCORING if scoring else Left.MARK
        elif scoring or correcting:
            left = Left.SCORING
        elif self.flags[at] & Word.PRAISE:
            return Left.PRAISE, first, denied, blocked, correcting
        else:
            left = Left.WORD
        return left, at + 1, denied, blocked, correcting

    def is_turn(self, at: int) -> bool:
        """Stands between what is denied and what is said instead."""
        return self.tokens[at].type > Type.WORD or bool(
            self.flags[at] & (_LEADS | Word.OPENER | Word.REASON | Word.TAIL)
        )

    def is_sign(self, at: int) -> bool:
        return self.tokens[at].type is Type.SIGN and self.tokens[at].text in "#№=*/"

    def is_no_before(self, first: int) -> bool:
        """ "No, 8" after a score given earlier."""
        return any(self.flags[i] & Word.NO for i in range(first))

    def is_blocked(self, at: int, first: int, *, correcting: bool) -> bool:
        """Rule 4, left side: a condition anywhere in the sentence so far, a denial in the same clause."""
        same_clause = True
        for i in range(first - 1, max(-1, first - 1 - REACH), -1):
            kind = self.tokens[i].type
            if kind is Type.STOP:
                return False
            if kind is Type.COMMA or (kind is Type.DASH and self.tokens[i].start != self.tokens[i - 1].end):
                same_clause = False
            excused = correcting and self.flags[i] & Word.LEAD  # "sorry, should be 8"
            if (self.flags[i] & Word.CONDITION and not excused) or (
                same_clause and i <= at and self.flags[i] & Word.NOT
            ):
                return True
            if same_clause and self.flags[i] & Word.NO and i == first - 1:
                return True
        return False

    def right(self, last: int) -> Right:
        """What stands right of an expression that ends before token `last`."""
        at = last
        while at < len(self.tokens) and self.tokens[at].type in {Type.QUOTE, Type.SIGN}:
            at += 1
        if last >= self.tail:
            return Right.END
        marked = False
        while self.tokens[at].type > Type.WORD:
            marked |= self.tokens[at].type in _PARTING
            at += 1
            if at == len(self.tokens):
                return Right.END
        flags = self.flags[at]
        if flags & Word.CONDITION and not flags & (Word.REASON | Word.LEAD):
            return Right.CONDITION
        marked = marked or self.is_closed_filler(at)
        following = self.flags[at + 1] if at + 1 < len(self.flags) else 0
        if not marked and following & Word.CONDITION and not following & (Word.REASON | Word.LEAD):
            return Right.CONDITION
        if marked:
            return Right.MARK
        if flags & Word.REASON:
            return Right.REASON
        if flags & Word.PRAISE and self.is_counting(at):
            return Right.WORD
        if flags & (Word.OPENER | Word.NOT | Word.NO | Word.CORRECTION):
            numbered = at + 1 < len(self.tokens) and self.tokens[at + 1].type is Type.NUMBER
            return (
                Right.WORD
                if numbered and not flags & (Word.NOT | Word.NO | Word.CORRECTION)
                else Right.OPENER
            )
        if flags & Word.PRAISE:
            return Right.PRAISE
        if not flags and self.uncounted and self.tokens[at].text.endswith(self.uncounted):
            return Right.OPENER
        return Right.WORD

    def is_closed_filler(self, at: int) -> bool:
        """Fillers that a mark closes: "7 I guess, it was slow"."""
        start = at
        while at < len(self.tokens) and self.flags[at] & Word.TAIL:
            at += 1
        return start < at < len(self.tokens) and self.tokens[at].type in _PARTING

    def is_counting(self, at: int) -> bool:
        """ "10 very long minutes", "3 rude employees": praise, then something counted."""
        for i in range(at, min(at + 4, len(self.tokens))):
            if self.tokens[i].type is not Type.WORD:
                return False
            flags, text = self.flags[i], self.tokens[i].text
            if flags & Word.UNIT:
                return True
            if flags & Word.PRAISE:
                continue
            if flags:
                return False
            if len(text) > 3 and text.endswith(self.plural) and not text.endswith(("ss", "us", "is")):
                return True
        return False

    def corrected(self, scores: list[Candidate]) -> list[Candidate]:
        """Rule 5: of two scores the last counts, where words between them say so."""
        while len(scores) > 1 and scores[0].expression.value != scores[-1].expression.value:
            first, last = scores[-2], scores[-1]
            between = range(first.expression.last, last.expression.first)
            negating = all(
                self.tokens[i].type > Type.WORD
                or self.flags[i] & (_LEADS | Word.NO | Word.NOT | Word.TAIL | Word.POLITE)
                for i in between
            ) and any(self.flags[i] & (Word.NO | Word.CORRECTION) for i in between)
            if not (last.correcting or negating):
                return scores
            scores = [replace(last, correcting=True)]
        return scores


_TOO = {
    2: frozenset(
        "slow late bad expensive much long loud far small big high cold hot hard many few short old dirty busy noisy".split()
    ),
    4: frozenset("me you us ever sure the him her them my your".split()),
}
