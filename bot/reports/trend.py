"""A score by week or month, each with its interval, and which steps mean anything."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bot.firm import Firm
from bot.reports.counting import MONTH, Counts, count_daily
from bot.reports.subject import Subject, subject_of
from storage.base import Store
from storage.moments import date_of
from surveys.measures.base import Result
from surveys.measures.statistics import ALPHA, Comparison, holm
from surveys.periods import Period, add_months, between
from surveys.requests import ScoreRequest

Unit = Literal["week", "month"]

MOST_WEEKS = 26
"""A longer period is told by month."""

MOST_POINTS = 36


@dataclass(frozen=True, slots=True)
class Step:
    """One week (from Monday) or month. `change` is on the last step that is shown; `significant` after Holm's correction."""

    first: date
    end: date
    result: Result
    shown: bool
    change: Comparison | None = None
    significant: bool = False


@dataclass(frozen=True, slots=True)
class TrendReport:
    """The steps, oldest first; the first may begin before the period does, the last may not be over."""

    about: Subject
    unit: Unit
    steps: tuple[Step, ...]


async def trend_report(
    store: Store, firm: Firm, request: ScoreRequest, now: datetime, *, branches: tuple[str, ...] = ()
) -> TrendReport:
    """Return the trend over the period up to `now`; it is widened to whole weeks or months at its start."""
    unit: Unit = "month" if request.by == MONTH or request.period.days > 7 * MOST_WEEKS else "week"
    about = await subject_of(store, firm, replace(request, period=_widened(request.period, unit)), branches)
    cells = await count_daily(store.read, about.of, about.days)
    by_start: defaultdict[date, Counter[int]] = defaultdict(Counter)
    for day, _, counts in cells:
        by_start[_start_of(date_of(day), unit)].update(counts)
    begun = min(by_start, default=about.period.first_day)
    last = min(about.period.last_day, max(begun, now.astimezone(firm.zone).date()))
    starts = _starts(max(begun, about.period.first_day), last, unit)[-MOST_POINTS:]
    return TrendReport(about, unit, _steps(about, unit, [(start, by_start[start]) for start in starts], firm))


def _steps(
    about: Subject, unit: Unit, counted: Sequence[tuple[date, Counts]], firm: Firm
) -> tuple[Step, ...]:
    steps: list[Step] = []
    last: Counts | None = None
    for first, counts in counted:
        result = about.scoring.score(counts)
        shown = result.n >= firm.minimum_answers
        change = about.scoring.compare(last, counts) if shown and last is not None else None
        steps.append(Step(first, _following(first, unit), result, shown, change))
        last = counts if shown else last
    tested = [step.change.p for step in steps if step.change is not None and step.change.p is not None]
    adjusted = iter(holm(tested))
    return tuple(
        replace(step, significant=next(adjusted) < ALPHA)
        if step.change is not None and step.change.p is not None
        else step
        for step in steps
    )


def _widened(period: Period, unit: Unit) -> Period:
    zone = period.start.tzinfo
    assert isinstance(zone, ZoneInfo)
    first = _start_of(period.first_day, unit) if period.first_day > date(1970, 1, 8) else period.first_day
    return replace(between(first, period.end.date(), zone), label=period.label)


def _start_of(day: date, unit: Unit) -> date:
    return day.replace(day=1) if unit == "month" else day - timedelta(days=day.weekday())


def _following(first: date, unit: Unit) -> date:
    return add_months(first, 1) if unit == "month" else first + timedelta(days=7)


def _starts(first: date, last: date, unit: Unit) -> list[date]:
    starts = [_start_of(first, unit)]
    while (following := _following(starts[-1], unit)) <= last:
        starts.append(following)
    return starts
