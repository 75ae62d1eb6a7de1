"""How many answers are needed, what margin to expect, and a score weighted by who was served.

`s2` is the NPS variance of one answer, p + d - (p - d)²: that of the last period, 0.7 when nothing is known,
1.0 at worst. Margins and differences are in points of NPS.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, fsum, sqrt
from statistics import NormalDist

from surveys.measures.statistics import Bands, Z, net_score

POWER_Z = NormalDist().inv_cdf(0.8)
USUAL_VARIANCE = 0.7


@dataclass(frozen=True, slots=True)
class Stratum:
    """A known group (branch, product, channel): how many were served, and how those who answered did."""

    population: int
    bands: Bands


@dataclass(frozen=True, slots=True)
class WeightedScore:
    """An NPS weighted by the strata; `plain` is to be printed beside it, always.

    `value`, `margin` and `effective_n` are None where a stratum that was served has no answers: merge strata
    first. The margin is 0 where every stratum is unanimous: false certainty, below any sensible minimum.
    """

    plain: float | None
    value: float | None
    margin: float | None
    effective_n: float | None


def sample_size_for_margin(margin: float, s2: float = USUAL_VARIANCE) -> int:
    """Answers needed to know one score within ± margin."""
    _require_positive("margin", margin)
    return max(1, ceil(1e4 * Z * Z * s2 / margin**2 - 3))


def sample_size_to_detect(difference: float, s2: float = USUAL_VARIANCE) -> int:
    """Answers needed in each of two periods to find such a difference with a power of 80 %."""
    _require_positive("difference", difference)
    return max(1, ceil(2e4 * s2 * (Z + POWER_Z) ** 2 / difference**2 - 3))


def expected_margin(n: float, s2: float = USUAL_VARIANCE) -> float | None:
    """± points to expect of n answers; None for no answers. The inverse of sample_size_for_margin."""
    return min(100.0, 100 * Z * sqrt(s2 / (n + 3))) if n > 0 else None


def post_stratified(strata: Sequence[Stratum]) -> WeightedScore:
    """Weight each stratum's NPS by its share of those served: Σ (N_h/N) · NPS_h.

    The variance is Σ (N_h/N)² · Var_h / n_h; effective_n is Kish's (Σw)² / Σw². This mends the mix of those
    who answered, not the silence inside a stratum. Strata that served nobody are ignored.
    """
    plain = (
        net_score(Bands(*(sum(column) for column in zip(*(s.bands for s in strata), strict=True))))
        if strata
        else None
    )
    served = [stratum for stratum in strata if stratum.population > 0]
    population = sum(stratum.population for stratum in served)
    if not served or any(not sum(stratum.bands) for stratum in served):
        return WeightedScore(plain, None, None, None)
    value = variance = 0.0
    for stratum in served:
        share, n = stratum.population / population, sum(stratum.bands)
        p, d = stratum.bands.promoters / n, stratum.bands.detractors / n
        value += 100 * share * (p - d)
        variance += share**2 * (p + d - (p - d) ** 2) / n
    squared_weights = fsum(s.population**2 / sum(s.bands) for s in served)
    return WeightedScore(plain, value, 100 * Z * sqrt(variance), population**2 / squared_weights)


def _require_positive(name: str, value: float) -> None:
    if value <= 0:
        raise ValueError(f"{name} is {value}; it must be above 0, for example 10 points.")
