"""Inbox, outbox, senders: every message that came in or goes out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from storage.database import Database, encode
from storage.moments import micros, moment
from storage.results import Raced, Row
from storage.rows import InboundRow, OutboundRow, SenderRow


class Inbox:
    """Messages that came in: each (channel, external id) once, for ever."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(
        self, channel: str, external_id: str, address: str, at: datetime, body: Mapping[str, Any], state: str
    ) -> int | None:
        """Store a message; return its number, or None when it is a repeat."""
        row = self._db.one(
            "add_inbound",
            channel=channel,
            external_id=external_id,
            address=address,
            received_at=micros(at),
            state=state,
            body=encode(body),
        )
        return int(row["inbox_id"]) if row else None

    def get(self, inbox_id: int) -> InboundRow | None:
        """Return one stored message."""
        row = self._db.one("inbound", inbox_id=inbox_id)
        return _inbound(row) if row else None

    def set(self, inbox_id: int, state: str, tries: int = 0, error: str | None = None) -> None:
        """Store how handling a message went."""
        self._db.run("set_inbound", inbox_id=inbox_id, state=state, tries=tries, error=error)

    def waiting(self, state: str, limit: int = 100) -> list[InboundRow]:
        """Return messages in a state, oldest first."""
        return [_inbound(row) for row in self._db.all("waiting_inbound", state=state, limit=limit)]

    def count_since(self, channel: str, address: str, since: datetime) -> int:
        """Return how many messages came from an address since a moment."""
        row = self._db.one("inbound_since", channel=channel, address=address, since=micros(since))
        assert row is not None
        return int(row["n"])


class Outbox:
    """Messages that go out. A claim is committed before the provider is called."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(
        self,
        kind: str,
        channel: str,
        address: str,
        body: Mapping[str, Any],
        now: datetime,
        *,
        priority: int,
        person_id: int | None = None,
        visit_id: str | None = None,
        conversation_id: int | None = None,
        due_at: datetime | None = None,
        not_after: datetime | None = None,
        claim: tuple[str, str, datetime] | None = None,
        segments: int | None = None,
    ) -> int:
        """Store a message as due, or as claimed by `claim` (attempt id, owner, lease end); return its number.

        `segments` is what an SMS is expected to be billed as, until the provider tells.
        """
        attempt, owner, lease = claim or (None, None, None)
        row = self._db.one(
            "add_outbound",
            kind=kind,
            channel=channel,
            address=address,
            person_id=person_id,
            visit_id=visit_id,
            conversation_id=conversation_id,
            state="claimed" if claim else "due",
            priority=priority,
            due_at=micros(due_at or now),
            not_after=micros(not_after),
            attempt_id=attempt,
            owner=owner,
            lease_until=micros(lease),
            tries=1 if claim else 0,
            segments=segments,
            body=encode(body),
            created_at=micros(now),
        )
        assert row is not None
        return int(row["outbox_id"])

    def get(self, outbox_id: int) -> OutboundRow | None:
        """Return one message; its person is locked, as with `People.lock`."""
        return self._locked("outbound", outbox_id=outbox_id)

    def just_added(self, outbox_id: int) -> OutboundRow:
        """Return a message that this unit of work stored: nobody else can have it, so nothing is locked."""
        row = self._db.one("outbound", outbox_id=outbox_id)
        assert row is not None
        return _outbound(row)

    def by_attempt(self, attempt_id: str) -> OutboundRow | None:
        """Return the message of an attempt; its person is locked."""
        return self._locked("outbound_by_attempt", attempt_id=attempt_id)

    def by_provider(self, provider_id: str) -> OutboundRow | None:
        """Return the message that the provider knows by this id; its person is locked."""
        return self._locked("outbound_by_provider", provider_id=provider_id)

    def due(self, channel: str, now: datetime, limit: int, *, priority: int = 9) -> list[OutboundRow]:
        """Return messages whose moment has come, up to a priority: replies to waiting people first."""
        rows = self._db.all("due_outbound", channel=channel, now=micros(now), limit=limit, priority=priority)
        return [_outbound(row) for row in rows]

    def next_due(self, channel: str) -> datetime | None:
        """Return the earliest moment a message of a channel waits for."""
        row = self._db.one("next_due_outbound", channel=channel)
        return moment(row["due_at"]) if row else None

    def claim(self, outbox_id: int, attempt_id: str, owner: str, lease_until: datetime) -> OutboundRow | None:
        """Claim a due message and return it; None if somebody was faster."""
        return _one(
            self._db.one(
                "claim_outbound",
                outbox_id=outbox_id,
                attempt_id=attempt_id,
                owner=owner,
                lease_until=micros(lease_until),
            )
        )

    def release(self, outbox_id: int, attempt_id: str, due_at: datetime) -> None:
        """Undo a claim of what surely did not leave: due again at a moment, and not counted as a try."""
        self._db.run("release_outbound", outbox_id=outbox_id, attempt_id=attempt_id, due_at=micros(due_at))

    def set(
        self,
        outbox_id: int,
        state: str,
        *,
        due_at: datetime,
        provider_id: str | None = None,
        code: str | None = None,
        segments: int | None = None,
        price: str | None = None,
        sent_at: datetime | None = None,
    ) -> None:
        """Store how an attempt ended; `due_at` is when to try again, where that is the end."""
        self._db.run(
            "set_outbound",
            outbox_id=outbox_id,
            state=state,
            due_at=micros(due_at),
            provider_id=provider_id,
            code=code,
            segments=segments,
            price=price,
            sent_at=micros(sent_at),
        )

    def set_status(
        self,
        outbox_id: int,
        status: str,
        rank: int,
        *,
        provider_id: str | None,
        code: str | None = None,
        segments: int | None = None,
        price: str | None = None,
    ) -> bool:
        """Store a delivery status; False when a later one is known already."""
        return (
            self._db.count(
                "set_provider_status",
                outbox_id=outbox_id,
                status=status,
                rank=rank,
                provider_id=provider_id,
                code=code,
                segments=segments,
                price=price,
            )
            == 1
        )

    def lapsed(self, now: datetime, limit: int = 100) -> list[OutboundRow]:
        """Return claimed messages whose lease ran out."""
        return [_outbound(row) for row in self._db.all("lapsed_outbound", now=micros(now), limit=limit)]

    def unsure(self, channel: str, since: datetime) -> list[OutboundRow]:
        """Return messages of unknown outcome."""
        return [
            _outbound(row) for row in self._db.all("unsure_outbound", channel=channel, since=micros(since))
        ]

    def cancel(self, person_id: int, code: str) -> int:
        """Take back what waits for a person, but for the confirmation of a stop."""
        return self._db.count("cancel_outbound", person_id=person_id, code=code)

    def failures_about(self, visit_id: str) -> list[str]:
        """Return the codes of the failed attempts about a visit."""
        return [row["code"] for row in self._db.all("failures_about", visit_id=visit_id)]

    def count_since(self, person_id: int, since: datetime) -> int:
        """Return how many replies went to a person since a moment."""
        row = self._db.one("outbound_since", person_id=person_id, since=micros(since))
        assert row is not None
        return int(row["n"])

    def delivered_in(self, person_id: int, conversation_id: int, channel: str) -> list[OutboundRow]:
        """Return the messages of a conversation that the channel's provider knows, newest first."""
        rows = self._db.all(
            "delivered_in_conversation", person_id=person_id, conversation_id=conversation_id, channel=channel
        )
        return [_outbound(row) for row in rows]

    def last_words_to(self, person_id: int) -> str | None:
        """Return the text of the newest message to a person that was no edit."""
        row = self._db.one("last_words_to", person_id=person_id)
        return None if row is None else json.loads(row["body"]).get("text")

    def segments_since(self, channel: str, since: datetime) -> int:
        """Return how many SMS segments were sent or may have been sent since a moment."""
        row = self._db.one("segments_since", channel=channel, since=micros(since))
        assert row is not None
        return int(row["n"])

    def sender(self, sender: str) -> SenderRow:
        """Return what is remembered of a sender."""
        row = self._db.one("sender", sender=sender)
        return SenderRow(moment(row["paused_until"]), row["stopped"], row["position"]) if row else SenderRow()

    def put_sender(self, sender: str, row: SenderRow) -> None:
        """Remember a sender; a position of None stays as it was."""
        self._db.run(
            "put_sender",
            sender=sender,
            paused_until=micros(row.paused_until),
            stopped=row.stopped,
            position=row.position,
        )

    def restored_at(self) -> datetime | None:
        """Return when an older copy was put in the place of this store, the last time; None where that never was."""
        return moment(self.sender(_RESTORED).position)

    def note_restored(self, at: datetime) -> None:
        """Remember that this store is an older copy: what was due before `at` may have been sent."""
        self.put_sender(_RESTORED, SenderRow(position=micros(at)))

    def notice(self, notice: str, at: datetime) -> bool:
        """Remember that the admins are told something; False if they were told before."""
        return self._db.one("notice", notice=notice, at=micros(at)) is not None

    def forget_notice(self, notice: str) -> None:
        """Note that the trouble is over: the next one is told again."""
        self._db.run("drop_notice", notice=notice)

    def _locked(self, query: str, **values: object) -> OutboundRow | None:
        """Read a message as it is once its person's other units of work have ended."""
        row = self._db.one(query, **values)
        if row is None or row["person_id"] is None:
            return _one(row)
        if self._db.one("lock_person", person_id=row["person_id"]) is None:
            raise Raced(f"person {row['person_id']} was merged with another")
        return _one(self._db.one(query, **values))


def _inbound(row: Row) -> InboundRow:
    plain = dict(row)
    return InboundRow(
        **{**plain, "received_at": moment(plain["received_at"]), "body": json.loads(plain["body"])}
    )


_RESTORED = "restored"
"""Stands among the senders, as their pauses do: what must outlive a process."""

_MOMENTS = ("due_at", "not_after", "lease_until", "created_at", "sent_at")


def _one(row: Row | None) -> OutboundRow | None:
    return _outbound(row) if row else None


def _outbound(row: Row) -> OutboundRow:
    plain = dict(row)
    for key in _MOMENTS:
        plain[key] = moment(plain[key])
    plain["body"] = json.loads(plain["body"])
    return OutboundRow(**plain)
