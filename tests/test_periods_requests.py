"""Requests: the words after /score in any order and in five languages."""

from contextlib import suppress
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.periods import PeriodError, WordError
from surveys.requests import RequestError, ScoreRequest, parse_request, split_words, without_weekly

DIMENSIONS = ("branch", "employee", "product", "touchpoint", "channel", "language", "month", "fuel_type")


def ask(text: str, language: str = "en") -> ScoreRequest:
    return parse_request(
        split_words(text),
        date(2026, 11, 22),
        ZoneInfo("Europe/Tallinn"),
        dimensions=DIMENSIONS,
        surveys=("nps", "csi"),
        language=language,
    )


def told(text: str) -> tuple[str, str | None, tuple[tuple[str, str], ...], str | None]:
    request = ask(text)
    return request.period.label, request.by, request.where, request.survey


def test_nothing_said_is_the_last_30_days() -> None:
    assert told("") == ("last 30 days", None, (), None)


def test_all_parts_in_any_order() -> None:
    whole = ("last week", "branch", (("employee", "Mari M"), ("channel", "sms")), "nps")
    assert told('last week by branch employee="Mari M" channel=sms nps') == whole
    assert told('NPS employee="Mari M" by Branch channel=sms last week') == whole
    assert told("employee = “Mari M” channel = sms last week nps by branch") == whole


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("30d by branch", "branch"),
        ("30d filiaalide kaupa", "branch"),
        ("töötajate lõikes", "employee"),
        ("toimipisteen mukaan viime kuussa", "branch"),
        ("за 30 дней по филиалам", "branch"),
        ("прошлый месяц по сотрудникам", "employee"),
        ("לפי סניף החודש", "branch"),
        ("viime kuussa toimipisteittäin", "branch"),
        ("kuukausittain 6m", "month"),
        ("по магазину", "branch"),
        ("by fuel_type", "fuel_type"),
        ("by Fuel_Type", "fuel_type"),
        ("by month 6m", "month"),
        ("month", None),
    ],
)
def test_a_breakdown_in_five_languages(text: str, by: str | None) -> None:
    assert ask(text).by == by


@pytest.mark.parametrize(
    ("text", "word", "nearest"),
    [
        ("30d by brnch", "brnch", "branch"),
        ("30d brnch", "brnch", "by branch"),
        ("brnch", "brnch", "by branch"),
        ("last week nsp", "nsp", "nps"),
        ("by", "by", "by branch"),
        ("30d by", "by", "by branch"),
        ("city=Tartu", "city", None),
        ("emploee=Mari", "emploee", "employee"),
        ("filaal=Tartu", "filaal", "filiaal"),
        ("по сотруднкам", "сотруднкам", "сотрудникам"),
        ("nps csi", "csi", "nps"),
        ("=Tartu", "", None),
    ],
)
def test_an_unknown_word_gets_the_nearest_right_one_and_an_example(
    text: str, word: str, nearest: str | None
) -> None:
    with pytest.raises(RequestError) as caught:
        ask(text)
    assert (caught.value.word, caught.value.nearest) == (word, nearest)
    assert "Example: /score" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("12w by week", ["12w"]),
        ("weekly", []),
        ("last week", ["last", "week"]),
        ("12 weeks", ["12", "weeks"]),
        ("12n nädalate kaupa", ["12n"]),
        ("viikoittain 6m", ["6m"]),
        ("за полгода по неделям", ["за", "полгода"]),
        ("לפי שבוע", []),
    ],
)
def test_by_week_is_how_a_trend_is_told_anyway(text: str, left: list[str]) -> None:
    assert without_weekly(split_words(text), "en") == left


def test_a_wrong_period_is_told_as_a_period() -> None:
    with pytest.raises(PeriodError, match="Did you mean 'last week'"):
        ask("lst week")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('branch="Tallinn Kesklinn" 30d', ["branch=Tallinn Kesklinn", "30d"]),
        ('branch=""', ["branch="]),
        ("employee=O'Brien 30d", ["employee=O'Brien", "30d"]),
        ('branch="Tallinn 30d', ['branch="Tallinn', "30d"]),
        ("a\\b #c", ["a\\b", "#c"]),
    ],
)
def test_quotes_keep_a_value_whole_and_a_lone_quote_is_a_character(text: str, words: list[str]) -> None:
    assert split_words(text) == words


def test_an_empty_value_asks_for_answers_without_one() -> None:
    assert ask('branch=""').where == (("branch", ""),)


@given(st.text(max_size=40))
def test_any_text_is_a_request_or_a_word_error(text: str) -> None:
    with suppress(WordError):
        assert ask(text).period.days > 0
