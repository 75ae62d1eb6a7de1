"""Patterns of words, one a line in a language file: how a sentence with one meaning may be put.

stop texting|messaging [me]      these words side by side; | parts alternatives; [optional]; a trailing * takes any ending
stop ... messages                up to three words between
no more messages $               nothing after it in its clause
remove me from !waiting          none of these words among the next four
~ unsubscribe me                 anywhere in a clause; without ~ only where a clause begins, or after "please", "and", a number …
@ delete it $                    anywhere, but only in a reply that speaks of messages or of the number they go to
dont <write> me                  any word of the class `write`, which `classes` lists once for many patterns
stop {the|your} spam             none, one or several of these words: up to six
stop texting {me|now} ;          nothing after it in its clause, or a word of `next`, which begins another ("or", "because")
no more texts %                  anything after it, but what is bought or who else is written to (`goods`)
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from surveys.reading.tokens import normalise

GAP = 3
MANY = 6
NO_CLASSES: Mapping[str, str] = MappingProxyType({})
_CLASS = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class Element:
    """One place of a pattern."""

    words: frozenset[str] = frozenset()
    stems: tuple[str, ...] = ()
    optional: bool = False
    many: bool = False
    gap: bool = False
    end: bool = False
    next: bool = False
    rest: bool = False
    unless: bool = False

    @property
    def must_stand(self) -> bool:
        """Whether a word must stand here for the pattern to fit."""
        return not (self.optional or self.many or self.gap or self.end or self.rest or self.unless)

    def fits(self, word: str) -> bool:
        """Whether `word` may stand here."""
        return word in self.words or (bool(self.stems) and word.startswith(self.stems))


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled line."""

    anywhere: bool
    elements: tuple[Element, ...]
    # Where most patterns fail: the next, if it must stand right behind the first, and words one of which must stand in the clause.
    second: Element | None = None
    needed: frozenset[str] = frozenset()
    about: bool = False  # counts only where the reply speaks of messages


@dataclass(frozen=True, slots=True)
class Patterns:
    """Many of them, found by their first word."""

    by_first_word: Mapping[str, Sequence[Pattern]]
    polite: frozenset[str]  # may stand between a pattern's end and the clause's
    next: frozenset[str]
    goods: frozenset[str] = frozenset()

    def fit(
        self, clause: Sequence[str], at: int, *, begins: bool, may_stand: bool, about: bool = True
    ) -> bool:
        """Whether one begins at `at`: where the clause does (`begins`), or anywhere else that it may.

        `about` says that the reply speaks of messages.
        """
        following = clause[at + 1] if at + 1 < len(clause) else ""
        for pattern in self.by_first_word.get(clause[at], ()):
            if pattern.second is not None and not pattern.second.fits(following):
                continue
            if pattern.needed and pattern.needed.isdisjoint(clause):
                continue
            allowed = (may_stand if pattern.anywhere else begins) and (about or not pattern.about)
            if allowed and self._goes_on(clause, at + 1, pattern.elements, 1):
                return True
        return False

    def _goes_on(self, clause: Sequence[str], at: int, elements: tuple[Element, ...], number: int) -> bool:
        """Whether `clause` from `at` goes on as `elements` from `number`. Patterns and gaps are short, so this is bounded."""
        if number == len(elements):
            return True
        element = elements[number]
        if element.gap:
            return any(self._goes_on(clause, at + skip, elements, number + 1) for skip in range(GAP + 1))
        if element.rest:
            return self.goods.isdisjoint(clause[at:])
        if element.end:
            if element.next and at < len(clause) and clause[at] in self.next:
                return True
            return all(word in self.polite for word in clause[at : at + GAP]) and len(clause) <= at + GAP
        if element.many:
            return self._skips(clause, at, elements, number)
        if element.unless:
            free = not any(element.fits(word) for word in clause[at : at + GAP + 1])
            return free and self._goes_on(clause, at, elements, number + 1)
        fits = at < len(clause) and element.fits(clause[at])
        if fits and self._goes_on(clause, at + 1, elements, number + 1):
            return True
        return element.optional and self._goes_on(clause, at, elements, number + 1)

    def _skips(self, clause: Sequence[str], at: int, elements: tuple[Element, ...], number: int) -> bool:
        """Whether `clause` goes on as the elements after `number`, behind none or several of the words that `number` repeats."""
        for here in range(at, min(at + MANY, len(clause)) + 1):
            if self._goes_on(clause, here, elements, number + 1):
                return True
            if here < len(clause) and not elements[number].fits(clause[here]):
                return False
        return False


def compile_pattern(
    line: str, classes: Mapping[str, str] = NO_CLASSES, joined: Sequence[str] = ()
) -> Pattern:
    """Read a line. Raises ValueError for an unknown class, or a first word that is optional, repeated, a gap or a stem."""
    for name in _CLASS.findall(line):
        if name not in classes:
            raise ValueError(f"pattern {line!r}: no class {name!r}: use one of {', '.join(classes)}")
    parts = _CLASS.sub(lambda found: classes[found[1]], line).split()
    about = parts[0] == "@"
    anywhere = about or parts[0] == "~"
    elements = tuple(_element(part) for part in parts[anywhere:])
    first = elements[0] if elements else Element()
    if not first.words or first.stems or first.optional or first.many:
        raise ValueError(f"pattern {line!r}: the first word must be written out, it is looked up")
    words = first.words.union(prefix + word for prefix in joined for word in first.words)
    second = elements[1] if len(elements) > 1 else Element(gap=True)
    return Pattern(
        anywhere,
        (replace(first, words=words), *elements[1:]),
        second if second.must_stand else None,
        next((e.words for e in elements[:1:-1] if e.must_stand and not e.stems), frozenset()),
        about,
    )


def by_first_word(patterns: Iterable[Pattern]) -> dict[str, tuple[Pattern, ...]]:
    """Sort patterns by the words they may begin with."""
    found: dict[str, list[Pattern]] = {}
    for pattern in patterns:
        for word in pattern.elements[0].words:
            found.setdefault(word, []).append(pattern)
    return {word: tuple(begun) for word, begun in found.items()}


def _element(part: str) -> Element:
    if part == "...":
        return Element(gap=True)
    if part == "%":
        return Element(rest=True)
    if part in "$;":
        return Element(end=True, next=part == ";")
    optional, many, unless = part.startswith("["), part.startswith("{"), part.startswith("!")
    choices = part.strip("[]{}!").split("|")
    return Element(
        frozenset(normalise(c) for c in choices if not c.endswith("*")),
        tuple(normalise(c[:-1]) for c in choices if c.endswith("*")),
        optional,
        many,
        unless=unless,
    )
