"""Lengths of time as the configuration writes them: "30 minutes", "1 day", "90 days", "2s", "12 h"."""

import re
from datetime import timedelta

_DURATION = re.compile(
    r"\s*(\d+(?:\.\d+)?)\s*(s|seconds?|m|min|minutes?|h|hours?|d|days?|w|weeks?)\s*", re.IGNORECASE | re.ASCII
)
_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_LONGEST = timedelta(days=3660)


def parse_duration(text: str) -> timedelta:
    """Read a duration of at most ten years; "0 days" is one. Raises ValueError naming the value and the fix.

    "24 hours" is "1 day": where a rule counts days by the wall clock, whole days of any spelling count so.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(
            f'{text!r} is not a duration; write a number and seconds, minutes, hours, days or weeks, like "30 minutes"'
        )
    number, unit = float(match[1]), _UNITS[match[2][0].lower()]
    if number * unit.total_seconds() > _LONGEST.total_seconds():
        raise ValueError(f"{text!r} is over ten years; write a shorter duration")
    return number * unit
