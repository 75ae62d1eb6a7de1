"""Units of work about messages that came in: store each once, for ever, and do what it means, in one transaction.

What a reply means is decided in `surveys.conversation`; what staff ask is answered after the commit (`bot.staff`).
Whoever writes is a person found by address; whoever is unknown becomes one, so that even a stranger's STOP holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from bot.carrying import answered_by_provider, carry_out, settle
from bot.channels.base import Inbound, InboundKind, Outgoing
from bot.commands_typed import customer_word, is_command
from bot.firm import Firm
from bot.linking import begin_wish, follow_link, greet, join_phone
from bot.outgoing import ANSWER_WITHIN, ONE_DAY, Kind, queue, read_button, tell_person
from bot.planning import setting_for, survey_of
from bot.staff.gate import asks_as_staff, note_refused
from storage.rows import ConversationRow, PersonRow
from storage.transaction import Transaction
from surveys import wording
from surveys.conversation import advance, listening
from surveys.effects import Effect, OptIn, OptOut, RecordAnswer, ShowChoice
from surveys.events import Event, Pressed, Replied, SentMedia
from surveys.reading import Kind as Meaning
from surveys.reading import is_feedback_wish, read_reply
from surveys.scale import Scale


class Heard(StrEnum):
    """What became of a message."""

    HANDLED = "handled"
    REPEAT = "repeat"  # the same message was stored before
    STAFF = "staff"  # to be answered after the commit


def hear(tx: Transaction, firm: Firm, inbound: Inbound, now: datetime) -> Heard:
    """Store a message and handle it. Raises what handling raises; then nothing is stored (see `keep_unhandled`)."""
    state = Heard.STAFF if asks_as_staff(tx, firm, inbound) else Heard.HANDLED
    number = tx.inbox.add(
        inbound.channel, inbound.external_id, inbound.address, now, inbound.to_dict(), str(state)
    )
    if number is None:
        return Heard.REPEAT
    if state is Heard.HANDLED:
        note_refused(tx, inbound, now)
        handle(tx, firm, inbound, now)
    return state


def keep_unhandled(tx: Transaction, inbound: Inbound, now: datetime, error: str) -> None:
    """Store a message whose handling failed, to be tried again: it is acknowledged, so it must not be lost."""
    number = tx.inbox.add(
        inbound.channel, inbound.external_id, inbound.address, now, inbound.to_dict(), "retry"
    )
    if number is not None:
        tx.inbox.set(number, "retry", 1, error)


def handle(tx: Transaction, firm: Firm, inbound: Inbound, now: datetime) -> None:
    """Do what a message means. A group's chatter means nothing; a command nobody may use gets silence."""
    if not inbound.private:
        return
    match inbound.kind:
        case InboundKind.BLOCKED:
            _blocked(tx, inbound, now)
        case InboundKind.UNBLOCKED:
            _unblocked(tx, inbound)
        case InboundKind.START if inbound.text:
            follow_link(tx, firm, inbound, now)
        case InboundKind.START:
            greet(tx, firm, inbound, now)
        case InboundKind.CONTACT:
            join_phone(tx, firm, inbound, now)
        case InboundKind.TEXT | InboundKind.EDITED | InboundKind.BUTTON | InboundKind.MEDIA:
            if inbound.channel == "sms" or not is_command(inbound) or customer_word(inbound.text):
                _said(tx, firm, inbound, now)


def _said(tx: Transaction, firm: Firm, inbound: Inbound, now: datetime) -> None:
    person = tx.people.lock_at(inbound.channel, inbound.address)
    person_id = person.person_id
    if _is_machine(tx, person_id, inbound):
        return
    event = _event(inbound)
    if isinstance(event, Replied) and is_feedback_wish(event.text, firm.languages):
        begin_wish(tx, firm, inbound, person, now)
        return
    is_open = tx.conversations.open_of(person_id)
    row = _conversation(tx, person_id, inbound, is_open)
    asks_elsewhere = (
        is_open is not None and row is not None and is_open.conversation_id != row.conversation_id
    )
    if (
        event is not None
        and row is not None
        and _reply(tx, firm, inbound, person, row, event, now, asks_elsewhere=asks_elsewhere)
    ):
        return
    if isinstance(event, Replied):
        _stranger(tx, firm, inbound, person, event.text, now)
    _stop_spinner(tx, inbound, person_id, now)


def _reply(
    tx: Transaction,
    firm: Firm,
    inbound: Inbound,
    person: PersonRow,
    row: ConversationRow,
    event: Event,
    now: datetime,
    *,
    asks_elsewhere: bool,
) -> bool:
    """Move the conversation by a reply; False when it hears nothing any more."""
    visit = tx.visits.get(row.visit_id)
    assert visit is not None, f"conversation {row.conversation_id} is about no visit"
    survey = survey_of(tx, firm, row)
    opted_out = person.opted_out_at is not None
    setting = setting_for(
        tx, firm, visit, survey, channel=inbound.channel, opted_out=opted_out, asks_elsewhere=asks_elsewhere
    )
    if not listening(setting, row.conversation, now):
        return False
    step = advance(setting, row.conversation, event, now)
    # It goes on where the customer writes, if that is not where it began.
    after = replace(row, conversation=step.conversation, channel=inbound.channel, address=inbound.address)
    effects = silenced(step.effects) if opted_out else step.effects
    if not any(isinstance(effect, ShowChoice) for effect in effects):
        _stop_spinner(tx, inbound, person.person_id, now)
    carry_out(tx, firm, visit, after, setting, effects, now, inbound)
    settle(tx, visit, after)
    if step.conversation.language != row.conversation.language:
        tx.people.set_language(person.person_id, step.conversation.language)
    return True


def _stranger(
    tx: Transaction, firm: Firm, inbound: Inbound, person: PersonRow, text: str, now: datetime
) -> None:
    """Answer somebody whom nothing was asked: stop, start and help always, anything else once a day."""
    language = _language(firm, tx, person, inbound)
    reading = read_reply(text, Scale(0, 10), language=language, languages=firm.languages)
    opted_out = person.opted_out_at is not None

    def tell(text: str, kind: Kind = Kind.REPLY) -> None:
        if not answered_by_provider(firm, inbound, stop=kind is Kind.STOP_CONFIRMATION):
            tell_person(tx, firm, inbound, person.person_id, text, kind, now)

    match reading.kind:
        case Meaning.OPT_OUT if not opted_out:
            tx.people.opt_out(person.person_id, now, "stop")
            tx.outbox.cancel(person.person_id, "opted_out")
            tell(wording.stopped(firm.organisation, language), Kind.STOP_CONFIRMATION)
        case Meaning.OPT_IN if opted_out:
            tx.people.opt_in(person.person_id)
            tell(wording.welcome_back(firm.organisation, language))
        case Meaning.HELP if not opted_out:
            tell(wording.help_text(firm.organisation, language, None))
        case _ if opted_out or (person.written_at and now - person.written_at < ONE_DAY):
            pass
        case _:
            tx.people.set_written(person.person_id, now)
            tell(wording.no_open_question(language))


def _is_machine(tx: Transaction, person_id: int, inbound: Inbound) -> bool:
    """Tell whether a machine writes: we ourselves, a short code or a name, or our own last words coming back.

    Answering would begin a loop of two machines.
    """
    if inbound.address == inbound.to or (inbound.channel == "sms" and not inbound.address.startswith("+")):
        return True
    said = inbound.text.strip()
    return inbound.kind is InboundKind.TEXT and bool(said) and tx.outbox.last_words_to(person_id) == said


def _event(inbound: Inbound) -> Event | None:
    match inbound.kind:
        case InboundKind.BUTTON:
            pressed = read_button(inbound.text)
            return Pressed(pressed[1], pressed[2]) if pressed else None
        case InboundKind.MEDIA if not inbound.text.strip():
            return SentMedia()
        case _:
            text = customer_word(inbound.text) or inbound.text
            return Replied(text, inbound.message_id)


def _conversation(
    tx: Transaction, person_id: int, inbound: Inbound, is_open: ConversationRow | None
) -> ConversationRow | None:
    """Return the conversation a message belongs to: the button's own, else the open one, else the latest."""
    pressed = read_button(inbound.text) if inbound.kind is InboundKind.BUTTON else None
    if pressed:
        row = tx.conversations.get(pressed[0])
        return row if row is not None and row.person_id == person_id else None
    return is_open or tx.conversations.last_of(person_id)


def _language(firm: Firm, tx: Transaction, person: PersonRow, inbound: Inbound) -> str:
    customer = tx.people.customer_of(person.person_id)
    return firm.language_of(customer.language if customer else None, person.language, inbound.language)


def silenced(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """Leave what an opted-out person's words do to the store; say something only to who comes back."""
    if any(isinstance(effect, OptIn) for effect in effects):
        return tuple(effects)
    return tuple(effect for effect in effects if isinstance(effect, RecordAnswer | OptOut))


def _stop_spinner(tx: Transaction, inbound: Inbound, person_id: int, now: datetime) -> None:
    """Answer a button press that nothing else answers: Telegram shows a spinner until it is."""
    if inbound.callback_id is None:
        return
    message = Outgoing(address=inbound.address, text="", answer_callback=inbound.callback_id)
    queue(tx, Kind.EDIT, inbound.channel, message, now, person_id=person_id, not_after=now + ANSWER_WITHIN)


def _blocked(tx: Transaction, inbound: Inbound, now: datetime) -> None:
    person_id = tx.people.resolve(None, {inbound.channel: inbound.address})
    if tx.people.lock(person_id).opted_out_at is None:
        tx.people.opt_out(person_id, now, "blocked")
        tx.outbox.cancel(person_id, "opted_out")


def _unblocked(tx: Transaction, inbound: Inbound) -> None:
    """Take back an opt-out that was only the block; a STOP in words stays until START."""
    person_id = tx.people.by_address(inbound.channel, inbound.address)
    if person_id is not None and tx.people.lock(person_id).opted_out_how == "blocked":
        tx.people.opt_in(person_id)
