"""Rounding for people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.measures.display import display_interval, display_number, display_score, rounded


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (12.5, "+13"),
        (13.5, "+14"),
        (-12.5, "-13"),
        (42.08, "+42"),
        (0.0, "0"),
        (-0.2, "0"),
        (0.4, "0"),
        (100.0, "+100"),
        (0.29 * 100, "+29"),
        (100 * 1.005 - 88, "+13"),  # 12.499999999999986, by noise alone below 12.5
    ],
)
def test_halves_go_away_from_zero_and_the_sign_is_shown(value: float, shown: str) -> None:
    assert display_score(value) == shown


def test_one_decimal_where_asked() -> None:
    assert (display_score(12.5, 1), display_score(12.25, 1), display_score(-0.04, 1)) == (
        "+12.5",
        "+12.3",
        "0.0",
    )
    assert display_number(45.5224, 1) == "45.5"
    assert display_interval(-7.2, 33.1) == "-7…33"


@given(st.floats(-200, 200), st.integers(0, 3))
def test_rounding_is_never_off_by_more_than_half_a_step(value: float, decimals: int) -> None:
    assert abs(float(rounded(value, decimals)) - value) <= 0.5 * 10**-decimals + 1e-8


@given(st.floats(-200, 200))
def test_rounding_is_the_same_on_both_sides_of_zero(value: float) -> None:
    assert rounded(-value) == -rounded(value)
