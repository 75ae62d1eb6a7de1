"""What follows a whole number tells what it is: "/10", "or 8", "and a half", "%", "points", "minutes"."""

from surveys.reading.expression import Expression, Form
from surveys.reading.phrase import MINUS_SIGNS, Phrase
from surveys.reading.tokens import FILLED_STARS, Type
from surveys.reading.words import Word
from surveys.scale import Scale

LONGEST = 7  # digits that are read; a number this long is a phone or an order, not a slip of the finger
_TOPS = frozenset({3, 4, 5, 6, 7, 10, 20, 100})  # scales people answer on unasked
_JOINS = Word.POINTS | Word.STARS | Word.OUT_OF | Word.OR | Word.JOIN | Word.HALF | Word.PLUS
_PAUSES = frozenset(",.!;\n")  # where a space follows
_ENDING_MARKS = frozenset(":'’")


def after_number(
    phrase: Phrase, first: int, last: int, value: int, scale: Scale, *, spelled: bool = False
) -> Expression:
    """Read the expression of `value`, which tokens `first` to `last` say, with all that belongs to it on its right."""
    if last >= phrase.count:
        return Expression(Form.PLAIN, first, last, value, spelled=spelled)
    if not _may_join(phrase, last):
        return _noun(phrase, first, last, value, scale, spelled=spelled)
    here = last + _is_points(phrase, last)
    if (
        found := _out_of(phrase, first, here, value, scale)
        or _range(phrase, first, last, value, scale)
        or _half(phrase, first, here, value, scale)
    ):
        return found
    sign = phrase.said(last)
    if sign == "," and phrase.glued(last) and phrase.said(last + 1) in MINUS_SIGNS and phrase.glued(last + 1):
        return Expression(Form.COUNT, first, last + 2)  # "5,-": a price
    if sign == "%":
        if scale.high == 100:
            return finish(phrase, first, last + 1, value)
        return Expression(Form.OTHER_SCALE, first, last + 1)
    if (sign == "+" and phrase.glued(last)) or (phrase.flag(last) & Word.PLUS and not phrase.flag(last + 1)):
        while phrase.said(last) == "+" or phrase.flag(last) & Word.PLUS:
            last += 1
        # "10+" can be no more than 10; "8+" is between 8 and 9.
        return (
            finish(phrase, first, last, value)
            if value == scale.high
            else split(scale, first, last, value, value + 1)
        )
    return _noun(phrase, first, last, value, scale, spelled=spelled)


def spelled_at(phrase: Phrase, at: int) -> tuple[int, int] | None:
    """Value of the number word at `at` and the position after it; the longest reading wins ("twenty-one" over "twenty")."""
    starting = phrase.words.numbers.get(phrase.said(at))
    if not starting or phrase.type(at) != Type.WORD or phrase.flags[at] & Word.FIXED:
        return None
    best, key, here = None, "", at
    for _ in range(4):
        if phrase.type(here) != Type.WORD:
            break
        key += phrase.tokens[here].text
        here += 1
        if key in starting:
            best = (starting[key], here)
        if phrase.said(here) in MINUS_SIGNS and phrase.glued(here):
            here += 1
    # An article before a number is no number: "en 9:a".
    return None if best and best[0] == 1 and phrase.type(best[1]) == Type.NUMBER else best


def number_at(phrase: Phrase, at: int) -> tuple[int, int] | None:
    """Read a number in digits or words at `at`, and the position after it; a hyphen may tie it to the word before (Hebrew "מ-10")."""
    at += phrase.hyphenated(at)
    if phrase.type(at) == Type.NUMBER:
        return int(phrase.said(at)[:LONGEST]), at + 1
    return spelled_at(phrase, at)


def split(scale: Scale, first: int, last: int, *values: int) -> Expression:
    """Between whole numbers: ask again, and offer those that are on the scale."""
    return Expression(Form.SPLIT, first, last, offers=tuple(dict.fromkeys(v for v in values if v in scale)))


def out_of(phrase: Phrase, first: int, last: int, value: int, top: int, scale: Scale) -> Expression:
    """`value` of `top`, said openly: a score where `top` is the scale's own, else another scale, or two numbers."""
    last += _is_points(phrase, last)
    ending = last + phrase.hyphenated(last)
    tied = phrase.said(ending) in phrase.words.endings or phrase.flag(ending) & Word.OUT_OF
    if phrase.glued(ending) and tied:
        last = ending + 1  # "9/10-st"
    if phrase.is_counted(last):
        return Expression(Form.COUNT, first, last)  # 9 out of 10 people
    if top == scale.high:
        return Expression(Form.PLAIN, first, last, value, explicit=True)
    neighbours = top == value + 1 and top not in {5, 10}
    if top in _TOPS and value <= top and not neighbours:
        return Expression(Form.OTHER_SCALE, first, last)
    return split(scale, first, last, value, top)


def finish(phrase: Phrase, first: int, last: int, value: int, *, spelled: bool = False) -> Expression:
    """Give a plain number; "8*" with its star, unless stars stand on both sides (bold)."""
    starred = phrase.said(last) == "*" and phrase.said(first - 1) != "*" and phrase.said(last + 1) != "*"
    return Expression(Form.PLAIN, first, last + starred, value, spelled=spelled, starred=starred)


def _is_tail(flags: int) -> bool:
    """Whether the word is a filler and nothing else: "9 of course", not "9 of us"."""
    return bool(flags & Word.TAIL and not flags & Word.LEAD)


def _may_join(phrase: Phrase, at: int) -> bool:
    """Whether what stands after a number may join it to another; no pause does, and no word but numbers and those that say so."""
    text = phrase.tokens[at].text
    if phrase.tokens[at].type != Type.WORD:
        return text not in _PAUSES or phrase.glued(at + 1)
    return bool(phrase.flags[at] & _JOINS) or text in phrase.words.numbers or "⁄" in text


def _is_points(phrase: Phrase, at: int) -> bool:
    return bool(phrase.flag(at) & (Word.POINTS | Word.STARS))


def _out_of(phrase: Phrase, first: int, here: int, value: int, scale: Scale) -> Expression | None:
    """9/10 · 9 out of ten · kaheksa kümnest · 9 punkti 10-st · 10st 9."""
    dashed = here + (phrase.said(here) in MINUS_SIGNS and phrase.glued(here))
    if (
        value == scale.high
        and phrase.flag(dashed) & Word.OUT_OF
        and phrase.glued(dashed)
        and (found := number_at(phrase, dashed + 1))
    ):
        return out_of(phrase, first, found[1], found[0], value, scale)
    if phrase.said(here) == "/" or phrase.flag(here) & Word.OUT_OF:
        after = here + 1
        while phrase.flag(after) & Word.FIXED & phrase.flag(here):
            after += 1  # "on a scale of"
        second = phrase.flag(after) & (Word.OUT_OF | Word.JOIN)
        top = number_at(phrase, after) or (number_at(phrase, after + 1) if second else None)
        if top and value == scale.high and phrase.flag(here) & Word.SCALE:
            return out_of(phrase, first, top[1], top[0], value, scale)  # "10 asteikolla 8"
        if top:
            return out_of(phrase, first, top[1], value, top[0], scale)
    top = number_at(phrase, here)
    if not top or top[0] != scale.high:
        return None
    if phrase.flag(here) & Word.OUT_OF:
        return out_of(phrase, first, top[1], value, top[0], scale)
    ending = top[1] + (phrase.said(top[1]) in MINUS_SIGNS or phrase.said(top[1]) in _ENDING_MARKS)
    if phrase.glued(ending) and phrase.flag(ending) & Word.OUT_OF:
        return out_of(phrase, first, ending + 1, value, top[0], scale)
    return None


def _range(phrase: Phrase, first: int, last: int, value: int, scale: Scale) -> Expression | None:
    """7 - 8 · 7 or 8 · 7 to 8: one of two, or so many of something."""
    dash = phrase.said(last) in MINUS_SIGNS
    if not (dash or phrase.flag(last) & Word.OR):
        return None
    other = number_at(phrase, last + 1)
    joined = bool(phrase.flag(last) & Word.JOIN)  # "and": two numbers only in digits, and never of a unit
    if not other or (joined and phrase.type(last + 1) == Type.WORD):
        return None
    counted = phrase.is_counted(other[1] + _is_points(phrase, other[1]))
    if counted and dash and phrase.glued(last) and phrase.glued(last + 1):
        return Expression(Form.COUNT, first, other[1])  # "2-3 times"
    if counted and dash:
        # "10 - 2 hours of waiting" is a score and its why; "8 - 10 minutes" may be either.
        return None if value > other[0] else split(scale, first, other[1], value)
    if counted:
        between = (
            phrase.flag(first - 1) & Word.OR
        )  # "between 5 and 10 minutes"; "9 and 2 free coffees" are two
        return None if joined and not between else Expression(Form.COUNT, first, other[1] + 1)
    if value == other[0] > 1:
        return finish(phrase, first, other[1], value)  # "Seven - 7"
    if dash and phrase.type(last + 1) == Type.NUMBER and len(phrase.said(last + 1)) > 3:
        return Expression(Form.COUNT, first, other[1])
    return split(scale, first, other[1], value, other[0])


def _half(phrase: Phrase, first: int, here: int, value: int, scale: Scale) -> Expression | None:
    """8½ · eight and a half; of a unit it is a count."""
    half = here
    while phrase.flag(half) & Word.JOIN and half < here + 2:
        half += 1
    if not (phrase.flag(half) & Word.HALF or "⁄" in phrase.said(half)):
        return None
    if phrase.is_counted(half + 1):
        return Expression(Form.COUNT, first, half + 1)
    return split(scale, first, half + 1, value, value + 1)


def _noun(phrase: Phrase, first: int, last: int, value: int, scale: Scale, *, spelled: bool) -> Expression:
    """Read the word after the number, or what is stuck to it."""
    flags, glued = phrase.flag(last), phrase.glued(last)
    if phrase.said(last) in FILLED_STARS or flags & Word.STARS:
        while phrase.said(last) in FILLED_STARS or phrase.flag(last) & Word.STARS:
            last += 1
        if scale.high == 5 or value > 5 or not value:
            return Expression(Form.PLAIN, first, last, value, explicit=scale.high == 5, spelled=spelled)
        return Expression(Form.OTHER_SCALE, first, last)
    tied = glued and phrase.glued(last + 1) and phrase.type(last + 1) == Type.WORD
    if tied and (found := _hyphenated(phrase, first, last, value, scale, spelled=spelled)):
        return found
    if phrase.is_counted(last) or (flags & Word.PARTITIVE and not _is_tail(phrase.flag(last + 1))):
        return Expression(Form.COUNT, first, last + 1)  # 7 kids, 5 of you
    if (
        glued
        and not spelled
        and phrase.said(last) == "."
        and phrase.flag(last + 1) & Word.UNIT
        and not (phrase.flag(last + 1) & Word.LABELLED and phrase.type(last + 2) == Type.NUMBER)
        and (phrase.words.forms.nouns_capitalised or not phrase.is_capital(last + 1))
    ):
        return Expression(Form.COUNT, first, last + 2)  # an ordinal: "2. korda", "9. mai"
    if flags & Word.POINTS:
        return finish(phrase, first, last + 1, value, spelled=spelled)
    if glued and phrase.said(last) in {"o", "о"} and value * 10 in scale:
        return split(scale, first, last + 1, value, value * 10)  # "1O"
    if glued and phrase.said(last) == "st" and value % 10 == 1:
        return Expression(Form.COUNT, first, last + 1)  # "1st", though "10-st" is Estonian for "out of 10"
    if glued and phrase.type(last) == Type.WORD and not spelled:
        # A single letter needs its mark ("9:n"): "9t" is nine hours, "10k" ten thousand.
        if len(phrase.said(last)) > 1 and phrase.said(last) in phrase.words.endings:
            return finish(phrase, first, last + 1 + _is_points(phrase, last + 1), value)
        if not flags & Word.REASON:
            return Expression(Form.COUNT, first, last + 1)  # 5a, 3rd
    return finish(phrase, first, last, value, spelled=spelled)


def _hyphenated(
    phrase: Phrase, first: int, last: int, value: int, scale: Scale, *, spelled: bool
) -> Expression | None:
    """9-ga and 9:n are inflected nines; 2-door and 5-year are compounds; "9-because" only lacks its spaces."""
    joint, flags = phrase.said(last), phrase.flag(last + 1)
    if joint not in MINUS_SIGNS and joint not in _ENDING_MARKS:
        return None
    if phrase.said(last + 1) in phrase.words.endings or flags & Word.POINTS:
        return finish(phrase, first, last + 2 + _is_points(phrase, last + 2), value, spelled=spelled)
    if (flags | phrase.flag(last + 2)) & Word.SCALE:
        return finish(phrase, first, last, value, spelled=spelled)  # "10-балльной шкале"
    if joint in MINUS_SIGNS and not flags & (Word.REASON | Word.OPENER):
        if first or phrase.is_counted(last + 1):
            return Expression(Form.COUNT, first, last + 2)
        return split(scale, first, last + 2, value)
    return finish(phrase, first, last, value, spelled=spelled)
