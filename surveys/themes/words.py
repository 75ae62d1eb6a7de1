"""Words of a comment and their stems, so that "waited", "waiting" and "wait" are one thing.

Stems: Snowball for English, Estonian, Finnish and Russian; for Hebrew a light rule that takes off the one-letter
words written together with the next one (and, the, in, to, from, that, as). Other languages stay as written.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import snowballstemmer

ALGORITHMS = {"en": "english", "et": "estonian", "fi": "finnish", "ru": "russian"}
LANGUAGES = (*ALGORITHMS, "he")

WORD = re.compile(r"[^\W\d_]+(?:['’׳״\"-][^\W\d_]+)*")
WORD_OR_BREAK = re.compile(rf"{WORD.pattern}|[.!?;,:\n()…/]")
"""A pair of words is not made across a break."""

_HEBREW_PREFIXES = "והבלמשכ"


@dataclass(frozen=True, slots=True)
class WordLists:
    """Words of a language that are no themes: `stop` never, `within` not alone. Both casefolded."""

    stop: frozenset[str]
    within: frozenset[str]


@cache
def word_lists(language: str) -> WordLists:
    """Return the lists of a language; empty ones for a language without a file."""
    if language not in LANGUAGES:
        return WordLists(frozenset(), frozenset())
    source = resources.files(__package__).joinpath("words", f"{language}.toml").read_text(encoding="utf-8")
    data = tomllib.loads(source)
    within = frozenset(normal(data["within"]).split())
    return WordLists(frozenset(normal(data["stop"]).split()) - within, within)


def normal(text: str) -> str:
    """Return the text as words are compared: composed, one case, one apostrophe, ё as е."""
    return unicodedata.normalize("NFC", text).casefold().replace("’", "'").replace("ё", "е")


def base_language(tag: str) -> str:
    """Return "ru" for "ru-EE" and "RU_ee"."""
    return re.split(r"[-_]", tag.casefold())[0]


@dataclass(slots=True)
class Stems:
    """The stems of one language. Holds a cache and Snowball's own state: make one per task, never share it.

    `known` are the words that occur, used for Hebrew alone: a prefix is taken off only where the bare word is
    known, so that "השירות" joins "שירות" while "המתנה" does not lose the first letter of its own.
    """

    language: str
    known: frozenset[str] = frozenset()
    _cache: dict[str, str] = field(default_factory=dict)
    _snowball: snowballstemmer.basestemmer.BaseStemmer | None = None

    def __post_init__(self) -> None:
        if self.language in ALGORITHMS:
            self._snowball = snowballstemmer.stemmer(ALGORITHMS[self.language])

    def of(self, word: str) -> str:
        """Return the stem of one normal word."""
        stem = self._cache.get(word)
        if stem is None:
            stem = self._cache[word] = self._make(word)
        return stem

    def _make(self, word: str) -> str:
        if self._snowball is not None:
            return str(self._snowball.stemWord(word))
        if self.language == "he":
            return min(bare_forms(word, self.known), key=len, default=word)
        return word


def bare_forms(word: str, known: Iterable[str]) -> list[str]:
    """Return the known words that a Hebrew word holds behind one to three prefix letters, 3 letters or longer."""
    forms = []
    for length in range(1, 4):
        if len(word) - length < 3 or word[length - 1] not in _HEBREW_PREFIXES:
            break
        if word[length:] in known:
            forms.append(word[length:])
    return forms
