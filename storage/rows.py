"""Stored rows as values. Moments are aware, in UTC; JSON columns are already read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, NamedTuple

from surveys.conversation_value import Conversation
from surveys.visits import Visit


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person: opt-out and erasure are theirs."""

    person_id: int
    opted_out_at: datetime | None
    opted_out_how: str | None
    erased_at: datetime | None
    written_at: datetime | None
    wished_at: datetime | None
    language: str | None


class AddressRow(NamedTuple):
    """Where a person can be reached; `unusable` is the provider's code that says it never works."""

    channel: str
    address: str
    unusable: str | None
    reached_at: datetime | None


class CustomerRow(NamedTuple):
    """A customer's own facts; the columns of `customers`, in their order."""

    customer_id: str
    person_id: int
    name: str | None
    language: str | None
    timezone: str | None
    quiet: str | None


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit with the state of the invitation about it. `visit` carries the customer's name, language and zone."""

    visit: Visit
    person_id: int
    received_at: datetime
    visit_number: int
    state: str
    reason: str | None
    detail: Mapping[str, Any]
    survey: str
    channel: str | None
    due_at: datetime | None
    asked_at: datetime | None
    quiet: str | None
    phone: str | None  # the first of the person's numbers, whatever is known of it


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """A conversation and where it takes place."""

    conversation_id: int
    visit_id: str
    person_id: int
    channel: str
    address: str
    survey: str
    version: str
    conversation: Conversation


@dataclass(frozen=True, slots=True)
class InboundRow:
    """A stored message that came in; `body` is bot.channels.base.Inbound.to_dict()."""

    inbox_id: int
    channel: str
    external_id: str
    address: str
    received_at: datetime
    state: str
    tries: int
    error: str | None
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OutboundRow:
    """A message that goes out; `body` is bot.channels.base.Outgoing.to_dict()."""

    outbox_id: int
    kind: str
    channel: str
    address: str
    person_id: int | None
    visit_id: str | None
    conversation_id: int | None
    state: str
    priority: int
    due_at: datetime
    not_after: datetime | None
    attempt_id: str | None
    owner: str | None
    lease_until: datetime | None
    tries: int
    provider_id: str | None
    provider_rank: int
    provider_status: str | None
    code: str | None
    segments: int | None
    price: str | None
    body: Mapping[str, Any]
    created_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class SenderRow:
    """What must outlive the process that paces a sender."""

    paused_until: datetime | None = None
    stopped: str | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class StaffRow:
    """Somebody who may ask for scores; no branches means all of them, no `digest_time` (a local one) the usual hour."""

    channel: str
    address: str
    name: str | None
    role: str
    branches: tuple[str, ...]
    language: str | None
    digest: str
    digest_at: datetime | None
    digest_time: time | None = None
