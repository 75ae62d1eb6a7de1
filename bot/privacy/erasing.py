"""Forget a person, in one unit of work, while the service runs.

What is counted stays: scores, roll-ups, the visit with its branch, employee, product and moment, the ids by which a
repeat is known. What tells who it was goes: ids, names, addresses, further columns, every word written by or to the
person. A visit that the CRM sends again, by the same customer id or phone, comes in without its person and is
suppressed as `erased`, or `opted_out` after a STOP; whoever comes back by an own wish (a link, the own phone shared) is a customer again.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from bot.firm import Firm
from bot.privacy.blank import BLANK_OUTGOING, blank_inbound
from bot.privacy.finding import Elsewhere, Found, Place, found_person, responses_of
from storage.results import Row
from storage.tables.visits import DIMENSIONS
from storage.transaction import Transaction
from surveys.visits import Visit

ENDS: Final = {
    "planned": ("suppressed", "erased"),
    "asking": ("expired", None),
    "asked": ("expired", None),
    "unknown": ("expired", None),
    "answering": ("answered", None),
}
"""Where a visit that was not at its end ends: nobody is there any more to ask or to answer."""

TELLING: Final = frozenset({"reason", "rule", "channel", "channels", "question", "code", "other", "by"})
"""Details of a story that are words of ours. Numbers stay too; any other text may come from the person."""

SHORTEST: Final = 4
"""Words so short are found everywhere."""

TELLS_APART: Final = 7
"""A text at least so long is taken to be this person's alone: a phone, an account, a full name, a sentence."""

START: Final = 24
"""How much of a text tells it from others: messages to staff may hold the rest shortened."""


@dataclass(slots=True)
class Erased:
    """What was taken out, for the report. `words` tell the person from all others, and are shown to nobody."""

    customers: int = 0
    addresses: int = 0
    visits: int = 0
    answers: int = 0
    messages_in: int = 0
    messages_out: int = 0
    links: int = 0
    opt_out_kept: bool = False
    words: frozenset[str] = field(default=frozenset(), repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return what may be shown, as plain values for JSON."""
        return {key: value for key, value in asdict(self).items() if key != "words"}


def erase_person(tx: Transaction, firm: Firm, person_id: int, elsewhere: Elsewhere, now: datetime) -> Erased:
    """Forget a person. Erasing somebody again takes out what came since."""
    person = tx.people.lock(person_id)
    found = found_person(tx, person_id)
    done = Erased(customers=len(found.customer_ids), addresses=len(found.places))
    done.opt_out_kept = person.opted_out_at is not None
    if person.opted_out_at is not None:  # for addresses that became known after the stop
        tx.people.opt_out(person_id, person.opted_out_at, person.opted_out_how or "stop")
    visits = tx.privacy.rows("persons_visits", person_id=person_id)
    responses = responses_of(tx, person_id, elsewhere)
    texts = _texts(tx, found, responses)
    done.words = frozenset(text[:START] for text in texts if len(text) >= TELLS_APART)
    for visit in visits:
        _erase_visit(tx, visit, now)
    done.visits = len(visits)
    for response in responses:
        customer_id = response["customer_id"]
        alias = tx.privacy.alias_of("customer", customer_id) if customer_id else None
        tx.privacy.hide_response(response["response_id"], alias)
    done.answers = len(responses)
    tx.privacy.drop_conversations(person_id)
    done.messages_in = _erase_inbox(tx, found.places, elsewhere)
    done.messages_out = _erase_outbox(
        tx, person_id, elsewhere, texts | {visit["visit_id"] for visit in visits}
    )
    done.links = _erase_links(tx, found)
    for channel, address in found.places:
        if not _is_staff(tx, firm, channel, address):
            tx.privacy.drop_requests(channel, address)
    for customer_id in found.customer_ids:
        tx.privacy.replace_customer(customer_id, person_id)
    tx.privacy.replace_addresses(person_id, list(found.places))
    tx.privacy.mark_erased(person_id, now)
    return done


def without_person(tx: Transaction, visit: Visit) -> Visit:
    """Return a visit as it is stored: as it is, or without its person where that person was erased."""
    erased = tx.privacy.erased(visit.customer_id, visit.phone)
    if erased is None:
        return visit
    return visit._replace(
        customer_id=erased[0], name=None, phone=None, language=None, timezone=None, extra={}
    )


def _erase_visit(tx: Transaction, visit: Row, now: datetime) -> None:
    visit_id = visit["visit_id"]
    alias = tx.privacy.alias_of("customer", visit["customer_id"])
    tx.privacy.hide_visit(visit_id, alias, _impersonal(json.loads(visit["detail"])))
    for line in tx.privacy.rows("story_lines", visit_id=visit_id):
        tx.privacy.hide_story(line["story_id"], _impersonal(json.loads(line["detail"])))
    if visit["state"] in ENDS:
        state, reason = ENDS[visit["state"]]
        tx.visits.set_state(visit_id, state, reason)
    tx.visits.tell(visit_id, now, "erased")


def _erase_inbox(tx: Transaction, places: Iterable[Place], elsewhere: Elsewhere) -> int:
    rows: dict[int, tuple[str, str]] = {}
    for channel, address in places:
        for row in tx.privacy.rows("addresses_inbox", channel=channel, address=address):
            rows[row["inbox_id"]] = channel, row["external_id"]
    for number in elsewhere.inbox:
        stored = tx.inbox.get(number)
        if stored is not None:
            rows[number] = stored.channel, stored.external_id
    for number, (channel, external_id) in rows.items():
        tx.privacy.hide_inbound(number, blank_inbound(channel, external_id))
    return len(rows)


def _erase_outbox(tx: Transaction, person_id: int, elsewhere: Elsewhere, about: set[str]) -> int:
    """Empty what went to the person and what told staff of anybody; a message to staff about the person does not go."""
    own = tx.privacy.rows("persons_outbox", person_id=person_id)
    numbers = {row["outbox_id"] for row in own}
    quoting = (
        row["outbox_id"] for row in tx.privacy.rows("waiting_for_staff") if _quotes(row["body"], about)
    )
    for number in (*numbers, *quoting):
        tx.privacy.hide_outbound(number, BLANK_OUTGOING)
    for number in elsewhere.outbox:
        row = tx.outbox.get(number)
        if row is not None and row.state not in {"due", "retry", "claimed"}:
            tx.privacy.hide_outbound(number, BLANK_OUTGOING)
    return len(own)


def _erase_links(tx: Transaction, found: Found) -> int:
    ids = [(customer_id, "") for customer_id in found.customer_ids]
    used = [("", address) for channel, address in found.places if channel == "telegram"]
    return sum(tx.privacy.drop_links(customer_id, used_by) for customer_id, used_by in (*ids, *used))


def _texts(tx: Transaction, found: Found, responses: list[Row]) -> set[str]:
    """Return what a message would have to hold to be about this person: addresses, names, ids, words."""
    texts = {address for _, address in found.places} | set(found.customer_ids)
    customers = tx.privacy.rows("persons_customers", person_id=found.person_id)
    texts |= {row["name"] for row in customers if row["name"]}
    for response in responses:
        for name in ("responses_answers", "responses_history"):
            rows = tx.privacy.rows(name, response_id=response["response_id"])
            texts |= {row["text"] for row in rows if row["text"]}
    return texts


def _quotes(body: str, about: Iterable[str]) -> bool:
    text = html.unescape(str(json.loads(body).get("text", "")))
    return any(part[:START] in text for part in about if len(part) >= SHORTEST)


def _impersonal(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Leave of a detail its numbers and our own words."""
    counted = detail.get("by") in DIMENSIONS
    return {
        key: value
        for key, value in detail.items()
        if not isinstance(value, str) or key in TELLING or (key == "value" and counted)
    }


def _is_staff(tx: Transaction, firm: Firm, channel: str, address: str) -> bool:
    configured = firm.staff_phones if channel == "sms" else firm.staff_ids
    return address in configured or tx.staff.get(channel, address) is not None
