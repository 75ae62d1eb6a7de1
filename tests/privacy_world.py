"""A small firm with customers who were asked and answered, for tests of what becomes of their data."""

import itertools
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from bot.bootstrap import build_firm
from bot.channels.base import Inbound, InboundKind, Outgoing, Sent
from bot.clock import VirtualClock
from bot.config import Config, load_config
from bot.outbox import Dispatcher
from bot.privacy.erasing import Erased, erase_person
from bot.privacy.finding import find_elsewhere, find_imported, find_person
from bot.service import Service
from storage import make_store
from storage.base import Store
from surveys.visits import Visit

MONDAY = datetime(2026, 11, 9, 10, 0, tzinfo=UTC)
PHONE, OTHER_PHONE = "+37255550101", "+37255550102"
NAME, WORDS, FIRST_WORDS = "Liis Näidis", "the mechanic sang all day long", "too loud for my taste"


@dataclass
class QuietChannel:
    """A channel that takes everything; `sent` holds what it took."""

    name: str
    sender: str
    sent: list[Outgoing] = field(default_factory=list)
    numbers: Any = field(default_factory=itertools.count)

    async def start(self) -> None:
        """Nothing to start."""

    async def verify(self) -> str:
        return self.name

    async def send(self, message: Outgoing, attempt_id: str) -> Sent:
        self.sent.append(message)
        return Sent(f"{self.name}-{next(self.numbers)}", 1)

    async def close(self) -> None:
        """Nothing to close."""


class World:
    """Use as `async with World.at(url) as world`."""

    def __init__(self, config: Config, store: Store) -> None:
        self.config, self.store = config, store
        self.clock = VirtualClock(MONDAY)
        self.channels = {
            name: QuietChannel(name, sender)
            for name, sender in (("telegram", "100200300"), ("sms", "+12025550100"))
        }
        self.firm = build_firm(config, channels=tuple(self.channels))
        ids = itertools.count()
        self.dispatchers = {
            name: Dispatcher(
                store, self.firm, channel, self.clock, owner="me", new_id=lambda: f"attempt-{next(ids)}"
            )
            for name, channel in self.channels.items()
        }
        self.service = Service(store, self.firm, self.clock, self.dispatchers)
        self._numbers = itertools.count(1)

    @classmethod
    def at(cls, url: str, **environ: str) -> Self:
        config = load_config(None, {"ASKWHY_STORAGE__URL": url, **environ})
        return cls(config, make_store(config.storage.url))

    async def __aenter__(self) -> Self:
        await self.store.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.store.close()

    async def visit(self, visit_id: str, customer_id: str, **facts: Any) -> str:
        """Take a visit in that happened a minute ago; return what became of it."""
        facts = {"branch": "Tartu", "employee": "Mari", **facts}
        visit = Visit(visit_id, customer_id, self.clock.now() - timedelta(minutes=1), **facts)
        return str((await self.service.on_visits([visit]))[0])

    async def says(self, phone: str, text: str) -> None:
        """Let somebody write an SMS, and send what comes of it."""
        number = f"SM{next(self._numbers):032d}"
        await self.service.on_inbound(Inbound("sms", number, phone, InboundKind.TEXT, text, "+12025550100"))
        await self.send()

    async def types(self, user: int, text: str, *, chat: int | None = None, kind: str = "text") -> None:
        """Let somebody write in Telegram, in private or in a group."""
        inbound = Inbound(
            channel="telegram",
            external_id=str(next(self._numbers)),
            address=str(chat or user),
            kind=InboundKind(kind),
            text=text,
            to="100200300",
            user_id=str(user),
            chat_id=str(chat or user),
            private=chat is None,
            name=NAME,
        )
        await self.service.on_inbound(inbound)
        await self.send()

    async def days_pass(self, days: float) -> None:
        await self.clock.advance(self.clock.now() + timedelta(days=days))
        await self.service.on_tick()
        await self.send()

    async def send(self) -> None:
        for dispatcher in self.dispatchers.values():
            await dispatcher.drain()

    async def forget(self, who: str) -> Erased:
        """Do what `askwhy person forget` does to the rows."""
        now, firm = self.clock.now(), self.firm
        found = await self.store.write(lambda tx: find_person(tx, who, firm.country))
        found = found or await find_imported(self.store, who)
        assert found is not None
        person, elsewhere = found.person_id, await find_elsewhere(self.store, found, now)
        return await self.store.write(lambda tx: erase_person(tx, firm, person, elsewhere, now))

    async def state(self, visit_id: str) -> tuple[str, str | None]:
        row = await self.store.read.visit(visit_id)
        assert row is not None
        return row.state, row.reason

    async def scores(self) -> dict[str, Any]:
        """Return what staff are told: scores by group and how many were asked."""
        read = self.store.read
        return {
            dimension: (
                await read.counts("nps", "recommend", 0, 99_999, dimension),
                await read.asked("nps", 0, 99_999, dimension),
            )
            for dimension in ("", "branch", "employee", "channel", "language")
        }


async def liis_answers(world: World, customer_id: str = "c-liis") -> None:
    """Let Liis be asked about a visit, answer in words, correct herself, and have another visit planned."""
    await world.visit("v-1", customer_id, name=NAME, phone=PHONE, extra={"car": "123 LII"}, product="brakes")
    await world.visit("v-other", "c-other", name="Tiit Tavaline", phone=OTHER_PHONE)
    await world.days_pass(1)
    await world.says(PHONE, f"3 {FIRST_WORDS}")
    await world.says(PHONE, f"4 {WORDS}")
    await world.says(OTHER_PHONE, "10 quick and friendly")
    await world.visit("v-2", customer_id, name=NAME, phone=PHONE)


def every_byte(path: Path) -> bytes:
    """Return the bytes of a SQLite store, its WAL included, while it is in use.

    By another process: closing a file drops the locks that POSIX gave to this one.
    """
    files = sorted(path.parent.glob(f"{path.name}*"))
    return subprocess.run(["cat", *map(str, files)], check=True, capture_output=True).stdout
