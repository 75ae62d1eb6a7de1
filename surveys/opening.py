"""When a customer may be written to: hours, weekdays, public holidays, quiet hours, by the customer's own clock.

The zone is the customer's, else the branch's, else the organisation's. A zone guessed from the phone number is never
trusted, it only narrows: a moment is open when the window is open on the guessed clocks too. A guess that would leave
less than an hour a day (sixteen zones of a Russian mobile number) says nothing and is dropped. A country guessed from
the number only narrows as well: its public holidays are kept beside those of the organisation's country.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from surveys.phones import country_of, zones_of
from surveys.policy import Policy, Window
from surveys.public_holidays import is_public_holiday, known_countries
from surveys.visits import Visit
from surveys.zones import change_between, find_zone, first_moment, later

HORIZON = timedelta(days=400)

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_MINUTES_A_DAY = 24 * 60
_LEAST_MINUTES = 60  # of a day that a guess must leave to be believed


@dataclass(frozen=True, slots=True)
class Opening:
    """The allowed moments of one customer.

    `quiet` are hours the customer asked to be left alone, by `zone`; `narrowing` are zones guessed from the number,
    `number_country` is the country of a foreign number. All hours include their last minute.
    """

    zone: ZoneInfo
    window: Window
    weekdays: frozenset[int]
    skip_public_holidays: bool = True
    country: str = "EE"
    quiet: Window | None = None
    narrowing: tuple[ZoneInfo, ...] = ()
    number_country: str | None = None

    def is_open(self, at: datetime) -> bool:
        """Whether a message may go out at this moment."""
        local = at.astimezone(self.zone)
        clock = local.time()
        return (
            self.window.holds(clock)
            and not (self.quiet and self.quiet.holds(clock))
            and self._is_open_day(local.date())
            and all(self.window.holds(at.astimezone(zone).time()) for zone in self._believed(at))
        )

    def next_open(self, at: datetime) -> datetime | None:
        """Return the first allowed moment at or after `at` (UTC); None when none comes within 400 days."""
        return _next_open(self, at.astimezone(UTC))

    def _search(self, at: datetime) -> datetime | None:
        if self.is_open(at):
            return at
        today = at.astimezone(self.zone).date()
        for days in range(HORIZON.days + 1):
            day = today + timedelta(days=days)
            if self._is_open_day(day):
                for edge in self._edges(day):
                    if edge > at and self.is_open(edge):
                        return edge if edge - at <= HORIZON else None
        return None

    def _is_open_day(self, day: date) -> bool:
        return day.weekday() in self.weekdays and not (
            self.skip_public_holidays
            and (
                is_public_holiday(day, self.country)
                or (self.number_country is not None and is_public_holiday(day, self.number_country))
            )
        )

    def _believed(self, at: datetime) -> tuple[ZoneInfo, ...]:
        """Return the guessed zones, or none where together they would leave less than an hour of a day like this one."""
        if not self.narrowing:
            return ()
        here = at.astimezone(self.zone).utcoffset() or timedelta()
        ahead = tuple(
            (here - (at.astimezone(zone).utcoffset() or timedelta())) // _MINUTE for zone in self.narrowing
        )
        return self.narrowing if _minutes_left(self.window, self.quiet, ahead) >= _LEAST_MINUTES else ()

    def _edges(self, day: date) -> list[datetime]:
        """Return every moment of a day at which closed can turn into open, in order.

        Those are: midnight, the hour at which the window opens on any of the clocks, the end of the quiet hours, and
        the moment a clock is changed. An hour shown twice counts twice.
        """
        start = first_moment(datetime.combine(day, time()), self.zone)
        end = first_moment(datetime.combine(day + _DAY, time()), self.zone)
        changes = [
            change
            for zone in (self.zone, *self.narrowing)
            if (change := change_between(start - _MINUTE, end, zone))
        ]
        shown = [(datetime.combine(day, self.window.opens), self.zone)]
        if self.quiet:
            shown.append((datetime.combine(day, self.quiet.closes) + _MINUTE, self.zone))
        for zone in self.narrowing:
            shown += [
                (datetime.combine(nearby, self.window.opens), zone)
                for nearby in (day - _DAY, day, day + _DAY)
            ]
        folds = (0, 1) if changes else (0,)
        clocks = [
            wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for wall, zone in shown for fold in folds
        ]
        return sorted(edge for edge in (start, *changes, *clocks) if start <= edge < end)


def opening_for(
    visit: Visit,
    policy: Policy,
    *,
    country: str,
    organisation_zone: ZoneInfo,
    branch_zone: ZoneInfo | None = None,
    phone: str | None = None,
    quiet: Window | None = None,
) -> Opening:
    """Return the allowed moments of the customer of a visit; the number is asked only where it can tell something.

    `phone` is the customer's number where the visit itself names none.
    """
    phone = visit.phone or phone
    number_country = country_of(phone) if phone else None
    if number_country == country or number_country not in known_countries():
        number_country = None
    return Opening(
        zone=zone_of(visit.timezone, branch_zone, organisation_zone),
        window=policy.window,
        weekdays=policy.weekdays,
        skip_public_holidays=policy.skip_public_holidays,
        country=country,
        quiet=quiet,
        narrowing=zones_of(phone) if phone and not visit.timezone else (),
        number_country=number_country,
    )


def zone_of(
    customer_zone: str | ZoneInfo | None,
    branch_zone: str | ZoneInfo | None,
    organisation_zone: str | ZoneInfo,
) -> ZoneInfo:
    """Return the zone to go by: the customer's own, else the branch's, else the organisation's."""
    zone = customer_zone or branch_zone or organisation_zone
    return zone if isinstance(zone, ZoneInfo) else find_zone(zone)


def due_at(occurred_at: datetime, policy: Policy, opening: Opening) -> datetime | None:
    """Return the first allowed moment (UTC) at or after visit + delay by the wall clock of the customer's zone.

    Whole days of the delay are wall-clock days, hours and minutes are elapsed time (`zones.later`). When that is not
    an allowed moment, the window's next opening is. None when there is none within 400 days.
    """
    return _due_at(occurred_at, policy.delay, opening)


# Remembered, because a visits file has many visits of one minute, and each is decided more than once.


@lru_cache(maxsize=8192)
def _due_at(occurred_at: datetime, delay: timedelta, opening: Opening) -> datetime | None:
    return opening.next_open(later(occurred_at, delay, opening.zone))


@lru_cache(maxsize=8192)
def _next_open(opening: Opening, at: datetime) -> datetime | None:
    return opening._search(at)  # noqa: SLF001 -- its own memory


@lru_cache(maxsize=4096)
def _minutes_left(window: Window, quiet: Window | None, ahead: tuple[int, ...]) -> int:
    """Count the minutes of a day on which the window is open here and on clocks that we are `ahead` of by that much."""
    hours = _minutes_of(window)
    left = hours - (_minutes_of(quiet) if quiet else frozenset())
    for minutes in ahead:
        left &= {(minute + minutes) % _MINUTES_A_DAY for minute in hours}
    return len(left)


def _minutes_of(window: Window) -> frozenset[int]:
    first = window.opens.hour * 60 + window.opens.minute
    last = window.closes.hour * 60 + window.closes.minute
    length = (last - first) % _MINUTES_A_DAY + 1
    return frozenset((first + minute) % _MINUTES_A_DAY for minute in range(length))
