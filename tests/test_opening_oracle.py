"""`next_open` and `due_at` against a scan of every minute, written without looking at how they work."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.opening import Opening, due_at
from surveys.policy import Policy, Window

ZONES = (
    "Europe/Tallinn",
    "America/New_York",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "Asia/Beirut",  # changes its clocks at midnight
    "America/Havana",
)
# Noon (UTC) of the days before something happens to a clock or a calendar somewhere in ZONES.
NEAR = [
    datetime(*day, 12, tzinfo=UTC)
    for day in (
        (2026, 10, 24),
        (2026, 3, 28),
        (2026, 10, 31),
        (2026, 3, 7),
        (2026, 4, 4),
        (2026, 10, 3),
        (2026, 12, 31),
        (2028, 2, 28),
        (2011, 12, 29),  # Apia skips a day
        (2026, 12, 23),
        (2026, 6, 15),
    )
]
SCANNED = timedelta(days=5)
MINUTE = timedelta(minutes=1)

moments = st.builds(
    lambda day, minutes: day + timedelta(minutes=minutes),
    st.sampled_from(NEAR),
    st.integers(-600, 2 * 24 * 60),
)
clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0)) | st.sampled_from(
    [time(0), time(1, 30), time(2), time(3, 30), time(10), time(23, 59)]
)
openings = st.builds(
    Opening,
    st.sampled_from(ZONES).map(ZoneInfo),
    st.builds(lambda one, two: Window(min(one, two), max(one, two)), clocks, clocks),
    st.frozensets(st.integers(0, 6), min_size=4),
    skip_public_holidays=st.booleans(),
    country=st.sampled_from(["EE", "US"]),
    quiet=st.none() | st.builds(Window, clocks, clocks),
)


@cache
def public_holidays(country: str) -> holidays.HolidayBase:
    return holidays.country_holidays(country, years=range(2011, 2030))


def shown_inside(minute: int, window: Window) -> bool:
    first, last = (clock.hour * 60 + clock.minute for clock in (window.opens, window.closes))
    return first <= minute <= last if first <= last else not last < minute < first


def allowed(at: datetime, opening: Opening) -> bool:
    local = at.astimezone(opening.zone)
    minute = local.hour * 60 + local.minute
    if not shown_inside(minute, opening.window) or local.weekday() not in opening.weekdays:
        return False
    if opening.quiet is not None and shown_inside(minute, opening.quiet):
        return False
    return not (opening.skip_public_holidays and local.date() in public_holidays(opening.country))


def minutes_from(at: datetime) -> Iterator[datetime]:
    yield at
    whole = at.replace(second=0, microsecond=0)
    for count in range(1, SCANNED // MINUTE):
        yield whole + count * MINUTE


def scan(at: datetime, opening: Opening) -> datetime | None:
    return next((moment for moment in minutes_from(at) if allowed(moment, opening)), None)


@settings(max_examples=120, deadline=None)
@given(moments, st.integers(0, 59), openings)
def test_the_next_open_moment_is_the_first_allowed_minute(
    at: datetime, second: int, opening: Opening
) -> None:
    at = at.replace(second=second)
    expected, found = scan(at, opening), opening.next_open(at)
    if expected is None:
        assert found is None or found >= at + SCANNED - MINUTE
    else:
        assert found == expected
    assert opening.is_open(at) == allowed(at, opening)


@settings(max_examples=100, deadline=None)
@given(moments, st.integers(0, 2), st.integers(0, 26 * 60), openings)
def test_the_due_moment_is_the_first_allowed_minute_after_the_delay_by_the_wall_clock(
    occurred_at: datetime, days: int, minutes: int, opening: Opening
) -> None:
    policy = Policy(delay=timedelta(days=days, minutes=minutes))
    days, minutes = policy.delay.days, policy.delay.seconds // 60
    wanted = occurred_at.astimezone(opening.zone).replace(tzinfo=None) + timedelta(days=days)
    start = occurred_at
    while days and start.astimezone(opening.zone).replace(tzinfo=None) < wanted:
        start += MINUTE
    expected = scan(start + minutes * MINUTE, opening)
    found = due_at(occurred_at, policy, opening)
    if expected is None:
        assert found is None or found >= start + SCANNED - MINUTE
    else:
        assert found == expected


@settings(max_examples=200, deadline=None)
@given(
    openings,
    moments,
    moments,
    st.sampled_from([(), ("Asia/Tokyo",), ("America/New_York",), ("Asia/Kolkata", "Europe/Lisbon")]),
)
def test_the_next_open_moment_is_open_never_earlier_and_keeps_the_order(
    opening: Opening, one: datetime, two: datetime, guessed: tuple[str, ...]
) -> None:
    opening = Opening(
        opening.zone,
        opening.window,
        opening.weekdays,
        quiet=opening.quiet,
        narrowing=tuple(map(ZoneInfo, guessed)),
    )
    first, second = opening.next_open(min(one, two)), opening.next_open(max(one, two))
    for found, asked in ((first, min(one, two)), (second, max(one, two))):
        if found is not None:
            assert opening.is_open(found)
            assert found >= asked
            assert opening.next_open(found) == found
            assert not opening.is_open(found - MINUTE) or found == asked or found - MINUTE < asked
    if first is not None and second is not None:
        assert first <= second
