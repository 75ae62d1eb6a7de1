"""Find themes: the owner's own first, then what one band says and the others do not."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from heapq import nsmallest

from surveys.themes.comment import Comment, Findings, OwnThemes, Theme
from surveys.themes.contrast import log_odds_z
from surveys.themes.own import OwnMatcher, keywords
from surveys.themes.terms import Reader, Stream, language_of
from surveys.themes.words import normal

AGAINST: Mapping[str, frozenset[str]] = {
    "detractor": frozenset({"promoter"}),
    "promoter": frozenset({"detractor"}),
}
"""Which bands a band is set against; one that is not here is set against all others."""

MINIMUM = 5
LEAST_Z = 1.28
"""One-sided 90 %: a lead to read up on, not a proof; among many words a few pass by chance."""
LEAST_SHARE = 0.01
MOST_CANDIDATES = 200
MOST_SURFACES = 300
SAME_THEME = 0.5
"""Two terms that share a word are one theme when so large a part of the rarer one's comments hold both."""
GOOD_LENGTH = 90
"""Verbatims near this many characters tell something and still fit a chat."""

Key = tuple[str, str]
"""(language, term)"""


class Side(StrEnum):
    """Where a comment stands in the contrast."""

    MINE = auto()
    AGAINST = auto()
    REST = auto()


@dataclass(frozen=True, slots=True)
class _Told:
    """A comment made ready."""

    comment: Comment
    language: str
    side: Side
    stream: Stream


def find_themes(
    comments: Iterable[Comment],
    own_themes: OwnThemes,
    *,
    band: str = "detractor",
    limit: int = 10,
    minimum: int = MINIMUM,
) -> Findings:
    """Return what the comments of `band` say: at most `limit` own themes and `limit` phrases, strongest first.

    Comments of all bands are needed, those without text are left out. 100,000 take a few seconds: call it in a
    thread. A phrase is contrasted within its own language where the other side has `minimum` comments in it.
    """
    with_text = [comment for comment in comments if comment.text.strip()]
    against = AGAINST.get(band) or frozenset(comment.band for comment in with_text if comment.band != band)
    mine = tuple(comment for comment in with_text if comment.band == band)
    n_against = sum(comment.band in against for comment in with_text)
    contrasted = n_against >= minimum
    if len(mine) < minimum:
        return Findings(len(mine), n_against, contrasted, (), (), mine)
    search = _Search(with_text, own_themes, band, against)
    own = search.own(limit)
    phrases = search.phrases(search.rank(minimum, contrasted=contrasted), limit)
    return Findings(len(mine), n_against, contrasted, own, phrases, ())


class _Search:
    """One search over one set of comments."""

    def __init__(
        self, comments: Sequence[Comment], own_themes: OwnThemes, band: str, against: frozenset[str]
    ) -> None:
        languages = [language_of(comment) for comment in comments]
        texts: defaultdict[str, list[str]] = defaultdict(list)
        for comment, language in zip(comments, languages, strict=True):
            texts[language].append(comment.text)
        phrases = {language: keywords(own_themes, language) for language in texts}
        for language, themes in phrases.items():
            texts[language].extend(phrase for listed in themes.values() for phrase in listed)
        self._readers = {language: Reader(language, listed) for language, listed in texts.items()}
        self._matchers = {
            language: OwnMatcher(phrases[language], reader.stems)
            for language, reader in self._readers.items()
        }
        self._shown: set[str] = set()
        self._told = [
            _Told(
                comment, language, _side(comment, band, against), self._readers[language].stream(comment.text)
            )
            for comment, language in zip(comments, languages, strict=True)
        ]
        self._mine = [told for told in self._told if told.side is Side.MINE]
        self._sizes = Counter((told.side, told.language) for told in self._told)
        self._least = max(2, round(LEAST_SHARE * len(self._mine)))
        self._counts: defaultdict[tuple[Side, str], Counter[str]] = defaultdict(Counter)
        for told in self._told:
            self._counts[told.side, told.language].update(self._readers[told.language].singles(told.stream))
        self._totals = {key: counter.total() for key, counter in self._counts.items()}
        self._frequent = {language: self._frequent_in(language) for language in texts}
        for told in self._told:
            self._counts[told.side, told.language].update(self._pairs(told))

    def own(self, limit: int) -> tuple[Theme, ...]:
        """Return the owner's themes that the band names, the most named first."""
        at: defaultdict[str, list[int]] = defaultdict(list)
        for index, told in enumerate(self._mine):
            for name in self._matchers[told.language].names(told.comment.text):
                at[name].append(index)
        elsewhere = Counter(
            name
            for told in self._told
            if told.side is Side.AGAINST
            for name in self._matchers[told.language].names(told.comment.text)
        )
        ranked = sorted(at, key=lambda name: (-len(at[name]), name))[:limit]
        return tuple(
            Theme(name, len(at[name]), elsewhere[name], 0.0, self._verbatims(at[name])) for name in ranked
        )

    def rank(self, minimum: int, *, contrasted: bool) -> list[tuple[Key, float]]:
        """Return the terms worth showing with their z, the strongest first."""
        found: list[tuple[Key, float]] = []
        for language in self._readers:
            alone = self._sizes[Side.AGAINST, language] >= minimum
            totals = [self._total(side, language if alone else None) for side in Side]
            for term, count in self._counts[Side.MINE, language].items():
                if count < self._least or self._matchers[language].has(term):
                    continue
                mine, against, rest = (self._counts[side, language][term] for side in Side)
                background = (mine + against + rest) / sum(totals)
                z = log_odds_z(mine, against, totals[0], totals[1], background) if contrasted else 0.0
                if z >= LEAST_Z or not contrasted:
                    found.append(((language, term), z))
        found.sort(key=lambda item: (-item[1], -self._counts[Side.MINE, item[0][0]][item[0][1]], item[0]))
        return found[:MOST_CANDIDATES]

    def phrases(self, ranked: Sequence[tuple[Key, float]], limit: int) -> tuple[Theme, ...]:
        """Return the strongest terms that are different themes, in the words that most comments use."""
        strength = dict(ranked)
        at: dict[Key, list[int]] = {key: [] for key in strength}
        for index, told in enumerate(self._mine):
            for term in self._readers[told.language].singles(told.stream) | self._pairs(told):
                if (key := (told.language, term)) in at:
                    at[key].append(index)
        chosen: list[Key] = []
        for key, _ in ranked:
            fuller = _fullest(key, at)
            if fuller not in chosen and not any(_same(fuller, other, at) for other in chosen):
                chosen.append(fuller)
            if len(chosen) == limit:
                break
        return tuple(
            Theme(
                self._surface((language, term), at[language, term]),
                len(at[language, term]),
                self._counts[Side.AGAINST, language][term],
                strength[language, term],
                self._verbatims(at[language, term]),
            )
            for language, term in chosen
        )

    def _frequent_in(self, language: str) -> frozenset[str]:
        """Return the stems that can be part of a frequent pair: no pair is more frequent than its parts."""
        counts = self._counts[Side.MINE, language]
        often = {stem for stem, count in counts.items() if count >= self._least}
        return frozenset(often | self._readers[language].within)

    def _pairs(self, told: _Told) -> set[str]:
        return self._readers[told.language].pairs(told.stream, self._frequent[told.language])

    def _total(self, side: Side, language: str | None) -> int:
        """Return how many (comment, single term) there are on a side, in one language or in all."""
        return sum(
            total for (of, tag), total in self._totals.items() if of is side and language in {None, tag}
        )

    def _surface(self, key: Key, indices: Sequence[int]) -> str:
        language, term = key
        seen = Counter(
            surface
            for index in indices[:MOST_SURFACES]
            for surface in self._readers[language].surfaces(self._mine[index].comment.text, term)
        )
        return min(seen, key=lambda surface: (-seen[surface], surface), default=term)

    def _verbatims(self, indices: Sequence[int]) -> tuple[Comment, ...]:
        """Return two comments of telling length, different from each other and if possible not shown yet."""
        by_text = {normal(self._mine[index].comment.text).strip(): index for index in reversed(indices)}
        best = nsmallest(
            2,
            by_text.items(),
            key=lambda item: (item[0] in self._shown, abs(len(item[0]) - GOOD_LENGTH), item[1]),
        )
        self._shown.update(text for text, _ in best)
        return tuple(self._mine[index].comment for _, index in best)


def _side(comment: Comment, band: str, against: frozenset[str]) -> Side:
    if comment.band == band:
        return Side.MINE
    return Side.AGAINST if comment.band in against else Side.REST


def _fullest(key: Key, at: Mapping[Key, Sequence[int]]) -> Key:
    """Return the pair that most comments with this single word mean by it, or the key itself."""
    language, term = key
    if " " in term:
        return key
    pairs = [
        other for other in at if other[0] == language and " " in other[1] and term in other[1].split(" ")
    ]
    best = max(pairs, key=lambda pair: (len(at[pair]), pair), default=key)
    return best if len(at[best]) > SAME_THEME * len(at[key]) else key


def _same(key: Key, other: Key, at: Mapping[Key, Sequence[int]]) -> bool:
    if key[0] != other[0] or not set(key[1].split(" ")) & set(other[1].split(" ")):
        return False
    shared = len(set(at[key]) & set(at[other]))
    return shared > SAME_THEME * min(len(at[key]), len(at[other]))
