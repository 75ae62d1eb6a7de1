"""When a customer may be written to: hours, days, holidays, quiet hours, guessed zones, and due moments over DST."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from surveys.opening import Opening, due_at, opening_for, zone_of
from surveys.policy import Policy, Window
from surveys.public_holidays import is_public_holiday
from surveys.visits import Visit
from surveys.zones import find_zone, first_moment, later

TALLINN = ZoneInfo("Europe/Tallinn")
NEW_YORK = ZoneInfo("America/New_York")
EVERY_DAY = frozenset(range(7))
DAY = Window.parse("10:00-19:00")
ALWAYS = Window.parse("00:00-24:00")


def at(text: str, zone: ZoneInfo = TALLINN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def always(zone: ZoneInfo) -> Opening:
    return Opening(zone, ALWAYS, EVERY_DAY, skip_public_holidays=False)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-24T09:59:59", False),
        ("2026-11-24T10:00:00", True),
        ("2026-11-24T19:00:59", True),  # the window's last minute is inside
        ("2026-11-24T19:01:00", False),
        ("2026-11-22T12:00:00", False),  # a Sunday
        ("2026-12-24T12:00:00", False),  # a public holiday
        ("2026-12-23T12:00:00", True),
    ],
)
def test_a_moment_is_open_in_the_window_of_an_allowed_day(moment: str, expected: bool) -> None:
    assert Opening(TALLINN, DAY, frozenset(range(6))).is_open(at(moment)) is expected


def test_the_next_opening_skips_the_night_sundays_and_holidays() -> None:
    opening = Opening(TALLINN, DAY, frozenset(range(6)))
    assert opening.next_open(at("2026-11-24T12:00:30")) == at("2026-11-24T12:00:30")
    assert opening.next_open(at("2026-11-24T08:00")) == at("2026-11-24T10:00")
    assert opening.next_open(at("2026-11-21T19:01")) == at("2026-11-23T10:00")
    assert opening.next_open(at("2026-12-23T19:30")) == at("2026-12-28T10:00")
    assert opening.next_open(at("2026-12-31T20:00")) == at("2027-01-02T10:00")


def test_quiet_hours_of_the_customer_narrow_the_window_also_over_midnight() -> None:
    opening = Opening(TALLINN, DAY, EVERY_DAY, quiet=Window.parse("18:00-12:00"))
    assert opening.next_open(at("2026-11-24T09:00")) == at("2026-11-24T12:01")
    assert opening.next_open(at("2026-11-24T18:00")) == at("2026-11-25T12:01")


def test_a_window_that_never_opens_gives_no_moment() -> None:
    assert Opening(TALLINN, DAY, frozenset()).next_open(at("2026-11-24T12:00")) is None
    assert Opening(TALLINN, DAY, EVERY_DAY, quiet=ALWAYS).next_open(at("2026-11-24T12:00")) is None


def test_a_guessed_zone_only_narrows() -> None:
    opening = Opening(TALLINN, DAY, EVERY_DAY, narrowing=(NEW_YORK,))
    assert opening.next_open(at("2026-11-24T11:00")) == at("2026-11-24T17:00")  # 10:00 in New York
    assert not opening.is_open(at("2026-11-24T19:30"))  # open there, closed here
    assert opening.next_open(at("2026-10-26T11:00")) == at(
        "2026-10-26T16:00"
    )  # only Europe has changed its clocks


def test_a_guess_that_leaves_less_than_an_hour_a_day_is_dropped() -> None:
    kamchatka, kaliningrad = ZoneInfo("Asia/Kamchatka"), ZoneInfo("Europe/Kaliningrad")
    opening = Opening(
        ZoneInfo("Europe/Moscow"), DAY, EVERY_DAY, country="RU", narrowing=(kamchatka, kaliningrad)
    )
    assert opening.is_open(at("2026-11-24T10:00", ZoneInfo("Europe/Moscow")))
    tokyo = Opening(TALLINN, DAY, EVERY_DAY, narrowing=(ZoneInfo("Asia/Tokyo"),))  # leaves 10:00 to 12:00
    assert not tokyo.is_open(at("2026-11-24T12:01"))
    sydney = Opening(TALLINN, DAY, EVERY_DAY, narrowing=(ZoneInfo("Australia/Sydney"),))  # leaves one minute
    assert sydney.is_open(at("2026-11-24T12:01"))


def test_the_number_narrows_only_where_the_customers_zone_is_not_known() -> None:
    def opening(**facts: str) -> Opening:
        visit = Visit("v-1", "c-1", at("2026-11-24T12:00"), **facts)  # type: ignore[arg-type]
        return opening_for(visit, Policy(), country="EE", organisation_zone=TALLINN)

    assert opening(phone="+12025550123").narrowing == (NEW_YORK,)
    assert opening(phone="+12025550123").zone == TALLINN
    known = opening(phone="+12025550123", timezone="Asia/Kathmandu")
    assert (known.zone, known.narrowing) == (ZoneInfo("Asia/Kathmandu"), ())
    assert opening().narrowing == ()
    home = opening(phone="+37255550100")
    assert all(home.is_open(at(f"2026-11-24T{hour:02}:00")) == (10 <= hour <= 19) for hour in range(24))


def test_public_holidays_of_a_foreign_number_are_kept_beside_our_own() -> None:
    visit = Visit("v-1", "c-1", at("2026-07-03T12:00"), phone="+12025550123", timezone="Europe/Tallinn")
    opening = opening_for(visit, Policy(), country="EE", organisation_zone=TALLINN)
    assert opening.number_country == "US"
    assert not opening.is_open(at("2026-11-26T12:00"))  # Thanksgiving
    assert not opening.is_open(at("2026-06-23T12:00"))  # Estonian Victory Day


def test_the_zone_is_the_customers_else_the_branchs_else_the_organisations() -> None:
    assert zone_of("Asia/Kathmandu", "America/New_York", TALLINN).key == "Asia/Kathmandu"
    assert zone_of(None, NEW_YORK, TALLINN) == NEW_YORK
    assert zone_of(None, None, "Europe/Tallinn") == TALLINN
    with pytest.raises(ValueError, match=r"'Europe/Talinn' is not a time zone; .*'Europe/Tallinn'"):
        find_zone("Europe/Talinn")


def test_public_holidays_come_by_country_and_an_unknown_country_is_named() -> None:
    assert is_public_holiday(date(2028, 2, 24), "ee")
    assert not is_public_holiday(date(2028, 2, 29), "EE")
    with pytest.raises(ValueError, match="'XX'"):
        is_public_holiday(date(2026, 1, 1), "XX")


DUE = [
    # occurred, zone, delay, due (both by the zone's clock; "+02:00" tells two showings apart)
    ("2026-11-24T14:20", "Europe/Tallinn", timedelta(days=1), "2026-11-25T14:20+02:00"),
    ("2026-10-24T14:20", "Europe/Tallinn", timedelta(days=1), "2026-10-25T14:20+02:00"),  # 25 hours later
    ("2026-03-28T14:20", "Europe/Tallinn", timedelta(days=1), "2026-03-29T14:20+03:00"),  # 23 hours later
    ("2026-10-24T14:20", "Europe/Tallinn", timedelta(hours=23), "2026-10-25T12:20+02:00"),  # elapsed time
    ("2026-10-24T14:20", "Europe/Tallinn", timedelta(days=1, hours=2), "2026-10-25T16:20+02:00"),
    ("2026-03-28T03:30", "Europe/Tallinn", timedelta(days=1), "2026-03-29T04:00+03:00"),  # skipped
    ("2026-10-24T03:30", "Europe/Tallinn", timedelta(days=1), "2026-10-25T03:30+03:00"),  # the first showing
    ("2026-10-31T01:30", "America/New_York", timedelta(days=1), "2026-11-01T01:30-04:00"),
    ("2026-03-07T02:30", "America/New_York", timedelta(days=1), "2026-03-08T03:00-04:00"),
    ("2026-10-03T02:10", "Australia/Lord_Howe", timedelta(days=1), "2026-10-04T02:30+11:00"),  # half an hour
    ("2026-11-24T14:20", "Asia/Kathmandu", timedelta(days=1), "2026-11-25T14:20+05:45"),
    ("2028-02-28T14:20", "Europe/Tallinn", timedelta(days=1), "2028-02-29T14:20+02:00"),
    ("2028-02-29T14:20", "Europe/Tallinn", timedelta(days=1), "2028-03-01T14:20+02:00"),
    ("2026-12-31T14:20", "Pacific/Apia", timedelta(days=1), "2027-01-01T14:20+13:00"),
    ("2011-12-29T14:20", "Pacific/Apia", timedelta(days=1), "2011-12-31T00:00+14:00"),  # a day that never was
    ("2026-10-25T03:30+02:00", "Europe/Tallinn", timedelta(), "2026-10-25T03:30+02:00"),  # not an hour back
]


@pytest.mark.parametrize(("occurred", "zone", "delay", "expected"), DUE)
def test_days_of_a_delay_go_by_the_wall_clock_and_hours_by_elapsed_time(
    occurred: str, zone: str, delay: timedelta, expected: str
) -> None:
    policy = Policy(delay=delay, stale_after=timedelta(days=9))
    moment = datetime.fromisoformat(occurred)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    assert due_at(moment, policy, always(ZoneInfo(zone))) == datetime.fromisoformat(expected)


def test_a_due_moment_outside_the_window_waits_for_the_windows_opening() -> None:
    opening = Opening(TALLINN, DAY, frozenset(range(6)))
    assert due_at(at("2026-11-24T14:20"), Policy(), opening) == at("2026-11-25T14:20")
    assert due_at(at("2026-11-24T07:05"), Policy(), opening) == at("2026-11-25T10:00")
    assert due_at(at("2026-11-24T21:30"), Policy(), opening) == at("2026-11-26T10:00")
    assert due_at(at("2026-11-21T14:20"), Policy(), opening) == at("2026-11-23T10:00")


@pytest.mark.parametrize(
    "zone", [TALLINN, NEW_YORK, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Beirut")]
)
def test_a_day_later_is_never_earlier_for_a_later_wall_time(zone: ZoneInfo) -> None:
    first = datetime.fromisoformat("2026-03-28T20:00")
    walls = [first + timedelta(minutes=7 * step) for step in range(200)]
    moments = [first_moment(wall, zone) for wall in walls]
    assert moments == sorted(moments)
    assert later(at("2026-03-28T14:20", zone), timedelta(), zone) == at("2026-03-28T14:20", zone)


def test_a_window_inside_the_skipped_hour_waits_for_the_next_day() -> None:
    opening = Opening(TALLINN, Window(time(3, 10), time(3, 40)), EVERY_DAY, skip_public_holidays=False)
    assert opening.next_open(at("2026-03-28T22:00")) == at("2026-03-30T03:10").astimezone(UTC)
