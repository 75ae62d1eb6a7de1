"""Hide who is meant before customers' words are shown in a group: phones, mail addresses, numbers, given names."""

import re
from collections.abc import Iterable

from surveys.themes.words import bare_forms, normal

MASK = "•••"

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<!\w)@\w{3,}")
_NUMBER = re.compile(
    r"\+?\(?\d(?:[\s().\u2010-\u2014/-]{0,2}\d){5,}"
)  # six digits or more: a phone, a card, an order
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

_ENDINGS_BY_LANGUAGE = {
    "en": "s 's",
    "et": "a e i d t l s le lt st ga ta sse ile ilt iga is il",
    "fi": "a n ä lla llä lle lta ltä ssa ssä sta stä in en an ia",
    "ru": "а я ы и у ю е о й ь ом ем ой ей ою ею ам ям ах ях ами ями",
}
_ENDINGS = tuple({ending for endings in _ENDINGS_BY_LANGUAGE.values() for ending in endings.split()})
_RUSSIAN_VOWELS = "аяыиуюеойь"


def masked(text: str, names: Iterable[str] = ()) -> str:
    """Return the text with addresses, numbers of six digits or more, and the given names replaced by MASK.

    `names` are whole names ("Mari Maasikas"): every part of two letters or more is hidden, with the endings of
    the five languages ("Mariga", "Марии", "למרי"). A name that is also a word ("Will") is hidden as a word too, and
    a form that changes the stem ("Mardi" of "Mart") is not found; names that are not given stay.
    """
    hidden = _NUMBER.sub(MASK, _ADDRESS.sub(MASK, text))
    parts = frozenset(part for name in names for part in _WORD.findall(normal(name)) if len(part) > 1)
    if not parts:
        return hidden
    forms = parts | {part[:-1] for part in parts if len(part) > 3 and part[-1] in _RUSSIAN_VOWELS}
    return _WORD.sub(lambda match: MASK if _is_name(normal(match[0]), parts, forms) else match[0], hidden)


def _is_name(word: str, parts: frozenset[str], forms: frozenset[str]) -> bool:
    if word in parts or bare_forms(word, parts):
        return True
    return any(word.endswith(ending) and word[: -len(ending)] in forms for ending in _ENDINGS)
