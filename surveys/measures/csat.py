"""Mean satisfaction: "how satisfied were you, 1 (not at all) to 10 (fully)?".

The value is the mean in the scale's own units. Where a share is wanted (the 9s and 10s), ask for `csi` on the
same scale.
"""

from __future__ import annotations

from surveys.measures import csi
from surveys.measures.base import AnswerMeasure, BandLimits, Counts, Result, Scale
from surveys.measures.shapes import compare_mean_answers, mean


def score(counts: Counts, scale: Scale, limits: BandLimits) -> Result:
    """Mean with its t interval."""
    return mean("csat", counts, scale)


CSAT = AnswerMeasure("csat", "Satisfaction", "mean", "up", (1, 10), csi.bands, score, compare_mean_answers)
