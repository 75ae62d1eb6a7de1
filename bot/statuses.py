"""Units of work about what a provider tells after a send: statuses, and messages of unknown outcome found again."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.alerts import tell_of_trouble
from bot.channels.base import Decision, SendFailed, Sent
from bot.channels.sms_errors import ERRORS
from bot.channels.sms_forms import StatusUpdate
from bot.firm import Firm
from bot.outcomes import end_unsent, plan_unsent, record_failed, record_sent
from bot.outgoing import Kind
from storage.rows import SenderRow
from storage.transaction import Transaction

ABSENT = "absent"
"""Code of a message that the provider surely never got."""

STOPPED_FOR = timedelta(hours=1)
"""How long a sender rests whose messages are taken, but fail afterwards until the operator acts."""


def take_status(
    tx: Transaction, firm: Firm, update: StatusUpdate, now: datetime, *, sender: str | None = None
) -> bool:
    """Move a message forward by a delivery status; False for a message nobody knows. `sender` is who sent it.

    A status names its attempt, so it tells of a send whose own answer never came. A failure that comes after the
    provider took the message means for the address what it would have meant at once.
    """
    row = tx.outbox.by_attempt(update.attempt_id) if update.attempt_id else None
    row = row or tx.outbox.by_provider(update.provider_id)
    if row is None:
        return False
    forward = tx.outbox.set_status(
        row.outbox_id,
        update.status,
        update.rank,
        provider_id=update.provider_id,
        code=update.code,
        segments=update.segments,
        price=None if update.price is None else str(update.price),
    )
    if not forward:
        return True
    if row.state in {"claimed", "unknown"}:
        record_sent(tx, firm, row.outbox_id, Sent(update.provider_id, update.segments, update.price), now)
    if update.decision is not None:
        failure = SendFailed(update.decision, update.code or update.status, _meaning(update))
        record_failed(tx, firm, row.outbox_id, failure, now, undelivered=True)
        if update.decision is Decision.OPERATOR and sender is not None:
            tx.outbox.put_sender(sender, SenderRow(now + STOPPED_FOR, failure.detail))
            tell_of_trouble(tx, firm, row.channel, sender, failure, now)
    elif update.status == "delivered" and sender is not None and tx.outbox.sender(sender).stopped:
        tx.outbox.put_sender(sender, SenderRow())
        tx.outbox.forget_notice(f"sender:{sender}")
    return True


def _meaning(update: StatusUpdate) -> str:
    known = ERRORS.get(int(update.code)) if update.code else None
    return known[1] if known else f"The provider says {update.status}."


def found_absent(tx: Transaction, firm: Firm, outbox_id: int, now: datetime) -> None:
    """Resend once what the provider surely never got; an invitation is judged anew, like any other."""
    row = tx.outbox.get(outbox_id)
    if row is None or row.state != "unknown":
        return
    in_time = row.not_after is None or now <= row.not_after
    if row.kind == Kind.INVITATION:
        before = tx.outbox.failures_about(row.visit_id or "").count(ABSENT)
        tx.outbox.set(outbox_id, "failed", due_at=row.due_at, code=ABSENT)
        if before:
            end_unsent(tx, firm, row, now, ABSENT)
        else:
            plan_unsent(tx, firm, row, now, now, ABSENT)
    elif row.kind != Kind.REMINDER and row.tries < 2 and in_time:
        tx.outbox.set(outbox_id, "retry", due_at=now, code=ABSENT)
    else:
        tx.outbox.set(outbox_id, "failed", due_at=row.due_at, code=ABSENT)
