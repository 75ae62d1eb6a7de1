"""A score equals a recount from the raw answers, whatever was answered, corrected, erased, filtered and grouped."""

import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.privacy.erasing import erase_person
from bot.privacy.finding import Elsewhere
from bot.reports.counting import Days, month_of
from bot.reports.score import ScoreReport, score_report
from storage.moments import day_of
from storage.transaction import Transaction
from surveys import measures
from surveys.periods import parse_period
from surveys.requests import ScoreRequest
from tests.staff_world import FIRM, NOW, ZONE, give, world

BRANCHES = ("", "Tallinn", "Tartu")
EMPLOYEES = ("", "Mari", "Jaan")
COLOURS = ("", "red", "blue")


@dataclass(frozen=True)
class Given:
    """One answer, what it was corrected to later, and whether its customer was then forgotten."""

    value: int
    corrected: int | None
    days_ago: int
    branch: str
    employee: str
    colour: str
    erased: bool

    @property
    def last(self) -> int:
        return self.value if self.corrected is None else self.corrected

    def key(self, dimension: str) -> str:
        if dimension == "month":
            return month_of(day_of(NOW - timedelta(days=self.days_ago), ZONE))
        if dimension == "colour" and self.erased:
            return ""  # further columns may tell who somebody is: they go, the answer stays
        found: str = getattr(self, dimension)
        return found


values = st.integers(0, 10)
answers = st.lists(
    st.builds(
        Given,
        values,
        st.none() | values,
        st.integers(0, 70),
        st.sampled_from(BRANCHES),
        st.sampled_from(EMPLOYEES),
        st.sampled_from(COLOURS),
        st.booleans(),
    ),
    max_size=25,
)
filters = st.lists(
    st.sampled_from(
        [
            ("branch", "Tartu"),
            ("branch", "Tallinn"),
            ("employee", "Mari"),
            ("colour", "red"),
            ("month", "2026-10"),
        ]
    ),
    max_size=2,
    unique=True,
)


def stored(tx: Transaction, all_given: list[Given]) -> None:
    for one in all_given:
        at = NOW - timedelta(days=one.days_ago)
        told = {"branch": one.branch, "employee": one.employee, "colour": one.colour}
        facts = {name: value for name, value in told.items() if value}
        number, response = give(tx, one.value, at=at, name="Mari Tamm", **facts)  # type: ignore[arg-type]
        if one.corrected is not None:
            elsewhere = replace(response, channel="telegram", language="fi", day=response.day + 1)
            tx.answers.record(number, elsewhere, "recommend", one.corrected, None, is_why=False)
        if one.erased:
            assert response.customer_id is not None
            person = tx.people.resolve(response.customer_id, {})
            erase_person(tx, FIRM, person, Elsewhere(responses=(number,)), NOW)


def recounted(
    all_given: list[Given], request: ScoreRequest, branches: tuple[str, ...]
) -> dict[str, Counter[int]]:
    """Count in the plainest way there is."""
    days = Days.of(request.period)
    wanted: dict[str, set[str]] = {}
    for dimension, key in request.where:
        wanted.setdefault(dimension, set()).add(key)
    groups: dict[str, Counter[int]] = {}
    for one in all_given:
        day = day_of(NOW - timedelta(days=one.days_ago), ZONE)
        if not days.first <= day < days.last or (branches and one.branch not in branches):
            continue
        if all(one.key(dimension) in keys for dimension, keys in wanted.items()):
            key = one.key(request.by) if request.by else ""
            groups.setdefault(key, Counter())[one.last] += 1
    return groups


async def reported(all_given: list[Given], request: ScoreRequest, branches: tuple[str, ...]) -> ScoreReport:
    async with world() as here:
        await here.store.write(lambda tx: stored(tx, all_given))
        return await score_report(here.store, FIRM, request, NOW, branches=branches)


@settings(max_examples=60, deadline=None)
@given(
    all_given=answers,
    by=st.sampled_from([None, "branch", "employee", "colour", "month", "channel"]),
    where=filters,
    period=st.sampled_from(["30d", "12w", "all", "last-month", "2026-Q4"]),
    branches=st.sampled_from([(), ("Tartu",), ("Tartu", "Tallinn")]),
)
def test_a_score_equals_a_recount_from_raw_answers(
    all_given: list[Given], by: str | None, where: Any, period: str, branches: tuple[str, ...]
) -> None:
    today = NOW.astimezone(ZONE).date()
    request = ScoreRequest(parse_period(period, today, ZONE), by, tuple(where), None)
    report = asyncio.run(reported(all_given, request, branches))
    if by == "channel":
        request = ScoreRequest(request.period, None, request.where, None)
    groups = recounted(all_given, request, branches)
    total: Counter[int] = sum(groups.values(), Counter())
    assert report.result == measures.score("nps", total)
    assert {value: n for value, n in report.counts.items() if n} == dict(total)
    assert report.bands == measures.bands("nps", total)
    if by == "channel":
        assert [group.key for group in report.groups] == (["telegram"] if total else [])
    elif by:
        assert {group.key: group.result for group in report.groups} == {
            key: measures.score("nps", counts) for key, counts in groups.items()
        }


async def test_a_plain_score_and_one_by_branch_read_roll_ups_alone() -> None:
    """What is read grows with days and branches, never with answers."""
    asked: list[str] = []
    async with world() as here:
        fetch = here.store.fetch  # type: ignore[attr-defined]

        async def noted(name: str, **found: object) -> object:
            asked.append(name)
            return await fetch(name, **found)

        here.store.read._fetcher.fetch = noted  # type: ignore[method-assign, assignment]
        for by in (None, "branch"):
            request = ScoreRequest(parse_period("30d", NOW.date(), ZONE), by)
            await score_report(here.store, FIRM, request, NOW)
    assert asked == ["score_counts", "score_counts", "asked_counts"] * 2
