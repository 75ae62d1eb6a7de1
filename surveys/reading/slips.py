"""Wishes with a slip of the finger in a word that makes most of them: "lõpetge sõnumid", "dont txet me", "не пишти мне".

`[wishes] slips` of a language file lists such words, and `near` those that are one slip away and yet words of their own ("testing" is
no "texting"). A slip is put right only to see whether the whole is a wish then: alone it says nothing.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby

from surveys.reading.misspelt import SWAPS, is_slip, shared_spellings
from surveys.reading.refusals import all_roles
from surveys.reading.tokens import Token
from surveys.reading.vocabulary import languages_known, load_language

LONGEST = 16  # words of a reply that slips are looked for in: wishes are short
LONGEST_WORD = 14
_VOWEL_LETTERS = str.maketrans("", "", "יו")


def mend_slips(tokens: Sequence[Token], said: Sequence[str]) -> list[Token] | None:
    """Put slips right in the tokens of a reply that is short enough for a wish; None where there is none."""
    if not 1 < len(said) <= LONGEST:
        return None
    unknown = set(said).difference(_known())
    slips = {word: right for word in unknown if (right := meant(word)) != word}
    if not slips:
        return None
    return [
        Token(token.type, slips[token.text], token.start, token.end) if token.text in slips else token
        for token in tokens
    ]


def meant(word: str) -> str:
    """Give the word that an unknown `word` is a slip of, and `word` itself where it is none."""
    starts = _starts()
    may_be = word[:2] in starts or word[:3:2] in starts
    return _right(word) if may_be and SWAPS <= len(word) <= LONGEST_WORD else word


@lru_cache(maxsize=1024)
def _right(word: str) -> str:
    index, roles = _index(), all_roles()
    for spelling in (*shared_spellings(word), _single(word)):
        for right, code in index.get(spelling, ()):
            slip = _single(word) == _single(right) or is_slip(word, right)
            if slip and not roles[code].stem_role(word):
                return right
    return word


def _single(word: str) -> str:
    """Write doubled letters once, since who doubts them in "lähettäkö" doubts them twice, and Hebrew without its vowel letters."""
    if "א" <= word[0] <= "ת":
        word = word[0] + word[1:].translate(_VOWEL_LETTERS)
    return "+" + "".join(letter for letter, _ in groupby(word))


@lru_cache(maxsize=1)
def _starts() -> frozenset[str]:
    """Give the first letters of the words whose slips are heard: a slip leaves the first, and the second or the third."""
    words = {word for code in languages_known() for word in load_language(code).wish_lists["slips"]}
    return frozenset(word[0] + letter for word in words for letter in word[1:3])


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    """Words that are no slips: those of the language files."""
    languages = [load_language(code) for code in languages_known()]
    return frozenset().union(
        *(language.words for language in languages),
        *(language.wish_lists["near"] for language in languages),
        *(roles.words for roles in all_roles().values()),
    )


@lru_cache(maxsize=1)
def _index() -> dict[str, list[tuple[str, str]]]:
    """List the words whose slips are heard by the spellings that a slip of them shares with them, each with its language."""
    found: dict[str, list[tuple[str, str]]] = {}
    for code in languages_known():
        for word in load_language(code).wish_lists["slips"]:
            for spelling in (*shared_spellings(word), _single(word)):
                found.setdefault(spelling, []).append((word, code))
    return found
