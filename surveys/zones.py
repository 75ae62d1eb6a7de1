"""Clocks on the wall: time zones by name, and moments by what a clock in a zone shows.

Two rules, used everywhere a customer's clock matters. A wall time that the clock shows twice (autumn) is its first
showing. A wall time that the clock skips (spring) is the moment right after the skip: the first moment at which the
clock shows that time or a later one.
"""

import zoneinfo
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)


class ZoneError(ValueError):
    """A name that no time zone has; `fix` names a near one."""

    def __init__(self, name: str) -> None:
        self.fix = f"write an IANA name such as {_nearest(name[:64])!r}"
        super().__init__(f"{name[:64]!r} is not a time zone; {self.fix}")


def find_zone(name: str) -> ZoneInfo:
    """Return the zone of an IANA name, in any letter case. Raises ZoneError."""
    zone = _known_zone(name.strip().casefold()) if len(name) < 64 else None
    if zone is None:
        raise ZoneError(name)
    return zone


def first_moment(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment (UTC) at which the clock in `zone` shows the naive time `wall` or a later one."""
    at = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == wall:
        return at
    return change_between(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), at, zone) or at


def later(at: datetime, duration: timedelta, zone: ZoneInfo) -> datetime:
    """Return the moment (UTC) a duration after `at`: its whole days by the wall clock of `zone`, the rest as elapsed time.

    So "1 day" is the next day at the same time, also where that is 23 or 25 hours away.
    """
    rest = timedelta(seconds=duration.seconds, microseconds=duration.microseconds)
    if duration.days:
        wall = at.astimezone(zone).replace(tzinfo=None) + timedelta(days=duration.days)
        return first_moment(wall, zone) + rest
    return at.astimezone(UTC) + rest


def change_between(start: datetime, end: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the moment in (start, end] at which the zone's offset from UTC changes; None when it does not."""
    before = start.astimezone(zone).utcoffset()
    if end.astimezone(zone).utcoffset() == before:
        return None
    while end - start > _SECOND:
        middle = start + (end - start) // 2
        middle = middle.replace(microsecond=0)
        middle = middle if middle > start else end - _SECOND
        if middle.astimezone(zone).utcoffset() == before:
            start = middle
        else:
            end = middle
    return end


@lru_cache(maxsize=1024)
def _known_zone(folded: str) -> ZoneInfo | None:
    name = _names().get(folded)
    return None if name is None else ZoneInfo(name)


@lru_cache(maxsize=256)
def _nearest(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name.strip().casefold(), _names(), n=1, cutoff=0.7)
    return _names()[near[0]] if near else "Europe/Tallinn"


@cache
def _names() -> dict[str, str]:
    here_only = {"Factory", "localtime"}  # what they mean depends on the machine
    return {name.casefold(): name for name in zoneinfo.available_timezones() - here_only}
