"""Everything that is kept about a person, as one object that JSON can hold. Moments are ISO 8601 in UTC."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from bot.outgoing import Kind
from bot.privacy.finding import Elsewhere, Found, responses_of
from storage.moments import moment
from storage.results import Row
from storage.transaction import Transaction

JSON_COLUMNS: Final = frozenset({"extra", "detail", "data", "body"})
"""Columns that hold JSON."""

OURS: Final = frozenset(
    {"person_id", "owner", "priority", "lease_until", "attempt_id", "provider_rank", "wake_at"}
)
"""Columns that only the machinery means something by."""


def export_person(tx: Transaction, found: Found, elsewhere: Elsewhere, now: datetime) -> dict[str, Any]:
    """Return all that is kept about a person: in one unit of work, so as of one moment."""
    person_id = found.person_id
    return {
        "exported_at": _iso(now),
        "person": _person(tx, person_id),
        "customers": _plain(
            row
            for row in tx.privacy.rows("persons_customers", person_id=person_id)
            if row["customer_id"] in found.customer_ids
        ),
        "addresses": [
            {
                "channel": row.channel,
                "address": row.address,
                "unusable": row.unusable,
                "reached_at": _iso(row.reached_at),
            }
            for row in tx.people.addresses(person_id)
        ],
        "visits": [_visit(tx, row) for row in tx.privacy.rows("persons_visits", person_id=person_id)],
        "conversations": _plain(tx.privacy.rows("persons_conversations", person_id=person_id)),
        "answers": [_response(tx, row) for row in responses_of(tx, person_id, elsewhere)],
        "messages_in": _messages_in(tx, found, elsewhere),
        "messages_out": [_message_out(row) for row in tx.privacy.rows("persons_outbox", person_id=person_id)],
        "links": _links(tx, found),
        "requests": _plain(
            row
            for channel, address in found.places
            for row in tx.privacy.rows("addresses_requests", channel=channel, address=address)
        ),
    }


def _person(tx: Transaction, person_id: int) -> dict[str, Any]:
    row = tx.people.lock(person_id)
    return {
        "language": row.language,
        "opted_out_at": _iso(row.opted_out_at),
        "opted_out_how": row.opted_out_how,
        "erased_at": _iso(row.erased_at),
        "own_wish_at": _iso(row.wished_at),
        "answered_unasked_at": _iso(row.written_at),
    }


def _visit(tx: Transaction, row: Row) -> dict[str, Any]:
    story = [
        {"at": _iso(at), "event": event, "detail": dict(detail)}
        for at, event, detail in tx.visits.story(row["visit_id"])
    ]
    return {**_one(row), "story": story}


def _response(tx: Transaction, row: Row) -> dict[str, Any]:
    number = row["response_id"]
    return {
        **_one(row),
        "answers": _plain(tx.privacy.rows("responses_answers", response_id=number)),
        "replaced": _plain(tx.privacy.rows("responses_history", response_id=number)),
    }


def _messages_in(tx: Transaction, found: Found, elsewhere: Elsewhere) -> list[dict[str, Any]]:
    rows: dict[int, Row] = {}
    for channel, address in found.places:
        for row in tx.privacy.rows("addresses_inbox", channel=channel, address=address):
            rows[row["inbox_id"]] = row
    for number in elsewhere.inbox:
        stored = tx.db.one("inbound", inbox_id=number)
        if stored is not None:
            rows[number] = stored
    return _plain(rows[number] for number in sorted(rows))


def _message_out(row: Row) -> dict[str, Any]:
    """Return a message to the person; of one about the person, not whom it told."""
    plain = _one(row)
    if plain["kind"] in {Kind.STAFF, Kind.ALERT}:
        plain["address"] = None
        plain["body"] = {"text": plain["body"].get("text", "")}
    return plain


def _links(tx: Transaction, found: Found) -> list[dict[str, Any]]:
    wanted = [(json.dumps({"customer_id": one}, ensure_ascii=False), "") for one in found.customer_ids]
    wanted += [("", address) for channel, address in found.places if channel == "telegram"]
    rows = {
        row["hash"]: row
        for body, used_by in wanted
        for row in tx.privacy.rows("customers_links", body=body, used_by=used_by)
    }
    return [{key: value for key, value in _one(row).items() if key != "hash"} for row in rows.values()]


def _plain(rows: Iterable[Row]) -> list[dict[str, Any]]:
    return [_one(row) for row in rows]


def _one(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with its moments and its JSON readable; `day` repeats `answered_at`."""
    return {key: _value(key, value) for key, value in dict(row).items() if key not in OURS and key != "day"}


def _value(key: str, value: Any) -> Any:
    if value is None:
        return None
    if key in JSON_COLUMNS:
        return json.loads(value)
    if key == "at" or key.endswith(("_at", "_after")):
        return _iso(moment(value))
    return value


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
