"""Terms of a comment: the stems of its words, and of pairs of neighbouring words."""

import re
from collections.abc import Container, Iterator, Sequence

from surveys.themes.comment import Comment
from surveys.themes.words import WORD, WORD_OR_BREAK, Stems, base_language, normal, word_lists

MOST_BETWEEN = 2
"""So many stop words may stand inside a pair: "wait for an hour" is the pair wait + hour."""

_CYRILLIC, _HEBREW, _LATIN = (re.compile(f"[{letters}]") for letters in ("а-яА-Я", "א-ת", "a-zA-Z"))
_CYRILLIC_LANGUAGES = frozenset({"ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn", "tg"})
_HEBREW_LANGUAGES = frozenset({"he", "yi"})


def language_of(comment: Comment) -> str:
    """Return the language to read a comment in: its own, unless its letters are clearly of another.

    A customer spoken to in Estonian may well answer in Russian; Latin letters tell no language.
    """
    language = base_language(comment.language)
    if _CYRILLIC.search(comment.text):
        return language if language in _CYRILLIC_LANGUAGES else "ru"
    if _HEBREW.search(comment.text):
        return language if language in _HEBREW_LANGUAGES else "he"
    if language in _CYRILLIC_LANGUAGES | _HEBREW_LANGUAGES and _LATIN.search(comment.text):
        return ""
    return language


Stream = Sequence[str]
"""A text as its stems in order, with STOP for each stop word and BREAK where a pair must not reach across."""
STOP, BREAK = "", "\n"


class Reader:
    """Reads texts of one language; holds its stems, so make one per task and do not share it."""

    def __init__(self, language: str, texts: Sequence[str]) -> None:
        """`texts` are all texts of this language; only Hebrew needs to see them beforehand."""
        known = (
            frozenset(word for text in texts for word in words(normal(text)))
            if language == "he"
            else frozenset()
        )
        self.stems = Stems(language, known)
        lists = word_lists(language)
        self.within = frozenset(self.stems.of(word) for word in lists.within)
        self._seen = dict.fromkeys(lists.stop, STOP)

    def stream(self, text: str) -> Stream:
        """Return the stems of a text."""
        return [self._stem(token) for token in WORD_OR_BREAK.findall(normal(text))]

    def singles(self, stream: Stream) -> set[str]:
        """Return the distinct stems that are terms on their own."""
        return set(stream) - self.within - {STOP, BREAK}

    def pairs(self, stream: Stream, frequent: Container[str]) -> set[str]:
        """Return the distinct pairs "wait hour" of neighbours that are frequent, not both empty words."""
        found = set()
        before, between = BREAK, 0
        for stem in stream:
            if stem == STOP:
                between += 1
                continue
            together = before in frequent and stem in frequent and between <= MOST_BETWEEN
            if together and not (before in self.within and stem in self.within):
                found.add(f"{before} {stem}")
            before, between = stem, 0
        return found

    def surfaces(self, text: str, term: str) -> Iterator[str]:
        """Yield how a text says a term, in lower case with what stands between: "waited for an hour"."""
        wanted = term.split(" ")
        told = normal(text)
        before, start = BREAK, 0
        for match in WORD_OR_BREAK.finditer(told):
            stem = self._stem(match[0])
            if stem == STOP:
                continue
            if wanted == [stem]:
                yield match[0]
            elif wanted == [before, stem]:
                yield told[start : match.end()]
            before, start = stem, match.start()

    def _stem(self, token: str) -> str:
        stem = self._seen.get(token)
        if stem is None:
            stem = (STOP if len(token) == 1 else self.stems.of(token)) if token[0].isalpha() else BREAK
            self._seen[token] = stem
        return stem


def words(normal_text: str) -> list[str]:
    """Return the words of a normal text."""
    return WORD.findall(normal_text)
