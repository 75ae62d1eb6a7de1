"""What stands left and right of a number: the facts that the rules of scores.py judge by."""

from typing import Final, NamedTuple

from surveys.reading.expression import Expression
from surveys.reading.following import LONGEST, spelled_at
from surveys.reading.phrase import PARTING, QUESTION_MARKS, Phrase
from surveys.reading.praise import (
    REACH,
    is_called_good,
    is_counting,
    is_last_word,
    leads_in_place,
    leads_to_praise,
)
from surveys.reading.tokens import Type
from surveys.reading.words import Word

FEW = 10
SHORT = 2  # words of a clause that is only an aside
VERB = 3  # letters
_RUNNING_ON = frozenset({Type.WORD, Type.QUOTE, Type.NUMBER, Type.SIGN})
_LEADS_ON = Word.LEAD | Word.FIXED
_TURNS = Word.ASIDE | Word.CONDITION | Word.IRONY | Word.CORRECTION | Word.OR | Word.OUT_OF | Word.PRAISE
_BLOCKS = Word.NOT | Word.NO | Word.WOULD | Word.CONDITION | Word.ASIDE
_LEAD_SIGNS = frozenset("#№=*/")


class Left:
    """What stands left of a number, lead-ins skipped. A plain integer, as `Type` is."""

    START: Final = 1
    MARK: Final = 2
    SCORING: Final = 3
    PRAISE: Final = 4
    WORD: Final = 5


class Right:
    """What stands right of a number. A plain integer, as `Type` is."""

    END: Final = 1
    MARK: Final = 2
    REASON: Final = 3
    OPENER: Final = 4
    PRAISE: Final = 5
    ASPECT: Final = 6
    UNCOUNTED: Final = 7  # an unknown word, in a form that is not counted
    PEOPLE: Final = 8  # "clowns"
    WORD: Final = 9
    CONDITION: Final = 10


class LeftSide(NamedTuple):
    """`lead` is the token the lead-in of the number begins with."""

    left: int  # of `Left`
    lead: int
    denied: bool = False  # "not 9"
    blocked: bool = False  # "if … 9", "can't … 9"
    correcting: bool = False  # "sorry, 9"


def left_of(phrase: Phrase, first: int, head: int, denied_until: int) -> LeftSide:
    """Tell the left side of the number at token `first`. `head` ends the lead-in of the reply, `denied_until` the last denied number."""
    if denied_until and all(_is_turn(phrase, at) for at in range(denied_until, first)):
        return LeftSide(Left.START, denied_until)  # "not 9 but 8"
    flags, tokens = phrase.flags, phrase.tokens
    at, passed, denied = first - 1, 0, False
    while at >= 0 and (
        flags[at] & (Word.LEADING | Word.NOT | Word.POINTS)
        or tokens[at].type == Type.QUOTE
        or tokens[at].text in _LEAD_SIGNS
        or (flags[at - 1] & Word.PREFIX and phrase.hyphenated(at))
    ):
        passed |= flags[at]
        denied = denied or bool(flags[at] & Word.NOT and not flags[at] & Word.LEADING)
        at -= 1
        if flags[at + 1] & Word.SO and not (at >= 0 and flags[at] & Word.SO):
            break  # "40 minutes on hold so 3": a conclusion is a clause of its own
    scoring, correcting = bool(passed & Word.SCORING), bool(passed & Word.CORRECTION)
    if first <= head:
        # "Sorry, 8" and "no, 8" correct, also with a mark between.
        correcting = any(flags[i] & (Word.CORRECTION | Word.NO) for i in range(first))
        return LeftSide(
            Left.START, 0, denied, _is_blocked(phrase, at, first, correcting=correcting), correcting
        )
    # "9, oops, 8"
    correcting = correcting or bool(at > 0 and tokens[at].type in PARTING and flags[at - 1] & Word.CORRECTION)
    blocked = _is_blocked(phrase, at, first, correcting=correcting)
    if at < 0 and not denied:
        left = Left.START
    elif at < 0 or tokens[at].type in PARTING:
        left = Left.SCORING if scoring else Left.MARK
    elif scoring or correcting:
        left = Left.SCORING
    elif flags[at] & Word.ASPECT and at + 2 == first and not scoring:
        left = Left.WORD  # "coffee is 4"
    elif phrase.is_capital(at) and phrase.type(at - 1) == Type.WORD and not phrase.is_capital(at - 1):
        left = Left.WORD  # a name, which may have a number: "on Station Street Long 10"
    elif _says_all(phrase, at, first):
        return LeftSide(Left.PRAISE, first, denied, blocked, correcting)
    else:
        left = Left.WORD
    return LeftSide(left, at + 1, denied, blocked, correcting)


def _says_all(phrase: Phrase, at: int, first: int) -> bool:
    """Whether the words up to `at` are complete, so that the number at `first` is no part of them: praise, an aspect, a closing word."""
    praising = phrase.flags[at] & (Word.PRAISE | Word.ASPECT) or (
        at + 1 < first and phrase.flags[at + 1] & Word.PRAISE
    )
    return bool(praising or (at + 1 == first and phrase.flags[at] & Word.CLOSER))


def right_of(phrase: Phrase, last: int, tail: int) -> int:
    """Tell the right side of a number that ends before token `last`. `tail` begins the filler at the end of the reply."""
    if last >= tail:
        return Right.END
    at, marked = last, False
    while phrase.tokens[at].type > Type.WORD:
        marked = marked or phrase.tokens[at].type in PARTING
        at += 1
    while (
        phrase.flags[at] & _LEADS_ON == _LEADS_ON and not phrase.flags[at] & _TURNS and at + 1 < phrase.count
    ):
        at += 1  # "8 in general but the food was cold"
    flags = phrase.flags[at]
    if _is_condition(flags):
        return Right.REASON if _is_fact(phrase, at) else Right.CONDITION
    if marked and _is_ordinal(phrase, last):
        return Right.WORD
    if marked or _is_closed_filler(phrase, at):
        return Right.MARK
    if flags & (Word.ORDINAL | Word.OBJECT) and _is_in_a_row(phrase, at):
        return Right.WORD
    if flags & Word.ONE and _is_numbered(phrase, at):
        return Right.WORD
    if (spelled := spelled_at(phrase, at)) and spelled != (1, at + 1):
        if at == last and 1 < spelled[0] <= FEW and phrase.type(spelled[1]) == Type.WORD:
            return Right.OPENER  # "6 two of three lifts were out"
        # "7 eleven", but "9 zero complaints"
        return Right.WORD if spelled[0] or phrase.type(spelled[1]) != Type.WORD else Right.OPENER
    named = flags & (Word.ASPECT | Word.ONE) or (flags & Word.WAS and is_called_good(phrase, at))
    if _is_condition(phrase.flag(at + 1)) and not named:
        return Right.CONDITION
    if flags & Word.WAS and not flags & Word.OPENER and is_called_good(phrase, at):
        return Right.OPENER  # "8 was ok but pricey"
    if flags & Word.PLACE and leads_in_place(phrase, at):
        return Right.OPENER
    if flags & Word.REASON:
        return Right.REASON
    if (
        flags & Word.WOULD
        and phrase.flag(at + 1) & Word.LEAD
        and not (flags & Word.WAS and (is_called_good(phrase, at) or _is_only_praised(phrase, at)))
    ):
        return Right.CONDITION  # "5 would be generous"
    if phrase.is_definite(at) and phrase.is_plural_form(at):
        return Right.OPENER  # "1 המחירים עלו"
    kin = flags & Word.KIN and phrase.words.forms.article and not phrase.is_plural_form(at)
    if kin and phrase.said(at - 1) != "1":
        return Right.OPENER  # "8 הבן שלי נהנה": where plurals are counted, one relative is not
    if flags & Word.ONE and not phrase.is_own_one(at):
        flags &= ~Word.ONE
    if flags & Word.ONE and phrase.type(at + 1) == Type.NUMBER:
        return Right.WORD if phrase.said(at - 1) == "1" else Right.ASPECT  # "food 9 service 4"
    if flags & Word.ONE and not flags & Word.ASPECT:
        told = phrase.said(at - 1) != "1" or phrase.flag(at + 1) & Word.OPENER
        return Right.OPENER if told else Right.UNCOUNTED  # "1 man did it all" may be one man
    if phrase.said(at - 1) == "1" and phrase.said(at).endswith(phrase.words.forms.not_of_one):
        if any(phrase.said(i) == "1" for i in range(at + 1, min(at + REACH, phrase.count))):
            return Right.WORD  # "1 сломали 1 потеряли"
        if (
            not flags & ~(Word.COMMON | Word.PRAISE | Word.FIXED) and len(phrase.said(at)) >= VERB
        ):  # "1 содрали 15000", but "1 детали не хватает"
            lacking = phrase.flag(at + 1) & (Word.NOT | Word.NO | Word.LACK | Word.OBJECT)
            return Right.WORD if lacking else Right.OPENER
    if not flags & Word.UNIT and phrase.tokens[at].text.endswith(phrase.words.forms.verbal):
        return Right.OPENER
    if flags & Word.PEOPLE:
        return Right.PEOPLE
    if flags & (Word.PRAISE | Word.ASPECT) and is_counting(phrase, at):
        return Right.WORD
    if flags & Word.MINUS and is_last_word(phrase, at):
        return Right.WORD  # "3 miinus" is less than 3
    if flags & (Word.NOT | Word.NO | Word.CORRECTION | Word.MINUS):
        return Right.OPENER
    if flags & Word.ASPECT:
        return Right.ASPECT
    if flags & Word.SCORING and phrase.is_capital(at + 1) and phrase.type(at + 1) == Type.WORD:
        return Right.OPENER  # "10 give Jane a raise"
    agreeing = phrase.words.forms.agreeing
    if agreeing and flags & Word.PRAISE and phrase.said(at).endswith(agreeing):
        return Right.OPENER  # "10 hyvästä palvelusta"
    if phrase.said(at + 1) in phrase.words.forms.postposed and not flags & Word.UNIT:
        return Right.OPENER  # "2 pingutuse eest"
    if flags & Word.OPENER:
        ranging = flags & (Word.OR | Word.OUT_OF | Word.LEAD)
        number = ranging and phrase.type(at + 1) == Type.NUMBER and not phrase.is_counted(at + 2)
        some = phrase.said(at + 1).endswith(phrase.words.forms.elative)
        counted = number or (some and not phrase.flag(at + 1) & Word.PRAISE)
        return Right.WORD if counted else Right.OPENER  # "7 to 9", "3 teie inimesest"
    if flags & Word.PRAISE:
        return Right.PRAISE
    if flags & Word.POLITE and flags & Word.TAIL and not flags & Word.UNIT:
        return Right.OPENER  # "3 please turn the music down"
    if leads_to_praise(phrase, at):
        return Right.PRAISE
    unknown = phrase.tokens[at].type == Type.WORD and not flags & ~(
        Word.LABELLED | Word.SCORING | Word.CLOSER | Word.NOUN
    )
    if unknown and phrase.words.forms.counts_case and phrase.said(at - 1) != "1":
        of_one = phrase.words.own_words.get(phrase.said(at + 1), 0) & (Word.ONE | Word.UNIT)
        if of_one == Word.ONE and phrase.type(at + 2) == Type.WORD:
            return Right.UNCOUNTED  # "9 pagari proua andis …": the second noun is of one, and not counted
    return Right.UNCOUNTED if unknown and _is_uncounted(phrase, at) else Right.WORD


def _is_only_praised(phrase: Phrase, was: int) -> bool:
    """Whether praise follows "was", and no other number stands in the reply: "8 היה בסדר קצת חיכיתי"; not "9 was good now 4"."""
    if phrase.seen & Word.CONDITION or not phrase.flag(was + 1) & Word.PRAISE:
        return False  # "9 היה בסדר אם לא הרעש"
    return sum(token.type == Type.NUMBER for token in phrase.tokens) == 1


def _is_in_a_row(phrase: Phrase, at: int) -> bool:
    """Whether the word at `at` makes the number before it one of many, or so many: "9 этаж", "9 in the queue", "3 missing"."""
    flags, end = phrase.flags[at], at
    while flags & Word.FIXED and phrase.flag(end + 1) == flags:
        end += 1
    if flags & (Word.LACK | Word.OBJECT):
        return is_last_word(phrase, end)  # "4 в очереди час стояла"
    return phrase.type(at + 1) != Type.NUMBER


def _is_numbered(phrase: Phrase, at: int) -> bool:
    """Whether the noun at `at` has the number before it for its own: "2 заказ подряд", "6 номер душ не работает"."""
    following = phrase.flag(at + 1)
    room = phrase.flags[at] & Word.LABELLED and not phrase.flags[at] & Word.ASPECT
    twice = room and following & Word.ONE and phrase.is_own_one(at + 1)
    return bool(twice or (following & Word.ORDINAL and not following & Word.ONE))


def _is_ordinal(phrase: Phrase, dot: int) -> bool:
    """Whether "3. järjekorras" stands here: where a dot makes ordinals, one unknown word without a capital may be what is numbered."""
    word = dot + 1
    return (
        phrase.words.forms.ordinal_dot
        and phrase.said(dot) == "."
        and phrase.type(word) == Type.WORD
        and not phrase.flags[word] & ~(Word.LABELLED | Word.NOUN)
        and not phrase.is_capital(word)
        and is_last_word(phrase, word)
    )


def _is_uncounted(phrase: Phrase, at: int) -> bool:
    """Whether this is an unknown word that its form keeps from being counted, in a clause of the conversation's own language.

    "9 technician was kind": English counts plurals only. "9 meister oli tore": Estonian counts no word that ends in -r.
    "9 Mari was kind": a name. A clause of another language has none of the language's words near, and proves nothing.
    """
    if phrase.type(at + 1) == Type.NUMBER:
        prefix = phrase.words.words.get(phrase.said(at)[:1], 0)
        given = phrase.said(at).endswith(phrase.words.forms.dative) or prefix & Word.PREFIX & -bool(
            prefix & Word.AT
        )
        if given and phrase.is_counted(at + 2):
            return True  # "9 arstile 20 minutit hiljem küll"
        # "4 by 4", "5 past 9", but "7 room 304 …"
        return bool(phrase.flags[at] & Word.LABELLED) and len(phrase.said(at + 1)) > 1
    own = phrase.words.own_words
    near = phrase.tokens[at : at + REACH]
    proven = phrase.words.forms.own_script or any(
        token.type == Type.WORD and (token.text in own or token.text.endswith(phrase.words.forms.proofs))
        for token in near
    )
    word = phrase.tokens[at]
    number = int(phrase.said(at - 1)[:LONGEST]) if phrase.type(at - 1) == Type.NUMBER else None
    if not number and is_last_word(phrase, at):
        number = None  # "0 сна": zero counts what has no plural, too
    if phrase.type(at - 2) == Type.WORD and not phrase.flags[at - 2] & Word.SCORING:
        number = None  # "на 5 этаже": a preposition chooses the form
    if phrase.words.forms.never_counts(word.text, number, proven=proven):
        return True
    after_points = phrase.flag(at - 1) & Word.POINTS  # what was counted are points already
    initial, others = phrase.text[word.start], phrase.text[word.start + 1 : word.end]
    name = initial.isupper() and others.islower() and not phrase.words.forms.nouns_capitalised
    of_many = any(phrase.said(at + i).endswith(phrase.words.forms.of_many) for i in (1, 2, 3))
    forms, owned = phrase.words.forms, phrase.said(at + 1)
    owning = word.text.endswith(forms.genitive) and not (
        phrase.flag(at + 1) & Word.OPENER or forms.never_counts(owned, None, proven=True)
    )
    name = name and not of_many and not owning  # "2 Saksa turisti istusid kaua", "2 Saksan turistia istui"
    if name and (
        after_points or (word.text.endswith(phrase.words.forms.dative) and is_last_word(phrase, at))
    ):
        return True
    if name and phrase.is_capital(at + 1) and phrase.flag(at + 1) & Word.LABELLED:
        return False  # "10 Downing Street"
    return (
        proven
        and (phrase.words.forms.counts_plural or name)
        and (phrase.is_definite(at) or not is_counting(phrase, at))
    )


def is_asked(phrase: Phrase, expression: Expression) -> bool:
    """Whether the number stands inside a question: "is 9 good?"."""
    if not phrase.questioned or expression.explicit:
        return False
    end = last = expression.last
    while end < last + REACH and phrase.type(end) in _RUNNING_ON:
        end += 1
    whole = last < REACH and _asks(phrase, last)
    return bool(end > last or whole) and phrase.said(end) in QUESTION_MARKS


def _asks(phrase: Phrase, last: int) -> bool:
    """Whether a word begins the reply that begins questions, and no sentence ends before token `last`."""
    first = next((flags for flags in phrase.flags[:REACH] if not flags & Word.POLITE), 0)
    return bool(first & (Word.QUESTION | Word.ASKING)) and not any(
        token.type == Type.STOP and token.text not in QUESTION_MARKS for token in phrase.tokens[:last]
    )


def _is_turn(phrase: Phrase, at: int) -> bool:
    """Whether this stands between what is denied and what is said instead."""
    return phrase.tokens[at].type > Type.WORD or bool(
        phrase.flags[at] & (Word.LEADING | Word.OPENER | Word.REASON | Word.TAIL)
    )


def _is_condition(flags: int) -> bool:
    return bool(flags & (Word.CONDITION | Word.ASIDE) and not flags & (Word.REASON | Word.LEAD | Word.OPENER))


def _is_fact(phrase: Phrase, at: int) -> bool:
    """Whether a verb of the past follows a condition, where that tells what was: "когда позвонил", "kui helistasin"."""
    forms, said = phrase.words.forms, phrase.said(at + 1)
    return (
        forms.past_is_fact
        and bool(phrase.flags[at] & (Word.CONDITION | Word.ASIDE))
        and said.endswith(forms.past)
    )


def _is_blocked(phrase: Phrase, at: int, first: int, *, correcting: bool) -> bool:
    """Whether there is a condition anywhere in the sentence so far, or a denial in the same clause, further left than the lead-in (`at`)."""
    if not phrase.seen & _BLOCKS:
        return False
    if at >= 0 and not (
        phrase.flags[at] & (Word.PRAISE | Word.ASPECT)
        or phrase.flags[at + 1] & (Word.OPENER | Word.PRAISE | Word.SO)
    ):
        before_lead = phrase.flags[at] | phrase.flag(at - 1)
    else:
        before_lead = 0  # "the room was cold so 6", "it was good 9"
    if before_lead & Word.WOULD:
        return True  # "would have given 10", "was going to say 9"
    same_clause = True
    for i in range(first - 1, max(-1, first - 1 - REACH), -1):
        kind, flags = phrase.tokens[i].type, phrase.flags[i]
        if kind == Type.STOP:
            return False
        if kind == Type.COMMA or (kind == Type.DASH and not phrase.glued(i)):
            same_clause = False
        same_clause = same_clause and not flags & Word.SO
        excused = flags & Word.CORRECTION or (correcting and flags & Word.LEAD)  # "sorry, should be 8"
        if flags & Word.UNIT and phrase.type(i - 1) == Type.NUMBER:
            continue  # "40 min" is no minimum
        if flags & Word.CONDITION and not excused:
            return True
        if flags & Word.ASIDE and not excused and (same_clause or _is_mere_aside(phrase, i)):
            return True
        if same_clause and ((i <= at and flags & Word.NOT) or (i == first - 1 and flags & Word.NO)):
            return True
    return False


def _is_mere_aside(phrase: Phrase, at: int) -> bool:
    """Whether the clause of the word at `at` says no more than that: "last time, 9"; not "almost perfect, 9"."""
    first = last = at
    while phrase.type(first - 1) == Type.WORD:
        first -= 1
    while phrase.type(last + 1) == Type.WORD:
        last += 1
    if phrase.type(last + 1) == Type.NUMBER:
        return False  # "last time 5, now 8"
    return last - first < SHORT and not any(flags & Word.PRAISE for flags in phrase.flags[first : last + 1])


def _is_closed_filler(phrase: Phrase, at: int) -> bool:
    """Whether fillers begin here that a mark closes: "7 I guess, it was slow"."""
    start = at
    while phrase.flag(at) & Word.TAIL:
        at += 1
    return at > start and phrase.type(at) in PARTING
