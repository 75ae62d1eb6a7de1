"""Units of work about visits: decide about asking, claim it when its moment comes.

The decision itself is `surveys.asking.decide`; here it is given what is stored and its answer is stored. The same
`judge()` runs when a visit comes in and again inside the transaction that claims it, so that opt-out, cap, window and
competition are judged at the moment of sending, whatever happened in between and in whichever process.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.deep_links import with_link
from bot.firm import Firm
from bot.outgoing import Claimed, Kind, claim_message, first_ask, question_message, seconds_left
from storage.moments import day_of
from storage.rows import AddressRow, ConversationRow, PersonRow, VisitRow
from storage.tables.visits import Plan
from storage.transaction import Transaction
from surveys.asking import Ask, Person, Suppressed, channel_or_reason, decide
from surveys.conversation import Step, start
from surveys.conversation_value import Setting
from surveys.definition import Survey
from surveys.opening import Opening, due_at
from surveys.phones import can_text
from surveys.policy import Policy
from surveys.visits import Visit


@dataclass(frozen=True, slots=True)
class Judgement:
    """A decision with what it was made from."""

    decision: Ask | Suppressed
    policy: Policy
    survey: Survey
    opening: Opening
    addresses: Mapping[str, str]


def claim_invitation(
    tx: Transaction,
    firm: Firm,
    channel: str,
    visit_id: str,
    person: PersonRow,
    now: datetime,
    claim: tuple[str, str, datetime],
) -> Claimed | None:
    """Judge a due visit of a person, who is locked, once more and claim it for sending; None when it is not to be sent now.

    `claim` is (attempt id, owner, end of the lease). What is not sent ends as suppressed with its reason, or waits for
    its next allowed moment.
    """
    row = tx.visits.get(visit_id)
    if row is None or row.state != "planned":
        return None
    addresses = tx.people.addresses(person.person_id)
    opens_at = _closed_until(firm, row, addresses, now)
    if opens_at is not None:
        tx.visits.plan(visit_id, Plan("planned", row.survey, channel, opens_at))
        return None
    judged = judge_known(
        tx, firm, row.visit, _known(tx, firm, row.visit, person, addresses, now), now, row.quiet
    )
    decision = judged.decision
    if isinstance(decision, Suppressed):
        suppress(tx, visit_id, decision, now)
        return None
    if decision.at > now or decision.channel != channel:
        tx.visits.plan(visit_id, Plan("planned", judged.survey.id, decision.channel, decision.at))
        return None
    displace(tx, visit_id, decision.displaced, now)
    tx.visits.set_asked(visit_id, channel, now)
    tx.visits.tell(visit_id, now, "asking", channel=channel)
    tx.answers.count_asked(
        judged.survey.id, day_of(now, firm.zone), groups_of(row.visit, channel, firm, person.language)
    )
    address = judged.addresses[channel]
    reached = any(a.reached_at for a in addresses if (a.channel, a.address) == (channel, address))
    setting = setting_for(tx, firm, row, judged.survey, first_contact=not reached, channel=channel)
    language = firm.language_of(row.visit.language, person.language)
    return _begin(tx, firm, row, judged, (channel, address), start(setting, language, now), now, claim)


def _closed_until(
    firm: Firm, row: VisitRow, addresses: tuple[AddressRow, ...], now: datetime
) -> datetime | None:
    """Return when a due visit can be asked about at the earliest, where that is not now and not too late.

    Nothing else needs to be looked at before: it is all judged at that moment. So a hundred thousand that became due
    while askwhy was down are put off in seconds.
    """
    policy = firm.rules.for_visit(row.visit)
    phone = reachable(firm, addresses).get("sms")
    opening = firm.opening(row.visit, policy, row.quiet or row.visit.quiet_hours, phone)
    if opening.is_open(now):
        return None
    opens_at = opening.next_open(now)
    too_late = opens_at is None or opens_at > row.visit.occurred_at + policy.stale_after
    return None if too_late else opens_at


def judge(
    tx: Transaction, firm: Firm, visit: Visit, person_id: int, now: datetime, *, quiet: str | None = None
) -> Judgement:
    """Decide about one visit by what is stored at this moment."""
    person = tx.people.lock(person_id)
    known = _known(tx, firm, visit, person, tx.people.addresses(person_id), now)
    return judge_known(tx, firm, visit, known, now, quiet)


def _known(
    tx: Transaction,
    firm: Firm,
    visit: Visit,
    person: PersonRow,
    addresses: tuple[AddressRow, ...],
    now: datetime,
) -> Person:
    """Return what is known of the person of a visit, as far as it can matter."""
    known = Person(
        opted_out=person.opted_out_at is not None,
        erased=person.erased_at is not None,
        addresses=reachable(firm, addresses),
    )
    if isinstance(channel_or_reason(visit, known, firm.rules.for_visit(visit), now), Suppressed):
        return known  # `decide` will say the same, whatever there was before
    open_row = tx.conversations.open_of(person.person_id)
    since = now - firm.look_back()
    return replace(
        known,
        asked=tx.visits.asked_of(person.person_id, since, attributes=firm.counts_attributes()),
        waiting=tx.visits.waiting_of(person.person_id, visit.visit_id),
        open_visit=open_row.visit_id if open_row else None,
    )


def judge_known(
    tx: Transaction, firm: Firm, visit: Visit, known: Person, now: datetime, quiet: str | None
) -> Judgement:
    """Decide about one visit of a person by what is known of them."""
    policy = firm.rules.for_visit(visit)
    survey = firm.survey_for(visit, policy)
    opening = firm.opening(visit, policy, quiet or visit.quiet_hours, known.addresses.get("sms"))
    answers = _answers_so_far(tx, firm, visit, policy, survey, now)
    decision = decide(visit, known, policy, opening, now, answers_so_far=answers)
    return Judgement(decision, policy, survey, opening, known.addresses)


def suppress(tx: Transaction, visit_id: str, decision: Suppressed, now: datetime) -> None:
    """Store that nobody will be asked about a visit, and why."""
    tx.visits.set_state(visit_id, "suppressed", str(decision.reason), decision.detail)
    tx.visits.tell(visit_id, now, "suppressed", reason=str(decision.reason), **decision.detail)


def setting_for(
    tx: Transaction,
    firm: Firm,
    row: VisitRow,
    survey: Survey,
    *,
    first_contact: bool = False,
    channel: str = "",
    opted_out: bool = False,
    asks_elsewhere: bool = False,
) -> Setting:
    """Return what stays the same during the conversation about a visit; `channel` is the one that carries the words."""
    visit = row.visit
    policy = firm.rules.for_visit(visit)
    return Setting(
        survey=survey,
        organisation=firm.organisation,
        language=firm.language,
        languages=firm.languages,
        policy=policy,
        opening=firm.opening(visit, policy, row.quiet, row.phone),
        values={**template_values(visit), **_link(firm, channel)},
        occurred_at=visit.occurred_at,
        visit_number=row.visit_number,
        first_contact=first_contact,
        opted_out=opted_out,
        asks_elsewhere=asks_elsewhere,
        knows_language=bool(visit.language),
    )


def _link(firm: Firm, channel: str) -> dict[str, str]:
    """Return the way to Telegram that a text by SMS may show."""
    return firm.deep_links.shown() if firm.deep_links and channel == "sms" else {}


def opening_of(firm: Firm, row: VisitRow) -> Opening:
    """Return when the customer of a visit may be written to."""
    return firm.opening(row.visit, firm.rules.for_visit(row.visit), row.quiet, row.phone)


def survey_of(tx: Transaction, firm: Firm, row: ConversationRow) -> Survey:
    """Return the survey of a conversation as it was when it began; its stored text is read only where it is needed."""
    current = firm.surveys.get(row.survey)
    if current is not None and current.version == row.version:
        return current
    return firm.version(row.survey, row.version, tx.conversations.survey_source(row.survey, row.version))


def template_values(visit: Visit) -> dict[str, str]:
    """Return what texts may say about a visit; only the given name of a customer."""
    values = {
        "name": (visit.name or "").split(" ")[0],
        "branch": visit.branch,
        "employee": visit.employee,
        "product": visit.product,
        "touchpoint": visit.touchpoint,
    }
    return {key: value for key, value in values.items() if value}


def groups_of(visit: Visit, channel: str, firm: Firm, language: str | None) -> dict[str, str | None]:
    """Return the groups an invitation or answer about a visit is counted under."""
    groups: dict[str, str | None] = {
        name: visit.attribute(name) for name in ("touchpoint", "branch", "employee", "product")
    }
    return {**groups, "channel": channel, "language": firm.language_of(visit.language, language)}


def _begin(
    tx: Transaction,
    firm: Firm,
    row: VisitRow,
    judged: Judgement,
    to: tuple[str, str],
    step: Step,
    now: datetime,
    claim: tuple[str, str, datetime],
) -> Claimed:
    """Store a conversation as begun, and its first question as claimed."""
    tx.conversations.put_survey(judged.survey.id, judged.survey.version, judged.survey.source)
    number = tx.conversations.add(
        row.visit.visit_id, row.person_id, to, (judged.survey.id, judged.survey.version), step.conversation
    )
    conversation = ConversationRow(
        number,
        row.visit.visit_id,
        row.person_id,
        *to,
        judged.survey.id,
        judged.survey.version,
        step.conversation,
    )
    message = question_message(
        conversation, first_ask(step.effects), valid_for=seconds_left(judged.opening, now)
    )
    message = with_link(tx, firm.deep_links, conversation, message, now)
    return claim_message(tx, Kind.INVITATION, conversation, message, now, claim)


def as_plan(visit: Visit, judged: Judgement) -> tuple[Plan, tuple[str, ...]]:
    """Return a decision as it is stored, and the waiting visits that lose to this one."""
    match judged.decision:
        case Ask(at, channel, displaced):
            # The moment it should have been asked, also when that has passed: the claim finds the next allowed one.
            due = due_at(visit.occurred_at, judged.policy, judged.opening) or at
            return Plan("planned", judged.survey.id, channel, due), displaced
        case Suppressed():
            return plan_not_to(judged.survey, judged.decision), ()


def plan_not_to(survey: Survey, why: Suppressed) -> Plan:
    """Return the decision not to ask as it is stored."""
    return Plan("suppressed", survey.id, reason=str(why.reason), detail=why.detail)


def displace(tx: Transaction, visit_id: str, displaced: tuple[str, ...], now: datetime) -> None:
    """End the waiting visits of the same person that lost to this one."""
    for other in displaced:
        tx.visits.set_state(other, "suppressed", "another_visit", {"other": visit_id})
        tx.visits.tell(other, now, "suppressed", reason="another_visit", other=visit_id)


def _answers_so_far(
    tx: Transaction, firm: Firm, visit: Visit, policy: Policy, survey: Survey, now: datetime
) -> int | None:
    value = visit.attribute(policy.quota.by) if policy.quota else None
    if policy.quota is None or value is None:
        return None
    since = day_of(firm.month_start(now), firm.zone)
    return tx.answers.this_month(survey.id, survey.primary, policy.quota.by, value, since)


def reachable(firm: Firm, rows: Iterable[AddressRow]) -> dict[str, str]:
    """Return where messages may arrive, by channel: those that are switched on (all of them, where nothing is sent)."""
    return {
        row.channel: row.address
        for row in rows
        if _usable(row) and (not firm.channels or row.channel in firm.channels)
    }


def _usable(row: AddressRow) -> bool:
    """Tell whether a message could arrive: no landline, and nothing the provider refused for good."""
    return row.unusable is None and (row.channel != "sms" or can_text(row.address))
