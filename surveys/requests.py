"""What staff ask for after `/score`: a period, a breakdown, a filter and a survey, in any order.

/score last week by branch employee="Mari M" nps
"""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from surveys.period_words import fold, joined, tokens, vocabularies
from surveys.periods import Period, PeriodError, WordError, nearest_phrase, nearest_word, parse_period

DEFAULT_PERIOD = "30d"
EXAMPLE = "/score 30d by branch"

_CURLY = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))  # phones make straight quotes curly
_A_SLIP = 75.0  # rapidfuzz ratio, 0..100


class RequestError(WordError):
    """A word of the request is no period, dimension, filter or survey."""


@dataclass(frozen=True, slots=True)
class ScoreRequest:
    """What to count: answers in `period`, those where every (dimension, value) of `where` holds, split `by`.

    A value is as it was typed, "" meaning answers that have none. `survey` None is the configured one.
    """

    period: Period
    by: str | None = None
    where: tuple[tuple[str, str], ...] = ()
    survey: str | None = None


def split_words(text: str) -> list[str]:
    """Split a message at spaces, keeping "double quoted" parts whole; an unclosed quote is an ordinary character."""
    splitter = shlex.shlex(text.translate(_CURLY), posix=True, punctuation_chars=False)
    splitter.whitespace_split = True
    splitter.quotes = '"'
    splitter.escape = splitter.commenters = ""
    try:
        return list(splitter)
    except ValueError:
        return text.split()


def parse_request(
    words: Sequence[str],
    today: date,
    zone: ZoneInfo,
    *,
    dimensions: Sequence[str],
    surveys: Sequence[str],
    language: str = "en",
    default_period: str = DEFAULT_PERIOD,
) -> ScoreRequest:
    """Return what the words after the command ask for, seen from the local day `today`.

    `dimensions` and `surveys` are the known names; their case does not matter. Raises PeriodError or RequestError,
    both WordError, which name the wrong word, the nearest right one and an example.
    """
    known = _known_dimensions(dimensions, language)
    rest, where = _take_filters(_glue_equals(words), known, language)
    rest, by = _take_breakdown(rest, known, language)
    rest, survey = _take_survey(rest, {fold(name): name for name in surveys})
    if not rest:
        return ScoreRequest(parse_period(default_period, today, zone, language), by, where, survey)
    try:
        period = parse_period(" ".join(rest), today, zone, language)
    except PeriodError as error:
        wrong = _wrong_word(rest, error, today, zone)
        if wrong is None:
            raise
        raise _not_known(wrong, dimensions, surveys, language) from error
    return ScoreRequest(period, by, where, survey)


def without_weekly(words: Sequence[str], language: str) -> list[str]:
    """Return the words without "by week", in one word or two, of any language."""
    known = frozenset().union(*(vocabulary.weekly for vocabulary in vocabularies(language)))
    for size in (2, 1):
        for at in range(len(words) - size + 1):
            if joined(" ".join(words[at : at + size])) in known:
                return [*words[:at], *words[at + size :]]
    return list(words)


def _known_dimensions(dimensions: Sequence[str], language: str) -> Mapping[str, str]:
    """Return every way to write a dimension: its own name, and the words for it in five languages."""
    spoken = {
        word: name
        for words in reversed(vocabularies(language))
        for word, name in words.dimensions.items()
        if name in dimensions
    }
    return spoken | {joined(name) or fold(name): name for name in dimensions}


def _glue_equals(words: Sequence[str]) -> list[str]:
    """Make "branch", "=", "Tartu" one word."""
    glued: list[str] = []
    value_follows = False
    for word in words:
        if glued and (word == "=" or value_follows):
            glued[-1] += word
        else:
            glued.append(word)
        value_follows = word == "="
    return glued


def _take_filters(
    words: Sequence[str], known: Mapping[str, str], language: str
) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    rest = [word for word in words if "=" not in word]
    where = []
    for word in words:
        name, equals, value = word.partition("=")
        if equals:
            where.append((_dimension(name, known, language), value.strip()))
    return rest, tuple(where)


def _take_breakdown(
    words: list[str], known: Mapping[str, str], language: str
) -> tuple[list[str], str | None]:
    """Take "by branch" out, or "branch kaupa": some languages put the little word after."""
    for index, word in enumerate(words):
        if any(joined(word) in vocabulary.alone for vocabulary in vocabularies(language)):
            return words[:index] + words[index + 1 :], known[joined(word)]
    little = frozenset().union(*(vocabulary.by for vocabulary in vocabularies(language)))
    at = next((index for index, word in enumerate(words) if joined(word) in little), None)
    if at is None:
        return words, None
    after, before = words[at + 1 : at + 2], words[max(at - 1, 0) : at]
    if before and joined(before[0]) in known and not (after and joined(after[0]) in known):
        return words[: at - 1] + words[at + 1 :], known[joined(before[0])]
    if not after:
        raise RequestError(f"{words[at]!r} what?", words[at], "by branch", EXAMPLE)
    return words[:at] + words[at + 2 :], _dimension(after[0], known, language)


def _dimension(name: str, known: Mapping[str, str], language: str) -> str:
    found = known.get(joined(name)) or known.get(fold(name))
    if found is None:
        own, *others = (vocabulary.breakdowns for vocabulary in vocabularies(language))
        nearest = nearest_word(name, [*known.values(), *own]) or nearest_word(name, sum(others, ()), 75.0)
        raise RequestError(f"There is nothing to report by called {name!r}.", name, nearest, EXAMPLE)
    return found


def _take_survey(words: list[str], surveys: Mapping[str, str]) -> tuple[list[str], str | None]:
    named = [word for word in words if fold(word) in surveys]
    if len(named) > 1:
        raise RequestError("One survey at a time.", named[1], named[0], f"/score {DEFAULT_PERIOD} {named[0]}")
    return [word for word in words if word not in named], surveys[fold(named[0])] if named else None


def _wrong_word(words: Sequence[str], error: PeriodError, today: date, zone: ZoneInfo) -> str | None:
    """Return the word that does not belong, or None when together they look like a period with a slip in it.

    That word is the one without which the others name a period, or the only one.
    """
    from rapidfuzz import fuzz

    slip = error.nearest or ""
    same_length = len(tokens(slip)) == len(tokens(error.word))
    if same_length and fuzz.ratio(fold(error.word), fold(slip)) >= _A_SLIP:
        return None
    for index, word in enumerate(words):
        try:
            parse_period(" ".join([*words[:index], *words[index + 1 :]]), today, zone)
        except PeriodError:
            continue
        return word
    return words[0] if len(words) == 1 and not re.search(r"\d", words[0]) else None


def _not_known(word: str, dimensions: Sequence[str], surveys: Sequence[str], language: str) -> RequestError:
    nearest = nearest_phrase(word, language, also=(*dimensions, *surveys))
    right = f"by {nearest}" if nearest in dimensions else nearest
    return RequestError(f"I do not know {word!r}.", word, right, EXAMPLE)
