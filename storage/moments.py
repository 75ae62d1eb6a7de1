"""Moments as the store keeps them: microseconds since 1970 UTC, and days counted from 1970-01-01 in a time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import overload

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)


@overload
def micros(moment: datetime) -> int: ...
@overload
def micros(moment: None) -> None: ...
def micros(moment: datetime | None) -> int | None:
    """Return an aware moment as whole microseconds; a naive one raises TypeError."""
    return None if moment is None else (moment - _EPOCH) // _MICROSECOND


@overload
def moment(value: int) -> datetime: ...
@overload
def moment(value: None) -> None: ...
def moment(value: int | None) -> datetime | None:
    """Undo `micros()`: aware, in UTC."""
    return None if value is None else _EPOCH + timedelta(microseconds=value)


def day_of(at: datetime, zone: tzinfo) -> int:
    """Return the number of the local day in `zone` that `at` falls on."""
    return (at.astimezone(zone).date() - _EPOCH_DAY).days


def date_of(day: int) -> date:
    """Undo `day_of()`: the calendar date."""
    return _EPOCH_DAY + timedelta(days=day)
