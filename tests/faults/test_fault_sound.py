"""The function that every fault ends with: a sound store is found sound, each broken invariant is found."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.bootstrap import App, build_app
from bot.channels.base import Inbound, InboundKind
from bot.clock import VirtualClock
from bot.config import Config
from bot.simulation.invariants import Wired
from storage.sqlite import SqliteStore
from surveys.visits import Visit
from tests.faults.sound import findings
from tests.faults.worker import Sms, opened

MONDAY = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)


@dataclass
class Lived:
    """A service to which something happened, and the log of what its provider took."""

    app: App
    log: list[Wired]

    async def found(self, **more: Any) -> list[str]:
        return await findings(self.app.store, self.app.firm, self.app.clock.now(), **more)

    async def damage(self, sql: str) -> list[str]:
        await self.app.store.write(lambda tx: tx.db._connection.execute(sql))
        return await self.found()


@pytest.fixture
async def lived(tmp_path: Path) -> AsyncIterator[Lived]:
    """Three customers are asked: one answers, one stops, one is silent."""
    clock, log = VirtualClock(MONDAY), []
    sms = Sms(on_send=lambda m, attempt: log.append(Wired(clock.now(), "sms", m.address, attempt, m.text)))
    app = build_app(
        Config.model_validate({"organisation": {"name": "Acme Auto"}}),
        clock=clock,
        store=SqliteStore(tmp_path / "askwhy.db"),
        channels={"sms": sms},
        paced=False,
    )
    async with opened(app):
        phones = [f"+3725600000{number}" for number in range(3)]
        await app.service.on_visits(
            [Visit(f"v-{p}", f"c-{p}", MONDAY, phone=p, language="en") for p in phones]
        )
        clock.jump(timedelta(days=1))
        await app.pass_time()
        for phone, text in zip(phones, ("9 quick and friendly", "STOP"), strict=False):
            await app.service.on_inbound(
                Inbound("sms", f"SM{phone}", phone, InboundKind.TEXT, text, "+12025550100")
            )
        clock.jump(timedelta(minutes=1))
        await app.pass_time()
        yield Lived(app, log)


async def test_a_sound_store_is_found_sound_by_its_own_word_and_by_the_providers(lived: Lived) -> None:
    assert len(lived.log) == 5
    assert await lived.found() == []
    assert await lived.found(log=lived.log, heard=[("sms", "SM+37256000000")]) == []


async def test_a_lost_message_is_found(lived: Lived) -> None:
    assert any(one.startswith("heard: ") for one in await lived.found(heard=[("sms", "SM-lost")]))


async def test_a_message_after_the_stop_that_only_the_provider_knows_of_is_found(lived: Lived) -> None:
    log = [*lived.log, Wired(lived.app.clock.now(), "sms", "+37256000001", "of-nobody")]
    assert any(one.startswith("opt-out: ") for one in await lived.found(log=log))


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("UPDATE outbox SET visit_id = 'v-+37256000000' WHERE kind = 'invitation'", "once: visit"),
        ("UPDATE outbox SET person_id = 1 WHERE kind = 'invitation'", "cap: "),
        ("UPDATE visits SET asked_at = asked_at + 43200000000", "window: "),
        (
            "UPDATE outbox SET kind = 'reply', created_at = created_at + 1 WHERE kind = 'stop_confirmation'",
            "opt-out: ",
        ),
        ("UPDATE visits SET state = 'suppressed', reason = NULL WHERE state = 'asked'", "states: "),
        ("UPDATE visits SET state = 'planned', due_at = NULL WHERE state = 'asked'", "states: "),
        ("UPDATE visits SET asked_at = NULL WHERE state = 'asked'", "states: "),
        ("UPDATE visits SET state = 'lost' WHERE state = 'asked'", "state: "),
        ("UPDATE outbox SET state = 'claimed', lease_until = 0 WHERE kind = 'invitation'", "claim: "),
        ("UPDATE tallies SET v9 = v9 + 1 WHERE dimension = ''", "score: "),
        ("UPDATE responses SET score = 3", "reading: "),
        ("UPDATE inbox SET error = 'cannot read: 9 quick and friendly'", "words: "),
        ('UPDATE outbox SET body = \'{"text": "<script>", "html": true}\' WHERE kind = \'reply\'', "words: "),
        (
            "INSERT INTO answers (response_id, question, answered_at) VALUES (99, 'recommend', 0)",
            "structure: ",
        ),
    ],
)
async def test_each_broken_invariant_is_found(lived: Lived, damage: str, told: str) -> None:
    if told == "structure: ":
        lived.app.store._connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[attr-defined]
    found = await lived.damage(damage)
    assert any(one.startswith(told) for one in found), found
