"""The numbers: what a score is, how sure it is, and what visits tell without a question.

    statistics.py  sampling.py     intervals, tests, sample sizes, weighting; nothing about surveys
    base.py                        what a measure takes and gives
    nps.py csi.py csat.py ...      one file per measure of a question, listed in ANSWER_MEASURES
    ledger.py                      visits in one pass, memory by customers; repurchase.py, churn.py ... read it
    weighted_csi.py acsi.py cli.py several questions of one response together
    composite.py operational.py    the weighted index of a whole firm, and the firm's own figures in it
    drivers.py team.py             what satisfaction hangs on; who differs from the others
    display.py                     numbers as people read them

Invariant: no answers is no value, never 0.
Invariant: `low <= value <= high` wherever an interval is given, but for an NPS of one answer, not to be shown.
Invariant: every function here is pure, and a score equals a recount of the raw answers it was given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from surveys.measures.acsi import ACSI
from surveys.measures.base import (
    AnswerMeasure,
    BandLimits,
    Counts,
    Measure,
    Result,
    Scale,
    VisitMeasure,
    count_bands,
    valid,
)
from surveys.measures.churn import CHURN
from surveys.measures.cli import CLI
from surveys.measures.clv import CLV
from surveys.measures.csat import CSAT
from surveys.measures.csi import CSI
from surveys.measures.dynamics import DYNAMICS
from surveys.measures.fcr import FCR
from surveys.measures.first_contact import FIRST_CONTACT
from surveys.measures.frequency import FREQUENCY
from surveys.measures.ledger import Period, Score, VisitFact, build_ledger
from surveys.measures.nps import NPS
from surveys.measures.product_quality import PRODUCT_QUALITY
from surveys.measures.repurchase import REPURCHASE
from surveys.measures.reverse_nps import REVERSE_NPS
from surveys.measures.settings import MeasureSettings
from surveys.measures.statistics import Comparison

ANSWER_MEASURES: dict[str, AnswerMeasure] = {
    measure.id: measure for measure in (NPS, REVERSE_NPS, CSI, CSAT, ACSI, CLI, FCR)
}
"""Measures that a survey's question can name, by id."""

VISIT_MEASURES: dict[str, VisitMeasure] = {
    measure.id: measure
    for measure in (*REPURCHASE, *DYNAMICS, *FREQUENCY, *FIRST_CONTACT, *CHURN, *CLV, *PRODUCT_QUALITY)
}
"""Measures that need no question, by id."""

MEASURES: dict[str, Measure] = {**ANSWER_MEASURES, **VISIT_MEASURES}


def score(
    measure_id: str, counts: Counts, scale: Scale | None = None, limits: BandLimits | None = None
) -> Result:
    """Score one question. Scale and band limits default to the measure's own.

    Raises ValueError for an unknown measure.
    """
    measure, scale, limits = _resolve(measure_id, scale, limits)
    return measure.score(counts, scale, limits)


def compare(
    measure_id: str,
    before: Counts,
    after: Counts,
    scale: Scale | None = None,
    limits: BandLimits | None = None,
) -> Comparison:
    """Compare one question's answers with earlier ones, or one group's with another's."""
    measure, scale, limits = _resolve(measure_id, scale, limits)
    return measure.compare(before, after, scale, limits)


def bands(
    measure_id: str, counts: Counts, scale: Scale | None = None, limits: BandLimits | None = None
) -> dict[str, int]:
    """Count the answers of each band, the best band first."""
    _, scale, limits = _resolve(measure_id, scale, limits)
    return count_bands(valid(counts, scale), limits)


def band_limits(measure_id: str, scale: Scale | None = None) -> BandLimits:
    """Name the measure's usual bands on a scale; empty where none are defined."""
    measure, scale, _ = _resolve(measure_id, scale, None)
    return measure.bands(scale)


def measure_visits(
    facts: Iterable[VisitFact],
    period: Period,
    settings: MeasureSettings | None = None,
    scores: Mapping[str, Score] | None = None,
) -> list[Result]:
    """Compute every measure from visits in one pass over the history, oldest first.

    `scores` are those of products, from answers. A measure whose columns no visit has says in its remarks
    which to add. Raises ValueError when the visits are not sorted by time.
    """
    ledger = build_ledger(facts, period, settings, scores)
    results = []
    for measure in VISIT_MEASURES.values():
        missing = ledger.missing(measure.needs)
        unknown = Result(measure.id, None, measure.unit, measure.better, 0, remarks=missing)
        results.append(unknown if missing else measure.compute(ledger))
    return results


def _resolve(
    measure_id: str, scale: Scale | None, limits: BandLimits | None
) -> tuple[AnswerMeasure, Scale, BandLimits]:
    measure = ANSWER_MEASURES.get(measure_id)
    if measure is None:
        raise ValueError(
            f"There is no measure {measure_id!r} of a question. Use one of {', '.join(ANSWER_MEASURES)}."
        )
    scale = scale or measure.scale
    return measure, scale, limits or measure.bands(scale)
