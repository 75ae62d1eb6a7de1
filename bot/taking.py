"""Units of work about visits: take one in, store what it says about its customer, plan it or plan it anew.

The same visit again is known. One that changed and was not asked about is decided anew; after asking, the change is told
in its story, and the question is withdrawn if the visit was reopened.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.firm import Firm
from bot.planning import as_plan, displace, judge, setting_for, survey_of
from bot.privacy.erasing import without_person
from storage.rows import CustomerRow, VisitRow
from storage.tables.visits import Plan
from storage.transaction import Transaction
from surveys.conversation import advance
from surveys.events import Reopened
from surveys.states import State
from surveys.visits import Visit

UNDECIDED = ("planned", "suppressed")
"""States in which nobody was asked, so that new facts lead to a new decision."""


class Taken(StrEnum):
    """What became of a visit that came in."""

    NEW = "new"
    KNOWN = "known"
    UPDATED = "updated"


def take_visit(tx: Transaction, firm: Firm, visit: Visit, now: datetime) -> Taken:
    """Store a visit and decide about asking. The same visit again is known; changed and not yet asked, planned anew."""
    visit = without_person(tx, visit)
    handed_in = tx.visits.fingerprints([visit.visit_id])
    if handed_in.get(visit.visit_id) == tx.visits.fingerprint(visit):
        return Taken.KNOWN
    return take_in(tx, firm, visit, now, handed_in=bool(handed_in))


def take_in(tx: Transaction, firm: Firm, visit: Visit, now: datetime, *, handed_in: bool) -> Taken:
    """Do what `take_visit` does with a visit that is surely not the same again, and of nobody who was erased."""
    known_customer = phone_of = None
    if handed_in:
        known_customer = tx.people.customer(visit.customer_id)
        phone_of = tx.people.by_address("sms", visit.phone) if visit.phone else None
    person_id = tx.people.resolve(visit.customer_id, {"sms": visit.phone} if visit.phone else {})
    tx.people.put_customer(customer_row(visit, person_id))
    before = tx.visits.get(visit.visit_id)  # as it is now that nobody else works on this person
    if before is None:
        number = tx.visits.number_of(person_id, visit.occurred_at)
        plan, displaced = _plan(tx, firm, visit, person_id, now)
        tx.visits.add(visit, person_id, now, number, plan)
        displace(tx, visit.visit_id, displaced, now)
        return Taken.NEW
    tx.visits.note_handed_in(visit)
    if known_customer is None and before.visit.customer_id == visit.customer_id:
        # another process took the same visit in just now
        known_customer = tx.people.customer(visit.customer_id)
        phone_of = person_id
    same_customer = known_customer is not None and _says_nothing_new(visit, known_customer)
    same_phone = visit.phone is None or (known_customer is not None and phone_of == known_customer.person_id)
    if _facts(visit) == _facts(before.visit) and same_customer and same_phone:
        return Taken.KNOWN
    if before.state in UNDECIDED and before.asked_at is None:
        tx.visits.change(visit)
        tx.visits.tell(visit.visit_id, now, "changed")
        plan, displaced = _plan(tx, firm, visit, person_id, now)
        tx.visits.plan(visit.visit_id, plan)
        displace(tx, visit.visit_id, displaced, now)
        return Taken.UPDATED
    _changed_after_asking(tx, firm, before, visit, now)
    return Taken.UPDATED


def _plan(
    tx: Transaction, firm: Firm, visit: Visit, person_id: int, now: datetime
) -> tuple[Plan, tuple[str, ...]]:
    return as_plan(visit, judge(tx, firm, visit, person_id, now))


def _changed_after_asking(tx: Transaction, firm: Firm, before: VisitRow, visit: Visit, now: datetime) -> None:
    """Keep the visit as it was asked about; note the change, and withdraw the question if the visit was reopened."""
    changes = {key: str(value) for key, value in _facts(visit).items() if _facts(before.visit)[key] != value}
    tx.visits.tell(visit.visit_id, now, "changed_after_asking", **changes)
    row = tx.conversations.about(visit.visit_id)
    if visit.resolved is False and before.visit.resolved is not False and row is not None:
        step = advance(
            setting_for(tx, firm, before, survey_of(tx, firm, row)), row.conversation, Reopened(), now
        )
        if step.conversation.state is State.WITHDRAWN:
            tx.conversations.save(replace(row, conversation=step.conversation))
            tx.visits.set_state(visit.visit_id, "withdrawn")
            tx.visits.tell(visit.visit_id, now, "withdrawn")


def customer_row(visit: Visit, person_id: int) -> CustomerRow:
    """Return what a visit says about its customer."""
    return CustomerRow(
        visit.customer_id, person_id, visit.name, visit.language, visit.timezone, visit.quiet_hours
    )


def _says_nothing_new(visit: Visit, known: CustomerRow) -> bool:
    pairs = ((visit.name, known.name), (visit.language, known.language), (visit.timezone, known.timezone))
    return all(new is None or new == old for new, old in pairs)


def _facts(visit: Visit) -> dict[str, Any]:
    return {
        "customer_id": visit.customer_id,
        "occurred_at": visit.occurred_at,
        "touchpoint": visit.touchpoint,
        "branch": visit.branch,
        "employee": visit.employee,
        "product": visit.product,
        "amount": visit.amount,
        "resolved": visit.resolved,
        "extra": dict(visit.extra),
    }
