"""Units of work about how a send ended. What an error means was decided by the channel's table; here it is stored.

An invitation that surely never went out counts against nothing and is planned again or ends as failed. One that may
have gone out is `unknown`: it counts as sent, its answer is welcome, and it is never sent again blindly.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.alerts import alert_admins
from bot.channels.base import Decision, SendFailed, Sent
from bot.firm import Firm
from bot.outgoing import Kind
from bot.planning import groups_of, judge, setting_for, suppress, survey_of
from bot.resting import OF_A_DESTINATION, TOO_MUCH, concerns_sender
from storage.moments import day_of
from storage.rows import OutboundRow, VisitRow
from storage.tables.visits import Plan
from storage.transaction import Transaction
from surveys.asking import Reason, Suppressed
from surveys.conversation import advance
from surveys.events import NotSent

TRIES = 5
"""Attempts at one message before it is given up, unless the provider named a time."""

LEAVES_AT_MOST = {Kind.QUESTION: 2, Kind.EDIT: 2, Kind.STAFF: TRIES, Kind.ALERT: TRIES}
"""How often a message leaves where Telegram cannot say whether it took it: the customer sees the same question twice at
worst, and a lost one would end the conversation; staff get theirs at least once. Other kinds leave once."""

FOR_THE_OPERATOR = timedelta(hours=1)
"""How long a message waits that only some receivers' network refuses until the operator acts."""

ASLEEP = frozenset({"30001", "30003", "30036"})
"""Codes told after Twilio took a message that nobody got and that may get through later: its queue overflowed, the phone
was off, it waited too long. Such an invitation goes out once more; then it is counted as failed."""

ASLEEP_FOR = timedelta(hours=2)
"""How long a phone that is off is left alone."""

BACKOFF = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=3), timedelta(minutes=15))
"""How long to wait after the first, second … failure."""


def record_sent(tx: Transaction, firm: Firm, number: int, sent: Sent, now: datetime) -> None:
    """Store that the provider took a message; also when a status told so first, or when it had been given up."""
    row = tx.outbox.get(number)
    if row is None or row.state == "sent":
        return
    tx.outbox.set(
        number,
        "sent",
        due_at=row.due_at,
        provider_id=sent.provider_id,
        segments=sent.segments,
        price=None if sent.price is None else str(sent.price),
        sent_at=now,
    )
    if row.person_id is not None:
        tx.people.set_reached(row.channel, row.address, now)
    if row.kind == Kind.INVITATION and row.visit_id:
        tx.visits.set_delivered(row.visit_id)
        tx.visits.tell(row.visit_id, now, "asked", channel=row.channel)
    elif row.kind == Kind.REMINDER and row.visit_id:
        tx.visits.tell(row.visit_id, now, "reminder_sent", channel=row.channel)


def record_failed(
    tx: Transaction, firm: Firm, number: int, failure: SendFailed, now: datetime, *, undelivered: bool = False
) -> None:
    """Store that a message was not, or not surely, sent, and do what the failure means.

    `undelivered`: the provider took the message first and tells the failure afterwards; it is not sent again.
    """
    row = tx.outbox.get(number)
    if row is None or (row.state == "sent" and not undelivered):
        return
    if undelivered and failure.decision not in {Decision.OPTED_OUT, Decision.ADDRESS_UNUSABLE}:
        tx.outbox.set(number, "failed", due_at=row.due_at, code=failure.code)
        asleep = sum(code in ASLEEP for code in tx.outbox.failures_about(row.visit_id or ""))
        once_more = now + ASLEEP_FOR if failure.code in ASLEEP and asleep == 1 else None
        _not_asked(tx, firm, row, now, reason=failure.code, code=failure.code, again_at=once_more)
        return
    match failure.decision:
        case Decision.UNKNOWN:
            give_up(tx, row, failure.code, now)
        case Decision.OPTED_OUT:
            tx.outbox.set(number, "failed", due_at=row.due_at, code=failure.code)
            if row.person_id is not None:
                how = "blocked" if row.channel == "telegram" else "provider"
                tx.people.opt_out(row.person_id, now, how)
                tx.outbox.cancel(row.person_id, "opted_out")
            _not_asked(tx, firm, row, now, reason="opted_out", code=failure.code)
        case Decision.ADDRESS_UNUSABLE:
            tx.outbox.set(number, "failed", due_at=row.due_at, code=failure.code)
            if row.person_id is not None:
                tx.people.set_unusable(row.channel, row.address, failure.code)
            _not_asked(tx, firm, row, now, reason=failure.code, code=failure.code, again_at=now)
        case Decision.MOVED:
            tx.outbox.set(number, "failed", due_at=row.due_at, code=failure.code)
            if failure.new_address is not None:
                _follow(tx, firm, row, failure.new_address, now)
        case Decision.LATER | Decision.OPERATOR:
            _later(tx, firm, row, failure, now)


def _follow(tx: Transaction, firm: Firm, row: OutboundRow, new_address: str, now: datetime) -> None:
    """Send to a group under its new id; the configuration, which lists groups by id, must be told by the admins."""
    tx.people.move_address(row.channel, row.address, new_address)
    body = {**row.body, "address": new_address}
    tx.outbox.add(
        row.kind,
        row.channel,
        new_address,
        body,
        now,
        priority=row.priority,
        person_id=row.person_id,
        visit_id=row.visit_id,
        conversation_id=row.conversation_id,
        not_after=row.not_after,
    )
    text = (
        f"askwhy: the Telegram group {row.address} has a new id, {new_address}. "
        "Put that into [staff] telegram_groups in its place."
    )
    alert_admins(tx, firm, f"moved:{row.address}", text, now)


def give_up(tx: Transaction, row: OutboundRow, code: str, now: datetime) -> None:
    """Store that nobody knows whether a message was sent; repeat it where that may be (`LEAVES_AT_MOST`)."""
    if row.state == "unknown":
        return
    if row.channel == "telegram" and row.tries < LEAVES_AT_MOST.get(Kind(row.kind), 1):
        tx.outbox.set(row.outbox_id, "retry", due_at=now + BACKOFF[0], code=code)
        return
    tx.outbox.set(row.outbox_id, "unknown", due_at=row.due_at, code=code)
    if row.kind == Kind.INVITATION and row.visit_id:
        visit = tx.visits.get(row.visit_id)
        if visit is not None and visit.state == "asking":
            tx.visits.set_state(row.visit_id, "unknown")
        tx.visits.tell(row.visit_id, now, "unknown", code=code)


def _later(tx: Transaction, firm: Firm, row: OutboundRow, failure: SendFailed, now: datetime) -> None:
    """Try again later: an invitation is planned anew, so that everything is judged again; the rest waits in line.

    A sender that does not get through is nobody's fault: only refusals of this one message are counted and end it.
    """
    blameless = concerns_sender(failure) and failure.code not in OF_A_DESTINATION
    wait = timedelta(seconds=failure.retry_after or 0)
    if row.kind == Kind.INVITATION:
        tx.outbox.set(row.outbox_id, "failed", due_at=row.due_at, code=failure.code)
        refused = 0 if blameless else _refusals(tx, row)
        if refused >= TRIES:
            _not_asked(tx, firm, row, now, reason=failure.code, code=failure.code)
        else:
            _plan_again(tx, firm, row, now + max(wait, _backoff(failure, refused)), now, failure.code)
        return
    at = now + max(wait, _backoff(failure, row.tries))
    if row.not_after is not None and at > row.not_after:
        tx.outbox.set(row.outbox_id, "expired", due_at=row.due_at, code=failure.code)
    elif row.tries >= TRIES and not blameless:
        tx.outbox.set(row.outbox_id, "failed", due_at=row.due_at, code=failure.code)
    else:
        tx.outbox.set(row.outbox_id, "retry", due_at=at, code=failure.code)


def _backoff(failure: SendFailed, tries: int) -> timedelta:
    """Return how long to wait; longest for who needs the operator, so that others can try the way first."""
    if failure.code in OF_A_DESTINATION:
        return FOR_THE_OPERATOR
    return BACKOFF[max(0, min(tries, len(BACKOFF)) - 1)]


def _not_asked(
    tx: Transaction,
    firm: Firm,
    row: OutboundRow,
    now: datetime,
    *,
    reason: str,
    code: str,
    again_at: datetime | None = None,
) -> None:
    """End an invitation that was surely not delivered, or plan it anew for `again_at` where there is a way to ask."""
    if row.kind != Kind.INVITATION or row.visit_id is None:
        return
    visit = tx.visits.get(row.visit_id)
    if visit is None or visit.state not in {"asking", "asked", "unknown"}:
        return
    conversation = tx.conversations.about(row.visit_id)
    if conversation is not None and conversation.conversation.replied:
        return
    if again_at is not None and _plan_again(tx, firm, row, again_at, now, code):
        return
    if conversation is not None:
        survey = survey_of(tx, firm, conversation)
        if conversation.conversation.state.open:
            step = advance(setting_for(tx, firm, visit, survey), conversation.conversation, NotSent(), now)
            tx.conversations.save(replace(conversation, conversation=step.conversation))
    _uncount(tx, firm, visit, row, now)
    tx.visits.set_state(row.visit_id, "failed", reason, {"code": code})
    tx.visits.tell(row.visit_id, now, "failed", code=code)


def _plan_again(
    tx: Transaction, firm: Firm, row: OutboundRow, at: datetime, now: datetime, code: str
) -> bool:
    """Put an invitation that surely did not go out back in line for `at`; False when there is no way to ask any more."""
    assert row.visit_id is not None
    assert row.person_id is not None
    visit = tx.visits.get(row.visit_id)
    if visit is None or visit.state not in {"asking", "asked", "unknown"}:
        return False
    conversation = tx.conversations.about(row.visit_id)
    if conversation is not None:
        tx.conversations.drop(conversation.conversation_id)
    _uncount(tx, firm, visit, row, now)
    tx.visits.set_state(row.visit_id, "planned")
    judged = judge(tx, firm, visit.visit, row.person_id, max(at, now), quiet=visit.quiet)
    if isinstance(judged.decision, Suppressed):
        if str(judged.decision.reason) == "no_address":
            tx.visits.set_state(row.visit_id, "failed", code, {"code": code, "kind": "unreachable"})
            tx.visits.tell(row.visit_id, now, "failed", code=code)
        else:
            suppress(tx, row.visit_id, judged.decision, now)
        return True
    tx.visits.plan(
        row.visit_id, Plan("planned", judged.survey.id, judged.decision.channel, max(judged.decision.at, at))
    )
    tx.visits.tell(row.visit_id, now, "put_off", code=code)
    return True


def plan_unsent(
    tx: Transaction, firm: Firm, row: OutboundRow, at: datetime, now: datetime, code: str
) -> None:
    """Put an invitation that the provider surely never got back in line, for `at`; who stopped meanwhile was not asked."""
    visit = tx.visits.get(row.visit_id or "")
    if visit is not None and visit.state == "withdrawn":
        _uncount(tx, firm, visit, row, now)
        if visit.reason == "opted_out":
            suppress(tx, visit.visit.visit_id, Suppressed(Reason.OPTED_OUT, {}), now)
        return
    _plan_again(tx, firm, row, at, now, code)


def end_unsent(tx: Transaction, firm: Firm, row: OutboundRow, now: datetime, code: str) -> None:
    """End an invitation that the provider surely never got: it was tried often enough."""
    _not_asked(tx, firm, row, now, reason=code, code=code)


def _refusals(tx: Transaction, row: OutboundRow) -> int:
    """Count how often the provider refused the invitation about a visit for its own sake."""
    codes = tx.outbox.failures_about(row.visit_id or "")
    return sum(code.isdecimal() and code not in TOO_MUCH for code in codes)


def _uncount(tx: Transaction, firm: Firm, visit: VisitRow, row: OutboundRow, now: datetime) -> None:
    if visit.asked_at is None:
        return
    person = tx.people.lock(visit.person_id)
    groups = groups_of(visit.visit, row.channel, firm, person.language)
    tx.answers.count_asked(visit.survey, day_of(visit.asked_at, firm.zone), groups, -1)
    tx.visits.set_not_asked(row.visit_id or "")
