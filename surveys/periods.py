"""A period of local days: read from what staff type, and the one just before it for comparison.

Days begin at local midnight, weeks on Monday (ISO 8601), quarters in January, April, July and October.
A period holds whole local days and is half-open: `start` belongs to it, `end` does not.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton

from surveys.period_words import base_language, fold, joined, tokens, vocabularies, words_of

FIRST_DAY = date(1970, 1, 1)
"""`all` begins here; no visit is older."""
LAST_YEAR = 2999
MOST_UNITS = {"d": 9999, "w": 999, "m": 400, "y": 50}
EXAMPLES = ("30d", "last-week", "2026-10")

_NEAR_ENOUGH = 50.0  # rapidfuzz ratio, 0..100; below it a guess only puzzles
_A_SLIP = 75.0  # of a word in another language: nothing less is meant
_RANGE = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})(?:\s*(?:\.\.+|…)\s*(\d{4}-\d{1,2}-\d{1,2}))?")
_YEAR = re.compile(r"\d{4}")
_MONTH = re.compile(r"(\d{4})[-./](\d{1,2})")
_QUARTER = re.compile(r"(\d{4})[-\s]?q(\d)")
_OTHER_WAY_ROUND = re.compile(r"(q\d|\d{1,2}(?=[./]))[\s./-]?(\d{4})")


@dataclass(frozen=True, slots=True)
class Period:
    """Local days from `start` up to, not including, `end`.

    Both are aware, at 00:00 by the wall clock of the organisation's zone, so between them may lie 23 or 25 hours
    a day. In the few zones whose clocks jump at midnight 00:00 may not exist; it then means the jump itself.
    """

    start: datetime
    end: datetime
    label: str

    @property
    def first_day(self) -> date:
        """The first local day."""
        return self.start.date()

    @property
    def last_day(self) -> date:
        """The last local day, itself included."""
        return self.end.date() - timedelta(days=1)

    @property
    def days(self) -> int:
        """How many local days."""
        return (self.end.date() - self.start.date()).days


class WordError(ValueError):
    """A word that staff typed means nothing here: which one, the nearest right one (or None), an example."""

    def __init__(self, problem: str, word: str, nearest: str | None, example: str) -> None:
        self.word = word
        self.nearest = nearest
        self.example = example
        hint = f" Did you mean {nearest!r}?" if nearest else ""
        super().__init__(f"{problem}{hint} Example: {example}")


class PeriodError(WordError):
    """The text names no period."""


@dataclass(frozen=True, slots=True)
class _Span:
    """What a reader found: days [first, end) and their label."""

    first: date
    end: date
    label: str


def parse_period(text: str, today: date, zone: ZoneInfo, language: str = "en") -> Period:
    """Return the period that `text` names, seen from the local day `today`; its label is in `language`.

    Besides the forms of the command line (30d, 12w, last-week, 2026-10, 2026-Q3, 2026-10-01..2026-10-31, all)
    it reads the words of period_words/ in every language, whatever the case, spacing and accents. A month
    without a year is the latest that has begun. Raises PeriodError.
    """
    for read in (_iso, _phrase, _count, _named_month):
        if (span := read(text.strip(), today, language)) is not None:
            return _period(span, zone)
    raise PeriodError(f"{text!r} is not a period.", text, _nearest(text, language), EXAMPLES[0])


def between(first: date, end: date, zone: ZoneInfo, language: str = "en") -> Period:
    """Return the local days from `first` up to, not including, `end`. Raises PeriodError if there are none."""
    if first < end:
        return _period(_Span(first, end, _range_label(first, end, language)), zone)
    fix = f"{first}..{first}"
    raise PeriodError(
        f"The period ends before it begins: from {first} to {end} (exclusive).", str(end), None, fix
    )


def previous(period: Period, language: str = "en") -> Period:
    """Return the period of as many local days that ends where this one starts."""
    end = period.first_day
    zone = period.start.tzinfo
    assert isinstance(zone, ZoneInfo), "periods are made here, in a named zone"
    return between(end - timedelta(days=period.days), end, zone, language)


def nearest_word(word: str, choices: Iterable[str], cutoff: float = _NEAR_ENOUGH) -> str | None:
    """Return the choice most like `word`, the first of equals; None when nothing is near."""
    from rapidfuzz import fuzz, process

    found = process.extractOne(word, list(choices), scorer=fuzz.ratio, processor=fold, score_cutoff=cutoff)
    return found[0] if found else None


def nearest_phrase(text: str, language: str, also: Sequence[str] = ()) -> str | None:
    """Return the period phrase, or one of `also`, most like `text`: in the reader's language if there is one."""
    own, *others = vocabularies(language)
    foreign = [word for words in others for word in words.spoken]
    return (
        nearest_word(text, [*also, *own.spoken], 60.0)
        or nearest_word(text, foreign, _A_SLIP)
        or nearest_word(text, [*also, *own.spoken, *own.names])
    )


def _period(span: _Span, zone: ZoneInfo) -> Period:
    return Period(
        start=datetime.combine(span.first, time.min, zone),
        end=datetime.combine(span.end, time.min, zone),
        label=span.label,
    )


# Readers. Each returns None when the text is not of its form, and raises PeriodError when it is but wrong.


def _iso(text: str, today: date, language: str) -> _Span | None:
    folded = fold(text)
    if match := _OTHER_WAY_ROUND.fullmatch(folded):  # Q3 2026, 10/2026
        folded = f"{match[2]}-{match[1]}"
    if match := _RANGE.fullmatch(folded):
        first, last = _date(match[1]), _date(match[2] or match[1])
        if last < first:
            right = f"{last}..{first}"
            raise PeriodError(f"{text!r} ends before it begins.", text, right, EXAMPLES[0])
        return _Span(first, last + timedelta(days=1), _range_label(first, last + timedelta(days=1), language))
    if match := _QUARTER.fullmatch(folded):
        if not 1 <= int(match[2]) <= 4:
            raise PeriodError(f"{text!r}: quarters are Q1 to Q4.", text, f"{match[1]}-Q4", EXAMPLES[2])
        return _quarter(_year(match[1]), int(match[2]), language)
    if match := _MONTH.fullmatch(folded):
        if not 1 <= int(match[2]) <= 12:
            raise PeriodError(f"{text!r}: months are 01 to 12.", text, f"{match[1]}-12", EXAMPLES[2])
        return _month(_year(match[1]), int(match[2]), language)
    if re.fullmatch(r"q[1-4]", folded):  # the latest that has begun, as for a month without its year
        number = int(folded[1])
        return _quarter(today.year - (3 * number - 2 > today.month), number, language)
    if _YEAR.fullmatch(folded):
        year = _year(folded)
        return _Span(date(year, 1, 1), date(year + 1, 1, 1), folded)
    return None


def _phrase(text: str, today: date, language: str) -> _Span | None:
    meaning = _lookup_phrase(text, language)
    if meaning is None:
        return None
    names = words_of(base_language(language)).names
    tomorrow = today + timedelta(days=1)
    monday = today - timedelta(days=today.weekday())
    month = today.replace(day=1)
    quarter = today.replace(month=today.month - (today.month - 1) % 3, day=1)
    year = today.replace(month=1, day=1)
    first, end = {
        "today": (today, tomorrow),
        "yesterday": (today - timedelta(days=1), today),
        "this-week": (monday, monday + timedelta(days=7)),
        "last-week": (monday - timedelta(days=7), monday),
        "this-month": (month, add_months(month, 1)),
        "last-month": (add_months(month, -1), month),
        "this-quarter": (quarter, add_months(quarter, 3)),
        "last-quarter": (add_months(quarter, -3), quarter),
        "this-year": (year, add_months(year, 12)),
        "last-year": (add_months(year, -12), year),
        "all": (FIRST_DAY, tomorrow),
    }[meaning]
    return _Span(first, end, names[meaning])


def _lookup_phrase(text: str, language: str) -> str | None:
    for words in vocabularies(language):
        for candidate in (joined(text), "".join(_without(tokens(text), words.skip))):
            if candidate in words.phrases:
                return words.phrases[candidate]
    return None


def _count(text: str, today: date, language: str) -> _Span | None:
    """Read the last N days, weeks (of 7 days), months or years, today included.

    N months begin the day after the same day N months ago: on 22 November `1m` is 23 October to 22 November,
    so that equal counts are equally long up to the months' own lengths, and never shrink on the 1st.
    """
    for words in vocabularies(language):
        match _without(tokens(text), words.skip | words.last):
            case [number, unit] if number.isdecimal() and unit in words.units:
                return _last_units(int(number), words.units[unit], text, today, language)
            case [number, unit] if number in words.numbers and unit in words.units:
                return _last_units(words.numbers[number], words.units[unit], text, today, language)
            case rest if (span := words.spans.get("".join(rest))) is not None:
                return _last_units(int(span[:-1]), span[-1], text, today, language)
            case [unit] if unit in words.units and len(unit) > 2:
                return _last_units(1, words.units[unit], text, today, language)
    return None


def _last_units(number: int, unit: str, text: str, today: date, language: str) -> _Span:
    if not 1 <= number <= MOST_UNITS[unit]:
        right = f"{min(max(number, 1), MOST_UNITS[unit])}{unit}"
        raise PeriodError(
            f"{text!r}: 1 to {MOST_UNITS[unit]} of these can be counted.", text, right, EXAMPLES[0]
        )
    first = {
        "d": lambda: today - timedelta(days=number - 1),
        "w": lambda: today - timedelta(days=7 * number - 1),
        "m": lambda: add_months(today, -number) + timedelta(days=1),
        "y": lambda: add_months(today, -12 * number) + timedelta(days=1),
    }[unit]()
    forms = words_of(base_language(language)).labels[unit]
    plural = Locale(base_language(language)).plural_form(number)
    return _Span(first, today + timedelta(days=1), forms.get(plural, forms["other"]).format(n=number))


def _named_month(text: str, today: date, language: str) -> _Span | None:
    for words in vocabularies(language):
        match _without(tokens(text), words.skip):
            case [name] if name in words.months:
                month = words.months[name]
                return _month(today.year - (month > today.month), month, language)
            case [name, unit] if name in words.months and words.units.get(unit) == "m":
                return _named_month(name, today, language)  # "октябрь месяц"
            case [name, year] if name in words.months and _YEAR.fullmatch(year):
                return _month(_year(year), words.months[name], language)
            case [year, name] if name in words.months and _YEAR.fullmatch(year):
                return _month(_year(year), words.months[name], language)
    return None


def add_months(day: date, months: int) -> date:
    """Return the same day of another month, or that month's last day when it is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    after = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), after - timedelta(days=1))


def _month(year: int, month: int, language: str) -> _Span:
    first = date(year, month, 1)
    return _Span(first, add_months(first, 1), format_skeleton("yMMMM", first, locale=base_language(language)))


def _quarter(year: int, quarter: int, language: str) -> _Span:
    first = date(year, 3 * quarter - 2, 1)
    return _Span(first, add_months(first, 3), format_date(first, "QQQ y", locale=base_language(language)))


def _range_label(first: date, end: date, language: str) -> str:
    return format_interval(first, end - timedelta(days=1), "yMMMd", locale=base_language(language))


def _date(text: str) -> date:
    year, month, day = (int(part) for part in text.split("-"))
    try:
        return date(_year(str(year)), month, day)
    except PeriodError:
        raise
    except ValueError as error:
        raise PeriodError(f"There is no day {text}.", text, None, "2026-10-01..2026-10-31") from error


def _year(text: str) -> int:
    if FIRST_DAY.year <= int(text) <= LAST_YEAR:
        return int(text)
    raise PeriodError(
        f"{text}: years from {FIRST_DAY.year} to {LAST_YEAR} can be asked for.", text, None, "2026"
    )


def _without(words: list[str], unwanted: frozenset[str]) -> list[str]:
    return [word for word in words if word not in unwanted]


def _nearest(text: str, language: str) -> str | None:
    """Return the likeliest right words: with a number in the text the unit is wrong, without one the phrase."""
    every = vocabularies(language)
    noise: frozenset[str] = frozenset().union(*(words.skip | words.last for words in every))
    told = _without(tokens(text), noise)
    number = next((token for token in told if token.isdecimal()), None)
    if number is None:
        return nearest_phrase(text, language)
    found = nearest_word(" ".join(told), [f"{number} {unit}" for words in every for unit in words.units])
    return found and re.sub(r" (?=\w$)", "", found)  # 30d, but 30 days
