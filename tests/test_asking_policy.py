"""The rules of asking as values: durations, windows, which rule is for a visit, and what cannot work."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from surveys.policy import (
    AttributeCap,
    Policy,
    Quota,
    Rule,
    Rules,
    Window,
    parse_duration,
    problems,
)
from surveys.visits import Visit

VISIT = Visit("v-1", "c-1", datetime(2026, 11, 23, tzinfo=UTC), touchpoint="Delivery", branch="Tartu")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30 minutes", timedelta(minutes=30)),
        ("1 day", timedelta(days=1)),
        ("90 days", timedelta(days=90)),
        ("2s", timedelta(seconds=2)),
        ("12 h", timedelta(hours=12)),
        ("24 hours", timedelta(days=1)),
        ("1.5 hours", timedelta(minutes=90)),
        ("2 Weeks", timedelta(days=14)),
        (" 0 days ", timedelta()),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, expected: timedelta) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    "text", ["", "1", "day", "-1 day", "1 month", "1 day 2 hours", "٣ days", "1e3 days", "99999999999 days"]
)
def test_what_is_no_duration_is_refused_with_its_value_and_the_fix(text: str) -> None:
    with pytest.raises(ValueError, match="write a") as caught:
        parse_duration(text)
    assert repr(text) in str(caught.value)


def test_a_window_includes_its_last_minute_and_may_span_midnight() -> None:
    day, night = Window.parse(" 9:00 - 19:00 "), Window.parse("21:00-08:00")
    assert [day.holds(time(9)), day.holds(time(19, 0, 59)), day.holds(time(19, 1))] == [True, True, False]
    assert [night.holds(time(23)), night.holds(time(8)), night.holds(time(8, 1))] == [True, True, False]
    assert (str(day), day.over_midnight, night.over_midnight) == ("09:00-19:00", False, True)
    assert Window.parse("00:00-24:00") == Window(time(0), time(23, 59))


@pytest.mark.parametrize(
    "text", ["10-19", "10:00", "25:00-26:00", "10:00-19:60", "10:00-24:30", "ten to seven", ""]
)
def test_what_is_no_window_is_refused_with_its_value_and_the_fix(text: str) -> None:
    with pytest.raises(ValueError, match="write it like") as caught:
        Window.parse(text)
    assert repr(text) in str(caught.value)


def test_the_first_rule_that_matches_wins_and_the_base_is_for_the_rest() -> None:
    delivery, tartu = Policy(delay=timedelta(hours=2)), Policy(sample=0.5)
    rules = Rules(
        Policy(),
        (
            Rule({"touchpoint": "delivery", "branch": "Tallinn"}, Policy(sample=0)),
            Rule({"touchpoint": "delivery"}, delivery),
            Rule({"branch": "Tartu"}, tartu),
        ),
    )
    assert rules.for_visit(VISIT) is delivery
    assert rules.for_visit(VISIT._replace(touchpoint=None)) is tartu
    assert rules.for_visit(VISIT._replace(touchpoint=None, branch=None)) is rules.base
    assert rules.for_visit(VISIT._replace(touchpoint="call", branch=None, extra={"x": "y"})) is rules.base


def test_a_store_must_look_back_as_far_as_any_rule_does() -> None:
    assert Rules().reach_back() == timedelta(days=365)
    far = Policy(caps=(AttributeCap(1, timedelta(days=500), "employee"),))
    assert Rules(
        Policy(min_gap=timedelta(days=400)), (Rule({"branch": "x"}, far),)
    ).reach_back() == timedelta(days=500)


def test_the_defaults_and_sensible_rules_have_no_problems() -> None:
    rule = Rule(
        {"touchpoint": "delivery"},
        Policy(reminders=0, expire_after=timedelta(hours=5), sample=0, max_per_year=0),
    )
    assert problems(Rules(Policy(), (rule,)), "EE") == []


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        ({"weekdays": frozenset()}, "weekdays", "never opens"),
        ({"weekdays": frozenset({1, 9})}, "weekdays", "not one of the seven"),
        ({"window": Window(time(19), time(10))}, "window", "closes before it opens"),
        ({"delay": timedelta(days=3)}, "stale_after", "stale before its delay"),
        ({"sample": 1.5}, "sample", "not a share"),
        ({"sample": -0.1}, "sample", "not a share"),
        ({"max_per_year": -1}, "max_per_year", "negative"),
        ({"reminders": 4}, "reminders", "0 to 3"),
        ({"reminders": -1}, "reminders", "0 to 3"),
        ({"expire_after": timedelta(days=1)}, "expire_after", "expires before its reminder"),
        ({"channels": ()}, "channels", "nobody can be reached"),
        ({"choose": "newest"}, "choose", "unknown"),
        ({"choose": "priority"}, "touchpoint_priority", "needs it"),
        ({"caps": (AttributeCap(1, timedelta(), "employee"),)}, "caps", "limits nothing"),
        ({"quota": Quota(-1, "branch")}, "quota", "negative"),
    ],
)
def test_a_rule_that_cannot_work_is_named_by_key_value_and_fix(
    change: dict[str, Any], key: str, words: str
) -> None:
    wrong = replace(Policy(), **change)
    (found,) = problems(Rules(wrong), "EE")
    assert found.key == f"asking.{key}"
    assert words in found.problem
    assert found.fix
    (in_rule,) = problems(Rules(Policy(), (Rule({"branch": "Tartu"}, wrong),)), "EE")
    assert in_rule.key == f"asking.rules[1].{key}"
    assert len(problems(Rules(wrong, (Rule({"branch": "Tartu"}, wrong),)), "EE")) == 1  # inherited: told once


def test_a_rule_for_every_visit_is_a_problem_and_so_is_a_country_without_known_holidays() -> None:
    assert [found.key for found in problems(Rules(Policy(), (Rule({}, Policy()),)), "EE")] == [
        "asking.rules[1].when"
    ]
    (found,) = problems(Rules(), "XX")
    assert (found.key, found.value) == ("organisation.country", "XX")
    assert problems(Rules(Policy(skip_public_holidays=False)), "XX") == []
