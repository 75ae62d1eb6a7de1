"""How sure a number is, and whether a change means anything. Standard library only; everything at 95 %.

Methods: adjusted Wald for NPS (Rocks 2016, The American Statistician), Wilson for shares, Student's t for
means, Holm for many comparisons at once. Plain margins are not offered: they are 0 for unanimous answers,
which is false certainty. sampling.py has sample sizes and weighting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import atan, cos, fsum, pi, sin, sqrt
from operator import mul
from statistics import NormalDist
from typing import NamedTuple

ALPHA = 0.05
Z = NormalDist().inv_cdf(1 - ALPHA / 2)
HIDDEN_VARIANCE = 1 / 12
"""Whole-number answers hide half a step either way, so no mean is known better than this variance allows."""


class Interval(NamedTuple):
    """A 95 % interval, in the unit of its score."""

    low: float
    high: float


class Bands(NamedTuple):
    """How many answers were promoters, passives and detractors."""

    promoters: int
    passives: int
    detractors: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """A score against an earlier one, or against another group's.

    `previous` and `delta` come from the plain scores; `z`, the two-sided `p` and the interval of the
    difference (`low`, `high`) from the adjusted ones where the method has such. All but `previous` are None
    where either side has no answers. A change is `significant` when p < 0.05.
    """

    previous: float | None
    delta: float | None = None
    z: float | None = None
    p: float | None = None
    low: float | None = None
    high: float | None = None
    significant: bool = False


@dataclass(frozen=True, slots=True)
class Moments:
    """Number, mean and sample variance (n - 1) of some values; the variance of one value is 0."""

    n: int
    mean: float
    variance: float


# NPS ------------------------------------------------------------------------------------------------------


def net_score(bands: Bands) -> float | None:
    """100 · (promoters - detractors) / all, the passives included; None without answers."""
    n = _total(bands)
    return 100 * (bands[0] - bands[2]) / n if n else None


def adjusted_wald(promoters: int, passives: int, detractors: int) -> Interval | None:
    """Interval of an NPS: three answers are added, ¾ promoter, 1½ passive, ¾ detractor; cut at ±100.

    Over all mixes of answers it holds the truth 95 % of the time already at five answers; for the most
    lopsided mixes 84 % at five, 88 % at ten, 92 % from thirty on (exact enumeration, in the tests). With a
    single answer it leaves out the score itself (100 for one promoter): do not show a score of one.
    """
    bands = Bands(promoters, passives, detractors)
    if not _total(bands):
        return None
    centre, variance = _adjusted(bands)
    half = Z * sqrt(variance)
    return Interval(max(-100.0, centre - half), min(100.0, centre + half))


def compare_nps(before: Bands, after: Bands) -> Comparison:
    """Test two independent samples: z from the adjusted scores and their variances."""
    previous, current = net_score(before), net_score(after)
    if previous is None or current is None:
        return Comparison(previous)
    centre_before, variance_before = _adjusted(before)
    centre_after, variance_after = _adjusted(after)
    error = sqrt(variance_before + variance_after)
    difference = centre_after - centre_before
    return _compared(
        previous,
        current,
        difference / error,
        Interval(max(-200.0, difference - Z * error), min(200.0, difference + Z * error)),
    )


def _adjusted(bands: Bands) -> tuple[float, float]:
    """Give the adjusted score in points, and the variance of that score."""
    n = _total(bands) + 3
    p, d = (bands[0] + 0.75) / n, (bands[2] + 0.75) / n
    return 100 * (p - d), 1e4 * (p + d - (p - d) ** 2) / n


def _total(bands: Bands) -> int:
    if min(bands) < 0:
        raise ValueError(f"Answers cannot be fewer than none: {tuple(bands)}. Count them again.")
    return sum(bands)


# Shares ---------------------------------------------------------------------------------------------------


def wilson(k: int, n: int) -> Interval | None:
    """Interval in percent of a share k of n (Wilson's score interval); None when n is 0.

    Raises ValueError unless 0 <= k <= n.
    """
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no share. Count the answers again.")
    if n == 0:
        return None
    share, z2 = k / n, Z * Z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    # At 0 and n the formula gives exactly 0 and 1; floating point would miss them by a hair.
    return Interval(0.0 if k == 0 else 100 * (centre - half), 100.0 if k == n else 100 * (centre + half))


def compare_shares(before: tuple[int, int], after: tuple[int, int]) -> Comparison:
    """Test two shares, each (k, n): z pooled, as the shares are equal if nothing changed.

    The interval of the difference is Newcombe's, from the two Wilson intervals (Newcombe 1998, method 10),
    and so can differ from the test in a borderline case.
    """
    (k1, n1), (k2, n2) = before, after
    first, second = wilson(k1, n1), wilson(k2, n2)
    if first is None or second is None:
        return Comparison(100 * k1 / n1 if n1 else None)
    p1, p2, pooled = 100 * k1 / n1, 100 * k2 / n2, (k1 + k2) / (n1 + n2)
    error = 100 * sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    low = p2 - p1 - sqrt((p2 - second.low) ** 2 + (first.high - p1) ** 2)
    high = p2 - p1 + sqrt((second.high - p2) ** 2 + (p1 - first.low) ** 2)
    return _compared(p1, p2, (p2 - p1) / error if error else 0.0, Interval(low, high))


# Means ----------------------------------------------------------------------------------------------------


def moments(counts: Mapping[int, int]) -> Moments | None:
    """Moments of answers given as value -> number; None without answers."""
    n = sum(counts.values())
    if not n:
        return None
    mean = sum(value * number for value, number in counts.items()) / n
    squares = fsum(number * (value - mean) ** 2 for value, number in counts.items())
    return Moments(n, mean, squares / (n - 1) if n > 1 else 0.0)


def moments_of(values: Iterable[float]) -> Moments | None:
    """Moments of single values, each given once; None without values."""
    listed = list(values)
    if not listed:
        return None
    mean = fsum(listed) / len(listed)
    squares = fsum((value - mean) ** 2 for value in listed)
    return Moments(len(listed), mean, squares / (len(listed) - 1) if len(listed) > 1 else 0.0)


def mean_interval(of: Moments, scale: tuple[float, float] | None = None) -> Interval | None:
    """Interval of a mean by Student's t, cut at the scale; None below two values.

    t and not the normal distribution, because at five answers the normal one is 30 % too narrow. On a scale
    of whole numbers the variance is taken as at least 1/12, so unanimous answers are not "certain".
    """
    if of.n < 2:
        return None
    floor = HIDDEN_VARIANCE if scale else 0.0
    half = student_t(of.n - 1) * sqrt(max(of.variance, floor) / of.n)
    low, high = scale or (of.mean - half, of.mean + half)
    return Interval(max(low, of.mean - half), min(high, of.mean + half))


def compare_means(before: Moments | None, after: Moments | None) -> Comparison:
    """Test two means of whole-number answers: Student's t with one pooled variance; `z` is that t.

    If nothing differs, both sides have the same spread, and the pooled estimate stands firm where one side has
    few answers. Welch's test does not on such lopsided answers: among 20 equal employees of 20 answers each it
    raised a false alarm in 4 teams of 10, the pooled one in 7 of 100.
    """
    if before is None or after is None:
        return Comparison(before.mean if before else None)
    delta, freedom = after.mean - before.mean, before.n + after.n - 2
    if freedom < 1:
        return Comparison(before.mean, delta)
    squares = (before.n - 1) * before.variance + (after.n - 1) * after.variance
    error = sqrt(max(squares / freedom, HIDDEN_VARIANCE) * (1 / before.n + 1 / after.n))
    half, p = student_t(freedom) * error, t_tails(delta / error, freedom)
    return Comparison(before.mean, delta, delta / error, p, delta - half, delta + half, p < ALPHA)


def t_tails(t: float, freedom: int) -> float:
    """Two-sided p of Student's t (Abramowitz and Stegun 26.7.3 and 26.7.4); the normal one above 1000 degrees."""
    if freedom > 1000:
        return 2 * NormalDist().cdf(-abs(t))
    angle = atan(abs(t) / sqrt(freedom))
    sine, cosine = sin(angle), cos(angle)
    odd = freedom % 2
    factors = ((step - 1) / step * cosine**2 for step in range(2 + odd, freedom - 1, 2))
    series = fsum(accumulate(factors, mul, initial=cosine if odd else 1.0)) if freedom > 1 else 0.0
    inside = 2 / pi * (angle + sine * series) if odd else sine * series
    return max(0.0, 1 - inside)


def student_t(freedom: int) -> float:
    """Give the two-sided 95 % point of Student's t.

    Exact to 3 decimals: known values up to 4 degrees of freedom, then the expansion about the normal point
    (Abramowitz and Stegun 26.7.5).
    """
    if freedom < 1:
        raise ValueError(f"Student's t needs at least 1 degree of freedom, not {freedom}.")
    if freedom <= 4:
        return (12.706205, 4.302653, 3.182446, 2.776445)[freedom - 1]
    terms: tuple[float, ...] = (
        (Z**3 + Z) / 4,
        (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96,
        (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384,
        (79 * Z**9 + 776 * Z**7 + 1482 * Z**5 - 1920 * Z**3 - 945 * Z) / 92160,
    )
    return Z + fsum(term / freedom**power for power, term in enumerate(terms, start=1))


# Many at once ---------------------------------------------------------------------------------------------


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjust p for many comparisons made at once (Holm 1979), in the order given.

    Of twenty employees compared at 0.05, one looks different by chance alone; compare the adjusted p.
    """
    adjusted = [0.0] * len(p_values)
    worst = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        worst = max(worst, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = worst
    return tuple(adjusted)


def _compared(previous: float, current: float, z: float, interval: Interval) -> Comparison:
    p = 2 * NormalDist().cdf(-abs(z))
    return Comparison(previous, current - previous, z, p, interval.low, interval.high, p < ALPHA)
