"""Who differs from the colleagues, and what satisfaction hangs on."""

import random
from collections import Counter

import pytest

from surveys.measures.drivers import Quadrant, correlation, derived_drivers, stated_drivers
from surveys.measures.team import Standing, team
from surveys.measures.weighted_csi import Parameter


def test_only_who_truly_differs_is_ranked() -> None:
    members = {
        "Mari": {10: 60, 2: 5},
        "Jaan": {10: 20, 2: 20},
        "Anu": {10: 21, 2: 19},
        "Peeter": {10: 2, 2: 60},
    }
    standings = [(member.name, member.standing) for member in team(members, "nps")]
    assert standings == [
        ("Mari", Standing.BETTER),
        ("Anu", Standing.LIKE),
        ("Jaan", Standing.LIKE),
        ("Peeter", Standing.WORSE),
    ]


def test_below_the_minimum_only_the_count_may_be_told() -> None:
    members = {"Mari": {10: 30, 2: 9}, "Jaan": {10: 20, 2: 20}, "Uus": {0: 4}}
    last = team(members, "nps", minimum=5)[-1]
    assert (last.name, last.shown, last.result.n) == ("Uus", False, 4)
    assert (last.against, last.p, last.standing) == (None, None, None)


def test_answers_of_the_hidden_count_among_the_others() -> None:
    mari = team({"Mari": {10: 10}, "Uus": {0: 4}}, "nps")[0]
    assert mari.against is not None
    assert (mari.against.previous, mari.against.delta) == (-100, 200)


def test_a_team_of_one_has_nobody_to_compare_with() -> None:
    (only,) = team({"Mari": {10: 30}}, "nps")
    assert (only.shown, only.against, only.standing) == (True, None, None)


def test_the_best_loyalty_is_the_lowest_mean() -> None:
    members = {"Mari": {1: 30, 2: 30}, "Jaan": {5: 30, 6: 30}}
    assert [(m.name, m.standing) for m in team(members, "cli")] == [
        ("Mari", Standing.BETTER),
        ("Jaan", Standing.WORSE),
    ]


def test_csi_of_employees_from_75_to_60_percent_is_not_ranked_at_twenty_answers() -> None:
    members = {"Mari": {5: 15, 2: 5}, "Jaan": {5: 12, 2: 8}}
    assert {member.standing for member in team(members, "csi")} == {Standing.LIKE}


@pytest.mark.parametrize(
    ("measure", "values", "weights"),
    [
        ("nps", (2, 8, 10), (3, 3, 4)),
        ("csi", (2, 3, 5), (2, 1, 7)),
        ("csat", (3, 7, 8, 9, 10), (1, 1, 2, 2, 4)),
    ],
)
def test_twenty_equal_employees_rarely_see_a_false_alarm(
    measure: str, values: tuple[int, ...], weights: tuple[int, ...]
) -> None:
    """One team in twenty is expected; unadjusted, about two in three would have an alarm."""
    dice = random.Random(7)
    alarms = 0
    for _ in range(100):
        members = {f"e{i}": Counter(dice.choices(values, weights, k=40)) for i in range(20)}
        alarms += any(member.standing is not Standing.LIKE for member in team(members, measure))
    assert alarms <= 13


PARAMETERS = {
    "speed": Parameter({5: 40}, {2: 40}),
    "politeness": Parameter({5: 40}, {5: 40}),
    "coffee": Parameter({1: 40}, {5: 40}),
    "music": Parameter({1: 40}, {2: 40}),
}


def test_stated_importance_puts_parameters_in_four_quadrants() -> None:
    placed = {driver.name: driver.quadrant for driver in stated_drivers(PARAMETERS, (1, 5))}
    assert placed == {
        "speed": Quadrant.CONCENTRATE_HERE,
        "politeness": Quadrant.KEEP_UP,
        "coffee": Quadrant.POSSIBLE_OVERKILL,
        "music": Quadrant.LOW_PRIORITY,
    }


def test_below_thirty_answers_a_parameter_gets_no_quadrant_and_moves_no_line() -> None:
    few = PARAMETERS | {"parking": Parameter({5: 29}, {1: 29})}
    placed = {driver.name: driver for driver in stated_drivers(few, (1, 5))}
    assert (placed["parking"].quadrant, placed["parking"].note) == (
        None,
        "29 answers, at least 30 are needed",
    )
    assert placed["music"].quadrant is Quadrant.LOW_PRIORITY
    assert stated_drivers({"speed": Parameter({}, {})}, (1, 5))[0].satisfaction is None


def test_a_single_parameter_has_nothing_to_be_compared_with() -> None:
    (only,) = stated_drivers({"speed": PARAMETERS["speed"]}, (1, 5))
    assert (only.quadrant, only.note) == (None, "needs another parameter to compare with")


def test_derived_importance_is_the_correlation_with_the_overall_score() -> None:
    pairs = {
        "speed": {(1, 2): 20, (2, 9): 20},
        "coffee": {(5, 2): 10, (5, 9): 10, (4, 2): 10, (4, 9): 10},
        "smile": {(5, 2): 20, (5, 9): 20},
    }
    speed, coffee, smile = derived_drivers(pairs, (1, 5))
    assert (speed.importance, coffee.importance) == pytest.approx((1, 0))
    assert (speed.quadrant, coffee.quadrant) == (Quadrant.CONCENTRATE_HERE, Quadrant.POSSIBLE_OVERKILL)
    assert (smile.importance, smile.quadrant, smile.note) == (None, None, "everybody answered alike")
    assert derived_drivers({"speed": {}}, (1, 5))[0].n == 0


def test_correlation_is_pearsons() -> None:
    assert correlation({(1, 1): 1, (2, 3): 1, (3, 2): 1}) == pytest.approx(0.5)
    assert correlation({(1, 3): 2, (2, 2): 2, (3, 1): 2}) == pytest.approx(-1)
    assert correlation({}) is None
