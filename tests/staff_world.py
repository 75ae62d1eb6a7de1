"""A small firm with staff, customers and answers, for the tests of what staff see."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.channels.base import Inbound, InboundKind, Outgoing
from bot.clock import VirtualClock
from bot.config import Config
from bot.firm import Firm
from bot.hearing import Heard, hear
from bot.staff.answering import StaffDesk
from storage.base import Store
from storage.memory import MemoryStore
from storage.moments import day_of
from storage.rows import CustomerRow, StaffRow
from storage.tables.answers import Response
from storage.tables.visits import Plan
from storage.transaction import Transaction
from surveys.definition import load_catalog
from surveys.policy import Rules
from surveys.visits import Visit

ZONE = ZoneInfo("Europe/Tallinn")
NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)  # a Sunday
ADMIN, MANAGER, VIEWER, NOBODY = "1", "2", "3", "4"
GROUP = "-100200"
ADMIN_PHONE = "+37255550100"

FIRM = Firm(
    organisation="Acme Auto",
    country="EE",
    zone=ZONE,
    language="en",
    languages=("en", "et", "fi", "he", "ru"),
    rules=Rules(),
    surveys=load_catalog(),
    channels=("telegram", "sms"),
    staff_ids=frozenset({ADMIN}),
    staff_groups=frozenset({GROUP}),
    staff_phones=frozenset({ADMIN_PHONE}),
)

_numbers = count(1)


def config_of(**sections: Any) -> Config:
    """A configuration with some sections, everything else by default."""
    return Config.model_validate({"folder": Path("/nowhere"), **sections})


@dataclass
class World:
    """The open store and the desk that answers; `says` asks something and gives what would be sent."""

    store: Store
    firm: Firm = FIRM
    config: Config = field(default_factory=config_of)
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(NOW))

    async def says(self, text: str, who: str = ADMIN, **facts: Any) -> Outgoing | None:
        """Return the answer to what somebody types in a private Telegram chat; None for silence."""
        inbound = typed(text, who, **facts)
        before = len(await self.sent())
        heard = await self.store.write(lambda tx: hear(tx, self.firm, inbound, self.clock.now()))
        if heard is Heard.STAFF:
            desk = StaffDesk(self.store, self.firm, self.clock, self.config)
            for row in await self.store.write(lambda tx: tx.inbox.waiting("staff")):
                await desk.answer(row)
        new = (await self.sent())[before:]
        return new[-1] if new else None

    async def sent(self) -> list[Outgoing]:
        """Return every message that was queued to staff, in its order."""
        rows = await self.store.write(
            lambda tx: (
                tx.outbox.due("telegram", NOW + timedelta(days=999), 999)
                + tx.outbox.due("sms", NOW + timedelta(days=999), 999)
            )
        )
        rows.sort(key=lambda row: row.outbox_id)
        return [Outgoing.from_dict(row.body) for row in rows if row.kind in {"staff", "alert"}]

    async def audit(self) -> list[tuple[str, str, int]]:
        """Return (address, command, allowed) of every request."""
        rows = await self.store.write(
            lambda tx: tx.db._connection.execute("SELECT * FROM audit ORDER BY audit_id").fetchall()
        )
        return [(row["address"], row["command"], row["allowed"]) for row in rows]

    async def add_staff(self, address: str, role: str, *branches: str, language: str | None = None) -> None:
        """Give somebody a right."""
        row = StaffRow("telegram", address, f"Staff {address}", role, branches, language, "off", None)
        await self.store.write(lambda tx: tx.staff.put(row))


@asynccontextmanager
async def world(**sections: Any) -> AsyncIterator[World]:
    """Open a firm without answers."""
    store = MemoryStore()
    await store.open()
    try:
        yield World(store, config=config_of(**sections))
    finally:
        await store.close()


def typed(text: str, who: str = ADMIN, **facts: Any) -> Inbound:
    """What somebody types: privately, or with `chat_id` in a group; data of a button with `kind`."""
    values: dict[str, Any] = {
        "channel": "telegram",
        "external_id": str(next(_numbers)),
        "address": facts.get("chat_id", who),
        "kind": InboundKind.TEXT,
        "text": text,
        "to": "bot",
        "user_id": who,
        "chat_id": facts.get("chat_id", who),
        "private": "chat_id" not in facts,
        **facts,
    }
    return Inbound(**values)


def by_sms(text: str, phone: str = ADMIN_PHONE) -> dict[str, Any]:
    """The facts of the same by SMS, for `says(**by_sms(...))`."""
    return {"text": text, "who": phone, "channel": "sms", "user_id": None, "address": phone}


def give(
    tx: Transaction,
    value: int | None,
    *,
    at: datetime = NOW - timedelta(days=1),
    why: str | None = None,
    survey: str = "nps",
    more: Mapping[str, int] | None = None,
    channel: str = "telegram",
    language: str = "en",
    name: str | None = None,
    visit_id: str | None = None,
    **attributes: str,
) -> tuple[int, Response]:
    """Store one answer; `more` has the values of further questions of the survey."""
    primary = FIRM.surveys[survey].primary
    customer = None
    if name:
        customer = f"c-{next(_numbers)}"
        person = tx.people.resolve(customer, {})
        tx.people.put_customer(CustomerRow(customer, person, name, None, None, None))
    response = Response(
        visit_id=visit_id,
        customer_id=customer,
        person_id=None,
        survey=survey,
        question=primary,
        answered_at=at,
        day=day_of(at, ZONE),
        channel=channel,
        language=language,
        late=False,
        attributes=attributes,
    )
    number = tx.answers.add(response)
    if value is not None:
        tx.answers.record(number, response, primary, value, None, is_why=False)
    for question, other in (more or {}).items():
        tx.answers.record(number, response, question, other, None, is_why=False)
    if why is not None:
        tx.answers.record(number, response, "why", None, why, is_why=True)
    return number, response


def give_many(tx: Transaction, promoters: int, passives: int, detractors: int, **facts: Any) -> None:
    """Store so many answers of 10, 7 and 3."""
    for value, number in ((10, promoters), (7, passives), (3, detractors)):
        for _ in range(number):
            give(tx, value, **facts)


def buys(tx: Transaction, customer_id: str, *, at: datetime, amount: int, **columns: Any) -> None:
    """Store one visit that nobody is asked about."""
    person = tx.people.resolve(customer_id, {})
    visit_id = columns.pop("visit_id", f"bought-{next(_numbers)}")
    bought = Visit(visit_id, customer_id, at, amount=Decimal(amount), **columns)
    why_not = {"channels": "sms"}
    tx.visits.add(bought, person, at, 1, Plan("suppressed", "nps", reason="no_address", detail=why_not))


def ask_many(tx: Transaction, number: int, *, at: datetime = NOW - timedelta(days=1), **groups: str) -> None:
    """Count so many invitations."""
    tx.answers.count_asked("nps", day_of(at, ZONE), groups, number)
