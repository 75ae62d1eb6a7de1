"""Made-up things to store. Moments are UTC."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from storage.base import Store
from storage.rows import CustomerRow
from storage.tables.answers import Response
from storage.tables.visits import Plan
from storage.transaction import Transaction
from surveys.conversation_value import Conversation
from surveys.states import State
from surveys.visits import Visit

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

PHONE, OTHER_PHONE, CHAT = "+37255550100", "+37255550101", "770001"

TODAY = 20_781
"""The number of NOW's day in UTC."""


def visit(visit_id: str = "v-1", **changes: Any) -> Visit:
    plain = Visit(
        visit_id=visit_id,
        customer_id="c-1",
        occurred_at=NOW - DAY,
        touchpoint="counter",
        branch="Tartu",
        employee="Mari",
        product="tyres",
        amount=Decimal("129.50"),
        resolved=True,
        extra={"season": "winter"},
    )
    return plain._replace(**changes)


def plan(due_at: datetime = NOW, channel: str = "sms") -> Plan:
    return Plan("planned", "nps", channel, due_at)


def person(tx: Transaction, customer_id: str = "c-1", phone: str | None = PHONE) -> int:
    """A customer with a phone, as an import makes one."""
    person_id = tx.people.resolve(customer_id, {"sms": phone} if phone else {})
    tx.people.put_customer(CustomerRow(customer_id, person_id, "Liis Tamm", "et", "Europe/Tallinn", None))
    return person_id


def planned(tx: Transaction, one: Visit, due_at: datetime = NOW, channel: str = "sms") -> int:
    """A stored visit that waits to be asked about; gives its person."""
    person_id = tx.people.resolve(one.customer_id, {})
    tx.people.put_customer(CustomerRow(one.customer_id, person_id, None, None, None, None))
    tx.visits.add(one, person_id, NOW, 1, plan(due_at, channel))
    return person_id


def conversation(
    state: State = State.ASKED, at: datetime = NOW, wake_at: datetime | None = None
) -> Conversation:
    return Conversation(
        state=state,
        language="et",
        questions=("recommend", "why"),
        position=0,
        started_at=at,
        last_sent_at=at,
        expires_at=at + 3 * DAY,
        wake_at=wake_at,
    )


def talk(tx: Transaction, visit_id: str, person_id: int, one: Conversation, address: str = PHONE) -> int:
    return tx.conversations.add(visit_id, person_id, ("sms", address), ("nps", "abc"), one)


def response(visit_id: str | None = "v-1", at: datetime = NOW, day: int = TODAY, **changes: Any) -> Response:
    plain = Response(
        visit_id=visit_id,
        customer_id="c-1",
        person_id=None,
        survey="nps",
        question="recommend",
        answered_at=at,
        day=day,
        channel="sms",
        language="et",
        late=False,
        attributes={"branch": "Tartu", "employee": "Mari", "season": "winter"},
    )
    return replace(plain, **changes)


async def counts(store: Store, dimension: str = "", question: str = "recommend") -> dict[str, dict[int, int]]:
    """What the roll-ups say over all days."""
    return await store.read.counts("nps", question, 0, 100_000, dimension)
