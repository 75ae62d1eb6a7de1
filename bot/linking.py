"""How a customer reaches Telegram, and surveys that begin at the customer's own wish.

A bot cannot write first: a person comes by a link with a one-time token, by a counter's QR code, or by sharing the own
phone number. Tokens have 144 random bits, are kept as hashes only, expire, and belong to the first account that uses them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.carrying import moved, say
from bot.channels.base import Inbound
from bot.deep_links import token_hash, with_link
from bot.firm import Firm
from bot.outgoing import ONE_DAY, Kind, first_ask, question_message, queue, tell_person
from bot.planning import groups_of, judge, setting_for, survey_of
from storage.moments import day_of
from storage.rows import ConversationRow, CustomerRow, PersonRow, StaffRow, VisitRow
from storage.tables.visits import Plan
from storage.transaction import Transaction
from surveys import wording
from surveys.asking import Ask
from surveys.conversation import ask_again, start
from surveys.phones import PhoneProblem, normalise_phone
from surveys.visits import Visit


def follow_link(tx: Transaction, firm: Firm, inbound: Inbound, now: datetime) -> None:
    """Use the token that Telegram hands over after Start."""
    person_id = tx.people.resolve(None, {inbound.channel: inbound.address})
    language = firm.language_of(inbound.language)
    digest = token_hash(inbound.text)
    found = tx.staff.link(digest, now)
    counter = found is not None and found[0] == "counter"
    if found is None or not found[2] or not (counter or tx.staff.use_link(digest, inbound.address, now)):
        text = wording.link_expired(firm.organisation, language)
        tell_person(tx, firm, inbound, person_id, text, Kind.REPLY, now)
        return
    kind, body, _ = found
    match kind:
        case "customer":
            tx.privacy.come_back(body["customer_id"], inbound.channel, inbound.address)
            person_id = tx.people.resolve(body["customer_id"], {inbound.channel: inbound.address})
            tx.people.put_customer(CustomerRow(body["customer_id"], person_id, None, None, None, None))
            _reachable_again(tx, firm, inbound, person_id, now)
            greet(tx, firm, inbound, now)
        case "counter":
            _at_the_counter(tx, firm, inbound, body, now)
        case "staff":
            member = StaffRow(
                inbound.channel,
                inbound.user_id or inbound.address,
                body.get("name"),
                body["role"],
                tuple(body.get("branches", ())),
                language,
                "off",
                None,
            )
            tx.staff.put(member)
            tell_person(tx, firm, inbound, person_id, wording.staff_welcome(language), Kind.STAFF, now)


def greet(tx: Transaction, firm: Firm, inbound: Inbound, now: datetime) -> None:
    """Answer Start: it is also the way back for who was opted out."""
    person_id = tx.people.resolve(None, {inbound.channel: inbound.address})
    person = tx.people.lock(person_id)
    customer = tx.people.customer_of(person_id)
    language = firm.language_of(customer.language if customer else None, person.language, inbound.language)
    if person.language is None and inbound.language in firm.languages:
        tx.people.set_language(person_id, str(inbound.language))
    if person.opted_out_at is not None:
        tx.people.opt_in(person_id)
        text = wording.welcome_back(firm.organisation, language)
        tell_person(tx, firm, inbound, person_id, text, Kind.REPLY, now)
        return
    knows_phone = any(row.channel == "sms" for row in tx.people.addresses(person_id))
    label = None if knows_phone else wording.share_phone(language)
    text = wording.greeting(firm.organisation, language)
    tell_person(tx, firm, inbound, person_id, text, Kind.REPLY, now, request_contact=label)


def join_phone(tx: Transaction, firm: Firm, inbound: Inbound, now: datetime) -> None:
    """Join a chat to the customer with the phone that the person shared by Telegram's own button."""
    try:
        phone = normalise_phone(inbound.text, firm.country)
    except PhoneProblem:
        return
    tx.privacy.come_back(None, "sms", phone)
    person_id = tx.people.resolve(None, {"sms": phone, inbound.channel: inbound.address})
    _reachable_again(tx, firm, inbound, person_id, now)
    person = tx.people.lock(person_id)
    if person.opted_out_at is None:
        text = wording.phone_joined(firm.language_of(person.language, inbound.language))
        tell_person(tx, firm, inbound, person_id, text, Kind.REPLY, now)


def begin_wish(tx: Transaction, firm: Firm, inbound: Inbound, person: PersonRow, now: datetime) -> None:
    """Begin a survey at the customer's own wish: outside cap and window, at most once a day."""
    if person.opted_out_at is not None or _repeat_question(tx, firm, inbound, person.person_id, now):
        return
    customer = tx.people.customer_of(person.person_id)
    if person.wished_at is not None and now - person.wished_at < ONE_DAY:
        language = firm.language_of(
            customer.language if customer else None, person.language, inbound.language
        )
        tell_person(tx, firm, inbound, person.person_id, wording.answer_kept(language), Kind.REPLY, now)
        return
    tx.people.set_wished(person.person_id, now)
    visit = Visit(
        visit_id=f"wish-{person.person_id}-{now:%Y%m%dT%H%M%S}",
        customer_id=customer.customer_id if customer else f"{inbound.channel}-{person.person_id}",
        occurred_at=now,
        name=customer.name if customer else None,
        language=customer.language if customer else None,
        touchpoint="feedback",
    )
    _begin_now(tx, firm, inbound, visit, person, now)


def _at_the_counter(
    tx: Transaction, firm: Firm, inbound: Inbound, body: Mapping[str, Any], now: datetime
) -> None:
    """Begin a survey for whoever scanned a counter's code: that person's visit, one a day."""
    person_id = tx.people.resolve(None, {inbound.channel: inbound.address})
    person = tx.people.lock(person_id)
    if person.opted_out_at is not None:
        tx.people.opt_in(person_id)  # Start is the way back
    if _repeat_question(tx, firm, inbound, person_id, now):
        return
    customer = tx.people.customer_of(person_id)
    visit_id = f"counter-{person_id}-{day_of(now, firm.zone)}"
    if tx.visits.get(visit_id) is not None:
        language = firm.language_of(
            customer.language if customer else None, person.language, inbound.language
        )
        tell_person(tx, firm, inbound, person_id, wording.no_open_question(language), Kind.REPLY, now)
        return
    visit = Visit(
        visit_id=visit_id,
        customer_id=customer.customer_id if customer else f"{inbound.channel}-{person_id}",
        occurred_at=now,
        name=customer.name if customer else None,
        language=customer.language if customer else None,
        touchpoint=body.get("touchpoint") or "counter",
        branch=body.get("branch"),
        employee=body.get("employee"),
    )
    _begin_now(tx, firm, inbound, visit, person, now)


def _repeat_question(tx: Transaction, firm: Firm, inbound: Inbound, person_id: int, now: datetime) -> bool:
    """Ask the open question again for somebody who wants to be asked, where they are; False when none is open."""
    row = tx.conversations.open_of(person_id)
    visit = tx.visits.get(row.visit_id) if row else None
    if row is None or visit is None:
        return False
    survey = survey_of(tx, firm, row)
    asked = ask_again(setting_for(tx, firm, visit, survey, channel=inbound.channel), row.conversation)
    here = moved(row, inbound.channel, inbound.address)
    tx.conversations.save(here)
    say(tx, firm, here, question_message(here, asked), Kind.QUESTION, now)
    return True


def _begin_now(
    tx: Transaction, firm: Firm, inbound: Inbound, visit: Visit, person: PersonRow, now: datetime
) -> None:
    """Store a visit as asked about, and queue the first question as the answer it is."""
    policy = firm.rules.for_visit(visit)
    survey = firm.survey_for(visit, policy)
    tx.people.put_customer(
        CustomerRow(visit.customer_id, person.person_id, visit.name, visit.language, None, None)
    )
    number = tx.visits.number_of(person.person_id, now)
    tx.visits.add(visit, person.person_id, now, number, Plan("asked", survey.id, inbound.channel, now))
    tx.visits.set_asked(visit.visit_id, inbound.channel, now)
    tx.visits.set_state(visit.visit_id, "asked")
    tx.visits.tell(visit.visit_id, now, "asked", channel=inbound.channel, wish=True)
    tx.answers.count_asked(
        survey.id, day_of(now, firm.zone), groups_of(visit, inbound.channel, firm, person.language)
    )
    stored = tx.visits.get(visit.visit_id)
    assert isinstance(stored, VisitRow)
    language = firm.language_of(visit.language, person.language, inbound.language)
    to = (inbound.channel, inbound.address)
    reached = any(a.reached_at for a in tx.people.addresses(person.person_id) if (a.channel, a.address) == to)
    setting = setting_for(tx, firm, stored, survey, first_contact=not reached, channel=inbound.channel)
    step = start(setting, language, now)
    tx.conversations.put_survey(survey.id, survey.version, survey.source)
    number = tx.conversations.add(
        visit.visit_id, person.person_id, to, (survey.id, survey.version), step.conversation
    )
    row = ConversationRow(
        number, visit.visit_id, person.person_id, *to, survey.id, survey.version, step.conversation
    )
    question = with_link(tx, firm.deep_links, row, question_message(row, first_ask(step.effects)), now)
    queue(tx, Kind.QUESTION, inbound.channel, question, now, row=row)


def _reachable_again(tx: Transaction, firm: Firm, inbound: Inbound, person_id: int, now: datetime) -> None:
    """Decide anew about visits that had no address before this one became known."""
    for visit_id in tx.visits.without_address(person_id):
        row = tx.visits.get(visit_id)
        if row is None:
            continue
        judged = judge(tx, firm, row.visit, person_id, now, quiet=row.quiet)
        if isinstance(judged.decision, Ask):
            plan = Plan("planned", judged.survey.id, judged.decision.channel, judged.decision.at)
            tx.visits.plan(visit_id, plan)
            tx.visits.tell(visit_id, now, "reachable", channel=inbound.channel)
