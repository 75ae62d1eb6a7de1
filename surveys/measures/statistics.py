"""How sure a number is, and whether a change means anything. Standard library only; everything at 95 %.

Methods: adjusted Wald for NPS (Rocks 2016, The American Statistician), Wilson for shares, Student's t for
means, Holm for many comparisons at once. Plain margins are not offered: they are 0 for unanimous answers,
which is false certainty. sampling.py has sample sizes and weighting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, sqrt
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

    It holds its 95 % from few answers on. With a single answer it leaves out the score itself (100 for one
    promoter): do not show a score of one.
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
    return _compared(previous, current, difference / error, _around(difference, error, 200))


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
    """Welch's test of two means of whole-number answers, with the normal distribution for p.

    With a handful of answers on both sides p is a little too small; such scores are not shown anyway.
    A side of one answer has no variance: z and p are None.
    """
    if before is None or after is None:
        return Comparison(before.mean if before else None)
    delta = after.mean - before.mean
    if min(before.n, after.n) < 2:
        return Comparison(before.mean, delta)
    error = sqrt(sum(max(side.variance, HIDDEN_VARIANCE) / side.n for side in (before, after)))
    return _compared(before.mean, after.mean, delta / error, _around(delta, error, None))


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


def _around(centre: float, error: float, bound: float | None) -> Interval:
    low, high = centre - Z * error, centre + Z * error
    return Interval(low, high) if bound is None else Interval(max(-bound, low), min(bound, high))
