"""Net promoter score: the share of promoters (9-10) less the share of detractors (0-6), in points.

Percentages are subtracted, never numbers of people, and passives count in n: 80 %, 15 % and 5 % give 75.
"""

from __future__ import annotations

from surveys.measures.base import AnswerMeasure, BandLimits, Counts, Result, Scale, left_out, valid
from surveys.measures.statistics import Bands, Comparison, adjusted_wald, compare_nps, net_score

BANDS: BandLimits = {"promoter": (9, 10), "passive": (7, 8), "detractor": (0, 6)}


def bands(scale: Scale) -> BandLimits:
    """Give the one standard cut of 0-10; another scale has none, its survey must say."""
    return BANDS if scale == (0, 10) else {}


def split(counts: Counts, scale: Scale, limits: BandLimits) -> Bands:
    """Promoters, passives, detractors; what is in neither outer band is passive.

    Raises ValueError when `limits` name no promoters or no detractors.
    """
    missing = [name for name in ("promoter", "detractor") if name not in limits]
    if missing:
        raise ValueError(
            f"NPS on {scale[0]}–{scale[1]} has no band {missing[0]!r}: ask 0–10, or give the survey its own bands."
        )
    given = valid(counts, scale)
    inside = [
        sum(number for value, number in given.items() if low <= value <= high)
        for low, high in (limits["promoter"], limits["detractor"])
    ]
    return Bands(inside[0], sum(given.values()) - sum(inside), inside[1])


def score(counts: Counts, scale: Scale, limits: BandLimits) -> Result:
    """NPS with its adjusted Wald interval."""
    split_counts = split(counts, scale, limits)
    interval = adjusted_wald(*split_counts)
    return Result(
        "nps",
        net_score(split_counts),
        "points",
        "up",
        sum(split_counts),
        interval.low if interval else None,
        interval.high if interval else None,
        left_out(counts, scale),
    )


def compare(before: Counts, after: Counts, scale: Scale, limits: BandLimits) -> Comparison:
    """Two-sample test on the adjusted scores."""
    return compare_nps(split(before, scale, limits), split(after, scale, limits))


NPS = AnswerMeasure("nps", "Net promoter score", "points", "up", (0, 10), bands, score, compare)
