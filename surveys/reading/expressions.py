"""Find everything in a reply that looks like a number, and say what each is: a bare number, "9/10", a fraction, a price, a date.

Nothing here decides whether a number is the score: scores.py does, from where the number stands.
"""

from dataclasses import dataclass
from enum import IntEnum

from surveys.reading.tokens import EMPTY_STARS, FILLED_STARS, Token, Type
from surveys.reading.vocabulary import Vocabulary, Word
from surveys.scale import Scale


class Form(IntEnum):
    """What a number expression is by its own looks."""

    PLAIN = 1  # 9, nine, 9 points, 9/10 on 0–10
    SPLIT = 2  # between whole numbers: 8,5 · 7-8 · 7 or 8
    OTHER_SCALE = 3  # 8/10 on 1–5, 80 %, 4 stars on 0–10
    COUNT = 4  # never a score: price, time, date, phone, order number, so many of something


@dataclass(frozen=True, slots=True)
class Expression:
    """One number expression: tokens `first` up to, not including, `last`."""

    form: Form
    first: int
    last: int
    value: int = 0
    offers: tuple[int, ...] = ()
    explicit: bool = False  # names its scale: "9/10"
    spelled: bool = False
    starred: bool = False  # "8*": the usual sign of a correction


LONG_NUMBER = 7  # this many digits are a phone or an order, not a slip of the finger
_MINUS = frozenset("-–−‐‑﹣－")
_CURRENCY = frozenset("$€£₽₴₪¥¢₸₹°²³")
_CHAIN = frozenset(".,/:-–'’")


def find_expressions(tokens: list[Token], words: Vocabulary, scale: Scale) -> list[Expression]:
    """All number expressions from left to right. Spelled numbers count only where a score may stand: "one of the best" has none."""
    found: list[Expression] = []
    at, open_ = 0, True
    while at < len(tokens):
        token = tokens[at]
        if token.type is Type.NUMBER:
            found.append(_Reader(tokens, words, scale).digits(at))
        elif token.type is Type.WORD:
            flags = words.words.get(token.text, 0)
            if open_ and (spelled := spelled_at(tokens, at, words)):
                found.append(_Reader(tokens, words, scale).spelled(at, *spelled))
            else:
                if flags & Word.SCORING:
                    open_ = True
                elif not flags & _KEEPS_OPEN:
                    open_ = False
                at += 1
                continue
        elif token.text in FILLED_STARS or token.text in EMPTY_STARS:
            found.append(_stars(tokens, at, scale))
        else:
            open_ = open_ or token.type in {Type.STOP, Type.COMMA, Type.DASH, Type.EMOJI}
            at += 1
            continue
        at, open_ = found[-1].last, False
    return found


_KEEPS_OPEN = (
    Word.LEAD | Word.SCORING | Word.CORRECTION | Word.POLITE | Word.MINUS | Word.NOT | Word.NO | Word.REASON
)


def spelled_at(tokens: list[Token], at: int, words: Vocabulary) -> tuple[int, int] | None:
    """Value of the number word at `at` and the position after it; the longest reading wins ("twenty-one" over "twenty")."""
    best, key, here = None, "", at
    for _ in range(4):
        if here >= len(tokens) or tokens[here].type is not Type.WORD:
            break
        key += tokens[here].text
        here += 1
        if key in words.numbers:
            best = (words.numbers[key], here)
        if here < len(tokens) and tokens[here].text in _MINUS and tokens[here].start == tokens[here - 1].end:
            here += 1
    # An article before a number is no number: "en 9:a".
    if best and best[0] == 1 and best[1] < len(tokens) and tokens[best[1]].type is Type.NUMBER:
        return None
    return best


def _stars(tokens: list[Token], at: int, scale: Scale) -> Expression:
    last = at
    while last < len(tokens) and (tokens[last].text in FILLED_STARS or tokens[last].text in EMPTY_STARS):
        last += 1
    filled = sum(token.text in FILLED_STARS for token in tokens[at:last])
    if not filled or (last - at == 1):
        # One star is praise as often as a count.
        return Expression(Form.SPLIT if last - at == len(tokens) else Form.COUNT, at, last, offers=(1,))
    if scale.high == 5:  # noqa: PLR2004
        return Expression(Form.PLAIN, at, last, filled, explicit=True)
    return Expression(Form.OTHER_SCALE, at, last)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one expression; each method takes a position and never looks further than a few tokens."""

    tokens: list[Token]
    words: Vocabulary
    scale: Scale

    def flags(self, at: int) -> int:
        if 0 <= at < len(self.tokens) and self.tokens[at].type is Type.WORD:
            return self.words.words.get(self.tokens[at].text, 0)
        return 0

    def type(self, at: int) -> Type | None:
        return self.tokens[at].type if 0 <= at < len(self.tokens) else None

    def text(self, at: int) -> str:
        return self.tokens[at].text if 0 <= at < len(self.tokens) else ""

    def glued(self, at: int) -> bool:
        """No space between this token and the one before it."""
        return 0 < at < len(self.tokens) and self.tokens[at].start == self.tokens[at - 1].end

    def spelled(self, at: int, value: int, last: int) -> Expression:
        if self.flags(at - 1) & Word.MINUS:
            return self.finish(at - 1, last, -value, spelled=True)
        return self.after(at, last, value, spelled=True)

    def digits(self, at: int) -> Expression:
        """The expression at a NUMBER token."""
        last = at + 1
        text = self.text(at)
        before = self.type(at - 1)
        count = Expression(Form.COUNT, at, self.end_of_numbers(at))
        if self.is_labelled(at) or self.is_phone(at, count.last):
            return count
        if self.glued(at):
            sign = self.text(at - 1)
            if before is Type.WORD and not self.flags(at - 1) & (Word.PREFIX | Word.OUT_OF):
                return count  # A4, v2, gr8
            if before is Type.SIGN and (sign not in "#№=/*+" or self.is_address(at - 1)):
                return count
        if self.text(at - 1) in _CURRENCY:
            return count
        if chain := self.chain(at):
            return chain
        if len(text) <= 3 and self.text(last) == "000" and self.tokens[last].start == self.tokens[at].end + 1:
            return self.after(at, last + 1, int(text) * 1000)
        value = int(text[:LONG_NUMBER])
        if self.flags(at - 1) & Word.MINUS or (at == 1 and self.glued(at) and self.text(0) in _MINUS):
            return self.after(at - 1, last, -value)
        if (
            at == 1
            and self.text(0) in _MINUS
            or (self.glued(at) and self.text(at - 1) in _MINUS and self.type(at - 2) is Type.WORD)
        ):
            return (
                self.after(at, last, value)
                if value in self.scale and at != 1 and not self.glued(at)
                else self.split(at, last, value)
            )
        if self.glued(at) and self.text(at - 1) in "#№" and value == 1:
            return self.split(at, last, value)  # "#1!" is praise
        return self.after(at, last, value)

    def is_address(self, sign: int) -> bool:
        """The sign is stuck to a word as in a web address, "example.com/9"; "score=9" is none."""
        word = self.type(sign - 1) is Type.WORD and self.glued(sign)
        return word and not self.flags(sign - 1) & (Word.SCORING | Word.LEAD)

    def split(self, first: int, last: int, *values: int) -> Expression:
        return Expression(
            Form.SPLIT, first, last, offers=tuple(dict.fromkeys(v for v in values if v in self.scale))
        )

    def end_of_numbers(self, at: int) -> int:
        """The position after a run of numbers and what joins them: a phone, a date, and the unit after it."""
        last = at + 1
        while True:
            if self.type(last) is Type.NUMBER:
                last += 1
            elif (
                self.text(last) in _CHAIN
                and self.glued(last)
                and self.type(last + 1) is Type.NUMBER
                and self.glued(last + 1)
            ):
                last += 2
            else:
                break
        return last + 1 if self.flags(last) & Word.UNIT or self.text(last) in _CURRENCY else last

    def is_labelled(self, at: int) -> bool:
        """Numbered by the word before: "room 7", "order no. 5", "at: 10"."""
        back = at - 1
        if self.flags(at - 1) & (Word.SCORING | Word.OUT_OF):
            return False
        for _ in range(2):
            if self.text(back) in {".", ":", "#", "№", "'", '"'}:
                back -= 1
        return bool(self.flags(back) & Word.LABELLED)

    def is_phone(self, at: int, last: int) -> bool:
        """Seven digits and more in one run, however grouped."""
        digits = [len(token.text) for token in self.tokens[at:last] if token.type is Type.NUMBER]
        if max(digits) >= LONG_NUMBER or (self.text(at - 1) == "+" and sum(digits) > 3):
            return True
        return len(digits) > 1 and sum(digits) >= LONG_NUMBER and max(digits) >= 3  # noqa: PLR2004

    def chain(self, at: int) -> Expression | None:
        """Numbers joined by a mark without spaces: 8,5 · 9/10 · 7-8 · 10:30 · 12.10.2026."""
        parts, joints, last = [self.text(at)], "", at + 1
        while (
            self.text(last) in _CHAIN
            and self.glued(last)
            and self.type(last + 1) is Type.NUMBER
            and self.glued(last + 1)
        ):
            joints += self.text(last)
            parts.append(self.text(last + 1))
            last += 2
        if not joints:
            return None
        count = Expression(Form.COUNT, at, last)
        if self.is_counted(last):
            return count
        first, second = int(parts[0][:LONG_NUMBER]), int(parts[1][:LONG_NUMBER])
        if len(joints) == 2 and joints[0] in ".," and joints[1] == "/" and len(parts[1]) == 1:
            return self.split(at, last, first, first + (second > 0))
        if len(joints) > 1:
            return count
        if joints == "/":
            if len(parts[0]) + len(parts[1]) == 3 and (first, second) == (24, 7):
                return count
            return self.out_of(at, last, first, second)
        if joints in ".,":
            return self.decimal(at, last, parts[0], parts[1])
        if joints == ":" and len(parts[1]) == 2 and second < 60 and first < 25 and second != self.scale.high:
            return count
        if max(len(parts[0]), len(parts[1])) > 3:
            return count
        return self.split(at, last, first, second)

    def decimal(self, at: int, last: int, whole: str, part: str) -> Expression:
        value = int(whole[:LONG_NUMBER])
        if len(part) == 3:
            return self.after(at, last, int(whole[:LONG_NUMBER] + part))  # 10.000
        if not int(part[:LONG_NUMBER]):
            if int(whole[:3] + part[:2]) in self.scale and value:
                return self.split(at, last, value, int(whole[:3] + part[:2]))  # 1,0: one, or a ten mistyped
            return self.after(at, last, value)
        if value not in self.scale and value + 1 not in self.scale:
            return Expression(Form.COUNT, at, last)
        if self.text(last) == "/" and self.type(last + 1) is Type.NUMBER:
            last += 2
        second = int(part) if len(part) <= 2 and int(part) > value else value + 1
        return self.split(at, last, value, second if second in self.scale and len(part) == 2 else value + 1)

    def out_of(self, first: int, last: int, value: int, top: int) -> Expression:
        """`value` of `top`, said openly."""
        last = self.skip_points(last)
        if self.is_counted(last):
            return Expression(Form.COUNT, first, last)
        if top == self.scale.high:
            return Expression(Form.PLAIN, first, last, value, explicit=True)
        if (
            top in {5, 10, 100, 20, 7, 6, 4, 3}
            and value <= top
            and not (top == value + 1 and top not in {5, 10})
        ):
            return Expression(Form.OTHER_SCALE, first, last)
        return self.split(first, last, value, top)

    def skip_points(self, at: int) -> int:
        return at + 1 if self.flags(at) & (Word.POINTS | Word.STARS) else at

    def is_counted(self, at: int) -> bool:
        """What stands at `at`, after a number, is a unit or something that is counted."""
        if self.text(at) in _CURRENCY:
            return True
        if self.text(at) in _MINUS and self.glued(at) and self.glued(at + 1):
            at += 1
        if self.type(at) is not Type.WORD:
            return False
        flags, text = self.flags(at), self.text(at)
        if flags & Word.UNIT and not flags & (Word.POINTS | Word.STARS):
            return True
        return (
            not flags
            and len(text) > 3
            and text.endswith(self.words.plural)
            and not text.endswith(("ss", "us", "is"))
        )

    def number_at(self, at: int) -> tuple[int, int] | None:
        """A number in digits or words at `at`, and the position after it; a hyphen may tie it to the word before (Hebrew "מ-10")."""
        if self.text(at) in _MINUS and self.glued(at) and self.glued(at + 1):
            at += 1
        if self.type(at) is Type.NUMBER:
            return int(self.text(at)[:LONG_NUMBER]), at + 1
        if self.type(at) is Type.WORD:
            return spelled_at(self.tokens, at, self.words)
        return None

    def after(self, first: int, last: int, value: int, *, spelled: bool = False) -> Expression:
        """What follows a whole number tells what it is."""
        here = self.skip_points(last)
        top_first = here + (self.text(here) in _MINUS and self.glued(here))
        if (
            value == self.scale.high
            and self.flags(top_first) & Word.OUT_OF
            and self.glued(top_first)
            and (of := self.number_at(top_first + 1))
        ):
            return self.out_of(first, of[1], of[0], value)  # 10st 9
        if (self.text(here) == "/" or self.flags(here) & Word.OUT_OF) and (
            top := self.number_at(here + 1)
            or (self.number_at(here + 2) if self.flags(here + 1) & (Word.OUT_OF | Word.JOIN) else None)
        ):
            return self.out_of(first, top[1], value, top[0])
        if (top := self.number_at(here)) and top[0] == self.scale.high:
            if self.flags(here) & Word.OUT_OF:
                return self.out_of(first, top[1], value, top[0])  # kaheksa kümnest
            ending = top[1] + (self.text(top[1]) in _MINUS)
            if self.glued(ending) and self.flags(ending) & Word.OUT_OF:
                return self.out_of(first, ending + 1, value, top[0])  # 9 punkti 10-st
        if ranged := self.range(first, last, value):
            return ranged
        half = here
        while self.flags(half) & Word.JOIN and half < here + 2:
            half += 1
        if self.flags(half) & Word.HALF or self.text(half) == "1⁄2":
            unit = self.is_counted(half + 1)
            return (
                Expression(Form.COUNT, first, half + 1)
                if unit
                else self.split(first, half + 1, value, value + 1)
            )
        if self.text(last) == "%" or self.text(last) == "٪":
            if self.scale.high == 100:
                return self.finish(first, last + 1, value)
            return Expression(Form.OTHER_SCALE, first, last + 1)
        if self.text(last) == "+" and self.glued(last):
            end = last
            while self.text(end) == "+":
                end += 1
            return (
                self.finish(first, end, value)
                if value == self.scale.high
                else self.split(first, end, value, value + 1)
            )
        return self.noun(first, last, value, spelled=spelled)

    def range(self, first: int, last: int, value: int) -> Expression | None:
        """ "7 - 8", "7 or 8", "7 to 8": one of two, or as many as that of something."""
        dash = self.text(last) in _MINUS
        if not (dash or self.flags(last) & Word.OR):
            return None
        other = self.number_at(last + 1)
        joined = self.flags(last) & Word.JOIN
        if not other or (joined and self.type(last + 1) is Type.WORD):
            return None
        counted = self.is_counted(self.skip_points(other[1]))
        if dash and counted:
            if value > other[0]:
                return None  # "10 - 2 hours of waiting": a score and its why
            return self.split(first, other[1], value)
        if counted:
            return None if joined else Expression(Form.COUNT, first, other[1] + 1)
        if dash and len(self.text(last + 1)) > 3:
            return Expression(Form.COUNT, first, other[1])
        return self.split(first, other[1], value, other[0])

    def noun(self, first: int, last: int, value: int, *, spelled: bool) -> Expression:
        """The word after the number, or what is stuck to it."""
        flags, glued = self.flags(last), self.glued(last)
        if self.text(last) in FILLED_STARS or flags & Word.STARS:
            while self.text(last) in FILLED_STARS or self.flags(last) & Word.STARS:
                last += 1
            if self.scale.high == 5 or value > 5:
                return Expression(
                    Form.PLAIN, first, last, value, explicit=self.scale.high == 5, spelled=spelled
                )
            return Expression(Form.OTHER_SCALE, first, last)
        joint = self.text(last)
        if (
            (joint in _MINUS or joint in {":", "'", "’"})
            and glued
            and self.glued(last + 1)
            and self.type(last + 1) is Type.WORD
        ):
            flags, text = self.flags(last + 1), self.text(last + 1)
            if text in self.words.endings or flags & Word.POINTS:
                return self.finish(first, self.skip_points(last + 2), value, spelled=spelled)
            if joint in _MINUS and not flags & (Word.REASON | Word.OPENER):
                form = Form.COUNT if self.is_counted(last + 1) else Form.SPLIT
                return Expression(form, first, last + 2, offers=(value,) if value in self.scale else ())
            return self.finish(first, last, value, spelled=spelled)
        if self.is_counted(last):
            return Expression(Form.COUNT, first, last + 1)
        if self.text(last) == "." and glued and self.flags(last + 1) & Word.UNIT:
            return Expression(Form.COUNT, first, last + 2)  # an ordinal: "2. korda", "9. mai"
        if flags & Word.POINTS:
            return self.finish(first, last + 1, value, spelled=spelled)
        if glued and self.type(last) is Type.WORD and not spelled:
            if self.text(last) in self.words.endings:
                return self.finish(first, self.skip_points(last + 1), value)
            if not flags & Word.REASON:
                return Expression(Form.COUNT, first, last + 1)  # 5a, 3rd
        return self.finish(first, last, value, spelled=spelled)

    def finish(self, first: int, last: int, value: int, *, spelled: bool = False) -> Expression:
        starred = self.text(last) == "*" and self.text(first - 1) != "*" and self.text(last + 1) != "*"
        return Expression(Form.PLAIN, first, last + starred, value, spelled=spelled, starred=starred)
