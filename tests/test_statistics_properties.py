"""What must hold of every interval and test, whatever the numbers."""

from math import factorial
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.measures.sampling import Stratum, post_stratified
from surveys.measures.statistics import (
    Bands,
    Moments,
    adjusted_wald,
    compare_means,
    compare_nps,
    compare_shares,
    holm,
    mean_interval,
    moments,
    moments_of,
    net_score,
    student_t,
    t_tails,
    wilson,
)

COUNT = st.integers(0, 5000)
BANDS = st.builds(Bands, COUNT, COUNT, COUNT).filter(lambda bands: sum(bands) > 0)
SHARE = st.tuples(COUNT, COUNT).map(lambda pair: (min(pair), max(pair))).filter(lambda pair: pair[1] > 0)
ANSWERS = st.dictionaries(st.integers(1, 10), st.integers(1, 50), min_size=1)


def negated(value: float | None) -> float:
    assert value is not None
    return -value


@given(BANDS)
def test_nps_and_its_interval_stay_within_a_hundred_either_way(bands: Bands) -> None:
    interval, score = adjusted_wald(*bands), net_score(bands)
    assert interval is not None
    assert score is not None
    assert -100 <= interval.low <= interval.high <= 100
    assert sum(bands) == 1 or interval.low <= score <= interval.high


@given(BANDS)
def test_swapping_promoters_and_detractors_turns_everything_round(bands: Bands) -> None:
    turned = Bands(bands.detractors, bands.passives, bands.promoters)
    here, there = adjusted_wald(*bands), adjusted_wald(*turned)
    assert here is not None
    assert there is not None
    assert net_score(turned) == pytest.approx(negated(net_score(bands)))
    assert there == pytest.approx((-here.high, -here.low))


@given(BANDS, st.integers(2, 20))
def test_more_answers_of_the_same_mix_narrow_the_interval(bands: Bands, times: int) -> None:
    few, many = adjusted_wald(*bands), adjusted_wald(*(times * number for number in bands))
    assert few is not None
    assert many is not None
    # An interval cut at 100 may first widen; its uncut width never does.
    assert many.high - many.low < few.high - few.low or max(abs(few.low), few.high) == 100


@given(BANDS)
def test_one_more_promoter_never_lowers_the_score(bands: Bands) -> None:
    score, better = net_score(bands), net_score(bands._replace(promoters=bands.promoters + 1))
    assert score is not None
    assert better is not None
    assert better >= score


@given(BANDS, BANDS)
def test_comparing_the_other_way_round_turns_the_signs(one: Bands, two: Bands) -> None:
    there, back = compare_nps(one, two), compare_nps(two, one)
    assert there.delta == pytest.approx(negated(back.delta))
    assert there.z == pytest.approx(negated(back.z))
    assert there.p == pytest.approx(back.p)
    assert there.low == pytest.approx(negated(back.high))


@given(BANDS)
def test_no_change_is_never_significant(bands: Bands) -> None:
    change = compare_nps(bands, bands)
    assert (change.delta, change.z, change.p, change.significant) == (0, 0, 1, False)


@given(BANDS, BANDS)
def test_a_change_is_significant_just_when_its_interval_leaves_out_zero(one: Bands, two: Bands) -> None:
    change = compare_nps(one, two)
    assert change.low is not None
    assert change.high is not None
    assert change.significant == (not change.low <= 0 <= change.high)


@given(SHARE)
def test_a_share_lies_in_its_interval(share: tuple[int, int]) -> None:
    k, n = share
    interval, mirrored = wilson(k, n), wilson(n - k, n)
    assert interval is not None
    assert mirrored is not None
    assert 0 <= interval.low <= 100 * k / n <= interval.high <= 100
    assert mirrored == pytest.approx((100 - interval.high, 100 - interval.low), abs=1e-9)


@given(SHARE, SHARE)
def test_shares_compare_the_same_both_ways(one: tuple[int, int], two: tuple[int, int]) -> None:
    there, back = compare_shares(one, two), compare_shares(two, one)
    assert there.z == pytest.approx(negated(back.z))
    assert there.low == pytest.approx(negated(back.high), abs=1e-9)
    assert there.low is not None
    assert there.high is not None
    assert there.delta is not None
    assert -100 <= there.low <= there.delta <= there.high <= 100


@pytest.mark.parametrize(("k", "n"), [(3, 2), (-1, 4)])
def test_what_is_no_share_is_refused(k: int, n: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(k, n)


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="fewer than none"):
        adjusted_wald(3, -1, 2)


@given(ANSWERS)
def test_moments_of_counts_equal_moments_of_the_single_answers(counts: dict[int, int]) -> None:
    single = moments_of(value for value, number in counts.items() for _ in range(number))
    of = moments(counts)
    assert of is not None
    assert single is not None
    assert (of.n, of.mean, of.variance) == pytest.approx((single.n, single.mean, single.variance))


@given(ANSWERS)
def test_a_mean_lies_in_its_interval_and_both_on_the_scale(counts: dict[int, int]) -> None:
    of = moments(counts)
    assert of is not None
    interval = mean_interval(of, (1, 10))
    if of.n < 2:
        assert interval is None
    else:
        assert interval is not None
        assert 1 <= interval.low <= of.mean <= interval.high <= 10


def test_unanimous_answers_are_not_certain() -> None:
    interval = mean_interval(Moments(5, 9.0, 0.0), (1, 10))
    assert interval == pytest.approx((8.642, 9.358), abs=1e-3)
    assert not compare_means(Moments(5, 9.0, 0.0), Moments(5, 9.2, 0.0)).significant


def test_a_mean_without_a_scale_is_not_cut() -> None:
    assert mean_interval(Moments(4, 0.0, 4.0)) == pytest.approx((-3.1824, 3.1824), abs=1e-3)


def test_means_compare_only_where_both_have_answers_and_there_is_some_spread() -> None:
    some, single = Moments(10, 5.0, 2.0), Moments(1, 7.0, 0.0)
    assert compare_means(None, some).previous is None
    assert compare_means(some, None).delta is None
    assert (compare_means(single, single).delta, compare_means(single, single).p) == (0.0, None)
    change = compare_means(some, Moments(10, 7.0, 2.0))
    assert (change.z, change.p) == pytest.approx((2 / 0.4**0.5, 0.005391), abs=5e-7)
    assert (change.low, change.high) == pytest.approx(
        (2 - 2.10092 * 0.4**0.5, 2 + 2.10092 * 0.4**0.5), abs=1e-4
    )


@given(ANSWERS, ANSWERS)
def test_means_compare_the_same_both_ways(one: dict[int, int], two: dict[int, int]) -> None:
    there, back = compare_means(moments(one), moments(two)), compare_means(moments(two), moments(one))
    assert there.delta == pytest.approx(negated(back.delta))
    assert there.p == back.p
    assert there.significant == back.significant


@pytest.mark.parametrize("freedom", [*range(1, 12), 29, 30, 200, 1000, 1001, 10**7])
def test_tails_of_student_t_fit_its_points(freedom: int) -> None:
    assert t_tails(student_t(freedom), freedom) == pytest.approx(0.05, abs=3e-4)
    assert t_tails(0, freedom) == pytest.approx(1)
    assert t_tails(-2.5, freedom) == t_tails(2.5, freedom)
    assert 0 <= t_tails(400, freedom) < 0.002


def test_student_t_falls_towards_the_normal_point() -> None:
    points = [student_t(freedom) for freedom in range(1, 200)]
    assert points == sorted(points, reverse=True)
    assert student_t(10**6) == pytest.approx(1.959966, abs=1e-6)
    with pytest.raises(ValueError, match="at least 1"):
        student_t(0)


@given(st.lists(st.floats(0, 1), max_size=30))
def test_holm_never_makes_a_p_smaller_nor_changes_the_order(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(p <= new <= 1 for p, new in zip(p_values, adjusted, strict=True))
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    assert [adjusted[i] for i in order] == sorted(adjusted)


@given(BANDS, st.integers(1, 10**6))
def test_weighting_a_single_stratum_changes_nothing(bands: Bands, population: int) -> None:
    score = post_stratified([Stratum(population, bands)])
    assert score.value == pytest.approx(score.plain)
    assert score.effective_n == pytest.approx(sum(bands))


@given(st.lists(BANDS, min_size=1, max_size=6))
def test_weighting_answers_that_already_mirror_the_population_changes_nothing(strata: list[Bands]) -> None:
    score = post_stratified([Stratum(3 * sum(bands), bands) for bands in strata])
    assert score.value == pytest.approx(score.plain, abs=1e-9)
    assert score.effective_n == pytest.approx(sum(map(sum, strata)))


def coverage(n: int, p: float, d: float) -> float:
    """Probability that the interval of n answers holds the truth: every outcome with its exact weight."""
    covered = 0.0
    for promoters in range(n + 1):
        for detractors in range(n + 1 - promoters):
            passives = n - promoters - detractors
            ways = factorial(n) // (factorial(promoters) * factorial(passives) * factorial(detractors))
            interval = adjusted_wald(promoters, passives, detractors)
            assert interval is not None
            if interval.low - 1e-9 <= 100 * (p - d) <= interval.high + 1e-9:
                covered += ways * p**promoters * max(0.0, 1 - p - d) ** passives * d**detractors
    return covered


@pytest.mark.parametrize(("n", "least"), [(5, 0.83), (10, 0.87), (30, 0.92)])
def test_the_nps_interval_holds_the_truth_as_often_as_it_says(n: int, least: float) -> None:
    """For the usual mix of answers 19 times of 20; for the most lopsided mix as stated."""
    mixes = [(p / 10, d / 10) for p in range(10) for d in range(10 - p)]
    covered = [coverage(n, p, d) for p, d in mixes]
    assert min(covered) > least
    assert median(covered) > 0.94
