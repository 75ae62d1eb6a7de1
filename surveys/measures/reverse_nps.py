"""Reverse NPS, "would you miss us?": from 1 "I would not notice" to 10 "I cannot do without you".

Ten points, not NPS's eleven, and a mean: its source defines no promoters and no detractors, so there are no
bands unless a survey names its own.
"""

from __future__ import annotations

from surveys.measures.base import AnswerMeasure, BandLimits, Counts, Result, Scale, position, remark, valid
from surveys.measures.shapes import compare_mean_answers, mean
from surveys.measures.statistics import moments


def bands(scale: Scale) -> BandLimits:
    """None are defined."""
    return {}


def score(counts: Counts, scale: Scale, limits: BandLimits) -> Result:
    """Mean with its t interval; a remark places it between 0 and 100."""
    of = moments(valid(counts, scale))
    place = remark("{place} of 100", place=position(of.mean, scale)) if of else ()
    return mean("reverse_nps", counts, scale, remarks=place)


REVERSE_NPS = AnswerMeasure(
    "reverse_nps", "Would be missed", "mean", "up", (1, 10), bands, score, compare_mean_answers
)
