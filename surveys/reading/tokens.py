"""Cut a reply into tokens: numbers of any script, words, and single marks.

Linear by construction: every alternative of the pattern starts with its own kind of character, and the repeats are possessive, so
nothing is ever tried twice. Offsets point into the original text, so that what is left over can be handed back word for word.
"""

import re
import sys
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final


class Type:
    """What a token is. Marks differ by how strongly they part what stands left and right of them.

    Plain integers, no enum: a reply asks hundreds of times, and on Python 3.11 naming a member costs 0.1 µs.
    """

    NUMBER: Final = 1
    WORD: Final = 2
    STOP: Final = 3  # ends a sentence: . ! ? ; newline
    COMMA: Final = 4  # parts a sentence: , : ( ) |
    DASH: Final = 5
    QUOTE: Final = 6  # says nothing: "9", *9*, _9_
    SIGN: Final = 7  # changes a number: + % / # € * = ~ ^ < >
    EMOJI: Final = 8  # everything else


@dataclass(slots=True)
class Token:
    """A piece of the reply; `text` is normalised (casefolded, without accents), `text_original[start:end]` is what was typed.

    Nobody changes one; it is not frozen, since a frozen one takes three times as long to make.
    """

    type: int  # of `Type`
    text: str
    start: int
    end: int


FILLED_STARS = frozenset("★⭐🌟✭✮✪✯")
EMPTY_STARS = frozenset("☆✩✰")
APOSTROPHES = "'’‘ʼ`´׳״"
# Invisible in every reply: joiners, direction marks, variation selectors, the keycap frame, soft hyphens.
IGNORED = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff\u20e3\x00-\x08\x0e-\x1f\x7f"

_MARKS: dict[str, int] = {}
for _type, _characters in (
    (Type.STOP, ".!?;…。！？؟؛।܀·;\n\r\v\f\u0085\u2028\u2029"),
    (Type.COMMA, ",:()[]{}|•¦、，：（）،՝⁄\t"),
    (Type.DASH, "-–—‒―−‐‑﹣－־~～"),
    (Type.QUOTE, '"“”„«»‹›‚_' + APOSTROPHES),
    (Type.SIGN, "+%/#*=^<>&@\\§№€$£₽₴₪¥¢₸₹°²³％＋／＃＊＝٪"),
):
    _MARKS.update(dict.fromkeys(_characters, _type))

# Full-width and Arabic signs mean what their plain forms mean.
_PLAIN = {
    "％": "%",
    "٪": "%",
    "＋": "+",
    "／": "/",
    "＃": "#",
    "＊": "*",
    "＝": "=",
    "，": ",",
    "：": ":",
    "、": ",",
    "،": ",",
    "⁄": "/",
}
LONGEST_REMEMBERED = 24  # letters of a word
_DROPPED = frozenset(APOSTROPHES + '"\u00ad')
_KEYCAP_TEN = "\U0001f51f"

_NEWLINES = "\n\r\v\f\u0085\u2028\u2029"
_INVISIBLE = re.compile(rf"[{IGNORED}]")
_OTHER = r"<3(?!\d)|(?<!\S)[:;=]-?[DdPpOo](?!\S)|."  # a heart is no three, a laugh no word
_ASCII = re.compile(
    rf"\d++|[A-Za-z]++(?:['`][A-Za-z]++)*+|[\n\r\v\f]++|[ \t\x00-\x08\x0e-\x1f\x7f]++|{_OTHER}", re.DOTALL
)


@lru_cache(maxsize=1)
def _unicode_pattern() -> re.Pattern[str]:
    """Letters, with the marks that belong to them (vowel signs of Indic scripts are no letters for `re`); 20 ms, once."""
    marks: list[str] = []
    first = last = -2
    for code in [*range(0x300, 0xFE00), sys.maxunicode]:
        if code != sys.maxunicode and unicodedata.category(chr(code))[0] == "M" and code != 0x20E3:
            first, last = (first, code) if code == last + 1 else (code, code)
            continue
        if last == code - 1 and first >= 0:
            marks.append(f"{chr(first)}-{chr(last)}")
    letter = rf"(?:[^\W\d_]|[{''.join(marks)}\u200c\u200d\u00ad])"
    return re.compile(
        rf"\d[{IGNORED}]*+(?:\d[{IGNORED}]*+)*+"
        rf"|[^\W\d_]{letter}*+(?:[{APOSTROPHES}\"]{letter}++)*+"
        rf"|[{_NEWLINES}]++"
        rf"|[\s{IGNORED}]++"
        rf"|{_OTHER}",
        re.DOTALL,
    )


def normalise(word: str) -> str:
    """Give the word as it is looked up: casefolded, without accents, apostrophes and invisible characters; the same on both sides."""
    if word.isascii():
        word = word.lower()
        return word.replace("'", "").replace("`", "") if "'" in word or "`" in word else word
    # Only true combining accents go: the vowel signs of Indic scripts have class 0 and stay. Russian й is no accented и.
    decomposed = unicodedata.normalize("NFKD", word.casefold()).replace("и\u0306", "й")
    return "".join(
        [
            c
            for c in decomposed
            if not unicodedata.combining(c) and c not in _DROPPED and not "\u200b" <= c <= "\u200f"
        ]
    ).casefold()


def digits_value(digits: str) -> str:
    """Give digits of any script as ASCII digits, invisible characters dropped."""
    if digits.isascii() and digits.isdigit():
        return digits
    return "".join(
        str(unicodedata.digit(c)) for c in digits if c.isdigit() and unicodedata.digit(c, None) is not None
    )


def tokenise(text: str) -> list[Token]:
    """Cut `text` into its tokens, in order; spaces and invisible characters only part them."""
    pattern = _ASCII if text.isascii() else _unicode_pattern()
    tokens: list[Token] = []
    start = 0
    for piece in pattern.findall(text):
        if piece == " ":
            start += 1
            continue
        length = len(piece)
        end = start + length
        read = _remembered(piece) if length <= LONGEST_REMEMBERED else _read_piece(piece)
        if read:
            tokens.append(Token(*read, start, end))
        start = end
    return tokens


def _read_piece(piece: str) -> tuple[int, str] | None:
    """Give type and normalised text of what the pattern cut out, None for spaces."""
    first = piece[0]
    if first.isdecimal():
        return Type.NUMBER, digits_value(piece)
    if first.isalnum():
        word = normalise(piece)
        # Circled and superscript digits are letters for `re`; plain digits once normalised.
        return Type.NUMBER if word.isdecimal() else Type.WORD, word
    if first in _NEWLINES:
        return Type.STOP, "\n"
    if first.isspace() or _INVISIBLE.match(first):
        return None
    if piece == _KEYCAP_TEN:
        return Type.NUMBER, "10"
    return _MARKS.get(piece, Type.EMOJI), _PLAIN.get(piece, piece)


_remembered = lru_cache(maxsize=4096)(_read_piece)  # replies are made of few different words
