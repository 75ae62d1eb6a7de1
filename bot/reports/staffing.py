"""Employees: each one's score by month, and who differs from the others beyond chance."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from bot.firm import Firm
from bot.reports.counting import count_daily, month_of
from bot.reports.subject import Subject, subject_of
from storage.base import Store
from surveys.measures.base import Result
from surveys.measures.team import Member, team
from surveys.requests import ScoreRequest


@dataclass(frozen=True, slots=True)
class TeamReport:
    """`months` are 2026-10 and so on, oldest first; `monthly` has a result per (employee, month) that had answers.

    Below `minimum` only a result's n may be told. Answers without an employee are left out.
    """

    about: Subject
    members: tuple[Member, ...]
    months: tuple[str, ...]
    monthly: Mapping[tuple[str, str], Result]
    minimum: int


async def team_report(
    store: Store, firm: Firm, request: ScoreRequest, *, branches: tuple[str, ...] = ()
) -> TeamReport:
    """Return every employee's score, over the whole period and by month."""
    about = await subject_of(store, firm, request, branches)
    totals: defaultdict[str, Counter[int]] = defaultdict(Counter)
    monthly: defaultdict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    for day, name, counts in await count_daily(store.read, about.of, about.days, "employee"):
        if name:
            totals[name].update(counts)
            monthly[name, month_of(day)].update(counts)
    scoring = about.scoring
    members = team(totals, scoring.measure, scoring.scale, scoring.limits, firm.minimum_answers)
    return TeamReport(
        about,
        tuple(member for member in members if member.result.n),
        tuple(sorted({month for _, month in monthly})),
        {key: scoring.score(counts) for key, counts in monthly.items()},
        firm.minimum_answers,
    )
