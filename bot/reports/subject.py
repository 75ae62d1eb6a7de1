"""What a report is about: a survey's question, how its answers become a score, which answers, which days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.firm import Firm
from bot.reports.counting import Counts, Days, Slice, count
from storage.base import Store
from storage.reader import Reader
from surveys import measures
from surveys.definition import Question, Survey
from surveys.measures.base import BandLimits, Result, Scale
from surveys.measures.statistics import Comparison
from surveys.periods import Period
from surveys.requests import ScoreRequest


@dataclass(frozen=True, slots=True)
class Scoring:
    """How the answers to one question become a score."""

    measure: str
    scale: Scale
    limits: BandLimits

    @classmethod
    def of(cls, survey: Survey, question: Question) -> Scoring:
        """Return the measure, scale and bands that a survey gives a question."""
        assert question.scale is not None, f"question {question.id} has no values"
        scale = (question.scale.low, question.scale.high)
        return cls(question.measure or survey.measure, scale, question.bands)

    def score(self, counts: Counts) -> Result:
        """Score some answers."""
        return measures.score(self.measure, counts, self.scale, self.limits)

    def compare(self, before: Counts, after: Counts) -> Comparison:
        """Compare answers with earlier ones."""
        return measures.compare(self.measure, before, after, self.scale, self.limits)

    def bands(self, counts: Counts) -> dict[str, int]:
        """Count the answers of each band."""
        return measures.bands(self.measure, counts, self.scale, self.limits)


@dataclass(frozen=True, slots=True)
class Subject:
    """The primary question of a survey, in a period, for the answers that the filters and the reader's rights leave."""

    survey: Survey
    question: Question
    scoring: Scoring
    period: Period
    days: Days
    where: tuple[tuple[str, str], ...]
    of: Slice


async def subject_of(store: Store, firm: Firm, request: ScoreRequest, branches: tuple[str, ...]) -> Subject:
    """Return what `request` is about. Raises KeyError for a survey that the firm does not have."""
    survey = firm.surveys[request.survey or firm.rules.base.survey]
    question = survey.question(survey.primary)
    days = Days.of(request.period)
    whole = Slice(survey.id, question.id)
    where = await _stored_spelling(store.read, whole, request.where, days, branches)
    of = slice_of(whole, where, branches)
    return Subject(survey, question, Scoring.of(survey, question), request.period, days, where, of)


def slice_of(base: Slice, where: tuple[tuple[str, str], ...], branches: tuple[str, ...]) -> Slice:
    """Return what the filters leave of what somebody may see; several values of one dimension are alternatives."""
    wanted: dict[str, set[str]] = {}
    for dimension, value in where:
        wanted.setdefault(dimension, set()).add(value)
    for dimension, keys in wanted.items():
        base = base.narrowed(dimension, keys)
    return base.narrowed("branch", branches) if branches else base


def together(groups: Mapping[str, Counts]) -> dict[int, int]:
    """Return the counts of all groups in one."""
    total: dict[int, int] = {}
    for counts in groups.values():
        for value, number in counts.items():
            total[value] = total.get(value, 0) + number
    return total


async def _stored_spelling(
    read: Reader, of: Slice, where: tuple[tuple[str, str], ...], days: Days, branches: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """Return the filters with their values as they are stored: "tartu" finds Tartu where there is no tartu."""
    spelled = []
    for dimension, value in where:
        if await count(read, slice_of(of, ((dimension, value),), branches), days):
            spelled.append((dimension, value))
            continue
        known = await count(read, slice_of(of, (), branches), days, dimension)
        same = sorted(key for key in known if key.casefold() == value.casefold())
        spelled.append((dimension, same[0] if same else value))
    return tuple(spelled)
