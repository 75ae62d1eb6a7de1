"""Praise and blame beside a number: whether they are complete without it, or count something with it."""

from surveys.reading.phrase import Phrase
from surveys.reading.tokens import Type
from surveys.reading.words import Word

REACH = 12  # tokens looked at
FEW = 3
VERY_LONG = 7
LONGEST = 40
WHOLE = 4  # words of a sentence that may end in one that takes no number
LONG = 5  # words of a sentence that says enough
NEAR = 3  # words of praise between a zero and what it counts
# Words that a number may belong to, or that a sentence goes on after.
_TAKES_NUMBER = (
    Word.LEADING
    | Word.LABELLED
    | Word.NUMBERED
    | Word.AT
    | Word.KIN
    | Word.OPENER
    | Word.REASON
    | Word.JOIN
    | Word.OR
    | Word.NOT
    | Word.NO
    | Word.WOULD
    | Word.QUESTION
    | Word.PREFIX
    | Word.OUT_OF
    | Word.MINUS
    | Word.PLUS
    | Word.ASIDE
    | Word.CONDITION
    | Word.FIXED
)
_LEADS_TO_PRAISE = Word.PRAISE | Word.OPENER | Word.TAIL | Word.WAS
_MEASURES = Word.MEASURE | Word.MINUS | Word.PLUS | Word.HALF | Word.FIGURE
_JUDGES = Word.CLOSER | Word.PRAISE | Word.REASON
_RUNS_INTO = (
    Word.LABELLED
    | Word.AT
    | Word.SCORING
    | Word.WOULD
    | Word.LEAD
    | Word.JOIN
    | Word.OR
    | Word.OUT_OF
    | Word.ASIDE
)
_SUPPOSES = Word.CONDITION | Word.ASIDE | Word.IRONY | Word.WOULD & ~Word.WAS | Word.SCORING
_ENDS = frozenset({Type.STOP, Type.COMMA, Type.DASH})
_PEOPLE = Word.PEOPLE | Word.HEROES


def is_evaluated(phrase: Phrase, first: int) -> bool:
    """Whether praise or blame and one word that takes no number end right before the number at `first`: "rude seller 2"."""
    last = first - 1
    return bool(
        phrase.type(last) == Type.WORD
        and _takes_no_number(phrase, last)
        and phrase.flag(last - 1) & Word.PRAISE
    )


def ends_sentence(phrase: Phrase, first: int) -> bool:
    """Whether a sentence that judges ends right before the number at `first`, in a word that takes no number.

    "gym is decent but crowded in the evening 7"; not "a nice place on Long Street 7", "it was so good we came back 3".
    """
    last = start = first - 1
    if phrase.type(0) == Type.NUMBER and not (phrase.is_counted(1) or _is_always(phrase)):
        return False
    while start >= max(0, first - LONGEST) and phrase.tokens[start].type not in _ENDS:
        start -= 1
    flags = phrase.flags[last] if first else 0
    closes = flags & Word.CLOSER and not flags & Word.SCORING
    if closes and flags & Word.STILL and phrase.seen & Word.OBJECT:
        return False  # "we miss still 2"
    end = last
    while closes and phrase.flag(end - 1) == flags and flags & Word.FIXED:
        end -= 1  # "support my arse 1"
    said = phrase.flags[start + 1 : end]
    if last - start < (FEW if closes else WHOLE) or any(word & _SUPPOSES for word in said):
        return False
    if closes or (flags & Word.MEASURE and not said[-1] & Word.PRAISE):
        return True
    known = (
        not flags & ~(Word.NOUN & ~Word.COMMON) and not phrase.is_capital(last) and len(phrase.said(last)) > 1
    )
    still = phrase.seen & Word.STILL and any(word & Word.STILL for word in said)
    denied = said[-1] & Word.NOT
    if phrase.seen & Word.OBJECT and any(word & Word.OBJECT for word in (*said, flags)):
        known = still = False
    if still and denied and not flags & _TAKES_NUMBER:
        return True  # "still isn't fixed 2"
    if known and (still or phrase.said(last).endswith(phrase.words.forms.closing)):
        return bool(denied or not said[-1] & (Word.PLACE | Word.LABELLED | Word.AT))
    if last - start < LONG:
        return False
    if last - start < VERY_LONG and not any(word & _JUDGES for word in said):
        return False
    placed = said[-1] & (Word.PLACE | Word.LABELLED | Word.AT) and not said[-1] & Word.OPENER
    return not placed and phrase.type(last) == Type.WORD and _is_no_verb(phrase, last)


def _is_always(phrase: Phrase) -> bool:
    """Whether "24/7" begins the reply."""
    return phrase.said(0) == "24" and phrase.said(2) == "7"


def _is_no_verb(phrase: Phrase, at: int) -> bool:
    """Whether a word takes no number and does not look like a verb, which may have one for its object: "the beds only fit 2"."""
    forms = phrase.words.forms
    verbal = phrase.said(at).endswith((*forms.verbal, *forms.past, *forms.of_many))
    return not verbal and not phrase.flags[at] & Word.COMMON and _takes_no_number(phrase, at)


def is_bare_zero(phrase: Phrase, first: int) -> bool:
    """Whether a few words that lack nothing stand before a zero at the end: nothing is numbered zero. "wouldn't send my dog there 0"."""
    start = max(0, first - REACH)
    before = phrase.flags[start:first]
    if first < FEW or any(phrase.type(at) == Type.NUMBER for at in range(start, first)):
        return False
    lacking = any(flags & (Word.LACK | Word.CONDITION | Word.IRONY) for flags in before)
    return not lacking and bool(before[-1] & Word.CLOSER or not before[-1] & _RUNS_INTO)


def _takes_no_number(phrase: Phrase, at: int) -> bool:
    return len(phrase.said(at)) > 1 and not phrase.is_capital(at) and not phrase.flags[at] & _TAKES_NUMBER


def is_called_good(phrase: Phrase, at: int) -> bool:
    """Whether only praise follows up to the end, after "was" and words like "very": "was quite ok", "väga hea"; not "very nice ladies"."""
    last = at
    while phrase.flag(last) & _LEADS_TO_PRAISE and not _is_verb_or_unit(phrase.flag(last)):
        if last > at and phrase.flag(last) & Word.REASON and phrase.flag(last - 1) & Word.PRAISE:
            break
        last += 1
    last -= 1
    praised = last >= at and phrase.flag(last) & Word.PRAISE and not phrase.flag(last) & _PEOPLE
    ended = (
        phrase.type(last + 1) in _ENDS or is_last_word(phrase, last) or phrase.flag(last + 1) & Word.REASON
    )
    return bool(praised and ended)


def _is_verb_or_unit(flags: int) -> bool:
    return bool(flags & Word.UNIT or (flags & Word.WOULD and not flags & Word.WAS))


def is_lacking(phrase: Phrase, at: int) -> bool:
    """Whether what a zero counts stands here, or after words of praise: "zero complaints", "zero real interest"."""
    end = at + NEAR
    while at < end and phrase.flag(at) & Word.PRAISE and not phrase.flag(at) & Word.LACK:
        at += 1
    return bool(phrase.flag(at) & Word.LACK)


def leads_to_praise(phrase: Phrase, at: int) -> bool:
    """Whether fillers run into praise: "8 в целом неплохо"."""
    start = at
    while phrase.flag(at) & Word.LEAD and phrase.flag(at) & Word.TAIL and at < start + REACH:
        at += 1
    return at > start and bool(phrase.flag(at) & Word.PRAISE) and not is_counting(phrase, at)


def leads_in_place(phrase: Phrase, at: int) -> bool:
    """Whether a preposition and a few words of place or manner stand here: "in the room it was cold"; not "in the morning", "in 2"."""
    if phrase.type(at + 1) == Type.NUMBER:  # "after 3 visits"
        return phrase.is_counted(at + 2) and phrase.flags[at] & (Word.LABELLED | Word.LEAD) == Word.LABELLED
    near = range(at + 1, at + 1 + NEAR)
    for i in near:
        if phrase.type(i) != Type.WORD:
            numbered = phrase.flags[i - 1] & Word.LABELLED and len(phrase.said(i)) > 1  # "in room 304"
            return i > at + 1 and bool(numbered or phrase.type(i) != Type.NUMBER)
        flags = phrase.flags[i]
        if flags & _MEASURES or (flags & Word.UNIT and not flags & Word.ONE):
            return False
    return True


def ends_in_noun(phrase: Phrase, at: int) -> bool:
    """Whether praise leads to an unknown word, which may be what it is about: "1 rude waiter"."""
    while phrase.flag(at) & Word.PRAISE and not phrase.flag(at) & (Word.ASPECT | Word.OPENER):
        at += 1
    unknown = phrase.type(at) == Type.WORD and not phrase.flags[at] & ~(
        Word.LABELLED | Word.FREQUENT | Word.NOUN
    )
    return unknown or bool(phrase.flag(at) & Word.UNIT)


def is_counting(phrase: Phrase, at: int) -> bool:
    """Whether praise is followed by something counted: "10 very long minutes", "3 rude employees"."""
    forms, number = phrase.words.forms, phrase.said(at - 1)
    praised = forms.counts_case and number != "1" and phrase.flag(at) & Word.PRAISE
    if praised and forms.never_counts(phrase.said(at), None, proven=True):
        return False  # "9 лучший кофе": an adjective of one
    for i in range(at, min(at + 4, phrase.count)):
        if phrase.tokens[i].type != Type.WORD:
            return False
        if (phrase.flags[i] & Word.UNIT and not _is_greeting(phrase, i)) or phrase.is_plural(i):
            return True
        if phrase.flags[i] & Word.ASPECT and i > at:
            return False  # "6 nice food tiny portions"
        if phrase.flags[i] & ~(Word.PRAISE | Word.ASPECT | Word.LABELLED | Word.POLITE | Word.NOUN):
            return False
    return False


def may_be_counted(phrase: Phrase, at: int) -> bool:
    """Whether an unknown word stands here that may be counted: "ja 2 paikkaa"; not whom a score may be for ("ja 3 hinnale")."""
    return (
        phrase.type(at) == Type.WORD
        and not phrase.flags[at] & ~Word.NOUN
        and not phrase.is_capital(at)
        and not phrase.said(at).endswith(phrase.words.forms.dative)
    )


def is_last_word(phrase: Phrase, at: int) -> bool:
    """Whether no word follows the one at `at`."""
    return all(token.type > Type.WORD for token in phrase.tokens[at + 1 : at + REACH])


def _is_greeting(phrase: Phrase, at: int) -> bool:
    """Whether two polite words stand together: "head päeva" (have a good day)."""
    return bool(phrase.flag(at) & phrase.flag(at - 1) & Word.POLITE)
