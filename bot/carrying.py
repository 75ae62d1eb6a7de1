"""Carry out what a conversation wants done: store answers, queue messages, learn opt-outs. One transaction, no decisions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.channels.base import Inbound, InboundKind, Outgoing
from bot.deep_links import with_link
from bot.firm import Firm
from bot.outgoing import ANSWER_WITHIN, ONE_DAY, Kind, asks, question_message, queue, seconds_left
from storage.moments import day_of
from storage.rows import ConversationRow, VisitRow
from storage.tables.answers import Response
from storage.transaction import Transaction
from surveys.conversation import WORDS_OF_A_WHY
from surveys.conversation_value import COMMENT, Setting, count_words
from surveys.effects import Ask, Effect, OptIn, OptOut, RecordAnswer, Say, ShowChoice
from surveys.states import State

VISIT_STATES = {
    State.ASKED: "asked",
    State.ANSWERING: "answering",
    State.ANSWERED: "answered",
    State.COMMENTED: "answered",
    State.EXPIRED: "expired",
    State.STOPPED: "withdrawn",
    State.WITHDRAWN: "withdrawn",
    State.FAILED: "failed",
}
"""What a conversation's state means for its visit."""


def carry_out(
    tx: Transaction,
    firm: Firm,
    visit: VisitRow,
    row: ConversationRow,
    setting: Setting,
    effects: Iterable[Effect],
    now: datetime,
    heard: Inbound | None,
) -> None:
    """Do what `effects` say in the conversation `row`, as it is after the step; `heard` is what it answers."""
    for effect in effects:
        match effect:
            case Ask():
                kind = Kind.REMINDER if effect.reminder else Kind.QUESTION
                valid = seconds_left(setting.opening, now) if effect.reminder else None
                say(tx, firm, row, question_message(row, effect, valid_for=valid), kind, now)
            case Say():
                kind = Kind.STOP_CONFIRMATION if effect.confirms_stop else Kind.REPLY
                if answered_by_provider(firm, heard, stop=effect.confirms_stop):
                    continue
                say(tx, firm, row, Outgoing(address=row.address, text=effect.text), kind, now)
            case RecordAnswer():
                record(tx, firm, visit, row, setting, effect, now)
            case ShowChoice():
                show_choice(tx, row, effect, heard, now)
            case OptOut():
                tx.people.opt_out(row.person_id, now, "stop")
                tx.outbox.cancel(row.person_id, "opted_out")
                tx.visits.tell(row.visit_id, now, "opted_out")
            case OptIn():
                tx.people.opt_in(row.person_id)
                tx.visits.tell(row.visit_id, now, "opted_in")


def say(
    tx: Transaction, firm: Firm, row: ConversationRow, message: Outgoing, kind: Kind, now: datetime
) -> None:
    """Queue one message of a conversation, unless the person got enough of ours today."""
    told = tx.outbox.count_since(row.person_id, now - ONE_DAY)
    if told >= firm.replies_per_day and kind is not Kind.STOP_CONFIRMATION:
        tx.visits.tell(row.visit_id, now, "silent", limit=firm.replies_per_day)
        return
    not_after = None if kind is Kind.REMINDER else now + ANSWER_WITHIN
    message = with_link(tx, firm.deep_links, row, message, now)
    queue(tx, kind, row.channel, message, now, row=row, not_after=not_after)


def answered_by_provider(firm: Firm, heard: Inbound | None, *, stop: bool) -> bool:
    """Tell whether a STOP, START or HELP by SMS was answered by the provider, or the firm leaves stops unconfirmed."""
    if heard is None or heard.channel != "sms":
        return False
    return heard.opt_out_type is not None or (stop and not firm.confirm_opt_out)


def show_choice(
    tx: Transaction, row: ConversationRow, effect: ShowChoice, heard: Inbound | None, now: datetime
) -> None:
    """Take the buttons away from every message that asked a question; the newest, or the one pressed, shows the choice."""
    by_button = heard and heard.kind is InboundKind.BUTTON and heard.channel == "telegram"
    pressed = heard.message_id if heard and by_button else None
    asked = {
        sent.provider_id: (sent.address, Outgoing.from_dict(sent.body).text)
        for sent in tx.outbox.delivered_in(row.person_id, row.conversation_id, "telegram")
        if asks(sent.body, effect.question)
    }
    if pressed is not None:
        # Where nobody knew that it was sent, only the press tells: its words are not at hand.
        asked.setdefault(pressed, (row.address, ""))
    bearer = pressed or next(iter(asked), None)
    for message_id, (address, words) in asked.items():
        edit = Outgoing(
            address=address,
            text=f"{words}\n{effect.line}" if words and effect.line and message_id == bearer else "",
            edit_message_id=message_id,
            answer_callback=heard.callback_id if heard and message_id == pressed else None,
        )
        queue(tx, Kind.EDIT, "telegram", edit, now, row=row, not_after=now + ANSWER_WITHIN)


def record(
    tx: Transaction,
    firm: Firm,
    visit: VisitRow,
    row: ConversationRow,
    setting: Setting,
    effect: RecordAnswer,
    now: datetime,
) -> None:
    """Store one answer with its groups and roll-ups, and tell it in the visit's story."""
    survey = setting.survey
    response = Response(
        visit_id=row.visit_id,
        customer_id=visit.visit.customer_id,
        person_id=row.person_id,
        survey=survey.id,
        question=survey.primary,
        answered_at=now,
        day=day_of(now, firm.zone),
        channel=visit.channel or row.channel,
        language=row.conversation.language,
        late=effect.late,
        attributes=_attributes(visit),
    )
    before = tx.answers.record_about(
        response, effect.question, effect.value, effect.text, is_why=_is_why(setting, row, effect)
    )
    if effect.value is not None:
        event = "corrected" if before is not None and before[0] is not None else "answered"
        detail = {"from": before[0]} if event == "corrected" and before else {}
        tx.visits.tell(
            row.visit_id, now, event, question=effect.question, value=effect.value, late=effect.late, **detail
        )
    else:
        tx.visits.tell(row.visit_id, now, "said", question=effect.question)


def settle(tx: Transaction, visit: VisitRow, row: ConversationRow) -> None:
    """Store a conversation as it is after a step, and what that means for its visit."""
    tx.conversations.save(row)
    state = VISIT_STATES[row.conversation.state]
    silent = row.conversation.state in {State.ASKED, State.EXPIRED}
    if silent and visit.state in {"unknown", "asking"}:
        return  # sent or not: silence cannot tell
    reason = "opted_out" if row.conversation.state is State.STOPPED else None
    if (visit.state, visit.reason) != (state, reason):
        tx.visits.set_state(visit.visit.visit_id, state, reason)


def moved(row: ConversationRow, channel: str, address: str) -> ConversationRow:
    """Go on where the customer writes, if that is not where the conversation began."""
    return replace(row, channel=channel, address=address)


def _is_why(setting: Setting, row: ConversationRow, effect: RecordAnswer) -> bool:
    """Tell whether these words are the response's why: those about the score; without them a comment worth reading.

    "7 or 8" and "hm" are no such comment, unless they are all that will come.
    """
    if effect.text is None:
        return False
    about = {None, setting.survey.primary}
    whys = [q.id for q in setting.survey.questions if not q.scored and q.about in about]
    if effect.question in whys:
        return True
    worth_reading = count_words(effect.text) >= WORDS_OF_A_WHY or row.conversation.state in _WITHOUT_SCORE
    return effect.question == COMMENT and worth_reading and not any(map(row.conversation.text_of, whys))


_WITHOUT_SCORE = {State.COMMENTED, State.STOPPED, State.WITHDRAWN}


def _attributes(visit: VisitRow) -> dict[str, str]:
    values = {name: visit.visit.attribute(name) for name in ("touchpoint", "branch", "employee", "product")}
    return {**visit.visit.extra, **{key: value for key, value in values.items() if value is not None}}
