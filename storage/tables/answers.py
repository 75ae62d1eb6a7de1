"""Answers, their history, and the roll-ups that `/score` reads; always changed in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from storage.database import Database, encode
from storage.moments import micros
from storage.results import Row

VALUES = range(11)
"""Values that roll-ups have room for: every scale lies within 0..10."""


@dataclass(frozen=True, slots=True)
class Response:
    """One survey response as it is stored the first time; `day` is local (storage.moments.day_of)."""

    visit_id: str | None
    customer_id: str | None
    person_id: int | None
    survey: str
    question: str
    answered_at: datetime
    day: int
    channel: str | None
    language: str | None
    late: bool
    attributes: Mapping[str, str]  # touchpoint, branch, employee, product and every further column
    score: int | None = None
    why: str | None = None


COUNTED = ("touchpoint", "branch", "employee", "product", "channel", "language")
"""Dimensions with roll-ups; further columns are counted from the responses themselves."""

_COLUMNS = ("touchpoint", "branch", "employee", "product")


class Answers:
    """Record answers and count them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def response_about(self, visit_id: str) -> int | None:
        """Return the number of the response about a visit."""
        row = self._db.one("response_about", visit_id=visit_id)
        return int(row["response_id"]) if row else None

    def add(self, response: Response) -> int:
        """Store a response that has no answers yet; return its number."""
        return int(self._add(response)["response_id"])

    def _add(self, response: Response) -> Row:
        attributes = dict(response.attributes)
        columns = {name: attributes.pop(name, None) for name in _COLUMNS}
        row = self._db.one(
            "add_response",
            **columns,
            visit_id=response.visit_id,
            customer_id=response.customer_id,
            person_id=response.person_id,
            survey=response.survey,
            question=response.question,
            score=None,
            why=None,
            answered_at=micros(response.answered_at),
            day=response.day,
            channel=response.channel,
            language=response.language,
            late=int(response.late),
            extra=encode(attributes),
        )
        assert row is not None
        return row

    def record(
        self,
        response_id: int,
        response: Response,
        question: str,
        value: int | None,
        text: str | None,
        *,
        is_why: bool,
    ) -> tuple[int | None, str | None] | None:
        """Store one answer, its roll-ups, and what it replaces; return (value, text) replaced, or None.

        With its first value the response gets its moment, day, channel and language from `response`; from then on all its
        values count there. A correction, in whatever language, moves between values and never between days or groups.
        """
        stored = self._db.one("response_with_answer", response_id=response_id, question=question)
        assert stored is not None
        return self._record(stored, response, question, value, text, is_why=is_why)

    def record_about(
        self, response: Response, question: str, value: int | None, text: str | None, *, is_why: bool
    ) -> tuple[int | None, str | None] | None:
        """Record likewise in the response about the visit, which is stored first where there is none."""
        stored = self._db.one("response_about_with_answer", visit_id=response.visit_id, question=question)
        if stored is None:
            nothing_yet = {"given": None, "value": None, "text": None, "counted": False}
            stored = {**self._add(response), **nothing_yet}
        return self._record(stored, response, question, value, text, is_why=is_why)

    def _record(
        self,
        stored: Row,
        response: Response,
        question: str,
        value: int | None,
        text: str | None,
        *,
        is_why: bool,
    ) -> tuple[int | None, str | None] | None:
        response_id = stored["response_id"]
        before = None if stored["given"] is None else stored
        if before is not None and (before["value"], before["text"]) == (value, text):
            return None
        first_value = value is not None and not stored["counted"]
        day, at = (
            (response.day, micros(response.answered_at))
            if first_value
            else (stored["day"], stored["answered_at"])
        )
        channel, language = (
            (response.channel, response.language) if first_value else (stored["channel"], stored["language"])
        )
        if before is not None:
            self._db.run(
                "keep_replaced",
                response_id=response_id,
                question=question,
                value=before["value"],
                text=before["text"],
                replaced_at=micros(response.answered_at),
            )
        self._db.run(
            "put_answer", response_id=response_id, question=question, value=value, text=text, answered_at=at
        )
        self._db.run(
            "set_response",
            response_id=response_id,
            score=value if question == response.question else stored["score"],
            why=text if is_why else stored["why"],
            answered_at=at,
            day=day,
            late=int(response.late or bool(stored["late"])),
            channel=channel,
            language=language,
        )
        counts: dict[int, int] = {}
        if value is not None:
            counts[value] = 1
        if before is not None and before["value"] is not None:
            counts[before["value"]] = counts.get(before["value"], 0) - 1
        if any(counts.values()):
            groups = {**{name: stored[name] for name in _COLUMNS}, "channel": channel, "language": language}
            self._tally(stored["survey"], question, day, groups, counts)
        return None if before is None else (before["value"], before["text"])

    def count_asked(self, survey: str, day: int, groups: Mapping[str, str | None], n: int = 1) -> None:
        """Count an invitation (or take one back, with -1) for everybody and for each of its groups."""
        keys = {dimension: groups.get(dimension) or "" for dimension in COUNTED}
        self._db.run("tally_asked", survey=survey, day=day, n=n, **keys)

    def recount(self, survey: str, question: str, day: int) -> bool:
        """Make the roll-ups of a question on a day what a count of the answers gives; tell whether they were not."""
        at: dict[str, object] = {"survey": survey, "question": question, "day": day}
        rolled_up = {**at, "keys": json.dumps(["", *COUNTED])}
        self._db.run("lock_tallies")
        counted = [dict(row) for row in self._db.all("recounted", **at)]
        if _by_group(counted) == _by_group(self._db.all("rolled_up", **rolled_up)):
            return False
        self._db.run("drop_tallies", **rolled_up)
        if counted:
            self._db.many("add_tally", [{**at, **row} for row in counted])
        return True

    def fold(self, day: int) -> None:
        """Put the shards of a day's roll-ups together."""
        self._db.run("fold_tallies", day=day)
        self._db.run("fold_asked_tallies", day=day)

    def same_imported(self, survey: str, at: datetime, customer_id: str | None, score: int | None) -> int:
        """Return how often the same answer of another tool is stored."""
        row = self._db.one(
            "same_imported",
            survey=survey,
            answered_at=micros(at),
            customer_id=customer_id or "",
            score=-1 if score is None else score,
        )
        assert row is not None
        return int(row["n"])

    def this_month(self, survey: str, question: str, dimension: str, key: str, since_day: int) -> int:
        """Return how many answers one group has given since a day, for quotas."""
        row = self._db.one(
            "answers_this_month",
            survey=survey,
            question=question,
            dimension=dimension,
            key=key,
            since=since_day,
        )
        assert row is not None
        return int(row["n"])

    def _tally(
        self,
        survey: str,
        question: str,
        day: int,
        groups: Mapping[str, str | None],
        counts: Mapping[int, int],
    ) -> None:
        values = {f"v{v}": counts.get(v, 0) for v in VALUES}
        keys = {dimension: groups[dimension] or "" for dimension in COUNTED}
        self._db.run("tally", survey=survey, question=question, day=day, **keys, **values)


def _by_group(rows: Iterable[Row]) -> dict[tuple[str, str], list[int]]:
    """Return the counts of each group that has any."""
    groups = {(row["dimension"], row["key"]): [int(row[f"v{value}"]) for value in VALUES] for row in rows}
    return {group: counts for group, counts in groups.items() if any(counts)}
