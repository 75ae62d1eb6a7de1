"""What satisfaction hangs on: each thing asked about, by how satisfied people are with it and how much it matters."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.firm import Firm
from bot.reports.counting import Slice, count, holds
from bot.reports.subject import Subject, slice_of, subject_of, together
from storage.base import Store
from surveys.definition import Question, Survey
from surveys.measures.base import Scale
from surveys.measures.drivers import Driver, derived_drivers, stated_drivers
from surveys.measures.weighted_csi import Parameter
from surveys.requests import ScoreRequest


@dataclass(frozen=True, slots=True)
class DriversReport:
    """The drivers, and the question about each by its name.

    `stated`: customers were asked how important each is; else importance is what goes together with the overall score.
    """

    about: Subject
    stated: bool
    drivers: tuple[Driver, ...]
    questions: Mapping[str, Question]


async def drivers_report(
    store: Store, firm: Firm, request: ScoreRequest, *, branches: tuple[str, ...] = ()
) -> DriversReport | None:
    """Return the drivers; None where no survey asks about more than one thing.

    Without a survey in the request it is the configured one, else the first answered one that asks about several.
    """
    survey = await _fitting(store, firm, request.survey)
    if survey is None:
        return None
    about = await subject_of(store, firm, replace(request, survey=survey.id), branches)
    satisfaction = _asking(survey, "satisfaction")
    importance = _asking(survey, "importance")
    scale = _scale(next(iter(satisfaction.values())))
    if set(satisfaction) & set(importance):
        parameters = {
            name: Parameter(
                await _counts(store, about, importance[name].id, branches),
                await _counts(store, about, question.id, branches),
            )
            for name, question in satisfaction.items()
            if name in importance
        }
        return DriversReport(about, True, stated_drivers(parameters, scale), satisfaction)
    pairs = await _pairs(store, about, satisfaction)
    return DriversReport(about, False, derived_drivers(pairs, scale), satisfaction)


async def _fitting(store: Store, firm: Firm, wanted: str | None) -> Survey | None:
    if wanted is not None:
        named = firm.surveys[wanted]
        return named if len(_asking(named, "satisfaction")) > 1 else None
    answered = await store.read.surveys_answered()
    for survey in (firm.rules.base.survey, *answered):
        if survey in firm.surveys and len(_asking(firm.surveys[survey], "satisfaction")) > 1:
            return firm.surveys[survey]
    return None


def _asking(survey: Survey, role: str) -> dict[str, Question]:
    """Return the questions about one parameter each, in the order of the survey."""
    return {q.parameter: q for q in survey.questions if q.parameter and q.role == role and q.scored}


async def _counts(store: Store, about: Subject, question: str, branches: tuple[str, ...]) -> dict[int, int]:
    of = slice_of(Slice(about.survey.id, question), about.where, branches)
    return together(await count(store.read, of, about.days))


async def _pairs(
    store: Store, about: Subject, satisfaction: Mapping[str, Question]
) -> dict[str, Counter[tuple[int, int]]]:
    """Count (answer on the parameter, answer on the overall question), response by response."""
    parameter_of = {question.id: name for name, question in satisfaction.items()}
    responses: defaultdict[int, dict[str, int]] = defaultdict(dict)
    rows = store.read.stream(
        "complete_answers", survey=about.survey.id, first=about.days.first, last=about.days.last
    )
    async for row in rows:
        if holds(row, about.of.filters):
            responses[row["response_id"]][row["question"]] = row["value"]
    pairs: dict[str, Counter[tuple[int, int]]] = {name: Counter() for name in satisfaction}
    for given in responses.values():
        overall = given.get(about.question.id)
        for question, value in given.items():
            if overall is not None and question in parameter_of:
                pairs[parameter_of[question]][value, overall] += 1
    return pairs


def _scale(question: Question) -> Scale:
    assert question.scale is not None
    return question.scale.low, question.scale.high
