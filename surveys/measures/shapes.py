"""The two shapes that most measures have: a share of answers, and a mean of answers."""

from __future__ import annotations

from surveys.measures.base import Better, Counts, Remarks, Result, Scale, count_bands, left_out, valid
from surveys.measures.statistics import (
    Comparison,
    compare_means,
    compare_shares,
    mean_interval,
    moments,
    wilson,
)


def share(id: str, k: int, n: int, better: Better = "up", remarks: Remarks = ()) -> Result:  # noqa: A002
    """Give k of n in percent with its Wilson interval; no value when n is 0."""
    interval = wilson(k, n)
    if interval is None:
        return Result(id, None, "percent", better, 0, remarks=remarks)
    return Result(id, 100 * k / n, "percent", better, n, interval.low, interval.high, remarks)


def band_share(id: str, counts: Counts, scale: Scale, top: tuple[int, int]) -> Result:  # noqa: A002
    """Share of the answers from top[0] to top[1] in all answers."""
    given = valid(counts, scale)
    k = count_bands(given, {"top": top})["top"]
    return share(id, k, sum(given.values()), remarks=left_out(counts, scale))


def compare_band_shares(before: Counts, after: Counts, scale: Scale, top: tuple[int, int]) -> Comparison:
    """Test the share of `top` in two sets of answers."""
    (k1, n1), (k2, n2) = (
        (count_bands(given, {"top": top})["top"], sum(given.values()))
        for given in (valid(before, scale), valid(after, scale))
    )
    return compare_shares((k1, n1), (k2, n2))


def mean(
    id: str,  # noqa: A002
    counts: Counts,
    scale: Scale,
    better: Better = "up",
    remarks: Remarks = (),
) -> Result:
    """Mean answer with its t interval, in the units of the scale."""
    of = moments(valid(counts, scale))
    told = left_out(counts, scale) + remarks
    if of is None:
        return Result(id, None, "mean", better, 0, remarks=told)
    interval = mean_interval(of, scale)
    low, high = interval or (None, None)
    return Result(id, of.mean, "mean", better, of.n, low, high, told)


def compare_mean_answers(before: Counts, after: Counts, scale: Scale, _limits: object = None) -> Comparison:
    """Test the means of two sets of answers."""
    return compare_means(moments(valid(before, scale)), moments(valid(after, scale)))
