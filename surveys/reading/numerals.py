"""Read an expression that begins with digits: what is stuck to them on the left, and what joins them to further digits."""

from surveys.reading.expression import Expression, Form
from surveys.reading.following import LONGEST, after_number, out_of, split
from surveys.reading.phrase import CURRENCY, MINUS_SIGNS, Phrase
from surveys.reading.tokens import Type
from surveys.reading.words import Word
from surveys.scale import Scale

_CHAIN = frozenset(".,/:-–'’")
_LABEL_MARKS = frozenset(".:#№'\"")
LONGEST_SHORT_FORM = 4
LONGEST_RUN = 24  # tokens of one phone number or date


def read_numeral(phrase: Phrase, at: int, scale: Scale) -> Expression:
    """Read the expression at the NUMBER token `at`."""
    if phrase.count == 1:
        return _alone(phrase, at)
    end = _end_of_run(phrase, at)
    marked = at and (_is_labelled(phrase, at) or _is_stuck(phrase, at) or phrase.said(at - 1) in CURRENCY)
    if marked or _is_phone(phrase, at, end):
        return Expression(Form.COUNT, at, end)
    if chain := _chain(phrase, at, scale):
        return chain
    text, last = phrase.said(at), at + 1
    if (
        phrase.said(last) == "000"
        and len(text) <= 3
        and phrase.tokens[last].start == phrase.tokens[at].end + 1
    ):
        return after_number(phrase, at, last + 1, int(text) * 1000, scale)
    value = int(text[:LONGEST])
    if not at:
        return after_number(phrase, at, last, value, scale)
    before = phrase.said(at - 1)
    if phrase.flag(at - 1) & Word.MINUS or (at == 1 and before in MINUS_SIGNS and phrase.glued(at)):
        return after_number(phrase, at - 1, last, -value, scale)
    if phrase.flag(at - 2) & Word.PREFIX and phrase.hyphenated(at - 1):
        return after_number(phrase, at, last, value, scale)  # Hebrew "ב-9"
    if before in MINUS_SIGNS and (at == 1 or (phrase.glued(at) and phrase.type(at - 2) == Type.WORD)):
        return split(scale, at, last, value)  # "- 9", "slow -9": a dash or a minus
    if before in {"#", "№"} and phrase.glued(at) and value == 1:
        return split(scale, at, last, value)  # "#1!" is praise
    return after_number(phrase, at, last, value, scale)


def _alone(phrase: Phrase, at: int) -> Expression:
    digits = phrase.said(at)
    return Expression(Form.COUNT if len(digits) >= LONGEST else Form.PLAIN, at, at + 1, int(digits[:LONGEST]))


def _end_of_run(phrase: Phrase, at: int) -> int:
    """Find the position after a run of numbers, what joins them, and the unit after it."""
    last = at + 1
    while last < min(phrase.count, at + LONGEST_RUN):
        if phrase.type(last) == Type.NUMBER:
            last += 1
        elif _is_joined(phrase, last):
            last += 2
        else:
            break
    return last + 1 if phrase.flag(last) & Word.UNIT or phrase.said(last) in CURRENCY else last


def _is_joined(phrase: Phrase, at: int) -> bool:
    """Whether a mark without spaces stands between two numbers."""
    return (
        phrase.said(at) in _CHAIN
        and phrase.glued(at)
        and phrase.type(at + 1) == Type.NUMBER
        and phrase.glued(at + 1)
    )


def _is_labelled(phrase: Phrase, at: int) -> bool:
    """Numbered by the word before: "room 7", "order no. 5", "tel: 5"."""
    back = at - 1
    if phrase.said(back) == "@":
        return True
    if phrase.flag(back) & (Word.SCORING | Word.OUT_OF):
        return False
    for _ in range(2):
        back -= phrase.said(back) in _LABEL_MARKS
    if phrase.said(back + 1) == "." and not phrase.glued(at) and phrase.said(at + 1) == "/":
        return False  # "no call. 1/10"
    if phrase.said(back + 1) == "." and phrase.flag(back) & Word.PLACE:
        return False  # "and got hung up on. 2"
    if phrase.said(back + 1) == "." and back and len(phrase.said(back)) > LONGEST_SHORT_FORM:
        return False  # "… a good customer. 3": a sentence ends, "no. 5" is a short form
    if phrase.flag(back) & Word.NO:
        back -= 1  # "order no. 5"
    return bool(phrase.flag(back) & Word.LABELLED and not phrase.flag(back) & Word.ASPECT)


def _is_phone(phrase: Phrase, at: int, end: int) -> bool:
    """Seven digits and more in one run, however grouped; or a plus and more than three."""
    digits = [len(token.text) for token in phrase.tokens[at:end] if token.type == Type.NUMBER]
    count, longest = sum(digits), max(digits)
    if count <= 3:
        return False
    if longest >= LONGEST or phrase.said(at - 1) == "+":
        return True
    return len(digits) > 1 and count >= LONGEST and longest >= 3


def _is_stuck(phrase: Phrase, at: int) -> bool:
    """Stuck to letters or to a sign that makes it something else: A4, v2, example.com/9; not "#9", "score=9"."""
    if not phrase.glued(at):
        return False
    before, flags = phrase.type(at - 1), phrase.flag(at - 1)
    if phrase.said(at - 1) in MINUS_SIGNS and phrase.glued(at - 1) and phrase.type(at - 2) == Type.WORD:
        return not phrase.flag(at - 2)  # AB-9, but "hinne-9"
    if before == Type.WORD:
        return not flags & (Word.PREFIX | Word.OUT_OF)
    if before != Type.SIGN:
        return False
    in_address = (
        phrase.type(at - 2) == Type.WORD and phrase.glued(at - 1) and not phrase.flag(at - 2) & Word.LEADING
    )
    bracketed = phrase.said(at - 1) == "<" and phrase.said(at + 1) == ">"
    return (phrase.said(at - 1) not in "#№=/*+" and not bracketed) or in_address


def _chain(phrase: Phrase, at: int, scale: Scale) -> Expression | None:
    """Numbers joined by marks without spaces: 8,5 · 9/10 · 7-8 · 10:30 · 12.10.2026."""
    if not _is_joined(phrase, at + 1):
        return None
    parts, joints, last = [phrase.said(at)], "", at + 1
    while last < at + LONGEST_RUN and _is_joined(phrase, last):
        joints += phrase.said(last)
        parts.append(phrase.said(last + 1))
        last += 2
    first, second = int(parts[0][:LONGEST]), int(parts[1][:LONGEST])
    if len(joints) == 2 and joints[0] in ".," and joints[1] == "/" and len(parts[1]) == 1:
        return split(scale, at, last, first, first + (second > 0))  # 8.5/10
    count = Expression(Form.COUNT, at, last)
    if len(joints) > 1 or phrase.is_counted(last):
        return count
    match joints:
        case "/":
            always = (first, second) == (24, 7)
            day = second > scale.high and phrase.flag(at - 1) & Word.LABELLED  # "on 10/12"
            return count if always or day else out_of(phrase, at, last, first, second, scale)
        case "." | ",":
            return _decimal(phrase, at, last, parts[0], parts[1], scale)
        case ":":
            time = len(parts[1]) == 2 and second < 60 and first < 25 and second != scale.high
            return count if time else split(scale, at, last, first, second)
        case _:
            return count if max(map(len, parts)) > 3 else split(scale, at, last, first, second)


def _decimal(phrase: Phrase, at: int, last: int, whole: str, part: str, scale: Scale) -> Expression:
    """8,5 lies between two; 9.0 is nine; 1,0 may be a ten mistyped; 10.000 is ten thousand."""
    value = int(whole[:LONGEST])
    if len(part) == 3:
        return after_number(phrase, at, last, int(whole[:LONGEST] + part), scale)
    if not int(part[:LONGEST]):
        together = int(whole[:3] + part[:2])
        if value and together in scale:
            return split(scale, at, last, value, together)
        return after_number(phrase, at, last, value, scale)
    if value + 1 not in scale and (
        value not in scale or (at and len(part) == len("40"))
    ):  # "came in at 10.40"
        return Expression(Form.COUNT, at, last)
    # 9.10 is rather "9 or 10" than nine and a tenth.
    second = int(part) if len(part) == 2 and int(part) > value and int(part) in scale else value + 1
    return split(scale, at, last, value, second)
