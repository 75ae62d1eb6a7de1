"""Employees: each one's score by month, and who differs from the others beyond chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.firm import Firm
from bot.reports.counting import count, count_daily, month_of
from bot.reports.subject import Subject, subject_of
from storage.base import Store
from surveys.measures.base import Result
from surveys.measures.team import Member, team
from surveys.requests import ScoreRequest

MOST_MONTHS = 4
"""Months told beside the whole period: a chat is no table of a year."""


@dataclass(frozen=True, slots=True)
class TeamReport:
    """Every employee's score over the whole period, and by month; below `minimum` only a result's n may be told.

    `months` are the last ones with answers, 2026-10 and so on, oldest first; `monthly` has a result per (employee, month)
    that had answers. Answers without an employee are left out.
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
    totals = await count(store.read, about.of, about.days, "employee")
    totals.pop("", None)
    days = await count_daily(store.read, about.of, about.days)
    months = tuple(sorted({month_of(day) for day, _, _ in days}))[-MOST_MONTHS:]
    scoring = about.scoring
    monthly: dict[tuple[str, str], Result] = {}
    for month in months:  # the store adds the days up: a row per day and employee would be tens of thousands
        found = await count(store.read, about.of, about.days.of_month(month), "employee")
        monthly |= {(name, month): scoring.score(counts) for name, counts in found.items() if name}
    members = team(totals, scoring.measure, scoring.scale, scoring.limits, firm.minimum_answers)
    return TeamReport(
        about,
        tuple(member for member in members if member.result.n),
        tuple(month for month in months if any(month == counted for _, counted in monthly)),
        monthly,
        firm.minimum_answers,
    )
