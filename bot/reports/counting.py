"""Counts of answers by group: from the roll-ups where one dimension tells all, else from the answers themselves."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from storage.moments import date_of, day_of, micros, moment
from storage.reader import Reader
from storage.tables.answers import COUNTED
from surveys.periods import Period, add_months, between

MONTH = "month"
"""The dimension that is made of the day: its keys are 2026-10 and so on."""

Filters = tuple[tuple[str, frozenset[str]], ...]
Counts = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Slice:
    """Which answers to count. Every (dimension, keys) of `filters` must hold; one of its keys is enough."""

    survey: str
    question: str
    filters: Filters = ()

    def narrowed(self, dimension: str, keys: Iterable[str]) -> Slice:
        """Return the answers of this slice that also have one of `keys`."""
        known = dict(self.filters)
        wanted = frozenset(keys)
        both = known[dimension] & wanted if dimension in known else wanted
        return replace(self, filters=tuple(sorted({**known, dimension: both}.items())))


@dataclass(frozen=True, slots=True)
class Days:
    """Local days from `first` up to, not including, `last`, numbered as the store does; `start` and `end` in a zone."""

    first: int
    last: int
    start: datetime
    end: datetime

    @classmethod
    def of(cls, period: Period) -> Days:
        """Return the days of a period."""
        start, end = period.start, period.end
        assert start.tzinfo is not None
        assert end.tzinfo is not None
        return cls(day_of(start, start.tzinfo), day_of(end, end.tzinfo), start, end)

    def of_month(self, month: str) -> Days:
        """Return those of these days that are in a month, written 2026-10, in which there are some."""
        begin = date.fromisoformat(f"{month}-01")
        zone = self.start.tzinfo
        assert isinstance(zone, ZoneInfo)
        first, end = max(begin, self.start.date()), min(add_months(begin, 1), self.end.date())
        return Days.of(between(first, end, zone))


async def count(read: Reader, of: Slice, days: Days, by: str | None = None) -> dict[str, Counts]:
    """Return how often each value was given, by group; without `by` everybody is the one group ""."""
    groups: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for _, key, counts in await _cells(read, of, days, by, daily=False):
        groups[key].update(counts)
    return {key: dict(counts) for key, counts in groups.items()}


async def count_daily(
    read: Reader, of: Slice, days: Days, by: str | None = None
) -> list[tuple[int, str, Counts]]:
    """Return the same for each day: (day, group, counts)."""
    return await _cells(read, of, days, by, daily=True)


async def count_asked(read: Reader, of: Slice, days: Days, language_of: Callable[[str | None], str]) -> int:
    """Return how many invitations were sent; `language_of` names the language asked in, of a customer's own or none."""
    dimension = _rolled_up(of, None)
    if dimension is None:
        return await _raw_asked(read, of, days, language_of)
    months, keys = _limits(of, dimension)
    if months is not None:
        daily = await read.asked_daily(of.survey, days.first, days.last, dimension)
        return sum(n for day, key, n in daily if month_of(day) in months and (keys is None or key in keys))
    found = await read.asked(of.survey, days.first, days.last, dimension)
    return sum(n for key, n in found.items() if keys is None or key in keys)


async def count_asked_by(read: Reader, of: Slice, days: Days, by: str) -> dict[str, int] | None:
    """Return how many invitations were sent, by group; None where no roll-up tells."""
    if _rolled_up(of, by) != by or MONTH in dict(of.filters):
        return None
    _, keys = _limits(of, by)
    found = await read.asked(of.survey, days.first, days.last, by)
    return {key: n for key, n in found.items() if keys is None or key in keys}


async def _raw_asked(read: Reader, of: Slice, days: Days, language_of: Callable[[str | None], str]) -> int:
    zone = days.start.tzinfo
    assert zone is not None
    rows = await read.raw_asked(of.survey, micros(days.start), micros(days.end))
    told = (
        {**row, "day": day_of(moment(row["asked_at"]), zone), "language": language_of(row["language"])}
        for row in rows
    )
    return sum(holds(row, of.filters) for row in told)


def month_of(day: int) -> str:
    """Return the month of a day as it is written in reports: 2026-10."""
    return f"{date_of(day):%Y-%m}"


async def _cells(
    read: Reader, of: Slice, days: Days, by: str | None, *, daily: bool
) -> list[tuple[int, str, Counts]]:
    where = (of.survey, of.question, days.first, days.last)
    dimension = _rolled_up(of, by)
    if dimension is None:
        return _raw(await read.raw_values(*where), of.filters, by)
    months, keys = _limits(of, dimension)
    if daily or by == MONTH or months is not None:
        cells = await _daily(read, where, dimension, keys, monthly=not daily)
        cells = [cell for cell in cells if months is None or month_of(cell[0]) in months]
    elif keys is not None and len(keys) == 1:
        (key,) = keys
        cells = [(days.first, key, await read.counts_where(*where, dimension, key))]
    else:
        groups = await read.counts(*where, dimension)
        cells = [(days.first, key, counts) for key, counts in groups.items() if keys is None or key in keys]
    return [
        (day, month_of(day) if by == MONTH else key if by else "", counts)
        for day, key, counts in cells
        if any(counts.values())
    ]


async def _daily(
    read: Reader,
    where: tuple[str, str, int, int],
    dimension: str,
    keys: frozenset[str] | None,
    *,
    monthly: bool,
) -> list[tuple[int, str, Counts]]:
    """Return the counts of each day; `monthly`, of each month, where the store adds them up for one group."""
    if dimension == "":
        return [(day, "", counts) for day, counts in await read.daily(*where, monthly=monthly)]
    if keys is not None and len(keys) == 1:
        (key,) = keys
        of_key = await read.daily(*where, dimension, key, monthly=monthly)
        return [(day, key, counts) for day, counts in of_key]
    rows = await read.daily_by(*where, dimension)
    return [(day, key, counts) for day, key, counts in rows if keys is None or key in keys]


def _rolled_up(of: Slice, by: str | None) -> str | None:
    """Return the one dimension whose roll-up tells the groups and obeys the filters; None where there is none."""
    needed = {dimension for dimension, _ in of.filters} | ({by} if by else set())
    needed.discard(MONTH)
    if not needed:
        return ""
    (dimension, *others) = needed
    return dimension if not others and dimension in COUNTED else None


def _limits(of: Slice, dimension: str) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    """Return the months and the keys that the filters leave; None for all."""
    known = dict(of.filters)
    return known.get(MONTH), known.get(dimension)


def _raw(rows: list[dict[str, Any]], filters: Filters, by: str | None) -> list[tuple[int, str, Counts]]:
    cells: defaultdict[tuple[int, str], Counter[int]] = defaultdict(Counter)
    for row in rows:
        if holds(row, filters):
            cells[row["day"], key_of(row, by) if by else ""][row["value"]] += 1
    return [(day, key, counts) for (day, key), counts in cells.items()]


def holds(row: Mapping[str, Any], filters: Filters) -> bool:
    """Tell whether a raw row obeys the filters."""
    return all(key_of(row, dimension) in keys for dimension, keys in filters)


def key_of(row: Mapping[str, Any], dimension: str) -> str:
    """Return the group of a raw row, "" where it has no value for the dimension."""
    if dimension == MONTH:
        return month_of(row["day"])
    value = row[dimension] if dimension in COUNTED else row["extra"].get(dimension)
    return str(value) if value else ""
