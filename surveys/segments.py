"""What an SMS costs: its encoding, its segments, and which characters make it dear.

GSM-7 holds 160 septets in one message and 153 in each part of a longer one; a single character outside the
alphabet turns the whole text into UCS-2 with 70 and 67 UTF-16 units (3GPP TS 23.038, sections 6.2.1 and 6.2.1.1;
TS 23.040 for the six octets of the header that joins the parts). A pair (escape and extension character, or
two surrogates) never straddles two parts.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from surveys.texts import say, say_n, without_isolates

GSM_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
)
GSM_EXTENSION: Final = frozenset("\f^{}\\[~]|€")  # each is an escape and a second septet

_PLAIN: Final = re.compile("[" + re.escape("".join(GSM_BASIC)) + "]*")

# What looks the same and costs less. Letters with marks that are not here lose the mark (š -> s).
LOOK_ALIKES: Final = {
    **dict.fromkeys("‘’‚‛′‹›`´ʼ", "'"),
    **dict.fromkeys("“”„‟″«»״", '"'),
    **dict.fromkeys("‐‑‒–—―−⁃", "-"),
    **dict.fromkeys("\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "),
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2066\u2067\u2068\u2069\ufe0e\ufe0f\ufeff", ""),
    **dict.fromkeys("•·∙●", "*"),
    "…": "...", "×": "x", "÷": "/", "™": "(TM)", "©": "(C)", "®": "(R)", "№": "No", "\u2028": "\n", "\u2029": "\n",
    "õ": "ö", "Õ": "Ö", "ő": "ö", "Ő": "Ö", "ű": "ü", "Ű": "Ü", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
    "ı": "i", "ħ": "h", "Ħ": "H", "œ": "oe", "Œ": "OE", "þ": "th", "ð": "d",
    # Cyrillic letters that got into a Latin word from another keyboard.
    **dict(zip("аеорсухіАВЕЅІЈКМНОРСТХ", "aeopcyxiABESIJKMHOPCTX", strict=True)),
}  # fmt: skip


class Encoding(StrEnum):
    """How the text travels."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


_LIMITS: Final = {Encoding.GSM_7: (160, 153), Encoding.UCS_2: (70, 67)}  # alone, as a part


@dataclass(frozen=True, slots=True)
class Segments:
    """One text as SMS. `characters` are billed units: septets or UTF-16 units.

    `costly` are the characters that force UCS-2, each once, in the order of the text. `suggestion` is the text
    in GSM-7 by look-alikes, None where it is GSM-7 already or some character has none.
    """

    encoding: Encoding
    segments: int
    characters: int
    costly: tuple[str, ...]
    suggestion: str | None
    suggestion_segments: int | None


def measure_sms(text: str) -> Segments:
    """Count what a text costs as SMS. An empty text is one segment."""
    if _PLAIN.fullmatch(text):
        alone, part = _LIMITS[Encoding.GSM_7]
        parts = 1 if len(text) <= alone else -(-len(text) // part)
        return Segments(Encoding.GSM_7, parts, len(text), (), None, None)
    costly = tuple(
        dict.fromkeys(char for char in text if char not in GSM_BASIC and char not in GSM_EXTENSION)
    )
    encoding = Encoding.UCS_2 if costly else Encoding.GSM_7
    widths = [_width(char, encoding) for char in text]
    suggestion = _look_alike(text) if costly else None
    return Segments(
        encoding=encoding,
        segments=_packed(widths, *_LIMITS[encoding]),
        characters=sum(widths),
        costly=costly,
        suggestion=suggestion,
        suggestion_segments=None if suggestion is None else measure_sms(suggestion).segments,
    )


def explain_cost(text: str, language: str) -> str | None:
    """Say in one sentence what makes a text dear; None where it costs no more than it must.

    "'õ' turns this text into UCS-2: 2 segments instead of 1; without it 1. Write instead: …"
    """
    measured = measure_sms(text)
    removable = "".join(char for char in text if char not in measured.costly)
    cheapest = measure_sms(removable if measured.suggestion is None else measured.suggestion).segments
    if cheapest >= measured.segments or _is_another_script(text, measured.costly):
        return None
    shown = ", ".join(f"'{char}'" for char in measured.costly[:5]) + (
        ", …" if len(measured.costly) > 5 else ""
    )
    sentence = say_n(
        language,
        "{characters} turns this text into UCS-2: {segments} segments instead of {fewer}; without it {fewer}.",
        "{characters} turn this text into UCS-2: {segments} segments instead of {fewer}; without them {fewer}.",
        len(measured.costly),
        characters=shown,
        segments=measured.segments,
        fewer=cheapest,
    )
    if measured.suggestion is None:
        return sentence
    return sentence + " " + say(language, "Write instead: {text}", text=measured.suggestion)


def plain_typography(text: str) -> str:
    """Replace quotes, dashes and special spaces by plain ones where that alone makes the text GSM-7.

    Letters stay as they are: this is what a program may do to a text without asking its author.
    """
    if _PLAIN.fullmatch(text):
        return text
    plain = "".join(char if char.isalpha() else LOOK_ALIKES.get(char, char) for char in text)
    return text if measure_sms(plain).costly else plain


def as_sms(text: str) -> str:
    """Return a text as it is sent by SMS: without marks for directions, typography made plain where that pays."""
    return plain_typography(without_isolates(text))


def _width(char: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM_7:
        return 2 if char in GSM_EXTENSION else 1
    return 2 if ord(char) > 0xFFFF else 1


def _packed(widths: list[int], alone: int, part: int) -> int:
    if sum(widths) <= alone:
        return 1
    segments, used = 1, 0
    for width in widths:
        if used + width > part:
            segments, used = segments + 1, 0
        used += width
    return segments


def _look_alike(text: str) -> str | None:
    replaced = "".join(_look_alike_of(char) for char in text)
    return replaced if all(char in GSM_BASIC or char in GSM_EXTENSION for char in replaced) else None


def _look_alike_of(char: str) -> str:
    if char in GSM_BASIC or char in GSM_EXTENSION:
        return char
    if char in LOOK_ALIKES:
        return LOOK_ALIKES[char]
    return "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))


def _is_another_script(text: str, costly: tuple[str, ...]) -> bool:
    """Cyrillic or Hebrew text cannot be made cheaper by other letters; only foreign ones in Latin text can."""
    letters = [char for char in text if char.isalpha()]
    foreign = [char for char in letters if char in costly and "LATIN" not in unicodedata.name(char, "")]
    return 2 * len(foreign) > len(letters)
