"""The story of one visit: planned, asked, answered, or why not; as words for people and as the JSON that scripts read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from storage.rows import VisitRow
from surveys.explaining import REASONS, explain
from surveys.texts import moment, say

Story = Sequence[tuple[datetime, str, Mapping[str, Any]]]
"""Moment, event, detail; as the store tells it."""

EVENTS: Final = {
    "received": "the visit came in",
    "planned": "planned for {due}",
    "changed": "the visit's facts were changed",
    "asking": "the question is being sent by {channel}",
    "asked": "asked by {channel}",
    "answered": "answered: {value}",
    "corrected": "answer changed from {before} to {value}",
    "said": "said something in words",
    "reminded": "a reminder is being sent",
    "reminder_sent": "reminded by {channel}",
    "expired": "no answer came in time",
    "opted_out": "the customer wants no more questions",
    "opted_in": "the customer may be asked again",
    "silent": "not replied: the customer got {limit} messages within a day already",
    "put_off": "not sent ({code}), planned again",
    "failed": "not delivered ({code})",
    "unknown": "sent or not, that cannot be known ({code})",
    "reachable": "the customer can now be reached by {channel}",
    "suppressed": "decided not to ask",
    "changed_after_asking": "the visit's facts were changed after the question",
    "erased": "the customer's data was erased",
    "withdrawn": "the question was withdrawn: the visit was opened again",
}
"""A sentence for every event that is told in a story."""

RESTORED: Final = "sent or not, that cannot be known: an older copy of the data was put back"
"""The sentence for an unknown outcome that is due to a restore."""

_CHANNELS: Final = {"telegram": "Telegram", "sms": "SMS"}


def story_lines(row: VisitRow, story: Story, language: str, zone: ZoneInfo) -> list[str]:
    """Return how the visit stands, then what happened, oldest first; times by the clock of `zone`."""
    stands = explain(row.state, row.reason, row.detail, language)
    lines = [f"{say(language, 'Visit {visit}', visit=row.visit.visit_id)}: {stands}"]
    for at, event, detail in whole_story(row, story):
        lines.append(f"{moment(language, at.astimezone(zone))}  {_told(event, detail, language, zone)}")
    return lines


def story_json(row: VisitRow, story: Story, zone: ZoneInfo) -> dict[str, Any]:
    """Return the shape that the manual fixes; moments with the offset of `zone`."""
    events = [
        {"at": at.astimezone(zone).isoformat(), "event": event, "detail": dict(detail)}
        for at, event, detail in whole_story(row, story)
    ]
    return {**summary_json(row, zone), "events": events}


def summary_json(row: VisitRow, zone: ZoneInfo) -> dict[str, Any]:
    """Return the story without its events."""
    return {
        "visit_id": row.visit.visit_id,
        "state": row.state,
        "reason": row.reason,
        "due_at": row.due_at.astimezone(zone).isoformat() if row.due_at else None,
    }


def whole_story(row: VisitRow, story: Story) -> Story:
    """Return the story with its beginning: when the visit came in, and what was planned."""
    beginning: list[tuple[datetime, str, Mapping[str, Any]]] = [(row.received_at, "received", {})]
    if row.due_at is not None:
        planned = {"due_at": row.due_at.isoformat(), "channel": row.channel}
        beginning.append((row.received_at, "planned", planned))
    elif row.state == "suppressed" and not any(event == "suppressed" for _, event, _ in story):
        beginning.append((row.received_at, "suppressed", {"reason": row.reason, **row.detail}))
    return [*beginning, *story]


def _told(event: str, detail: Mapping[str, Any], language: str, zone: ZoneInfo) -> str:
    if event == "suppressed" and detail.get("reason") in REASONS:
        rest = {key: value for key, value in detail.items() if key != "reason"}
        return explain("suppressed", detail["reason"], rest, language)
    sentence = RESTORED if detail.get("code") == "restored" else EVENTS.get(event)
    if sentence is None:  # a newer program told it
        return event
    values: dict[str, object] = {
        "channel": _CHANNELS.get(str(detail.get("channel")), str(detail.get("channel", "?"))),
        "value": detail.get("value", "?"),
        "before": detail.get("from", "?"),
        "limit": detail.get("limit", "?"),
        "code": detail.get("code", "?"),
        "due": "?",
    }
    if "due_at" in detail:
        values["due"] = moment(language, datetime.fromisoformat(detail["due_at"]).astimezone(zone))
    return say(language, sentence, **values)
