"""First contact resolution, asked: "was it settled at once?", 1 for yes, 0 for no.

yes / (yes + no); who gave no answer is in neither. From visits see first_contact.py: the denominators differ,
so the three numbers are not to be mixed.
"""

from __future__ import annotations

from dataclasses import replace

from surveys.measures.base import AnswerMeasure, BandLimits, Counts, Result, Scale, remark
from surveys.measures.shapes import band_share, compare_band_shares
from surveys.measures.statistics import Comparison


def bands(scale: Scale) -> BandLimits:
    """Yes and no."""
    low, high = scale
    return {"resolved": (high, high), "unresolved": (low, high - 1)}


def score(counts: Counts, scale: Scale, limits: BandLimits) -> Result:
    """Share of "yes" with its Wilson interval."""
    result = band_share("fcr", counts, scale, top(scale, limits))
    return replace(result, remarks=result.remarks + remark("of those who answered yes or no"))


def compare(before: Counts, after: Counts, scale: Scale, limits: BandLimits) -> Comparison:
    """Pooled two-proportion test."""
    return compare_band_shares(before, after, scale, top(scale, limits))


def top(scale: Scale, limits: BandLimits) -> tuple[int, int]:
    """Limits of "resolved": the survey's own, else the highest answer."""
    return limits.get("resolved") or bands(scale)["resolved"]


FCR = AnswerMeasure("fcr", "First contact resolution", "percent", "up", (0, 1), bands, score, compare)
