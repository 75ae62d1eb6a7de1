"""What goes out: kinds of messages, how soon each goes, and how a conversation's wishes become stored messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.channels.base import Button, Inbound, Outgoing
from bot.channels.sms import MAX_VALIDITY
from bot.firm import Firm
from storage.rows import ConversationRow, OutboundRow
from storage.transaction import Transaction
from surveys.effects import Ask, Effect
from surveys.opening import Opening
from surveys.questions.base import Choice
from surveys.segments import as_sms, measure_sms


class Kind(StrEnum):
    """Why a message goes out. `outbox.POLICIES` says how often each may be tried."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    QUESTION = "question"
    REPLY = "reply"
    STOP_CONFIRMATION = "stop_confirmation"
    EDIT = "edit"
    STAFF = "staff"
    ALERT = "alert"


PRIORITY = {
    Kind.STOP_CONFIRMATION: 0,
    Kind.QUESTION: 0,
    Kind.REPLY: 0,
    Kind.EDIT: 0,
    Kind.STAFF: 1,
    Kind.ALERT: 2,
    Kind.REMINDER: 5,
    Kind.INVITATION: 6,
}
"""Waiting people first: what answers a person goes before what starts something."""

WAITING_PEOPLE = 4
"""Up to this priority somebody waits for the message; it goes at any hour."""

ONE_DAY = timedelta(days=1)

ANSWER_WITHIN = timedelta(hours=1)
"""A reply that could not be sent within this time is dropped: it would answer nothing any more."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message about to be sent: committed as claimed before the provider hears of it."""

    row: OutboundRow
    message: Outgoing
    attempt_id: str


def tell_person(
    tx: Transaction,
    firm: Firm,
    inbound: Inbound,
    person_id: int,
    text: str,
    kind: Kind,
    now: datetime,
    *,
    request_contact: str | None = None,
) -> None:
    """Queue an answer to a message outside any conversation, unless the person got enough of ours today."""
    if (
        kind is not Kind.STOP_CONFIRMATION
        and tx.outbox.count_since(person_id, now - ONE_DAY) >= firm.replies_per_day
    ):
        return
    message = Outgoing(address=inbound.address, text=text, request_contact=request_contact)
    queue(tx, kind, inbound.channel, message, now, person_id=person_id, not_after=now + ANSWER_WITHIN)


def queue(
    tx: Transaction,
    kind: Kind,
    channel: str,
    message: Outgoing,
    now: datetime,
    *,
    person_id: int | None = None,
    row: ConversationRow | None = None,
    not_after: datetime | None = None,
    claim: tuple[str, str, datetime] | None = None,
) -> int:
    """Store one message to be sent, of a conversation or to a person; return its number."""
    segments = None
    if channel == "sms":
        # What is stored is what is billed, and what the provider's listing is compared with.
        message = replace(message, text=as_sms(message.text))
        segments = measure_sms(message.text).segments
    return tx.outbox.add(
        kind,
        channel,
        message.address,
        message.to_dict(),
        now,
        priority=PRIORITY[kind],
        person_id=row.person_id if row else person_id,
        visit_id=row.visit_id if row else None,
        conversation_id=row.conversation_id if row else None,
        not_after=not_after,
        claim=claim,
        segments=segments,
    )


def first_ask(effects: Iterable[Effect]) -> Ask:
    """Return the one question among the effects of `start()`."""
    return next(effect for effect in effects if isinstance(effect, Ask))


def claim_message(
    tx: Transaction,
    kind: Kind,
    row: ConversationRow,
    message: Outgoing,
    now: datetime,
    claim: tuple[str, str, datetime],
) -> Claimed:
    """Store a message of a conversation as claimed."""
    stored = tx.outbox.just_added(queue(tx, kind, row.channel, message, now, row=row, claim=claim))
    return Claimed(stored, Outgoing.from_dict(stored.body), claim[0])


def question_message(row: ConversationRow, ask: Ask, *, valid_for: int | None = None) -> Outgoing:
    """Return a question with its buttons; the data of each names conversation, question and value."""
    rows = tuple(
        tuple(Button(choice.label, button_data(row.conversation_id, ask.question, choice)) for choice in line)
        for line in ask.choices
    )
    return Outgoing(address=row.address, text=ask.text, buttons=rows, valid_for=valid_for)


def button_data(conversation_id: int, question: str, choice: Choice) -> str:
    """Return what a pressed button says: `a:CONVERSATION:QUESTION:VALUE`, an empty value for skip."""
    value = "" if choice.value is None else str(choice.value)
    return f"a:{conversation_id}:{question}:{value}"


def read_button(data: str) -> tuple[int, str, int | None] | None:
    """Undo `button_data()`; None for anything else, whoever sent it."""
    parts = data.split(":")
    if len(parts) != 4 or parts[0] != "a" or not parts[1].isdecimal():
        return None
    value = parts[3]
    if value and not (value.isdecimal() and len(value) < 4):
        return None
    if len(parts[1]) > 18:
        return None
    return int(parts[1]), parts[2], int(value) if value else None


def asks(body: Mapping[str, Any], question: str) -> bool:
    """Tell whether a stored message bears buttons of a question."""
    pressed = (read_button(data) for row in body.get("buttons", ()) for _, data in row)
    return any(one is not None and one[1] == question for one in pressed)


def seconds_left(opening: Opening, now: datetime) -> int:
    """Return for how long, in seconds, a message may still be delivered: to the end of today's window."""
    closes = opening.window.closes
    left = [
        (local.replace(hour=closes.hour, minute=closes.minute, second=59) - local).total_seconds()
        for local in (now.astimezone(zone) for zone in (opening.zone, *opening.narrowing))
    ]
    return int(max(1, min([*left, MAX_VALIDITY])))
