"""Periods: every form of the command line, words of five languages, and days that are not 24 hours."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.period_words import LANGUAGES, words_of
from surveys.periods import PeriodError, add_months, between, parse_period, previous

TALLINN = ZoneInfo("Europe/Tallinn")
SUNDAY = date(2026, 11, 22)
ZONES = [ZoneInfo(n) for n in ("Europe/Tallinn", "America/New_York", "Asia/Kathmandu", "Pacific/Apia")]
FORMS = [
    *(
        "1d",
        "7d",
        "30d",
        "12w",
        "6m",
        "2y",
        "2011-12",
        "2026-Q1",
        "2026",
        "2026-03-01..2026-03-31",
        "today",
        "all",
    ),
    *("yesterday", "this-week", "last-week", "this-month", "last-month", "this-quarter", "last-year"),
]

days = st.dates(date(2000, 1, 1), date(2060, 12, 31))
zones = st.sampled_from(ZONES)


def read(text: str, language: str = "en", today: date = SUNDAY) -> tuple[str, str]:
    period = parse_period(text, today, TALLINN, language)
    return str(period.first_day), str(period.last_day)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("7d", "2026-11-16", "2026-11-22"),
        ("30d", "2026-10-24", "2026-11-22"),
        ("12w", "2026-08-31", "2026-11-22"),
        ("6m", "2026-05-23", "2026-11-22"),
        ("2y", "2024-11-23", "2026-11-22"),
        ("today", "2026-11-22", "2026-11-22"),
        ("yesterday", "2026-11-21", "2026-11-21"),
        ("this-week", "2026-11-16", "2026-11-22"),
        ("last-week", "2026-11-09", "2026-11-15"),
        ("this-month", "2026-11-01", "2026-11-30"),
        ("last-month", "2026-10-01", "2026-10-31"),
        ("this-quarter", "2026-10-01", "2026-12-31"),
        ("last-quarter", "2026-07-01", "2026-09-30"),
        ("this-year", "2026-01-01", "2026-12-31"),
        ("last-year", "2025-01-01", "2025-12-31"),
        ("2026-10", "2026-10-01", "2026-10-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-Q3", "2026-07-01", "2026-09-30"),
        ("2026q3", "2026-07-01", "2026-09-30"),
        ("Q3 2026", "2026-07-01", "2026-09-30"),
        ("Q3", "2026-07-01", "2026-09-30"),
        ("10/2026", "2026-10-01", "2026-10-31"),
        ("10.2026", "2026-10-01", "2026-10-31"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-10-01..2026-10-31", "2026-10-01", "2026-10-31"),
        ("2026-10-01…2026-10-31", "2026-10-01", "2026-10-31"),
        ("2026-10-05", "2026-10-05", "2026-10-05"),
        ("all", "1970-01-01", "2026-11-22"),
    ],
)
def test_every_form_of_the_command_line(text: str, first: str, last: str) -> None:
    assert read(text) == (first, last)
    assert read(f"  {text.upper()} ") == (first, last)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("last week", "last-week"),
        ("Last   WEEK", "last-week"),
        ("lastweek", "last-week"),
        ("last_week", "last-week"),
        ("the last 30 days", "30d"),
        ("last30days", "30d"),
        ("week", "7d"),
        ("month to date", "this-month"),
        ("in October", "2026-10"),
        ("Oct 2025", "2025-10"),
        ("2025 october", "2025-10"),
        ("december", "2025-12"),
        ("november", "2026-11"),
        ("eelmine nädal", "last-week"),
        ("EELMINE NADAL", "last-week"),
        ("sel kuul", "this-month"),
        ("30 päeva", "30d"),
        ("30päeva", "30d"),
        ("viimase 2 kuu jooksul", "2m"),
        ("oktoobris", "2026-10"),
        ("täna", "today"),
        ("viime kuussa", "last-month"),
        ("viimeiset 12 viikkoa", "12w"),
        ("lokakuussa 2025", "2025-10"),
        ("tänään", "today"),
        ("прошлый месяц", "last-month"),
        ("в прошлом месяце", "last-month"),
        ("за последние 30 дней", "30d"),
        ("в октябре", "2026-10"),
        ("октябрь 2025", "2025-10"),
        ("все время", "all"),
        ("החודש", "this-month"),
        ("בשבוע שעבר", "last-week"),
        ("30 הימים האחרונים", "30d"),
        ("באוקטובר", "2026-10"),
        ("٣٠ d", "30d"),
        ("three months", "3m"),
        ("half a year", "6m"),
        ("kolm kuud", "3m"),
        ("viimase poole aasta jooksul", "6m"),
        ("viimasel kuul", "1m"),
        ("eelmises kvartalis", "last-quarter"),
        ("edellisellä viikolla", "last-week"),
        ("kuluvassa kuussa", "this-month"),
        ("viimeisten kolmen kuukauden aikana", "3m"),
        ("viime neljänneksellä", "last-quarter"),
        ("прошлой недели", "last-week"),
        ("прошлого месяца", "last-month"),
        ("с начала года", "this-year"),
        ("за полгода", "6m"),
        ("октябрь месяц", "2026-10"),
        ("за последние три месяца", "3m"),
        ("בחודש הקודם", "last-month"),
        ("החודש האחרון", "1m"),
        ("בשבוע האחרון", "1w"),
        ("בחודשיים האחרונים", "2m"),
        ("שלושת החודשים האחרונים", "3m"),
        ("חצי השנה האחרונה", "6m"),
        ("מתחילת השנה", "this-year"),
    ],
)
@pytest.mark.parametrize("language", ["en", "he"])
def test_words_of_every_language_are_read_whatever_the_language_of_the_chat(
    text: str, canonical: str, language: str
) -> None:
    assert read(text, language) == read(canonical)


def test_no_word_means_two_things_in_two_languages() -> None:
    seen: dict[str, object] = {}
    for language in LANGUAGES:
        words = words_of(language)
        for table in (words.phrases, words.units, words.months, words.numbers):
            for word, meaning in table.items():
                assert seen.setdefault(word, meaning) == meaning, (language, word)


@pytest.mark.parametrize(
    ("text", "language", "label"),
    [
        ("30d", "en", "last 30 days"),
        ("30d", "et", "viimased 30 päeva"),
        ("30d", "fi", "viimeiset 30 päivää"),
        ("21d", "ru", "последний 21 день"),
        ("22d", "ru", "последние 22 дня"),
        ("30d", "ru", "последние 30 дней"),
        ("30d", "he", "30 הימים האחרונים"),
        ("last-week", "et", "eelmine nädal"),
        ("2026-10", "en", "October 2026"),
        ("2026-10", "fi", "lokakuu 2026"),
        ("2026-Q3", "et-EE", "K3 2026"),
        ("2026-10-01..2026-10-31", "et", "1.–31. okt 2026"),
        ("all", "xx", "all time"),
    ],
)
def test_a_label_is_in_the_language_of_the_reader(text: str, language: str, label: str) -> None:
    found = parse_period(text, SUNDAY, TALLINN, language).label
    assert found.replace("\u2009", " ").replace("\N{NO-BREAK SPACE}", " ") == label


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("lst week", "last week"),
        ("yestrday", "yesterday"),
        ("octobr", "October"),
        ("last 3 monts", "3 months"),
        ("30x", "30d"),
        ("eelmine nadl", "eelmine nädal"),
        ("прошлый мсяц", "прошлый месяц"),
        ("viime viikola", "viime viikolla"),
        ("בחודש שעברר", "בחודש שעבר"),
        ("2026-13", "2026-12"),
        ("2026-Q5", "2026-Q4"),
        ("0d", "1d"),
        ("99999999999d", "9999d"),
        ("2026-10-31..2026-10-01", "2026-10-01..2026-10-31"),
    ],
)
def test_a_wrong_word_gets_the_nearest_right_one_and_an_example(text: str, nearest: str) -> None:
    with pytest.raises(PeriodError) as caught:
        read(text)
    assert (caught.value.word, caught.value.nearest) == (text, nearest)
    assert repr(nearest) in str(caught.value)
    assert f"Example: {caught.value.example}" in str(caught.value)
    assert read(nearest)
    assert read(caught.value.example)


@pytest.mark.parametrize("text", ["", "qqqq", "2026-02-30", "0000", "3000", "1.5d", "d", "30", "1969-12"])
def test_nonsense_is_an_error_with_an_example(text: str) -> None:
    with pytest.raises(PeriodError, match="Example: "):
        read(text)


def test_months_back_are_cut_to_the_shorter_month() -> None:
    assert read("1m", today=date(2026, 3, 31)) == ("2026-03-01", "2026-03-31")
    assert read("6m", today=date(2026, 8, 31)) == ("2026-03-01", "2026-08-31")


def test_the_period_before_october_is_the_31_days_before_it() -> None:
    before = previous(parse_period("2026-10", SUNDAY, TALLINN))
    assert (before.first_day, before.last_day, before.days) == (date(2026, 8, 31), date(2026, 9, 30), 31)


def test_thirty_days_over_the_autumn_change_are_thirty_local_days() -> None:
    period = parse_period("30d", SUNDAY, TALLINN)
    assert period.start.isoformat() == "2026-10-24T00:00:00+03:00"
    assert period.end.isoformat() == "2026-11-23T00:00:00+02:00"
    assert period.end.astimezone(UTC) - period.start.astimezone(UTC) == timedelta(days=30, hours=1)


def test_days_between_need_at_least_one() -> None:
    assert between(date(2026, 10, 1), date(2026, 11, 1), TALLINN) == parse_period(
        "2026-10-01..2026-10-31", SUNDAY, TALLINN
    )
    with pytest.raises(PeriodError, match="ends before it begins"):
        between(date(2026, 10, 1), date(2026, 10, 1), TALLINN)


@given(today=days, zone=zones, form=st.sampled_from(FORMS))
def test_a_period_is_whole_local_days_and_the_one_before_touches_it(
    today: date, zone: ZoneInfo, form: str
) -> None:
    period = parse_period(form, today, zone)
    before = previous(period)
    assert period.days >= 1
    assert before.days == period.days
    assert before.end == period.start
    for moment in (period.start, period.end):
        assert moment.tzinfo is zone
        assert (moment.hour, moment.minute) == (0, 0)
    assert period.start.astimezone(UTC) <= period.end.astimezone(UTC)


@given(today=days, zone=zones, number=st.integers(1, 999))
def test_the_last_n_days_end_at_the_coming_midnight(today: date, zone: ZoneInfo, number: int) -> None:
    period = parse_period(f"{number}d", today, zone)
    assert period.days == number
    assert period.end == datetime(today.year, today.month, today.day, tzinfo=zone) + timedelta(days=1)


@given(day=days, months=st.integers(-300, 300))
def test_adding_months_keeps_the_day_or_takes_the_last(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == day.day or (moved + timedelta(days=1)).day == 1


@given(st.text(max_size=30))
def test_any_text_is_a_period_or_a_period_error(text: str) -> None:
    with suppress(PeriodError):
        assert parse_period(text, SUNDAY, TALLINN).days > 0
