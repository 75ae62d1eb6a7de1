"""Whom a name on the command line means, and which rows tell of that person though no index leads there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from bot.privacy.blank import BLANK_OUTGOING, as_stored
from storage.base import Store
from storage.moments import micros
from storage.results import Row
from storage.rows import CustomerRow
from storage.tables.privacy import ALIAS
from storage.transaction import Transaction
from surveys.phones import PhoneProblem, normalise_phone

_ACCOUNT = re.compile(r"telegram:(\d{1,19})")

Place = tuple[str, str]
"""A channel and an address."""


@dataclass(frozen=True, slots=True)
class Found:
    """A person. `erased_at` tells that an alias led here: the person was erased before."""

    person_id: int
    customer_ids: tuple[str, ...]
    places: tuple[Place, ...]
    erased_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Rows that no index leads to: imported answers, words in groups, messages to staff, which may quote anybody."""

    responses: tuple[int, ...] = ()
    inbox: tuple[int, ...] = ()
    outbox: tuple[int, ...] = ()


def find_person(tx: Transaction, who: str, country: str) -> Found | None:
    """Return whom `who` means: a customer id, a phone with its +, or telegram:ID. None where nobody is known."""
    customer = tx.people.customer(who)
    if customer is not None:
        return found_person(tx, customer.person_id)
    place = _place(who, country)
    person_id = tx.people.by_address(*place) if place else None
    if person_id is not None:
        return found_person(tx, person_id)
    gone = tx.privacy.erased(who, place[1] if place and place[0] == "sms" else None)
    return found_person(tx, gone[1]) if gone else None


async def find_imported(store: Store, customer_id: str) -> Found | None:
    """Return a customer whom only answers of another tool name, as a person; None where there are none either."""
    if not await store.read.rows("customers_imported", customer_id=customer_id):
        return None

    def make(tx: Transaction) -> Found:
        person_id = tx.people.resolve(customer_id, {})
        tx.people.put_customer(CustomerRow(customer_id, person_id, None, None, None, None))
        return found_person(tx, person_id)

    return await store.write(make)


async def find_elsewhere(store: Store, found: Found, before: datetime) -> Elsewhere:
    """Return the rows about a person that must be looked for. It reads everything once, beside the writers."""
    responses: list[int] = []
    for customer_id in found.customer_ids:
        rows = await store.read.rows("customers_imported", customer_id=customer_id)
        responses += [row["response_id"] for row in rows]
    inbox: list[int] = []
    for channel, address in found.places:
        if channel == "telegram":
            rows = await store.read.rows("said_elsewhere", pattern=f'%"user_id": "{address}"%')
            inbox += [row["inbox_id"] for row in rows]
    told = await store.read.rows("told_staff", blank=as_stored(BLANK_OUTGOING), before=micros(before))
    return Elsewhere(tuple(responses), tuple(inbox), tuple(row["outbox_id"] for row in told))


def found_person(tx: Transaction, person_id: int) -> Found:
    """Return a person with all customer ids and places that lead there."""
    person = tx.people.lock(person_id)
    rows = tx.privacy.rows("persons_customers", person_id=person_id)
    customers = tuple(row["customer_id"] for row in rows if not row["customer_id"].startswith(ALIAS))
    places = tx.privacy.rows("persons_places", person_id=person_id)
    known = tuple((row["channel"], row["address"]) for row in places if row["address"])
    return Found(person_id, customers, known, person.erased_at)


def responses_of(tx: Transaction, person_id: int, elsewhere: Elsewhere) -> list[Row]:
    """Return all responses of a person, imported ones too."""
    own = tx.privacy.rows("persons_responses", person_id=person_id)
    known = {row["response_id"] for row in own}
    imported = (tx.db.one("response_by_id", response_id=number) for number in elsewhere.responses)
    return [*own, *(row for row in imported if row is not None and row["response_id"] not in known)]


def _place(who: str, country: str) -> Place | None:
    if account := _ACCOUNT.fullmatch(who):
        return "telegram", account[1]
    if not who.startswith("+"):
        return None
    try:
        return "sms", normalise_phone(who, country)
    except PhoneProblem:
        return None
