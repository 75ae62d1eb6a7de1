"""Reverse NPS, "would you miss us?": from 1 "I would not notice" to 10 "I cannot do without you".

Ten points, not NPS's eleven, and a mean: its source defines no promoters and no detractors, so there are no
bands unless a survey names its own.
"""

from __future__ import annotations

from surveys.measures.base import AnswerMeasure, BandLimits, Counts, Result, Scale, position, valid
from surveys.measures.shapes import compare_mean_answers, mean
from surveys.measures.statistics import moments


def bands(scale: Scale) -> BandLimits:
    """None are defined."""
    return {}


def score(counts: Counts, scale: Scale, limits: BandLimits) -> Result:
    """Mean with its t interval; the note places it between 0 and 100."""
    of = moments(valid(counts, scale))
    return mean("reverse_nps", counts, scale, note=f"{position(of.mean, scale):.1f} of 100" if of else "")


REVERSE_NPS = AnswerMeasure(
    "reverse_nps", "Would be missed", "mean", "up", (1, 10), bands, score, compare_mean_answers
)
