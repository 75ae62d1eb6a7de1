"""The score: how sure it is, how many answered, whether the change means anything, and the same for groups."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.firm import Firm
from bot.reports.counting import MONTH, Counts, Days, count, count_asked, count_asked_by
from bot.reports.subject import Scoring, Subject, subject_of, together
from storage.base import Store
from surveys.measures.base import Result, Scale, valid
from surveys.measures.nps import BANDS as NPS_BANDS
from surveys.measures.rates import response_rate
from surveys.measures.sampling import Stratum, WeightedScore, post_stratified
from surveys.measures.statistics import Bands, Comparison
from surveys.periods import Period, previous
from surveys.requests import ScoreRequest

STRATA = frozenset({"branch", "product", "touchpoint", "channel"})
"""Groups by which a score may be weighted: known of everybody who was asked, and few."""


@dataclass(frozen=True, slots=True)
class Group:
    """The score of one group. Not `shown`: only `result.n` may be told.

    `before` is its score in the period before, None where that was not counted.
    """

    key: str
    result: Result
    shown: bool
    bands: Mapping[str, int]
    before: Result | None = None


@dataclass(frozen=True, slots=True)
class ScoreReport:
    """All numbers of one score. `counts` has every value of the scale, `asked` the invitations sent in the period.

    `weighted` is the score if every group had answered as readily as the others, where that can be told. `repeats`: the
    rules let one customer be asked twice within this period and the one before.
    """

    survey: str
    question: str
    scoring: Scoring
    period: Period
    period_before: Period
    by: str | None
    where: tuple[tuple[str, str], ...]
    minimum: int
    asked: int
    response_rate: float | None
    result: Result
    shown: bool
    bands: Mapping[str, int]
    counts: Mapping[int, int]
    before: Result
    change: Comparison
    groups: tuple[Group, ...]
    weighted: WeightedScore | None = None
    repeats: bool = False

    @property
    def comparable(self) -> bool:
        """Whether both periods have enough answers to be shown beside each other."""
        return self.shown and self.before.n >= self.minimum


async def score_report(
    store: Store,
    firm: Firm,
    request: ScoreRequest,
    now: datetime,
    *,
    branches: tuple[str, ...] = (),
    language: str = "en",
    groups_before: bool = False,
) -> ScoreReport:
    """Return the score that `request` asks for; `branches` are those a viewer may see, none means all.

    `language` is that of the period's label. `groups_before` gives each group its score in the period before too, for
    the marks of a chart: among many groups it is half of the work. Raises KeyError for a survey the firm does not have.
    """
    about = await subject_of(store, firm, request, branches)
    scoring, before = about.scoring, previous(request.period, language)
    by_before = request.by if groups_before and request.by != MONTH else None
    now_by, before_by, (asked, served) = await asyncio.gather(
        count(store.read, about.of, about.days, request.by),
        count(store.read, about.of, Days.of(before), by_before),
        _asked(store, firm, about, request.by),
    )
    counts, counts_before = together(now_by), together(before_by)
    result = scoring.score(counts)
    groups = _groups(scoring, now_by, before_by if by_before else None, request.by, firm.minimum_answers)
    return ScoreReport(
        survey=about.survey.id,
        question=about.question.id,
        scoring=scoring,
        period=request.period,
        period_before=before,
        by=request.by,
        where=about.where,
        minimum=firm.minimum_answers,
        asked=asked,
        response_rate=response_rate(result.n, asked).value,
        result=result,
        shown=result.n >= firm.minimum_answers,
        bands=scoring.bands(counts),
        counts={value: valid(counts, scoring.scale).get(value, 0) for value in _values(scoring.scale)},
        before=scoring.score(counts_before),
        change=scoring.compare(counts_before, counts),
        groups=groups,
        weighted=_weighted(groups, served) if served else None,
        repeats=firm.rules.least_gap() < timedelta(days=request.period.days + before.days),
    )


def score_json(report: ScoreReport) -> dict[str, Any]:
    """Return the report as scripts and dashboards rely on it: the shape that the manual fixes."""
    change = report.change
    return {
        "survey": report.survey,
        "question": report.question,
        "measure": report.scoring.measure,
        "from": report.period.start.isoformat(),
        "to": report.period.end.isoformat(),
        "asked": report.asked,
        "n": report.result.n,
        "response_rate": _number(report.response_rate),
        **_numbers(report.result),
        "shown": report.shown,
        "bands": dict(report.bands),
        "counts": {str(value): number for value, number in report.counts.items()},
        "change": {
            "previous": _number(change.previous),
            "delta": _number(change.delta),
            "z": _number(change.z),
            "p": _number(change.p),
            "significant": change.significant,
        },
        "groups": [
            {
                "key": group.key,
                "n": group.result.n,
                **_numbers(group.result),
                "shown": group.shown,
                "bands": dict(group.bands),
            }
            for group in report.groups
        ],
    }


def _numbers(result: Result) -> dict[str, float | None]:
    return {"value": _number(result.value), "low": _number(result.low), "high": _number(result.high)}


async def _asked(
    store: Store, firm: Firm, about: Subject, by: str | None
) -> tuple[int, dict[str, int] | None]:
    """Return how many were asked; by group too, where the score may be weighted by that."""
    if by in STRATA and about.scoring.measure == "nps":
        served = await count_asked_by(store.read, about.of, about.days, by)
        if served is not None:
            return sum(served.values()), served
    return await count_asked(store.read, about.of, about.days, firm.language_of), None


def _weighted(groups: tuple[Group, ...], served: Mapping[str, int]) -> WeightedScore | None:
    """Weigh each group by how many of it were asked; None for a single group, or while one has too few answers."""
    found = {group.key: group for group in groups}
    asked = [key for key, n in served.items() if n > 0]
    if len(asked) < 2 or not all(key in found and found[key].shown for key in asked):
        return None
    strata = (Stratum(served[key], Bands(*(found[key].bands[band] for band in NPS_BANDS))) for key in asked)
    return post_stratified(tuple(strata))


def _number(value: float | None) -> float | None:
    return None if value is None else round(value, 4) + 0.0  # no "-0.0"


def _values(scale: Scale) -> range:
    return range(scale[0], scale[1] + 1)


def _groups(
    scoring: Scoring,
    now_by: Mapping[str, Counts],
    before_by: Mapping[str, Counts] | None,
    by: str | None,
    minimum: int,
) -> tuple[Group, ...]:
    """Return the groups, the largest first; months in their order."""
    if by is None:
        return ()
    found = []
    for key, counts in now_by.items():
        result = scoring.score(counts)
        if result.n:
            before = None if before_by is None else scoring.score(before_by.get(key, {}))
            found.append(Group(key, result, result.n >= minimum, scoring.bands(counts), before))
    if by == MONTH:
        return tuple(sorted(found, key=lambda group: group.key))
    return tuple(sorted(found, key=lambda group: (-group.result.n, group.key)))
