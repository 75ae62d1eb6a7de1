"""The owner's own themes: a comment has one when any of its words, by stem, is in it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from surveys.themes.comment import OwnThemes
from surveys.themes.terms import words
from surveys.themes.words import Stems, base_language, normal


def keywords(themes: OwnThemes, language: str) -> dict[str, list[str]]:
    """Return the words and phrases of each theme that serve this language.

    A language that a theme has no words for gets all words of that theme: a product is called the same everywhere.
    """
    return {name: _serving(by_language, language) for name, by_language in themes.items()}


class OwnMatcher:
    """Finds the owner's themes in texts of one language."""

    def __init__(self, phrases: Mapping[str, Sequence[str]], stems: Stems) -> None:
        """Stem the `keywords`; `stems` is kept for the texts."""
        self._stems = stems
        self._by_first: defaultdict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        for name, listed in phrases.items():
            for phrase in filter(None, (words(normal(phrase)) for phrase in listed)):
                first, *rest = (stems.of(word) for word in phrase)
                self._by_first[first].append((tuple(rest), name))

    def names(self, text: str) -> set[str]:
        """Return the names of the themes that a text has."""
        if not self._by_first:
            return set()
        return self._found([self._stems.of(word) for word in words(normal(text))])

    def has(self, term: str) -> bool:
        """Return whether a term (stems apart by spaces) holds a keyword, so that it says nothing new."""
        return bool(self._found(term.split(" ")))

    def _found(self, stems: Sequence[str]) -> set[str]:
        return {
            name
            for at, stem in enumerate(stems)
            for rest, name in self._by_first.get(stem, ())
            if tuple(stems[at + 1 : at + 1 + len(rest)]) == rest
        }


def _serving(by_language: Mapping[str, Sequence[str]], language: str) -> list[str]:
    own = [word for tag, listed in by_language.items() if base_language(tag) == language for word in listed]
    return own or [word for listed in by_language.values() for word in listed]
