"""Visits come in by the hundred: people nobody knows are stored all at once, everybody else one by one.

What is decided is what `planning.take_visit` decides, in the same order; a property test holds the two together. A
stranger has no history to look up, so that a first import costs a handful of statements for many visits, and the same
file once more costs one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.firm import Firm
from bot.planning import Taken, plan_for_stranger, take_visit
from bot.privacy.erasing import without_person
from storage.rows import CustomerRow
from storage.transaction import Transaction
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
            touched.add(visit.visit_id)
            taken.append(take_visit(tx, firm, visit, now))
            new.remember(visit)
    new.store()
    return taken


class _Strangers:
    """Visits of strangers that wait to be stored together. `met`: who is no stranger any more because of this batch."""

    def __init__(self, tx: Transaction, firm: Firm, now: datetime) -> None:
        self._tx = tx
        self._firm = firm
        self._now = now
        self._waiting: dict[str, Visit] = {}
        self._met: set[tuple[str, str | None]] = set()

    def met(self, visit: Visit) -> bool:
        """Tell whether this batch brought this visit, its customer or its phone before."""
        return not self._met.isdisjoint(_marks(visit))

    def brought(self, visit: Visit) -> bool:
        """Tell whether a visit waits already, the same in everything."""
        return self._waiting.get(visit.visit_id) == visit

    def meet(self, visit: Visit) -> None:
        """Keep the first visit of a stranger until `store()`."""
        self._waiting[visit.visit_id] = visit
        self.remember(visit)

    def remember(self, visit: Visit) -> None:
        """Note that whoever stands behind a visit is known from now on."""
        self._met.update(_marks(visit))

    def store(self) -> None:
        """Store who waits."""
        if not self._waiting:
            return
        tx, visits = self._tx, tuple(self._waiting.values())
        people = tx.people.add_strangers([(_customer(visit), visit.phone) for visit in visits])
        plans = [plan_for_stranger(tx, self._firm, visit, self._now) for visit in visits]
        tx.visits.add_many(zip(visits, people, plans, strict=True), self._now)
        self._waiting = {}


def _marks(visit: Visit) -> list[tuple[str, str | None]]:
    marks: list[tuple[str, str | None]] = [("visit", visit.visit_id), ("customer", visit.customer_id)]
    return [*marks, ("phone", visit.phone)] if visit.phone else marks


def _customer(visit: Visit) -> CustomerRow:
    return CustomerRow(visit.customer_id, 0, visit.name, visit.language, visit.timezone, visit.quiet_hours)
