"""`askwhy simulate`: the whole service keeps its promises on a made-up time, and the checker would notice if it did not."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
import structlog

from bot.commands.context import Context
from bot.commands.outcome import finish
from bot.firm import Firm
from bot.simulation.invariants import Silence, Wired, violations
from bot.simulation.year import Outcome, Year
from storage.base import Store
from storage.transaction import Transaction


@pytest.fixture(autouse=True)
def as_in_the_command(log_without_secrets: None) -> None:
    """Log as commands do: nothing but warnings, and not on standard output."""
    structlog.reset_defaults()


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_no_promise_is_broken(seed: int) -> None:
    outcome = await Year(seed, 6, per_day=40).play()
    assert outcome.violations == []
    assert outcome.visits >= 240
    assert outcome.answered > 0


async def test_the_same_seed_tells_the_same_story() -> None:
    first, second = [await Year(5, 4, per_day=30).play() for _ in range(2)]
    assert first == second


def test_the_command_answers_with_the_fixed_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert finish(Context({}, json=True), "simulate", {"days": 1, "seed": 2}) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["visits", "asked", "answered", "suppressed", "score", "violations"]
    assert told["violations"] == 0
    assert told["visits"] >= 200


def test_people_are_told_what_happened(capsys: pytest.CaptureFixture[str]) -> None:
    assert finish(Context({}), "simulate", {"days": 1, "seed": 2}) == 0
    told = capsys.readouterr().out
    assert "messages that went out" in told
    assert told.strip().endswith("violations: 0")


@dataclass
class Played:
    """A run that is over, its store still open."""

    store: Store
    firm: Firm
    log: list[Wired]
    now: datetime
    invitations: list[int]

    async def found(self, **extra: object) -> list[str]:
        return await violations(self.store, self.firm, self.log, now=self.now, **extra)  # type: ignore[arg-type]


class StillOpen(Year):
    """A year whose store is not closed at the end."""

    async def play_and_stay(self) -> Outcome:
        close = self.store.close

        async def not_yet() -> None:
            pass

        self.store.close = not_yet  # type: ignore[method-assign]
        outcome = await self.play()
        self.store.close = close  # type: ignore[method-assign]
        return outcome


@pytest.fixture
async def played() -> AsyncIterator[Played]:
    year = StillOpen(4, 3, per_day=20)
    outcome = await year.play_and_stay()
    assert outcome.violations == []
    kinds = {row["attempt_id"]: row["kind"] for row in await year.store.read.rows("check_sent")}
    invitations = [
        number for number, one in enumerate(year.log.sent) if kinds.get(one.attempt_id) == "invitation"
    ]
    yield Played(year.store, year.app.firm, year.log.sent, year.clock.now(), invitations)
    await year.store.close()


async def test_a_sound_store_is_found_sound(played: Played) -> None:
    assert await played.found() == []


async def test_a_second_question_is_noticed(played: Played) -> None:
    first = played.log[played.invitations[0]]
    played.log.append(replace(first, at=first.at + timedelta(days=7)))
    found = await played.found()
    assert any(sentence.startswith("cap: ") for sentence in found)
    assert any(sentence.startswith("sent: attempt") for sentence in found)
    assert any(sentence.startswith("sent: the question about visit") for sentence in found)


async def test_a_question_at_night_is_noticed(played: Played) -> None:
    number = played.invitations[0]
    played.log[number] = replace(played.log[number], at=played.log[number].at.replace(hour=1))
    assert any(sentence.startswith("window: invitation") for sentence in await played.found())


async def test_a_message_after_a_stop_is_noticed(played: Played) -> None:
    number = played.invitations[0]
    silence = Silence(played.log[number].place, number)
    assert any(
        sentence.startswith("opt-out: invitation") for sentence in await played.found(silences=[silence])
    )
    assert await played.found(silences=[replace(silence, until=number)]) == []


async def test_a_message_that_was_lost_is_noticed(played: Played) -> None:
    assert await played.found(heard={("sms", "never-stored")}) == [
        "heard: message ('sms', 'never-stored') is stored 0 times"
    ]


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("UPDATE tallies SET v9 = v9 + 1 WHERE dimension = ''", "score: "),
        ("UPDATE tallies SET v9 = v9 + 1 WHERE dimension = 'branch'", "score: "),
        ("UPDATE responses SET score = 10 - score", "score: response"),
        ("UPDATE asked_tallies SET n = n + 1 WHERE dimension = ''", "asked: "),
        ("UPDATE visits SET state = 'lost' WHERE state = 'answered'", "state: "),
        ("UPDATE visits SET reason = 'because' WHERE state = 'suppressed'", "state: "),
        ("UPDATE visits SET state = 'asking' WHERE state = 'expired'", "state: "),
        ("UPDATE visits SET state = 'planned', due_at = 0 WHERE state = 'expired'", "state: "),
        ("UPDATE outbox SET state = 'claimed', lease_until = 0 WHERE state = 'sent'", "claim: "),
    ],
)
async def test_a_damaged_store_is_noticed(played: Played, damage: str, told: str) -> None:
    def work(tx: Transaction) -> None:
        tx.db._connection.execute(damage)

    await played.store.write(work)
    assert any(sentence.startswith(told) for sentence in await played.found())
