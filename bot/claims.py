"""Units of work that claim what is to be sent now. A claim is committed before the provider hears of the message."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.alerts import alert_admins
from bot.channels.base import Outgoing
from bot.firm import Firm
from bot.outcomes import give_up, plan_unsent
from bot.outgoing import Claimed, Kind
from bot.planning import claim_invitation, opening_of
from storage.rows import OutboundRow, PersonRow
from storage.transaction import Transaction
from surveys.states import State

LEASE = timedelta(seconds=45)
"""How long a claim holds. A worker that dies leaves its claims unknown after this time."""

SEND_TAKES = timedelta(seconds=22)
"""The longest that one send takes (`bot.channels.base.Timeouts.total`), and a little more."""

RESTORED = "restored"
"""Code of what was due before an older copy of the store was restored."""

LOOK_AT = 200
"""Due visits judged in one unit of work, so that replies never wait long behind a pile of overdue ones."""

PUT_OFF = 1_000
"""Due visits put off in one unit of work."""

ALWAYS = {Kind.STOP_CONFIRMATION, Kind.STAFF, Kind.ALERT}
"""Kinds that go to opted-out people too, or to no customer at all."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one look for due messages found; `paused_until` where the sender rests by what the store knows."""

    claimed: Sequence[Claimed] = ()
    more: bool = False
    paused_until: datetime | None = None


Candidate = OutboundRow | tuple[str, int, datetime]
"""A stored message; or a visit, its person, and since when it is due."""


def claim(
    tx: Transaction,
    firm: Firm,
    channel: str,
    sender: str,
    now: datetime,
    limit: int,
    owner: str,
    new_id: Callable[[], str],
) -> Batch:
    """Claim up to `limit` messages of a channel; tell whether there may be more at once."""
    paused_until = tx.outbox.sender(sender).paused_until
    if paused_until is not None and paused_until > now:
        return Batch(paused_until=paused_until)
    claimed: list[Claimed] = []
    for row in tx.outbox.due(channel, now, limit):
        one = claim_one(tx, firm, channel, row, now, (new_id(), owner))
        claimed += [one] if one else []
    if len(claimed) >= limit or _segments_used_up(tx, firm, channel, now):
        return Batch(claimed, more=bool(claimed))
    due = tx.visits.due(channel, now, LOOK_AT)
    restored_at = tx.outbox.restored_at() if due else None
    if put_off(
        tx, firm, channel, due[:1], now, restored_at
    ):  # as at night: then the others are looked at together
        put_off(tx, firm, channel, tx.visits.due(channel, now, PUT_OFF), now, restored_at)
        return Batch(claimed, more=True)
    enough = limit if firm.segments_per_day is None else len(claimed) + 1  # each may use up today's segments
    for visit in due:
        if len(claimed) >= min(limit, enough):
            break
        one = claim_one(tx, firm, channel, visit, now, (new_id(), owner), restored_at)
        claimed += [one] if one else []
    return Batch(claimed, more=bool(claimed) or bool(due))


def put_off(
    tx: Transaction,
    firm: Firm,
    channel: str,
    due: Sequence[tuple[str, int, datetime]],
    now: datetime,
    restored_at: datetime | None,
) -> int:
    """Move due visits whose customers may not be written to at this hour to the next hour they may; return how many.

    Nothing else about them is looked at: everything is judged when that hour comes. So a pile that a service finds at
    night after days away costs a few statements. What would be too old by then is left for `claim_one` to end, and so is
    what may have been asked about before an older copy of the store was put back (`restored_at`).
    """
    moved = []
    surely_not_asked = [one[0] for one in due if restored_at is None or one[2] > restored_at]
    for row in tx.visits.among(surely_not_asked):
        if row.channel != channel:
            continue
        later = opening_of(firm, row).next_open(now)
        last = row.visit.occurred_at + firm.rules.for_visit(row.visit).stale_after
        if later is not None and now < later <= last:
            moved.append((row.visit.visit_id, later))
    return tx.visits.put_off(moved) if moved else 0


def claim_one(
    tx: Transaction,
    firm: Firm,
    channel: str,
    candidate: Candidate,
    now: datetime,
    ticket: tuple[str, str],
    restored_at: datetime | None = None,
) -> Claimed | None:
    """Claim one message by `ticket` (attempt id, owner), or decide what else becomes of it.

    `restored_at` is when an older copy of the store was put back: a visit that was due before may have been asked about.
    """
    claim = (*ticket, now + LEASE)
    person_id = candidate.person_id if isinstance(candidate, OutboundRow) else candidate[1]
    person = None if person_id is None else tx.people.lock_if_free(person_id)
    if person_id is not None and person is None:
        return None  # somebody works on this person, a STOP perhaps: at the next look
    if isinstance(candidate, OutboundRow):
        return _claim_row(tx, firm, candidate, person, now, claim)
    assert person is not None
    if restored_at is not None and candidate[2] <= restored_at:
        take_as_asked(tx, firm, channel, candidate, person, now, ticket)
        return None
    return claim_invitation(tx, firm, channel, candidate[0], person, now, claim)


def was_due_before_restore(tx: Transaction, due_at: datetime) -> bool:
    """Tell whether something was due before the store was put back to an older copy: then it may have been sent."""
    restored_at = tx.outbox.restored_at()
    return restored_at is not None and due_at <= restored_at


def take_as_asked(
    tx: Transaction,
    firm: Firm,
    channel: str,
    due: tuple[str, int, datetime],
    person: PersonRow,
    now: datetime,
    ticket: tuple[str, str],
) -> bool:
    """Decide about a visit as when it was due, and call the question unknown: it may have gone out. False: not to be asked.

    Nobody is asked twice because a store was restored. Twilio is asked later what it has; what it never got is sent.
    """
    visit_id, _, due_at = due
    claimed = claim_invitation(tx, firm, channel, visit_id, person, due_at, (*ticket, due_at + LEASE))
    if claimed is not None:
        give_up(tx, claimed.row, RESTORED, now)
    return claimed is not None


def next_candidates(tx: Transaction, channel: str, now: datetime, limit: int) -> list[Candidate]:
    """Return what `claim` would look at first."""
    candidates: list[Candidate] = [*tx.outbox.due(channel, now, limit)]
    candidates += tx.visits.due(channel, now, limit)
    return candidates[:limit]


def set_aside(tx: Transaction, firm: Firm, candidate: Candidate, now: datetime, why: str) -> None:
    """End what cannot even be looked at without a fault of ours, so that the rest flows; tell the admins once."""
    if isinstance(candidate, OutboundRow):
        tx.outbox.set(candidate.outbox_id, "failed", due_at=candidate.due_at, code="fault")
        what = f"message {candidate.outbox_id}"
    else:
        visit_id = candidate[0]
        tx.visits.set_state(visit_id, "failed", "fault", {"code": why})
        tx.visits.tell(visit_id, now, "failed", code=why)
        what = f"the question about visit {visit_id}"
    text = f"askwhy: {what} could not be prepared ({why}); the log tells more. Other messages go on."
    alert_admins(tx, firm, "fault", text, now)


def confirm(tx: Transaction, firm: Firm, one: Claimed, now: datetime) -> bool:
    """Look once more at a claimed message that had to wait; False: it is not to be sent now, its claim is given back."""
    row = tx.outbox.get(one.row.outbox_id)
    if not _is_claimed(row, one):
        return False
    if _may_leave(tx, firm, one, now):
        return True
    give_back(tx, firm, one, now, now)
    return False


def give_back(tx: Transaction, firm: Firm, one: Claimed, at: datetime, now: datetime) -> None:
    """Undo a claim of what surely did not leave; it is judged anew at `at`."""
    row = tx.outbox.get(one.row.outbox_id)
    if row is None or not _is_claimed(row, one):
        return
    if row.kind == Kind.INVITATION:
        tx.outbox.set(row.outbox_id, "suppressed", due_at=row.due_at, code="waiting")
        plan_unsent(tx, firm, row, at, now, "waiting")
    else:
        tx.outbox.release(row.outbox_id, one.attempt_id, at)


def _is_claimed(row: OutboundRow | None, one: Claimed) -> bool:
    return row is not None and row.state == "claimed" and row.attempt_id == one.attempt_id


def _may_leave(tx: Transaction, firm: Firm, one: Claimed, now: datetime) -> bool:
    """Tell whether all that was true at the claim still holds, and the lease lasts as long as a send may take."""
    row = one.row
    late = row.not_after is not None and now > row.not_after
    if late or row.lease_until is None or row.lease_until - now < SEND_TAKES:
        return False
    if _is_silenced(row, None if row.person_id is None else tx.people.lock(row.person_id)):
        return False
    if row.kind not in {Kind.INVITATION, Kind.REMINDER} or row.visit_id is None:
        return True
    visit = tx.visits.get(row.visit_id)
    about = tx.conversations.about(row.visit_id)
    if visit is None or about is None or about.conversation.replied:
        return False
    return opening_of(firm, visit).is_open(now)


def _claim_row(
    tx: Transaction,
    firm: Firm,
    row: OutboundRow,
    person: PersonRow | None,
    now: datetime,
    claim: tuple[str, str, datetime],
) -> Claimed | None:
    """Claim one stored message, unless it must not, or not now, be sent any more."""
    if row.not_after is not None and now > row.not_after:
        tx.outbox.set(row.outbox_id, "expired", due_at=row.due_at, code="late")
        return None
    if _is_silenced(row, person):
        tx.outbox.set(row.outbox_id, "suppressed", due_at=row.due_at, code="opted_out")
        return None
    if row.kind == Kind.REMINDER and not _still_wanted(tx, firm, row, now):
        return None
    claimed = tx.outbox.claim(row.outbox_id, *claim)
    return Claimed(claimed, Outgoing.from_dict(claimed.body), claim[0]) if claimed else None


def _still_wanted(tx: Transaction, firm: Firm, row: OutboundRow, now: datetime) -> bool:
    """Is a reminder still in place: unanswered, and inside the customer's window? Else drop it or put it off."""
    if was_due_before_restore(tx, row.due_at):
        tx.outbox.set(row.outbox_id, "suppressed", due_at=row.due_at, code=RESTORED)
        return False
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
    opening = opening_of(firm, visit)
    if opening.is_open(now):
        return True
    later = opening.next_open(now)
    if later is None or later >= about.conversation.expires_at:
        tx.outbox.set(row.outbox_id, "expired", due_at=row.due_at, code="no_window")
    else:
        tx.outbox.set(row.outbox_id, "retry", due_at=later)
    return False


def _is_silenced(row: OutboundRow, person: PersonRow | None) -> bool:
    """Tell whether the person of a message stopped us, or was erased."""
    if row.kind in ALWAYS or person is None:
        return False
    return person.erased_at is not None or person.opted_out_at is not None


def _segments_used_up(tx: Transaction, firm: Firm, channel: str, now: datetime) -> bool:
    """Has today's limit of SMS segments been reached? Then only answers to waiting people go out."""
    if channel != "sms" or firm.segments_per_day is None:
        return False
    midnight = now.astimezone(firm.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return tx.outbox.segments_since(channel, midnight) >= firm.segments_per_day
