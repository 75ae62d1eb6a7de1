"""Customer loyalty index: would recommend, buy again, try other products; 1 "definitely yes" to 6 "definitely no".

The mean of three answers, so 1 is best and 5 is bad: the opposite direction of NPS. Every report must show
the direction or use the place on 0-100, 100 · (6 - mean) / 5.
"""

from __future__ import annotations

from collections.abc import Iterable

from surveys.measures.base import (
    AnswerMeasure,
    BandLimits,
    Counts,
    Remarks,
    Result,
    Scale,
    complete_cases,
    position,
    remark,
    valid,
)
from surveys.measures.shapes import compare_mean_answers, mean
from surveys.measures.statistics import mean_interval, moments, moments_of


def bands(scale: Scale) -> BandLimits:
    """Split into thirds, the best one being the lowest: 1-2, 3-4 and 5-6 of six."""
    low, high = scale
    third = max(1, (high - low + 1) // 3)
    return {
        "loyal": (low, low + third - 1),
        "undecided": (low + third, high - third),
        "leaving": (high - third + 1, high),
    }


def percent(value: float, scale: Scale = (1, 6)) -> float:
    """Turn the mean round onto 0-100, 100 best."""
    return 100 - position(value, scale)


def cli(responses: Iterable[tuple[int | None, ...]], scale: Scale = (1, 6)) -> Result:
    """Index of all complete responses (one value per question), with its t interval over the respondents."""
    rows = list(responses)
    complete = complete_cases(rows, scale)
    of = moments_of(sum(row) / len(row) for row in complete)
    incomplete = len(rows) - len(complete)
    dropped = remark("incomplete responses left out: {n}", n=incomplete) if incomplete else ()
    if of is None:
        return Result("cli", None, "mean", "down", 0, remarks=dropped)
    low, high = mean_interval(of, scale) or (None, None)
    return Result("cli", of.mean, "mean", "down", of.n, low, high, _direction(of.mean, scale) + dropped)


def score(counts: Counts, scale: Scale, limits: BandLimits) -> Result:
    """One of the questions: mean answer, lowest best."""
    of = moments(valid(counts, scale))
    return mean("cli", counts, scale, "down", _direction(of.mean, scale) if of else ())


def _direction(value: float, scale: Scale) -> Remarks:
    return remark("{best} is best", best=scale[0]) + remark("{place} of 100", place=percent(value, scale))


CLI = AnswerMeasure(
    "cli", "Customer loyalty index", "mean", "down", (1, 6), bands, score, compare_mean_answers
)
