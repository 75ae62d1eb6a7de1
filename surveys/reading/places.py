"""How much a number stands like an answer: rules 1, 2, 3 and 7 of scores.py."""

from typing import Final

from surveys.reading.expression import Expression, Form
from surveys.reading.phrase import QUESTION_MARKS, Phrase
from surveys.reading.praise import (
    ends_in_noun,
    ends_sentence,
    is_bare_zero,
    is_called_good,
    is_evaluated,
    is_lacking,
    is_last_word,
    may_be_counted,
)
from surveys.reading.sides import Left, LeftSide, Right
from surveys.reading.tokens import Type
from surveys.reading.words import Word

LEAST_PLURAL = 2
LONG_CLAUSE = 4
_FAULT = Word.CORRECTION | Word.NUMBERED  # "viga, 9" corrects, "viga 9" may be the name of one
_NAMED = Word.NUMBERED | Word.BESIDE
_CONCLUDES = Word.SO | Word.ASKING
FEW_WORDS = 2
FEW_POINTS = 5  # so many points in words may be what is missing: "one point short"


class Place:
    """How much a number stands like an answer. A plain integer, as `Type` is."""

    NEVER: Final = -1  # surely a time or part of a question
    NONE: Final = 0
    FAINT: Final = 1  # might be one, if nothing better stands in the reply
    RIVAL: Final = 2  # begins a clause like an answer, without being surely one
    SCORE: Final = 3


def judge(phrase: Phrase, expression: Expression, side: LeftSide, right: int) -> int:
    """Tell the place of a number by what stands left and right of it."""
    left, lead = side.left, side.lead
    if expression.explicit:
        return Place.SCORE
    if (
        left == Left.START
        and expression.first == 1
        and phrase.flags[0] & Word.AT
        and not phrase.glued(expression.first)
    ):
        return Place.RIVAL  # "в 5" may be a time
    if _is_prefixed(phrase, expression.first) and (
        left == Left.PRAISE or (left == Left.START and right != Right.END)
    ):
        return Place.RIVAL  # a time: "ב-9 הייתם אמורים להגיע"
    if left == Left.SCORING and phrase.flag(lead - 1) & Word.KIN and not phrase.flag(lead - 1) & Word.OPENER:
        return Place.RIVAL  # "my wife would give 9"
    if (
        left == Left.START
        and right == Right.PRAISE
        and expression.first == 1
        and phrase.flags[0] & Word.ASKING
    ):
        return Place.RIVAL  # "is 10 good"
    first = expression.first
    if (
        left == Left.START
        and right == Right.UNCOUNTED
        and any(flags & Word.PLACE for flags in phrase.flags[max(0, first - 2) : first])
    ):
        return Place.RIVAL  # "I'm on the 3 train"
    if phrase.flag(first - 1) & _FAULT == _FAULT:
        return Place.RIVAL  # "ошибка 5"
    if left == Left.START and phrase.flag(first - 1) & Word.ONLY and _is_verb(phrase, expression.last, right):
        return Place.RIVAL  # "only 2 came", "only 3 work"
    named = first == 1 and not expression.spelled and phrase.flags[0] & _NAMED == _NAMED
    if named and left == Left.START and right not in {Right.MARK, Right.REASON}:
        return Place.RIVAL  # "מספר 9"
    if left == Left.PRAISE and first == 1 and right == Right.END and _counts_alone(phrase.flags[0]):
        return Place.RIVAL  # "הגיעו 2"
    if left == Left.START and phrase.seen & Word.OR and _asks_which(phrase, expression.last):
        return Place.RIVAL  # "10 это хорошо или плохо"
    if left == Left.START and _is_part(phrase, expression.last):
        return Place.RIVAL  # "3 work out of 5"
    if left == Left.START and phrase.flag(first - 1) & _CONCLUDES and _is_copula(phrase, expression.last):
        return Place.RIVAL  # "so 10 is good" may ask what 10 means
    if phrase.seen & Word.OBJECT and phrase.flag(first - 1) & Word.STILL:
        return Place.RIVAL  # "saatmata on ikka 2"
    if left in {Left.START, Left.MARK} and phrase.seen & Word.BY_NOW and _is_by_now(phrase, expression):
        return Place.RIVAL
    if left == Left.SCORING and phrase.flag(0) & Word.QUESTION and phrase.flag(lead) & Word.SCORING:
        return Place.RIVAL  # "что значит 10"
    if left in {Left.START, Left.SCORING}:
        if _may_follow(phrase, expression, left, right):
            return Place.SCORE
        if left == Left.START:
            return Place.NONE if expression.spelled and expression.value == 1 else Place.RIVAL
    if left == Left.MARK:
        alone = right == Right.END or (right == Right.MARK and _is_own_sentence(phrase, expression))
        told = right in {Right.MARK, Right.REASON, Right.OPENER} and not expression.spelled
        if alone or (told and phrase.type(lead - 1) == Type.STOP and phrase.said(lead - 1) not in {":", ";"}):
            return Place.SCORE  # "I have 3 kids. 10 for patience"
        if expression.spelled and expression.value == 1:
            return Place.NONE  # "8, one of the best"
        # "10. 0 etteheidet"
        lacking = not expression.value and is_lacking(phrase, expression.last)
        counted = right == Right.WORD and may_be_counted(phrase, expression.last)
        return Place.FAINT if lacking or counted else Place.RIVAL
    if expression.spelled:
        return Place.NONE
    if right == Right.ASPECT and left == Left.PRAISE:
        return Place.RIVAL  # "8 food 6 service"
    if left == Left.PRAISE and right in {Right.MARK, Right.REASON, Right.OPENER} and expression.first == 1:
        in_a_row = phrase.flags[0] & Word.NUMBERED and right == Right.OPENER
        return Place.RIVAL if in_a_row else Place.SCORE  # "תור 9 לא קראו לי"; "korralik 8, aga …"
    if left == Left.PRAISE and right == Right.END:
        numbered = phrase.flag(expression.first - 1) & (Word.LABELLED | Word.NUMBERED | Word.AT)
        return (
            Place.RIVAL if numbered and not ends_sentence(phrase, expression.first) else Place.SCORE
        )  # "price 9", "top 10"
    if left == Left.WORD and phrase.flag(lead - 1) & Word.KIN:
        return Place.NONE  # "my son is 9", "my wife says 9"
    if left == Left.WORD and _is_time(phrase, expression):
        return Place.NEVER
    if not expression.value and right == Right.END and is_bare_zero(phrase, expression.first):
        return Place.SCORE
    ending = left == Left.WORD and right == Right.END
    if ending and (is_evaluated(phrase, expression.first) or ends_sentence(phrase, expression.first)):
        return Place.SCORE
    if left == Left.WORD and expression.form == Form.SPLIT and len(expression.offers) < 2:
        return Place.NONE  # "waited from 9 to 11"
    if left == Left.WORD and phrase.flags[expression.first - 1] & (Word.JOIN | Word.OR):
        # "9 for the mechanic and 3 for the desk"; "an hour and 2 fillings" are none
        return Place.NONE if may_be_counted(phrase, expression.last) else Place.RIVAL
    return Place.FAINT if right in {Right.END, Right.CONDITION} else Place.NONE


def _is_verb(phrase: Phrase, last: int, right: int) -> bool:
    """Whether what follows a number may be a verb, whose subject it counts; a noun that ends the reply may be one."""
    ended = right == Right.ASPECT and phrase.type(last + 1) != Type.WORD
    return ended or right in {Right.OPENER, Right.UNCOUNTED}


def _counts_alone(flags: int) -> bool:
    """Whether a verb says nothing but that something came or was got, so that a number after it counts what."""
    return bool(flags & Word.OBJECT and flags & Word.CLOSER and not flags & Word.PRAISE)


def _asks_which(phrase: Phrase, last: int) -> bool:
    """Whether praise or blame, "or", and the other end the reply, soon after a number: "10 is best or worst"."""
    near = range(last + 1, last + 1 + LONG_CLAUSE)
    both = (at for at in near if phrase.flag(at) & Word.OR and not phrase.flag(at) & Word.JOIN)
    return any(
        phrase.flag(at - 1) & phrase.flag(at + 1) & Word.PRAISE and is_last_word(phrase, at + 1)
        for at in both
    )


def _is_part(phrase: Phrase, last: int) -> bool:
    """Whether one or two words and "out of" lead from a number to how many there are: "3 work out of 5"."""
    if not phrase.seen & Word.OUT_OF or phrase.type(last) != Type.WORD:
        return False
    of = next((at for at in range(last + 1, last + 1 + FEW_WORDS) if phrase.flag(at) & Word.OUT_OF), 0)
    while of and phrase.flag(of + 1) & Word.OUT_OF:
        of += 1
    words = all(phrase.type(at) == Type.WORD for at in range(last, of))
    return bool(of and words and phrase.type(of + 1) == Type.NUMBER)


def _is_copula(phrase: Phrase, last: int) -> bool:
    """Whether "is good" and no more follows the number that ends before token `last`."""
    linked = phrase.flag(last) & (Word.WAS | Word.ASKING)
    return bool(linked) and is_called_good(phrase, last)


def _may_follow(phrase: Phrase, expression: Expression, left: int, right: int) -> bool:
    """Whether what stands right of a number that begins the reply, or follows a verb of scoring, lets it be the score."""
    pointed = expression.value > FEW_POINTS and phrase.flag(expression.last - 1) & Word.POINTS
    if not expression.spelled or pointed:
        homophones = phrase.words.homophones.get(expression.value, ())
        if not expression.value and phrase.flag(expression.last) & Word.LACK:
            return False  # "0 complaints"
        if right == Right.PEOPLE:
            return expression.value < LEAST_PLURAL or _are_heroes(phrase, expression)
        if right == Right.PRAISE and expression.value == 1 and ends_in_noun(phrase, expression.last):
            return False  # "1 rude waiter"
        # "0 waiting" may be praise, "1 technician" is one technician.
        most = {0: Right.PRAISE, 1: Right.ASPECT}.get(expression.value, Right.UNCOUNTED)
        if not expression.value and right == Right.UNCOUNTED:
            # "0 цена выросла", "0 parcel vanished"
            return phrase.words.forms.counts_case or phrase.is_subject(expression.last)
        if right > Right.REASON and phrase.said(expression.last) in homophones:
            return right == Right.OPENER and right <= most and _goes_on(phrase, expression.last)
        return right <= most
    if expression.value == 1:  # an article in many languages
        most = Right.PRAISE if phrase.flags[expression.first] & Word.FIGURE else Right.REASON
        return right == Right.END or (left == Left.START and right <= most)
    if expression.value == 0:
        # "zero service" and "zero interest" count none of it.
        denied = right == Right.OPENER and phrase.flag(expression.last) & (Word.NOT | Word.NO | Word.PRAISE)
        blaming = right in {Right.PRAISE, Right.PEOPLE} or is_called_good(phrase, expression.last)
        judged = (denied or blaming) and not is_lacking(phrase, expression.last)
        return right <= Right.REASON or bool(left == Left.START and judged)
    if right == Right.PRAISE and phrase.words.forms.counts_plural and ends_in_noun(phrase, expression.last):
        return False  # "two rude staff"
    homonym = phrase.flags[expression.first] & Word.OPENER  # Italian "sei" is also "you are"
    if left == Left.START and not homonym and is_called_good(phrase, expression.last):
        return True  # "six was fine", "six very good"
    return (right <= Right.ASPECT and right != Right.OPENER) or (
        right == Right.PEOPLE and _are_heroes(phrase, expression)
    )


def _goes_on(phrase: Phrase, last: int) -> bool:
    """Whether a long clause without numbers follows, so that "4" is no "for": "4 you sent me the wrong size"; not "4 me its 9"."""
    clause = phrase.tokens[last : last + LONG_CLAUSE]
    return len(clause) == LONG_CLAUSE and all(token.type == Type.WORD for token in clause)


def _are_heroes(phrase: Phrase, expression: Expression) -> bool:
    """Whether only praise of people follows a high score: "10 legends"; "2 legends" may be two."""
    at = expression.last
    alone = all(token.type > Type.WORD for token in phrase.tokens[at + 1 :])
    return bool(expression.value > FEW_POINTS and phrase.flag(at) & Word.HEROES and alone)


def _is_prefixed(phrase: Phrase, first: int) -> bool:
    """Whether a preposition is written together with the number: Hebrew "ב-9", "ל9"."""
    before = first - 1 - phrase.hyphenated(first - 1)
    return phrase.glued(first) and bool(phrase.flag(before) & Word.PREFIX)


def _is_time(phrase: Phrase, expression: Expression) -> bool:
    """Rule 1 for what only other words tell: "приехал в 9", "what does 10 mean", "open 9-5?"."""
    before = expression.first - 1 - phrase.hyphenated(expression.first - 1)
    asked = phrase.said(expression.last) in QUESTION_MARKS or phrase.flag(0) & Word.QUESTION
    return bool(asked or phrase.flag(before) & Word.AT)


def _is_by_now(phrase: Phrase, expression: Expression) -> bool:
    """Whether "already" stands beside a number, which may tell the time then: "уже 9", "it's 9 already"."""
    last = expression.last
    ended = phrase.type(last + 1) != Type.WORD or phrase.flag(last + 1) & (Word.JOIN | Word.REASON)
    after = ended and phrase.flag(last) & Word.BY_NOW
    before = expression.first - 1
    before -= phrase.hyphenated(before)
    return bool(after or phrase.flag(before) & Word.BY_NOW)


def _is_own_sentence(phrase: Phrase, expression: Expression) -> bool:
    after = expression.last
    return (
        phrase.type(expression.first - 1) == Type.STOP
        and phrase.type(after) == Type.STOP
        and phrase.said(after) != ";"
    )
