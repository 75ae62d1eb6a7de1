"""Units of work about what a provider tells after a send: statuses, and messages of unknown outcome found again."""

from __future__ import annotations

from datetime import datetime

from bot.channels.base import SendFailed, Sent
from bot.channels.sms_forms import StatusUpdate
from bot.firm import Firm
from bot.outcomes import plan_unsent, record_failed, record_sent
from bot.outgoing import Kind
from storage.transaction import Transaction

RESEND_ONCE = "resent"


def take_status(tx: Transaction, firm: Firm, update: StatusUpdate, now: datetime) -> bool:
    """Move a message forward by a delivery status; False for a message nobody knows.

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
        failure = SendFailed(
            update.decision, update.code or update.status, f"The provider says {update.status}."
        )
        record_failed(tx, firm, row.outbox_id, failure, now, undelivered=True)
    return True


def found_absent(tx: Transaction, firm: Firm, outbox_id: int, now: datetime) -> None:
    """Resend once what the provider surely never got; an invitation is judged anew, like any other."""
    row = tx.outbox.get(outbox_id)
    if row is None or row.state != "unknown" or row.code == RESEND_ONCE:
        return
    if row.kind == Kind.INVITATION:
        tx.outbox.set(outbox_id, "failed", due_at=row.due_at, code="absent")
        plan_unsent(tx, firm, row, now, "absent")
    elif row.kind != Kind.REMINDER and (row.not_after is None or now <= row.not_after):
        tx.outbox.set(outbox_id, "retry", due_at=now, code=RESEND_ONCE)
    else:
        tx.outbox.set(outbox_id, "failed", due_at=row.due_at, code="absent")
