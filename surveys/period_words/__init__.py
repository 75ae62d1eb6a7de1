"""What people call periods and breakdowns, in five languages: one TOML file per language, read once.

Add a language by adding its file and its code to LANGUAGES; month names come from Babel (the Unicode CLDR),
the files add only the inflected forms that CLDR leaves out.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from babel import Locale

LANGUAGES = ("en", "et", "fi", "he", "ru")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language, every one folded by `fold` and without spaces, mapped to what they mean."""

    phrases: Mapping[str, str]  # "lastweek" -> "last-week"
    units: Mapping[str, str]  # "days" -> "d"
    numbers: Mapping[str, int]  # "three" -> 3
    spans: Mapping[str, str]  # beside a word for "last", or several units in one word: "полгода" -> "6m"
    months: Mapping[str, int]  # "october" -> 10
    skip: frozenset[str]  # carry no meaning: "the", "in"
    last: frozenset[str]  # carry none beside a number: "last 30 days" is "30 days"
    by: frozenset[str]
    dimensions: Mapping[str, str]  # "branches" -> "branch"
    alone: frozenset[str]  # those that need no little word: "toimipisteittäin" is "by branch"
    weekly: frozenset[str]  # "by week" in a word or two
    breakdowns: tuple[str, ...]  # dimensions as people write them, for "did you mean"
    spoken: tuple[str, ...]  # phrases and months as people write them, for "did you mean"
    names: Mapping[str, str]  # "last-week" -> "last week", the label
    labels: Mapping[str, Mapping[str, str]]  # unit -> plural form -> "last {n} days"


def fold(text: str) -> str:
    """Return the text as words are compared: one case, no accents, compatibility forms made plain.

    People type "nadal" for "nädal" and "все" for "всё" on a phone.
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def tokens(text: str) -> list[str]:
    """Split folded text into runs of letters and runs of digits: "30päeva" is ["30", "paeva"]."""
    return re.findall(r"\d+|[^\W\d_]+", fold(text))


def joined(text: str) -> str:
    """Return the folded text without anything between its words: "Last  week" is "lastweek"."""
    return "".join(tokens(text))


def base_language(language: str) -> str:
    """Return the language whose words serve this tag: "ru-EE" is "ru", an unknown one is "en"."""
    base = re.split(r"[-_]", language.casefold())[0]
    return base if base in LANGUAGES else "en"


@cache
def words_of(language: str) -> Words:
    """Return the words of one of LANGUAGES."""
    source = resources.files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    data = tomllib.loads(source)
    months = _month_names(language, data.get("months", []))
    return Words(
        phrases=_inverted(data["phrases"]),
        units=_inverted(data["units"]),
        numbers=MappingProxyType(
            {joined(word): int(n) for n, own in data["numbers"].items() for word in own}
        ),
        spans=_inverted(data.get("spans", {})),
        months=MappingProxyType({joined(name): number for name, number in months}),
        skip=frozenset(joined(word) for word in data["skip"]),
        last=frozenset(joined(word) for word in data["last"]),
        by=frozenset(joined(word) for word in data["by"]),
        dimensions=_inverted(data["dimensions"]),
        alone=frozenset(joined(word) for word in data.get("alone", [])),
        weekly=frozenset(joined(word) for word in data["weekly"]),
        breakdowns=tuple(word for own in data["dimensions"].values() for word in own),
        spoken=tuple(phrase for phrases in data["phrases"].values() for phrase in phrases)
        + tuple(name for name, _ in months if len(name) > 3),
        names=MappingProxyType({canonical: phrases[0] for canonical, phrases in data["phrases"].items()}),
        labels=MappingProxyType(data["labels"]),
    )


def vocabularies(language: str) -> tuple[Words, ...]:
    """Return every language's words, those of `language` first: people mix languages in one chat."""
    first = base_language(language)
    return tuple(words_of(code) for code in sorted(LANGUAGES, key=lambda code: code != first))


def _inverted(table: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    return MappingProxyType({joined(word): meaning for meaning, words in table.items() for word in words})


def _month_names(language: str, inflected: Sequence[Sequence[str]]) -> list[tuple[str, int]]:
    """Return (name, 1..12) for every form of every month, the plain name of each first."""
    cldr = Locale(language).months
    forms = [
        cldr[context][width] for context in ("stand-alone", "format") for width in ("wide", "abbreviated")
    ]
    names = [(form[number], number) for form in forms for number in range(1, 13)]
    return names + [(name, number) for number, own in enumerate(inflected, start=1) for name in own]
