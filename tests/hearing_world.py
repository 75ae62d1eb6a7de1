"""A small firm on a virtual clock: two customers, both channels in memory, everything said and sent in order."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.channels.base import Inbound, InboundKind, Outgoing
from bot.channels.console import ConsoleChannel
from bot.clock import VirtualClock
from bot.deep_links import token_hash
from bot.firm import Firm
from bot.outbox import Dispatcher
from bot.service import Service
from storage.memory import MemoryStore
from storage.rows import ConversationRow, PersonRow, VisitRow
from storage.transaction import Transaction
from surveys.definition import load_catalog
from surveys.policy import Policy, Rules
from surveys.visits import Visit

LIIS, BOB = "+37255550101", "+37255550102"
LIIS_CHAT, BOB_CHAT = "700100101", "700100102"
OUR_NUMBER = "+37255550100"
VISITED_AT = datetime(2026, 11, 16, 12, 20, tzinfo=UTC)
ONE_DAY = timedelta(days=1)


class World:
    """`says()` and the like bring something in and let everything due go out; `told()` is what went out by it."""

    def __init__(self, store: MemoryStore, firm: Firm) -> None:
        self.store, self.firm = store, firm
        self.clock = VirtualClock(VISITED_AT)
        self.channels = {name: ConsoleChannel(sender=name) for name in ("telegram", "sms")}
        numbers = itertools.count()
        self.dispatchers = {}
        for name, channel in self.channels.items():
            channel.name = name
            self.dispatchers[name] = Dispatcher(
                store, firm, channel, self.clock, owner="test", new_id=lambda: f"a{next(numbers)}"
            )
        self.service = Service(store, firm, self.clock, self.dispatchers)
        self._ids = itertools.count(1)
        self._shown = dict.fromkeys(self.channels, 0)

    async def visit(self, **values: Any) -> None:
        values = {"visit_id": "v-1", "customer_id": "c-1", "occurred_at": self.clock.now(), **values}
        await self.service.on_visits([Visit(**values)])

    async def passes(self, time: timedelta) -> list[str]:
        """Let time pass, an hour at a time, and return what went out meanwhile."""
        until = self.clock.now() + time
        while self.clock.now() < until:
            await self.clock.advance(min(until, self.clock.now() + timedelta(hours=1)))
            await self.service.on_tick()
            await self._send()
        return self.told()

    async def asks(self, **values: Any) -> None:
        """Ask a customer with `phone` about a visit the day before."""
        await self.visit(**{"phone": LIIS, "name": "Liis Tamm", **values})
        assert await self.passes(ONE_DAY), "nobody was asked"

    async def says(self, text: str, address: str = LIIS, **values: Any) -> list[str]:
        """Something typed: by SMS from a phone, by Telegram from a chat."""
        return await self.hears(InboundKind.TEXT, text, address, **values)

    async def hears(self, kind: InboundKind, text: str = "", address: str = LIIS, **values: Any) -> list[str]:
        self.told()
        await self.service.on_inbound(self.inbound(kind, text, address, **values))
        await self._send()
        return self.told()

    def inbound(self, kind: InboundKind, text: str = "", address: str = LIIS, **values: Any) -> Inbound:
        number = next(self._ids)
        if not address.startswith("+"):
            values = {"message_id": f"m{number}", "user_id": address, "chat_id": address, **values}
        channel = "sms" if address.startswith("+") else "telegram"
        return Inbound(channel, f"in-{number}", address, kind, text, values.pop("to", OUR_NUMBER), **values)

    def sent(self, channel: str = "telegram") -> list[Outgoing]:
        """All that ever went out on a channel; the place in the list, from 1, is the message's id."""
        return list(self.channels[channel].sent)

    def told(self) -> list[str]:
        """Texts that went out since this was asked last, edits left out."""
        fresh: list[str] = []
        for name, channel in self.channels.items():
            new = list(channel.sent)[self._shown[name] :]
            fresh += [message.text for message in new if message.text and message.edit_message_id is None]
            self._shown[name] = len(channel.sent)
        return fresh

    async def _send(self) -> None:
        for dispatcher in self.dispatchers.values():
            await dispatcher.drain()

    async def link(
        self, kind: str, token: str, *, expires_in: timedelta | None = ONE_DAY, **body: Any
    ) -> None:
        expires = self.clock.now() + expires_in if expires_in else None
        await self.store.write(lambda tx: tx.staff.put_link(token_hash(token), kind, body, expires))

    async def person(self, address: str = LIIS) -> PersonRow:
        channel = "sms" if address.startswith("+") else "telegram"

        def read(tx: Transaction) -> PersonRow:
            person_id = tx.people.by_address(channel, address)
            assert person_id is not None
            return tx.people.lock(person_id)

        return await self.store.write(read)

    async def conversation(self, visit_id: str = "v-1") -> ConversationRow | None:
        return await self.store.write(lambda tx: tx.conversations.about(visit_id))

    async def visits(self) -> dict[str, VisitRow]:
        """All visits by id."""

        def read(tx: Transaction) -> dict[str, VisitRow]:
            found = (tx.visits.get(row["visit_id"]) for row in tx.db.all("all_visits"))
            return {row.visit.visit_id: row for row in found if row}

        return await self.store.write(read)

    async def responses(self) -> list[dict[str, Any]]:
        return await self.store.read.rows("all_responses")

    async def failed(self) -> list[str | None]:
        """Reasons of stored messages whose handling failed."""
        return await self.store.write(
            lambda tx: [row.error for state in ("retry", "quarantined") for row in tx.inbox.waiting(state)]
        )


def make_firm(**values: Any) -> Firm:
    policy = values.pop("policy", Policy())
    firm = Firm(
        "Acme Auto",
        "EE",
        ZoneInfo("Europe/Tallinn"),
        "en",
        ("en", "et", "ru", "fi", "he"),
        Rules(policy),
        load_catalog(),
        channels=("telegram", "sms"),
    )
    return replace(firm, **values)


@asynccontextmanager
async def world(**values: Any) -> AsyncIterator[World]:
    """Open a world; at its end no message may be left that could not be handled."""
    store = MemoryStore()
    await store.open()
    try:
        made = World(store, make_firm(**values))
        yield made
        assert await made.failed() == []
    finally:
        await store.close()
