"""Units of work that claim what is to be sent now. A claim is committed before the provider hears of the message."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.channels.base import Outgoing
from bot.firm import Firm
from bot.outgoing import Claimed, Kind
from bot.planning import claim_invitation, setting_for
from storage.rows import OutboundRow
from storage.transaction import Transaction
from surveys.states import State

LEASE = timedelta(seconds=45)
"""How long a claim holds. A worker that dies leaves its claims unknown after this time."""

LOOK_AT = 200
"""Due visits judged in one unit of work, so that replies never wait long behind a pile of overdue ones."""

ALWAYS = {Kind.STOP_CONFIRMATION, Kind.STAFF, Kind.ALERT}
"""Kinds that go to opted-out people too, or to no customer at all."""


def claim(
    tx: Transaction,
    firm: Firm,
    channel: str,
    now: datetime,
    limit: int,
    owner: str,
    new_id: Callable[[], str],
) -> tuple[list[Claimed], bool]:
    """Claim up to `limit` messages of a channel; return them, and whether there may be more at once."""
    claimed: list[Claimed] = []
    for row in tx.outbox.due(channel, now, limit):
        one = _claim_row(tx, firm, row, now, (new_id(), owner, now + LEASE))
        if one is not None:
            claimed.append(one)
    if len(claimed) >= limit or _segments_used_up(tx, firm, channel, now):
        return claimed, bool(claimed)
    due = tx.visits.due(channel, now, LOOK_AT)
    for visit_id, person_id in due:
        if len(claimed) >= limit:
            break
        invitation = claim_invitation(
            tx, firm, channel, visit_id, person_id, now, (new_id(), owner, now + LEASE)
        )
        if invitation is not None:
            claimed.append(invitation)
    return claimed, bool(claimed) or bool(due)


def _claim_row(
    tx: Transaction, firm: Firm, row: OutboundRow, now: datetime, claim: tuple[str, str, datetime]
) -> Claimed | None:
    """Claim one stored message, unless it must not, or not now, be sent any more."""
    if row.not_after is not None and now > row.not_after:
        tx.outbox.set(row.outbox_id, "expired", due_at=row.due_at, code="late")
        return None
    if row.kind not in ALWAYS and row.person_id is not None:
        person = tx.people.lock(row.person_id)
        coming_back = row.kind == Kind.REPLY and person.opted_out_at is None
        if person.erased_at is not None or (person.opted_out_at is not None and not coming_back):
            tx.outbox.set(row.outbox_id, "suppressed", due_at=row.due_at, code="opted_out")
            return None
    if row.kind == Kind.REMINDER and not _still_wanted(tx, firm, row, now):
        return None
    if not tx.outbox.claim(row.outbox_id, *claim):
        return None
    stored = tx.outbox.get(row.outbox_id)
    assert stored is not None
    return Claimed(stored, Outgoing.from_dict(row.body), claim[0])


def _still_wanted(tx: Transaction, firm: Firm, row: OutboundRow, now: datetime) -> bool:
    """Is a reminder still in place: unanswered, and inside the customer's window? Else drop it or put it off."""
    about = tx.conversations.get(row.conversation_id) if row.conversation_id else None
    visit = tx.visits.get(row.visit_id) if row.visit_id else None
    if (
        about is None
        or visit is None
        or about.conversation.state is not State.ASKED
        or about.conversation.replied
    ):
        tx.outbox.set(row.outbox_id, "suppressed", due_at=row.due_at, code="answered")
        return False
    survey = firm.version(
        about.survey, about.version, tx.conversations.survey_source(about.survey, about.version)
    )
    opening = setting_for(tx, firm, visit, survey).opening
    if opening.is_open(now):
        return True
    later = opening.next_open(now)
    if later is None or later >= about.conversation.expires_at:
        tx.outbox.set(row.outbox_id, "expired", due_at=row.due_at, code="no_window")
    else:
        tx.outbox.set(row.outbox_id, "retry", due_at=later)
    return False


def _segments_used_up(tx: Transaction, firm: Firm, channel: str, now: datetime) -> bool:
    """Has today's limit of SMS segments been reached? Then only answers to waiting people go out."""
    if channel != "sms" or firm.segments_per_day is None:
        return False
    midnight = now.astimezone(firm.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return tx.outbox.segments_since(channel, midnight) >= firm.segments_per_day
