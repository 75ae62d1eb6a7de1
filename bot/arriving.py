"""Visits come in by the hundred: people nobody knows are stored all at once, everybody else one by one.

What is decided is what `taking.take_visit` decides, in the same order; a property test holds the two together. A
stranger has no history to look up, so that a first import costs a handful of statements for many visits, and the same
file once more costs one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.firm import Firm
from bot.planning import as_plan, judge_known, plan_not_to
from bot.privacy.erasing import without_person
from bot.taking import Taken, customer_row, take_in, take_visit
from storage.tables.visits import Plan
from storage.transaction import Transaction
from surveys.asking import Person, Suppressed, channel_or_reason
from surveys.phones import can_text
from surveys.visits import Visit

MANY = 8
"""From so many visits on it pays to look up all of them together."""


def take_visits(tx: Transaction, firm: Firm, visits: Sequence[Visit], now: datetime) -> list[Taken]:
    """Store visits and decide about asking, in the order in which they were handed in."""
    if len(visits) < MANY:
        return [take_visit(tx, firm, visit, now) for visit in visits]
    if tx.privacy.anybody():
        visits = [without_person(tx, visit) for visit in visits]
    before = tx.visits.fingerprints([visit.visit_id for visit in visits])
    strangers = tx.people.strangers([(visit.customer_id, visit.phone) for visit in visits])
    new = _Strangers(tx, firm, now)
    taken = []
    touched: set[str] = set()
    for visit, stranger in zip(visits, strangers, strict=True):
        known = visit.visit_id in before
        untouched = known and visit.visit_id not in touched
        if new.brought(visit) or (untouched and before[visit.visit_id] == tx.visits.fingerprint(visit)):
            taken.append(Taken.KNOWN)
        elif stranger and not known and not new.met(visit):
            new.meet(visit)
            taken.append(Taken.NEW)
        else:
            if new.met(visit):
                new.store()
            if new.brought_before(visit) or visit.visit_id in touched:
                taken.append(take_visit(tx, firm, visit, now))
            else:
                if tx.privacy.anybody():  # another process may have erased somebody just now
                    visit = without_person(tx, visit)  # noqa: PLW2901 -- the same visit, as it is stored
                taken.append(take_in(tx, firm, visit, now, handed_in=known))
            touched.add(visit.visit_id)
            new.remember(visit)
    new.store()
    return taken


class _Strangers:
    """Visits of strangers that wait to be stored together, and who is no stranger any more because of this batch."""

    def __init__(self, tx: Transaction, firm: Firm, now: datetime) -> None:
        self._tx = tx
        self._firm = firm
        self._now = now
        self._waiting: dict[str, Visit] = {}
        self._visits: set[str] = set()
        self._customers: set[str] = set()
        self._phones: set[str | None] = set()

    def met(self, visit: Visit) -> bool:
        """Tell whether this batch brought this visit, its customer or its phone before."""
        return (
            visit.customer_id in self._customers
            or visit.visit_id in self._visits
            or (visit.phone in self._phones and visit.phone is not None)
        )

    def brought(self, visit: Visit) -> bool:
        """Tell whether a visit waits already, the same in everything."""
        return self._waiting.get(visit.visit_id) == visit

    def brought_before(self, visit: Visit) -> bool:
        """Tell whether this batch brought a visit of this id before."""
        return visit.visit_id in self._visits

    def meet(self, visit: Visit) -> None:
        """Keep the first visit of a stranger until `store()`."""
        self._waiting[visit.visit_id] = visit
        self.remember(visit)

    def remember(self, visit: Visit) -> None:
        """Note that whoever stands behind a visit is known from now on."""
        self._visits.add(visit.visit_id)
        self._customers.add(visit.customer_id)
        self._phones.add(visit.phone)

    def store(self) -> None:
        """Store who waits."""
        if not self._waiting:
            return
        tx, visits = self._tx, tuple(self._waiting.values())
        people = tx.people.add_strangers([(customer_row(visit, 0), visit.phone) for visit in visits])
        plans = [_plan(tx, self._firm, visit, self._now) for visit in visits]
        tx.visits.add_many(zip(visits, people, plans, strict=True), self._now)
        self._waiting = {}


def _phone_of(visit: Visit, firm: Firm) -> Mapping[str, str]:
    """Return what `planning.reachable` would of a stranger, at a fifth of its price."""
    phone = visit.phone
    if phone and (not firm.channels or "sms" in firm.channels) and can_text(phone):
        return {"sms": phone}
    return {}


def _plan(tx: Transaction, firm: Firm, visit: Visit, now: datetime) -> Plan:
    """Decide about the visit of somebody of whom nothing is known but what the visit says."""
    known = Person(addresses=_phone_of(visit, firm))
    policy = firm.rules.for_visit(visit)
    why_not = channel_or_reason(visit, known, policy, now)
    if isinstance(why_not, Suppressed):  # most rows of a file about the past: no clock needs to be looked at
        return plan_not_to(firm.survey_for(visit, policy), why_not)
    plan, _ = as_plan(visit, judge_known(tx, firm, visit, known, now, None))
    return plan
