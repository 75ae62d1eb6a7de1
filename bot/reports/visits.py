"""All measures over a period: those from answers, those from visits, and the composite index made of both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.firm import Firm
from bot.reports.counting import Days, Slice, count, count_asked, holds
from bot.reports.subject import Scoring, slice_of, together
from bot.reports.threads import consume
from storage.base import Store
from storage.moments import micros, moment
from surveys import measures
from surveys.definition import Survey
from surveys.measures import ledger
from surveys.measures.acsi import acsi
from surveys.measures.base import Result, position, remark, valid
from surveys.measures.cli import cli
from surveys.measures.composite import Composite, CompositeResult, composite
from surveys.measures.ledger import VisitFact
from surveys.measures.operational import Supplied, figure
from surveys.measures.rates import response_rate
from surveys.measures.settings import MeasureSettings
from surveys.measures.statistics import moments
from surveys.measures.weighted_csi import Parameter, weighted_csi
from surveys.periods import Period, PeriodError, parse_period


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all measures here need: where, whose, over which days, and what a reader may see."""

    store: Store
    firm: Firm
    settings: MeasureSettings
    period: Period
    branches: tuple[str, ...] = ()

    @property
    def days(self) -> Days:
        """The days of the period."""
        return Days.of(self.period)


async def all_measures(here: Surroundings) -> list[Result]:
    """Return every measure, from answers first; what has no answers or lacks a column says so in its note."""
    return [*await answer_measures(here), *await visit_measures(here)]


async def visit_measures(here: Surroundings) -> list[Result]:
    """Return the measures from visits, in one pass over all visits up to the end of the period, on another thread."""
    period = ledger.Period(here.period.start, here.period.end)
    scores = await _product_scores(here)
    return await consume(
        _facts(here), lambda facts: measures.measure_visits(facts, period, here.settings, scores)
    )


async def _product_scores(here: Surroundings) -> dict[str, ledger.Score]:
    """Return the mean answer about each product on 0-100, of those with enough answers, by the configured survey."""
    survey = here.firm.surveys[here.firm.rules.base.survey]
    scoring = Scoring.of(survey, survey.question(survey.primary))
    of = slice_of(Slice(survey.id, survey.primary), (), here.branches)
    scores = {}
    for product, counts in (await count(here.store.read, of, here.days, "product")).items():
        found = moments(valid(counts, scoring.scale))
        if product and found is not None and found.n >= here.firm.minimum_answers:
            place = position(found.mean, scoring.scale)
            falls = measures.ANSWER_MEASURES[scoring.measure].better == "down"
            scores[product] = (100 - place if falls else place, found.n)
    return scores


async def answer_measures(here: Surroundings) -> list[Result]:
    """Return the measures of all surveys answered in the period, then those nobody answered, and the response rate."""
    found: list[Result] = []
    for survey in here.firm.surveys.values():
        counts = await _counts(here, survey.id, survey.primary)
        scoring = Scoring.of(survey, survey.question(survey.primary))
        result = scoring.score(counts)
        if result.n:
            whole = await _whole_survey(here, survey, scoring.measure)
            told = [whole] if whole is not None and whole.id == scoring.measure else [result]
            told += [whole] if whole is not None and whole.id != scoring.measure else []
            found += [
                replace(one, remarks=remark("survey {survey}", survey=survey.id) + one.remarks)
                for one in told
            ]
    missing = [name for name in measures.ANSWER_MEASURES if name not in {result.id for result in found}]
    found += [_unanswered(name) for name in missing]
    return [*sorted(found, key=_as_listed), await _response_rate(here)]


def is_shown(result: Result, minimum: int) -> bool:
    """Tell whether a value may be told: sums and counts always, shares and means from the minimum on."""
    return result.value is None or result.n >= minimum or result.unit in {"count", "money"}


async def composite_report(here: Surroundings, definition: Composite, now: datetime) -> CompositeResult:
    """Return the composite index over the period, with the newest figures supplied for it or before it.

    Of what is shown below the minimum of answers the count alone, the index knows nothing.
    """
    wanted = definition.sources
    values: dict[str, float | None] = dict.fromkeys(wanted)
    if any(source.startswith("measure:") for source in wanted):
        found = await visit_measures(here)
        values |= {
            f"measure:{result.id}": result.value
            for result in found
            if is_shown(result, here.firm.minimum_answers)
        }
    supplied = await _supplied(here, now)
    for source in wanted:
        kind, _, name = source.partition(":")
        if kind == "question":
            values[source] = await _question_value(here, name)
        elif kind == "metric":
            made = (figure(name, of_period) for of_period in supplied)
            values[source] = next((value for value in made if value is not None), None)
    return composite(definition, values)


async def _facts(here: Surroundings) -> AsyncIterator[VisitFact]:
    async for row in here.store.read.stream("visit_facts", last=micros(here.period.end)):
        if here.branches and row["branch"] not in here.branches:
            continue
        yield VisitFact(
            str(row["person_id"]),
            moment(row["occurred_at"]),
            row["product"],
            row["touchpoint"],
            row["amount"],
            None if row["resolved"] is None else bool(row["resolved"]),
        )


async def _counts(here: Surroundings, survey: str, question: str) -> dict[int, int]:
    of = slice_of(Slice(survey, question), (), here.branches)
    return together(await count(here.store.read, of, here.days))


async def _whole_survey(here: Surroundings, survey: Survey, measure: str) -> Result | None:
    """Return the measure that several questions of one response make together, where the survey asks them."""
    importance = {q.parameter: q for q in survey.questions if q.parameter and q.role == "importance"}
    if importance:
        scale = next(iter(importance.values())).scale
        assert scale is not None
        parameters = {
            q.parameter: Parameter(
                await _counts(here, survey.id, importance[q.parameter].id),
                await _counts(here, survey.id, q.id),
            )
            for q in survey.questions
            if q.parameter in importance and q.role == "satisfaction" and q.parameter
        }
        return weighted_csi(parameters, (scale.low, scale.high))
    questions = [q for q in survey.questions if q.measure == measure and q.scale is not None]
    if measure not in {"acsi", "cli"} or len(questions) != 3:
        return None
    scale = questions[0].scale
    assert scale is not None
    rows = await _complete(here, survey.id, tuple(q.id for q in questions))
    ends = (scale.low, scale.high)
    return acsi(rows, here.settings.acsi_weights, ends) if measure == "acsi" else cli(rows, ends)


async def _complete(
    here: Surroundings, survey: str, questions: tuple[str, ...]
) -> list[tuple[int | None, ...]]:
    filters = slice_of(Slice(survey, questions[0]), (), here.branches).filters
    responses: defaultdict[int, dict[str, int]] = defaultdict(dict)
    rows = here.store.read.stream(
        "complete_answers", survey=survey, first=here.days.first, last=here.days.last
    )
    async for row in rows:
        if holds(row, filters):
            responses[row["response_id"]][row["question"]] = row["value"]
    return [tuple(given.get(question) for question in questions) for given in responses.values()]


async def _response_rate(here: Surroundings) -> Result:
    answered = asked = 0
    for survey in here.firm.surveys.values():
        of = slice_of(Slice(survey.id, survey.primary), (), here.branches)
        sent = await count_asked(here.store.read, of, here.days, here.firm.language_of)
        if sent:
            asked += sent
            answered += min(sent, sum((await _counts(here, survey.id, survey.primary)).values()))
    return response_rate(answered, asked)


def _unanswered(measure: str) -> Result:
    of = measures.ANSWER_MEASURES[measure]
    return Result(measure, None, of.unit, of.better, 0, remarks=remark("no answers"))


def _as_listed(result: Result) -> int:
    known = list(measures.ANSWER_MEASURES)
    return known.index(result.id) if result.id in known else known.index("csi")


async def _question_value(here: Surroundings, name: str) -> float | None:
    survey_id, _, question_id = name.partition(".")
    survey = here.firm.surveys.get(survey_id)
    question = next((q for q in survey.questions if q.id == question_id), None) if survey else None
    if survey is None or question is None or question.scale is None:
        return None
    result = Scoring.of(survey, question).score(await _counts(here, survey_id, question_id))
    return result.value if result.n >= here.firm.minimum_answers else None


async def _supplied(here: Surroundings, now: datetime) -> list[Supplied]:
    """Return what the firm supplied for each period begun by the end of ours, newest first, of equals the shorter.

    What is made of two figures takes both from one period.
    """
    periods: defaultdict[tuple[datetime, datetime], defaultdict[str, list[Mapping[str, Any]]]]
    periods = defaultdict(lambda: defaultdict(list))
    today = now.astimezone(here.firm.zone).date()
    for row in await here.store.read.rows("metric_values"):
        try:
            period = parse_period(row["period"], today, here.firm.zone)
        except PeriodError:
            continue
        if period.start < here.period.end and (not here.branches or row["branch"] in here.branches):
            periods[period.end, period.start][row["metric"]].append(row)
    return [
        Supplied(
            {name: _one_figure(rows) for name, rows in metrics.items()},
            {name: _of_products(rows) for name, rows in metrics.items()},
        )
        for _, metrics in sorted(periods.items(), reverse=True)
    ]


def _one_figure(rows: list[Mapping[str, Any]]) -> float:
    """Return the firm's own figure, else the mean of its branches and products."""
    whole = [row for row in rows if not row["branch"] and not row["product"]]
    values = [row["value"] for row in whole or rows]
    return float(sum(values) / len(values))


def _of_products(rows: list[Mapping[str, Any]]) -> dict[str, float]:
    return {
        product: _one_figure([{**row, "product": ""} for row in rows if row["product"] == product])
        for product in {row["product"] for row in rows if row["product"]}
    }
