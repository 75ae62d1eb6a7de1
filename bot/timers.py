"""Units of work that time starts: silence in a conversation, and claims whose worker died."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.carrying import carry_out, settle
from bot.claims import was_due_before_restore
from bot.firm import Firm
from bot.outcomes import give_up
from bot.planning import setting_for, survey_of
from storage.transaction import Transaction
from surveys.conversation import advance
from surveys.events import TimedOut


def wake(tx: Transaction, firm: Firm, conversation_id: int, now: datetime) -> None:
    """Move a conversation whose moment has come: a reminder, or its end."""
    found = tx.conversations.get(conversation_id)
    if found is None:
        return
    person = tx.people.lock(found.person_id)
    row = tx.conversations.get(conversation_id)  # as it is now that nobody else works on this person
    if row is None or row.conversation.wake_at is None or row.conversation.wake_at > now:
        return
    visit = tx.visits.get(row.visit_id)
    assert visit is not None, f"conversation {conversation_id} is about no visit"
    setting = setting_for(tx, firm, visit, survey_of(tx, firm, row), channel=row.channel)
    conversation = row.conversation
    perhaps_reminded = was_due_before_restore(tx, row.conversation.wake_at)
    if person.opted_out_at is not None or visit.state == "unknown" or perhaps_reminded:
        # No reminder to who stopped, nor about a question that may never have arrived, nor perhaps a second time.
        conversation = replace(conversation, reminders=setting.policy.reminders, replied=True)
    step = advance(setting, conversation, TimedOut(), now)
    after = replace(row, conversation=step.conversation)
    carry_out(tx, firm, visit, after, setting, step.effects, now, None)
    settle(tx, visit, after)
    if visit.state != "unknown":
        event = "reminded" if step.effects else "expired"
        if step.effects or not step.conversation.state.open:
            tx.visits.tell(row.visit_id, now, event)


def give_up_lapsed(tx: Transaction, now: datetime) -> int:
    """Call claimed messages whose lease ran out unknown: sent or not, nobody can tell. Return how many."""
    lapsed = tx.outbox.lapsed(now)
    for row in lapsed:
        if row.person_id is not None and tx.people.lock_if_free(row.person_id) is None:
            continue  # somebody works on this person: at the next look
        give_up(tx, row, "lease", now)
    return len(lapsed)
