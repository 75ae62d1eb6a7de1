"""Questions for people: scores, stories, exports. Reads what is committed and never waits for a writer."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from storage.moments import micros, moment
from storage.results import Fetcher, Row
from storage.rows import StaffRow, VisitRow
from storage.tables.staff import staff_row
from storage.tables.visits import visit_row

Counts = dict[int, int]
"""How often each value was given."""

RECENT = (1_000, 10_000, 100_000, 1_000_000)
"""Messages that may be looked at: the last is more than a bot at its full pace sends in a day's window."""


class Reader:
    """Named questions on any store. Days are local days as `storage.moments.day_of` counts them; `last` is exclusive."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    async def counts(
        self, survey: str, question: str, first: int, last: int, dimension: str = ""
    ) -> dict[str, Counts]:
        """Return the counts of each group of a rolled-up dimension; the dimension "" has the one group ""."""
        rows = await self._fetcher.fetch(
            "score_counts", survey=survey, question=question, dimension=dimension, first=first, last=last
        )
        return {row["key"]: _counts(row) for row in rows}

    async def counts_where(
        self, survey: str, question: str, first: int, last: int, dimension: str, key: str
    ) -> Counts:
        """Return the counts of one group of a rolled-up dimension."""
        rows = await self._fetcher.fetch(
            "score_counts_of_key",
            survey=survey,
            question=question,
            dimension=dimension,
            key=key,
            first=first,
            last=last,
        )
        return _counts(rows[0])

    async def daily(
        self,
        survey: str,
        question: str,
        first: int,
        last: int,
        dimension: str = "",
        key: str = "",
        *,
        monthly: bool = False,
    ) -> list[tuple[int, Counts]]:
        """Return the counts of each day of one group; `monthly`, of each month, under its first day with an answer."""
        rows = await self._fetcher.fetch(
            "monthly_counts" if monthly else "daily_counts",
            survey=survey,
            question=question,
            dimension=dimension,
            key=key,
            first=first,
            last=last,
        )
        return [(row["day"], _counts(row)) for row in rows]

    async def daily_by(
        self, survey: str, question: str, first: int, last: int, dimension: str
    ) -> list[tuple[int, str, Counts]]:
        """Return the counts of each day and group of a rolled-up dimension."""
        rows = await self._fetcher.fetch(
            "daily_counts_by", survey=survey, question=question, dimension=dimension, first=first, last=last
        )
        return [(row["day"], row["key"], _counts(row)) for row in rows]

    async def asked(self, survey: str, first: int, last: int, dimension: str = "") -> dict[str, int]:
        """Return how many invitations were sent, by group."""
        rows = await self._fetcher.fetch(
            "asked_counts", survey=survey, dimension=dimension, first=first, last=last
        )
        return {row["key"]: int(row["n"]) for row in rows}

    async def asked_daily(
        self, survey: str, first: int, last: int, dimension: str = ""
    ) -> list[tuple[int, str, int]]:
        """Return how many invitations were sent, by day and group."""
        rows = await self._fetcher.fetch(
            "asked_daily", survey=survey, dimension=dimension, first=first, last=last
        )
        return [(row["day"], row["key"], int(row["n"])) for row in rows]

    async def raw_values(self, survey: str, question: str, first: int, last: int) -> list[dict[str, Any]]:
        """Return every value with all its dimensions, for groupings that have no roll-up."""
        rows = await self._fetcher.fetch(
            "raw_values", survey=survey, question=question, first=first, last=last
        )
        return [_with_extra(row) for row in rows]

    async def raw_asked(self, survey: str, first: int, last: int) -> list[dict[str, Any]]:
        """Return every invitation with its visit's dimensions; `first` and `last` are microseconds."""
        rows = await self._fetcher.fetch("raw_asked", survey=survey, first=first, last=last)
        return [_with_extra(row) for row in rows]

    async def complete_answers(self, survey: str, first: int, last: int) -> list[tuple[int, str, int]]:
        """Return (response, question, value) of all answers, ordered by response."""
        rows = await self._fetcher.fetch("complete_answers", survey=survey, first=first, last=last)
        return [(row["response_id"], row["question"], row["value"]) for row in rows]

    async def visit(self, visit_id: str) -> VisitRow | None:
        """Return one visit; one whose columns were damaged too, as far as they can be read."""
        rows = await self._fetcher.fetch("one_visit", visit_id=visit_id)
        if not rows:
            return None
        row = dict(rows[0])
        return visit_row({**row, "extra": _legible(row["extra"]), "detail": _legible(row["detail"])})

    async def story(self, visit_id: str) -> list[tuple[datetime, str, Mapping[str, Any]]]:
        """Return what happened to a visit: moment, event, detail."""
        rows = await self._fetcher.fetch("visit_story", visit_id=visit_id)
        return [(moment(row["at"]), row["event"], json.loads(_legible(row["detail"]))) for row in rows]

    async def surveys_answered(self) -> list[str]:
        """Return the ids of surveys that have answers."""
        return [row["survey"] for row in await self._fetcher.fetch("surveys_answered")]

    async def recent(self, box: str, since: datetime) -> list[dict[str, Any]]:
        """Return how many messages of the inbox or the outbox there are since a moment, by state.

        Ids count up as time does: the newest thousand is looked at, or ten times as many until it reaches back so far. So
        it costs what came since then, whatever the age of the store, and needs no index that every message would pay for.
        """
        at = micros(since)
        for most in RECENT:
            oldest = await self._fetcher.fetch(f"{box}_back", back=most)
            if not oldest or oldest[0]["at"] < at:
                break
        return await self.rows(f"recent_{box}", since=at, most=most)

    async def unfolded_days(self, before: int) -> list[int]:
        """Return the days before one whose roll-ups stand in several shards."""
        return [row["day"] for row in await self._fetcher.fetch("unfolded_days", before=before)]

    async def staff(self) -> list[StaffRow]:
        """Return everybody who may ask for scores."""
        return [staff_row(row) for row in await self._fetcher.fetch("staff_list")]

    async def rows(self, name: str, **values: object) -> list[dict[str, Any]]:
        """Return the rows of any other report query of `sql/reports.sql`, by name."""
        return [dict(row) for row in await self._fetcher.fetch(name, **values)]

    async def stream(self, name: str, **values: object) -> AsyncIterator[dict[str, Any]]:
        """Yield the rows of a report query in constant memory."""
        async for row in self._fetcher.stream(name, **values):
            yield _with_extra(row)


_VALUES = tuple((value, f"v{value}") for value in range(11))


def _counts(row: Row) -> Counts:
    return {value: n for value, column in _VALUES if (n := row[column])}


def _with_extra(row: Row) -> dict[str, Any]:
    plain = dict(row)
    if "extra" in plain:
        plain["extra"] = json.loads(plain["extra"])
    return plain


def _legible(text: str) -> str:
    """Return stored JSON as it is, or an empty object in the place of what is none: a story is told all the same."""
    try:
        json.loads(text)
    except ValueError:
        return "{}"
    return text
