"""Tell the language of a reply, where that is clear."""

from collections.abc import Sequence
from functools import cache

from surveys.reading.spelled import spelled_numbers
from surveys.reading.tokens import Type, tokenise
from surveys.reading.vocabulary import languages_known, load_language, primary_code

LONGEST = 1600
# Letters that only some languages of a script write, and whole scripts. Ranges are code points.
_SCRIPTS = {
    "he": (0x05D0, 0x05EA),
    "ar": (0x0620, 0x064A),
    "hi": (0x0900, 0x097F),
    "el": (0x0370, 0x03FF),
    "ka": (0x10D0, 0x10FF),
}
_LETTERS = {
    "ru": "ыэъё",
    "uk": "іїєґ",
    "et": "õ",
    "lv": "āēīūģķļņ",
    "lt": "ėįųąę",
    "pl": "łąęśźćż",
    "de": "ß",
    "es": "ñ¿¡",
    "tr": "ğış",
    "he": "",
}
_CYRILLIC = frozenset({"ru", "uk", "bg", "be", "sr", "mk", "kk"})


def detect_language(text: str, languages: Sequence[str]) -> str | None:
    """Which of `languages` the text is in; None unless its words or letters point to exactly one more than to any other."""
    codes = list(dict.fromkeys(filter(None, map(primary_code, languages))))
    text = text[:LONGEST]
    points = dict.fromkeys(codes, 0)
    folded = text.casefold()
    for code in codes:
        points[code] += 2 * any(letter in folded for letter in _LETTERS.get(code, ""))
        low, high = _SCRIPTS.get(code, (1, 0))
        points[code] += 3 * any(low <= ord(letter) <= high for letter in folded)
    cyrillic = [code for code in codes if code in _CYRILLIC]
    if len(cyrillic) == 1 and any("а" <= letter <= "я" for letter in folded):
        points[cyrillic[0]] += 3
    said = [token.text for token in tokenise(text) if token.type == Type.WORD]
    for code in codes:
        known = _words(code)
        points[code] += sum(word in known for word in said)
    ranked = sorted(points.values(), reverse=True)
    if not ranked or not ranked[0] or (len(ranked) > 1 and ranked[0] == ranked[1]):
        return None
    return next(code for code in codes if points[code] == ranked[0])


@cache
def _words(code: str) -> frozenset[str]:
    """All words of a language file, its number words and one-word keywords."""
    numbers = frozenset(word for words in spelled_numbers(code) for word in words)
    if code not in languages_known():
        return numbers
    language = load_language(code)
    return (
        numbers
        | language.words.keys()
        | {phrase for phrases in language.keywords.values() for phrase in phrases}
    )
