"""ACSI-style index: three different questions on 1-10, weighted, on 0-100.

Overall satisfaction, short of or beyond expectations, distance from the ideal. The published form is
Σ wⱼ (x̄ⱼ - 1) / 9 · 100; the real index's weights are proprietary and differ by industry, so with one's own
weights it is "ACSI-style", never "the ACSI score". In `/score` each single question stands as its place on
0-100.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import fsum, isclose

from surveys.measures import csi
from surveys.measures.base import (
    AnswerMeasure,
    BandLimits,
    Counts,
    Result,
    Scale,
    complete_cases,
    position,
    remark,
)
from surveys.measures.shapes import compare_mean_answers, mean
from surveys.measures.statistics import Comparison, mean_interval, moments_of

EQUAL = (1 / 3, 1 / 3, 1 / 3)


def index(means: Sequence[float], weights: Sequence[float] = EQUAL, scale: Scale = (1, 10)) -> float:
    """Index of three means. Raises ValueError when the weights do not add to 1."""
    if len(weights) != len(means) or not isclose(fsum(weights), 1, abs_tol=1e-6):
        raise ValueError(
            f"ACSI-style weights {tuple(weights)} add to {fsum(weights):g}; give {len(means)} that add to 1."
        )
    return fsum(weight * position(x, scale) for weight, x in zip(weights, means, strict=True))


def acsi(
    responses: Iterable[tuple[int | None, ...]], weights: Sequence[float] = EQUAL, scale: Scale = (1, 10)
) -> Result:
    """Index of all complete responses (one value per question), with its t interval over the respondents."""
    rows = list(responses)
    complete = complete_cases(rows, scale)
    of = moments_of(index(row, weights, scale) for row in complete)
    incomplete = len(rows) - len(complete)
    dropped = remark("incomplete responses left out: {n}", n=incomplete) if incomplete else ()
    if of is None:
        return Result("acsi", None, "percent", "up", 0, remarks=dropped)
    low, high = mean_interval(of, (0, 100)) or (None, None)
    return Result("acsi", of.mean, "percent", "up", of.n, low, high, dropped)


def score(counts: Counts, scale: Scale, limits: BandLimits) -> Result:
    """One of the questions on 0-100."""
    of = mean("acsi", counts, scale, remarks=remark("one question of the ACSI-style index"))
    value, low, high = (None if x is None else position(x, scale) for x in (of.value, of.low, of.high))
    return Result("acsi", value, "percent", "up", of.n, low, high, of.remarks)


def compare(before: Counts, after: Counts, scale: Scale, limits: BandLimits) -> Comparison:
    """Test one question's means, told on 0-100."""
    of, step = compare_mean_answers(before, after, scale), 100 / (scale[1] - scale[0])
    previous = None if of.previous is None else position(of.previous, scale)
    delta, low, high = (None if x is None else x * step for x in (of.delta, of.low, of.high))
    return Comparison(previous, delta, of.z, of.p, low, high, of.significant)


ACSI = AnswerMeasure("acsi", "ACSI-style index", "percent", "up", (1, 10), csi.bands, score, compare)
