"""Customer satisfaction index of one parameter: the share of satisfied answers.

On 1-5 the satisfied are 4 and 5, and neutral counts as dissatisfied: 20/15/20/35/10 % for 1..5 is 45. By that
rule "95 is good", as some texts have it, is very rarely reached. For a parameter with importances see
weighted_csi.py.
"""

from __future__ import annotations

from surveys.measures.base import AnswerMeasure, BandLimits, Counts, Result, Scale
from surveys.measures.shapes import band_share, compare_band_shares
from surveys.measures.statistics import Comparison


def bands(scale: Scale) -> BandLimits:
    """Satisfied are the two best answers (one, on less than four steps); neutral at most two below, not under the middle.

    1-5: 4-5, 3, 1-2. 1-7: 6-7, 4-5, 1-3. 1-10: 9-10, 7-8, 1-6. 1-4 has no middle: 3-4, 1-2. 0-1: 1, 0.
    """
    low, high = scale
    best = high - 1 if high - low >= 3 else high
    middle = max(-(-(low + high) // 2), best - 2)
    cut = {
        "satisfied": (best, high),
        "neutral": (middle, best - 1),
        "dissatisfied": (low, min(middle, best) - 1),
    }
    return {name: limits for name, limits in cut.items() if limits[0] <= limits[1]}


def top(scale: Scale, limits: BandLimits) -> tuple[int, int]:
    """Limits of the satisfied: the survey's own, else the usual."""
    return limits.get("satisfied") or bands(scale)["satisfied"]


def score(counts: Counts, scale: Scale, limits: BandLimits) -> Result:
    """Share of satisfied answers with its Wilson interval."""
    return band_share("csi", counts, scale, top(scale, limits))


def compare(before: Counts, after: Counts, scale: Scale, limits: BandLimits) -> Comparison:
    """Pooled two-proportion test."""
    return compare_band_shares(before, after, scale, top(scale, limits))


CSI = AnswerMeasure("csi", "Customer satisfaction index", "percent", "up", (1, 5), bands, score, compare)
