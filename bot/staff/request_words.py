"""A request as words again, for the data of a button: what `read_words` reads back as the same request."""

from __future__ import annotations

from datetime import timedelta

from surveys.periods import FIRST_DAY, Period


def words_of(period: Period, where: tuple[tuple[str, str], ...], survey: str | None) -> tuple[str, ...]:
    """Return the shortest words that always mean these days, filters and survey."""
    filters = (f"{dimension}={value}" for dimension, value in where)
    return (period_word(period), *filters, *([survey] if survey else []))


def period_word(period: Period) -> str:
    """Return the period by its days, whenever it is read: 2026-10-01..2026-10-31, 2026-10 for a whole month."""
    first, last = period.first_day, period.last_day
    if first == FIRST_DAY:
        return "all"
    whole_month = (
        first.day == 1
        and (last + timedelta(days=1)).day == 1
        and (first.year, first.month) == (last.year, last.month)
    )
    return f"{first:%Y-%m}" if whole_month else f"{first}..{last}"
