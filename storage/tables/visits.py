"""Visits with their invitations, and their stories."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from storage.database import Database, encode, storable
from storage.moments import micros, moment
from storage.results import Row
from storage.rows import VisitRow
from surveys.asking import Asked, Waiting
from surveys.visits import Visit

DIMENSIONS = ("touchpoint", "branch", "employee", "product")
"""Columns of a visit that are counted by."""


class Plan(NamedTuple):
    """What was decided about asking: a moment and a channel, or a state with its reason."""

    state: str
    survey: str
    channel: str | None = None
    due_at: datetime | None = None
    reason: str | None = None
    detail: Mapping[str, Any] | None = None


class Visits:
    """Visits by their id; `asked_at` is set by the claim and is what the cap counts."""

    def __init__(self, db: Database, secret: bytes) -> None:
        self._db = db
        self._keyed = hashlib.blake2b(digest_size=8, key=secret[:64])

    def fingerprint(self, visit: Visit) -> int:
        """Return a number for everything that is handed in with a visit, the customer's facts included."""
        return self._fingerprint_of(_all_of(visit))

    def _fingerprint_of(self, text: str) -> int:
        digest = self._keyed.copy()  # at a third of the price of a new one
        digest.update(text.encode(errors="replace"))
        return int.from_bytes(digest.digest(), signed=True)

    def fingerprints(self, visit_ids: Sequence[str]) -> dict[str, int | None]:
        """Return those of some visits that are known, with the fingerprint of what was handed in last."""
        rows = self._db.all("fingerprints", keys=json.dumps(list(visit_ids)))
        return {row["visit_id"]: row["fingerprint"] for row in rows}

    def note_handed_in(self, visit: Visit) -> None:
        """Remember what was handed in about a visit."""
        self._db.run("set_fingerprint", visit_id=visit.visit_id, fingerprint=self.fingerprint(visit))

    def get(self, visit_id: str) -> VisitRow | None:
        """Return one visit."""
        row = self._db.one("visit", visit_id=visit_id)
        return visit_row(row) if row else None

    def add(self, visit: Visit, person_id: int, received_at: datetime, number: int, plan: Plan) -> None:
        """Store a new visit with what was decided about it."""
        self._db.run(
            "add_visit",
            **_row(visit, person_id, micros(received_at), number, plan, self.fingerprint(visit)),
        )

    def add_many(self, visits: Iterable[tuple[Visit, int, Plan]], received_at: datetime) -> None:
        """Store the first visits of (person) each, with what was decided about them."""
        received = micros(received_at)
        rows: list[Mapping[str, object]] = []
        for visit, person, plan in visits:
            text = _all_of(visit)
            row = _row(visit, person, received, 1, plan, self._fingerprint_of(text))
            plain = text.isascii() and "\0" not in text and not visit.extra  # for most rows, all at once
            rows.append(row if plain else storable(row))
        self._db.many("add_visit", rows)

    def change(self, visit: Visit) -> None:
        """Store new facts about a visit."""
        self._db.run("change_visit", **_facts(visit))

    def plan(self, visit_id: str, plan: Plan) -> None:
        """Store what was decided about asking."""
        self._db.run("set_plan", visit_id=visit_id, **_plan(plan))

    def set_state(
        self, visit_id: str, state: str, reason: str | None = None, detail: Mapping[str, Any] | None = None
    ) -> None:
        """Store where the invitation stands."""
        self._db.run("set_visit_state", visit_id=visit_id, state=state, reason=reason, detail=_json(detail))

    def set_delivered(self, visit_id: str) -> None:
        """Note that the provider took the invitation; where it is answered, or ended, by now, that stands."""
        self._db.run("set_delivered", visit_id=visit_id)

    def set_asked(self, visit_id: str, channel: str, at: datetime) -> None:
        """Claim: the invitation is being sent and counts against the cap from now on."""
        self._db.run("set_asked", visit_id=visit_id, channel=channel, asked_at=micros(at))

    def set_not_asked(self, visit_id: str) -> None:
        """Note that the invitation was surely not sent: it does not count."""
        self._db.run("set_not_asked", visit_id=visit_id)

    def asked_of(self, person_id: int, since: datetime, *, attributes: bool = True) -> tuple[Asked, ...]:
        """Return the invitations sent to a person since a moment, newest first; with the visits' attributes if wanted."""
        if attributes:
            rows = self._db.all("asked_of", person_id=person_id, since=micros(since))
            return tuple([_asked(row) for row in rows])
        rows = self._db.all("asked_moments_of", person_id=person_id, since=micros(since))
        return tuple([Asked(moment(row["asked_at"]), row["visit_id"], row["survey"]) for row in rows])

    def waiting_of(self, person_id: int, but: str) -> tuple[Waiting, ...]:
        """Return the other visits of a person that wait to be asked about."""
        rows = self._db.all("waiting_of", person_id=person_id, visit_id=but)
        return tuple(Waiting(row["visit_id"], moment(row["occurred_at"]), row["touchpoint"]) for row in rows)

    def without_address(self, person_id: int) -> list[str]:
        """Return the visits of a person that were not asked about for want of an address, oldest first."""
        return [row["visit_id"] for row in self._db.all("visits_without_address", person_id=person_id)]

    def number_of(self, person_id: int, occurred_at: datetime) -> int:
        """Return which visit of the person one at `occurred_at` is, counted from 1."""
        row = self._db.one("count_visits_of", person_id=person_id, before=micros(occurred_at))
        assert row is not None
        return int(row["n"]) + 1

    def due(self, channel: str, now: datetime, limit: int) -> list[tuple[str, int, datetime]]:
        """Return (visit, person, moment) of planned visits whose moment has come, oldest first."""
        rows = self._db.all("due_visits", channel=channel, now=micros(now), limit=limit)
        return [(row["visit_id"], int(row["person_id"]), moment(row["due_at"])) for row in rows]

    def among(self, visit_ids: Sequence[str]) -> list[VisitRow]:
        """Return those of some visits that are known, in no order."""
        if not visit_ids:
            return []
        return [visit_row(row) for row in self._db.all("visits_among", keys=json.dumps(list(visit_ids)))]

    def put_off(self, visits: Iterable[tuple[str, datetime]]) -> int:
        """Store a later moment for planned visits; return how many are."""
        rows = [{"visit_id": visit_id, "due_at": micros(at)} for visit_id, at in visits]
        return self._db.many("put_off", rows)

    def next_due(self, channel: str) -> datetime | None:
        """Return the earliest moment a planned visit of a channel waits for."""
        row = self._db.one("next_due_visit", channel=channel)
        return moment(row["due_at"]) if row else None

    def tell(self, visit_id: str, at: datetime, event: str, **detail: object) -> None:
        """Add a line to a visit's story."""
        self._db.run("tell", visit_id=visit_id, at=micros(at), event=event, detail=_json(detail))

    def story(self, visit_id: str) -> list[tuple[datetime, str, Mapping[str, Any]]]:
        """Return what happened to a visit: moment, event, detail."""
        rows = self._db.all("story", visit_id=visit_id)
        return [(moment(row["at"]), row["event"], json.loads(row["detail"])) for row in rows]


def visit_row(row: Row) -> VisitRow:
    """Read one row of the query `visit`."""
    visit = Visit(
        visit_id=row["visit_id"],
        customer_id=row["customer_id"],
        occurred_at=moment(row["occurred_at"]),
        name=row["name"],
        language=row["language"],
        timezone=row["timezone"],
        touchpoint=row["touchpoint"],
        branch=row["branch"],
        employee=row["employee"],
        product=row["product"],
        amount=None if row["amount"] is None else Decimal(str(row["amount"])),
        resolved=None if row["resolved"] is None else bool(row["resolved"]),
        extra=_read(row["extra"]),
    )
    return VisitRow(
        visit=visit,
        person_id=int(row["person_id"]),
        received_at=moment(row["received_at"]),
        visit_number=row["visit_number"],
        state=row["state"],
        reason=row["reason"],
        detail=_read(row["detail"]),
        survey=row["survey"],
        channel=row["channel"],
        due_at=moment(row["due_at"]),
        asked_at=moment(row["asked_at"]),
        quiet=row["quiet"],
        phone=row["phone"],
    )


def _read(text: str) -> dict[str, Any]:
    return {} if text == "{}" else dict(json.loads(text))


def _all_of(visit: Visit) -> str:
    """Return everything that is handed in with a visit, as one text."""
    return "\x1f".join(map(str, visit))


def _row(
    visit: Visit, person_id: int, received_at: int, number: int, plan: Plan, fingerprint: int
) -> dict[str, object]:
    return {
        **_facts(visit),
        "customer_id": visit.customer_id,
        "person_id": person_id,
        "received_at": received_at,
        "visit_number": number,
        "fingerprint": fingerprint,
        **_plan(plan),
    }


def _facts(visit: Visit) -> dict[str, object]:
    return {
        "visit_id": visit.visit_id,
        "occurred_at": micros(visit.occurred_at),
        "touchpoint": visit.touchpoint,
        "branch": visit.branch,
        "employee": visit.employee,
        "product": visit.product,
        "amount": None if visit.amount is None else float(visit.amount),
        "resolved": None if visit.resolved is None else int(visit.resolved),
        "extra": _json(visit.extra),
    }


def _plan(plan: Plan) -> dict[str, object]:
    return {
        "state": plan.state,
        "reason": plan.reason,
        "detail": _detail(tuple(plan.detail.items())) if plan.detail else "{}",
        "survey": plan.survey,
        "channel": plan.channel,
        "due_at": micros(plan.due_at),
    }


def _asked(row: Row) -> Asked:
    attributes = {**_read(row["extra"]), **{d: row[d] for d in DIMENSIONS if row[d] is not None}}
    return Asked(
        at=moment(row["asked_at"]), visit_id=row["visit_id"], survey=row["survey"], attributes=attributes
    )


@lru_cache(maxsize=256)
def _detail(items: tuple[tuple[str, Any], ...]) -> str:
    """Encode what a reason refers to: the same few texts for most visits of a file."""
    return encode(dict(items))


def _json(value: Mapping[str, Any] | None) -> str:
    return encode(dict(value)) if value else "{}"
