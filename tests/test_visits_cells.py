"""Single cells of a visits file: moments, amounts, yes and no, languages."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from surveys.cells import CellProblem, amount_in, language_in, moment_in, yes_or_no_in

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
TALLINN = ZoneInfo("Europe/Tallinn")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23T14:20", "2026-11-23T12:20"),  # the organisation's clock
        ("2026-11-23 14:20", "2026-11-23T12:20"),
        ("2026-11-23T14:20:30.5", "2026-11-23T12:20:30.500"),
        ("2026-11-23T14:20:30,5", "2026-11-23T12:20:30.500"),
        ("2026-11-23T14", "2026-11-23T12:00"),
        ("20261123T142000", "2026-11-23T12:20"),
        ("2026-W48-1T14:20", "2026-11-23T12:20"),
        ("2026-11-23T14:20Z", "2026-11-23T14:20"),
        ("2026-11-23t14:20z", "2026-11-23T14:20"),
        ("2026-11-23T14:20+05:45", "2026-11-23T08:35"),
        ("2026-11-23T14:20-03", "2026-11-23T17:20"),
        ("2026-11-23 14:20:00 +02:00", "2026-11-23T12:20"),
        ("2026-11-23", "2026-11-23T10:00"),  # a date alone is noon of that day
        ("20261123", "2026-11-23T10:00"),
        ("2024-02-29", "2024-02-29T10:00"),
        ("2026-03-29T03:30", "2026-03-29T01:30"),  # skipped by the clock: with the offset from before
        ("2026-10-25T03:30", "2026-10-25T00:30"),  # shown twice: the first time
        ("1900-01-02T00:00", "1900-01-01T22:21"),
    ],
)
def test_a_moment_is_iso_8601(text: str, expected: str) -> None:
    assert moment_in(text, TALLINN, NOW) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2026-02-30T10:00", "no calendar"),
        ("2026-02-29", "no calendar"),
        ("2026-11-23T25:00", "no calendar"),
        ("2026-11-23T24:00", "no calendar"),
        ("2026-11-23T14:60", "no calendar"),
        ("2026-13-01", "no calendar"),
        ("0001-01-01T00:00+14:00", "no calendar"),
        ("0001-01-01T12:00Z", "before 1900"),
        ("2027-01-01", "future"),
        ("9999-12-31T23:59-14:00", "no calendar"),
        ("23.11.2026 14:20", "not a moment"),
        ("11/23/2026", "not a moment"),
        ("1763820000", "not a moment"),
        ("2026-11-23x14:20", "not a moment"),
        ("２０２６-11-23", "not a moment"),
        ("yesterday", "not a moment"),
    ],
)
def test_what_no_calendar_or_clock_shows_is_refused(text: str, problem: str) -> None:
    with pytest.raises(CellProblem) as caught:
        moment_in(text, TALLINN, NOW)
    assert problem in caught.value.problem
    assert caught.value.fix


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", "12"),
        ("12.5", "12.5"),
        ("12,50", "12.50"),
        ("1 234,50", "1234.50"),
        ("1\u00a0234,50", "1234.50"),
        ("1\u202f234\u202f567,89", "1234567.89"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("1’234.50", "1234.50"),
        ("1,234", "1234"),
        ("1.234", "1.234"),
        ("1.234.567", "1234567"),
        ("1234,5", "1234.5"),
        ("-12.50", "-12.50"),
        ("−12,50", "-12.50"),
        ("12.50 €", "12.50"),
        ("€12.50", "12.50"),
        ("EUR 12.50", "12.50"),
        ("12.50EUR", "12.50"),
        ("120 kr.", "120"),
        ("0", "0"),
    ],
)
def test_an_amount_is_read_as_people_write_money(text: str, expected: str) -> None:
    assert amount_in(text) == Decimal(expected)


@pytest.mark.parametrize(
    "text",
    ["NaN", "inf", "1e9", "1,2,3", "12 50", "1 23", "--5", "12.50.1", "five", "=1+1", "٥", "9" * 16, "", "€"],
)
def test_what_is_not_surely_an_amount_is_refused(text: str) -> None:
    with pytest.raises(CellProblem):
        amount_in(text)


@pytest.mark.parametrize(
    ("words", "expected"),
    [(("yes", "Y", "TRUE", "1", "jah", "Да"), True), (("no", "N", "false", "0", "EI", "нет"), False)],
)
def test_yes_and_no_come_in_plain_forms(words: tuple[str, ...], expected: bool) -> None:
    assert {yes_or_no_in(word) for word in words} == {expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("et", "et"),
        ("et-EE", "et"),
        ("ET_ee", "et"),
        ("est", "et"),
        ("eesti", "et"),
        ("Estonian", "et"),
        ("русский", "ru"),
        ("iw", "he"),
        ("pt-BR", "pt-BR"),
        ("pt", "pt"),
        ("lv-LV", "lv"),  # not configured: kept, replies are read in it
        ("lav", "lv"),
        ("Klingon", None),
        ("-", None),
    ],
)
def test_a_language_is_known_by_its_codes_and_names(text: str, expected: str | None) -> None:
    assert language_in(text, ("en", "et", "ru", "he", "pt-BR")) == expected
