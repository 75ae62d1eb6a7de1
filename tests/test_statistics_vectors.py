"""Every vector of intervals, tests, sample sizes and weights, each known from an independent computation."""

import pytest

from surveys.measures.sampling import (
    Stratum,
    expected_margin,
    post_stratified,
    sample_size_for_margin,
    sample_size_to_detect,
)
from surveys.measures.statistics import (
    Bands,
    Z,
    adjusted_wald,
    compare_nps,
    compare_shares,
    holm,
    net_score,
    student_t,
    wilson,
)


@pytest.mark.parametrize(
    ("bands", "score", "low", "high"),
    [
        ((80, 15, 5), 75.0, 62.0700, 83.5610),
        ((10, 0, 0), 100, 47.5036, 100),
        ((5, 0, 5), 0, -51.1274, 51.1274),
        ((1, 0, 0), 100, -48.4986, 98.4986),
        ((3, 3, 2), 12.5, -36.0171, 54.1989),
        ((30, 12, 8), 44.0, 21.1306, 61.8883),
        ((0, 10, 0), 0, -18.4650, 18.4650),
    ],
)
def test_nps_and_its_adjusted_interval(
    bands: tuple[int, int, int], score: float, low: float, high: float
) -> None:
    interval = adjusted_wald(*bands)
    assert net_score(Bands(*bands)) == pytest.approx(score)
    assert interval == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("bands", "variance", "margin", "centre"),
    [
        ((80, 15, 5), 0.2875, 10.5091, 72.8155),
        ((10, 0, 0), 0, 0, 76.9231),
        ((5, 0, 5), 1, 61.9795, 0),
        ((1, 0, 0), 0, 0, 25.0),
        ((3, 3, 2), 0.6094, 54.0935, 9.0909),
        ((30, 12, 8), 0.5664, 20.8605, 41.5094),
        ((0, 10, 0), 0, 0, 0),
    ],
)
def test_plain_margin_and_adjusted_centre_of_an_nps(
    bands: tuple[int, int, int], variance: float, margin: float, centre: float
) -> None:
    """The plain margin is that of a single stratum; compared with a tie, the difference is the adjusted score."""
    plain = post_stratified([Stratum(1, Bands(*bands))])
    assert plain.margin == pytest.approx(margin, abs=5e-5)
    assert ((plain.margin or 0) / (100 * Z)) ** 2 * sum(bands) == pytest.approx(variance, abs=5e-5)
    against_a_tie = compare_nps(Bands(5, 0, 5), Bands(*bands))
    assert against_a_tie.low is not None
    assert against_a_tie.high is not None
    assert (against_a_tie.low + against_a_tie.high) / 2 == pytest.approx(centre, abs=5e-5)


def test_no_answers_are_no_score_and_not_zero() -> None:
    assert net_score(Bands(0, 0, 0)) is None
    assert adjusted_wald(0, 0, 0) is None
    assert wilson(0, 0) is None


def test_eighty_percent_less_five_percent_is_75_and_not_7_5() -> None:
    assert net_score(Bands(80, 15, 5)) == 75


def test_the_index_is_the_difference_of_shares_and_not_of_people() -> None:
    assert net_score(Bands(160, 30, 10)) == 75


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (45, 100, 35.6145, 54.7554),
        (0, 10, 0, 27.7533),
        (10, 10, 72.2467, 100),
        (1, 1, 20.6549, 100),
        (7, 20, 18.1192, 56.7146),
        (2206, 2688, 80.5728, 83.4726),
    ],
)
def test_wilson_interval_of_a_share(k: int, n: int, low: float, high: float) -> None:
    assert wilson(k, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("before", "after", "delta", "z", "p"),
    [
        ((80, 15, 5), (60, 20, 20), -35.0, -3.5382, 0.000403),
        ((1436, 968, 342), (1268, 935, 447), -8.8586, -4.5067, 0.000007),
        ((30, 12, 8), (32, 10, 8), 4.0, 0.2561, 0.797894),
        ((5, 0, 0), (0, 0, 5), -200, -3.8490, 0.000119),
        ((20, 10, 10), (10, 10, 20), -50.0, -2.6183, 0.008838),
        ((600, 200, 200), (630, 200, 170), 6.0, 1.7091, 0.087441),
    ],
)
def test_change_between_two_periods(
    before: tuple[int, int, int], after: tuple[int, int, int], delta: float, z: float, p: float
) -> None:
    change = compare_nps(Bands(*before), Bands(*after))
    assert change.previous == net_score(Bands(*before))
    assert change.delta == pytest.approx(delta, abs=5e-5)
    assert change.z == pytest.approx(z, abs=5e-5)
    assert change.p == pytest.approx(p, abs=5e-7)
    assert change.significant == (p < 0.05)


@pytest.mark.parametrize(
    ("before", "after", "adjusted_change"),
    [
        ((80, 15, 5), (60, 20, 20), -33.9806),
        ((1436, 968, 342), (1268, 935, 447), -8.8502),
        ((30, 12, 8), (32, 10, 8), 3.7736),
        ((5, 0, 0), (0, 0, 5), -125.0),
        ((20, 10, 10), (10, 10, 20), -46.5116),
        ((600, 200, 200), (630, 200, 170), 5.9821),
    ],
)
def test_interval_of_a_change_lies_around_the_adjusted_change(
    before: tuple[int, int, int], after: tuple[int, int, int], adjusted_change: float
) -> None:
    change = compare_nps(Bands(*before), Bands(*after))
    assert change.low is not None
    assert change.high is not None
    assert (change.low + change.high) / 2 == pytest.approx(adjusted_change, abs=5e-5)


@pytest.mark.parametrize(("n", "z"), [(20, 1.01), (100, 2.26)])
def test_csi_from_75_to_60_percent_is_no_evidence_from_few_answers(n: int, z: float) -> None:
    change = compare_shares((75 * n // 100, n), (60 * n // 100, n))
    assert change.delta == pytest.approx(-15)
    assert change.z == pytest.approx(-z, abs=0.005)
    assert change.significant == (n == 100)


@pytest.mark.parametrize("side", ["before", "after"])
def test_comparing_with_no_answers_gives_no_delta(side: str) -> None:
    some, none = Bands(3, 1, 1), Bands(0, 0, 0)
    change = compare_nps(none, some) if side == "before" else compare_nps(some, none)
    assert change.previous == (None if side == "before" else 40)
    assert (change.delta, change.z, change.p, change.significant) == (None, None, None, False)
    shares = compare_shares((0, 0), (1, 2)) if side == "before" else compare_shares((1, 2), (0, 0))
    assert (shares.delta, shares.z, shares.p) == (None, None, None)


@pytest.mark.parametrize(
    ("points", "s2", "for_margin", "to_detect"),
    [
        (5, 0.7, 1073, 4393),
        (10, 0.7, 266, 1096),
        (15, 0.7, 117, 486),
        (20, 0.7, 65, 272),
        (10, 1.0, 382, 1567),
        (10, 0.5, 190, 782),
    ],
)
def test_sample_sizes(points: float, s2: float, for_margin: int, to_detect: int) -> None:
    assert sample_size_for_margin(points, s2) == for_margin
    assert sample_size_to_detect(points, s2) == to_detect
    enough, too_few = expected_margin(for_margin, s2), expected_margin(for_margin - 1, s2)
    assert enough is not None
    assert too_few is not None
    assert enough <= points < too_few


def test_nobody_asked_has_no_margin_to_expect() -> None:
    assert expected_margin(0) is None
    assert expected_margin(1) == pytest.approx(81.99, abs=0.01)
    assert expected_margin(1, s2=1.0) == pytest.approx(97.998, abs=0.001)


@pytest.mark.parametrize("points", [0, -5])
def test_a_margin_of_nothing_is_refused(points: float) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        sample_size_for_margin(points)


@pytest.mark.parametrize(
    ("strata", "plain", "weighted", "margin", "effective"),
    [
        ([(500, 40, 10, 10), (500, 5, 5, 10)], 31.25, 12.5, 20.5790, 60),
        ([(900, 40, 10, 10), (100, 5, 5, 10)], 31.25, 42.5, 17.7685, 71.4286),
        ([(1000, 30, 12, 8)], 44, 44, 20.8605, 50),
        ([(100, 8, 1, 1), (200, 10, 5, 5), (700, 20, 30, 50)], -13.8462, -9.0, 13.5422, 126.5823),
        ([(50, 1, 0, 0), (50, 0, 0, 1)], 0, 0, 0, 2),
        ([(500, 0, 0, 0), (500, 5, 5, 10)], -25, None, None, None),
    ],
)
def test_post_stratified_score(
    strata: list[tuple[int, int, int, int]],
    plain: float,
    weighted: float | None,
    margin: float | None,
    effective: float | None,
) -> None:
    score = post_stratified([Stratum(population, Bands(p, n, d)) for population, p, n, d in strata])
    assert score.plain == pytest.approx(plain, abs=5e-5)
    for value, expected in ((score.value, weighted), (score.margin, margin), (score.effective_n, effective)):
        assert value == (None if expected is None else pytest.approx(expected, abs=5e-5))


def test_no_strata_have_no_weighted_score() -> None:
    assert post_stratified([]).value is None
    assert post_stratified([Stratum(0, Bands(1, 0, 0))]).value is None


def test_holm_adjusts_in_order_and_never_falls() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([0.9, 0.8]) == (1.0, 1.0)
    assert holm([]) == ()


@pytest.mark.parametrize(
    ("freedom", "t"), [(1, 12.7062), (4, 2.7764), (5, 2.5706), (9, 2.2622), (29, 2.0452), (1000, 1.9623)]
)
def test_student_t_matches_the_tables(freedom: int, t: float) -> None:
    assert student_t(freedom) == pytest.approx(t, abs=5e-4)
