"""The run itself: days go by, visits come in, people write, processes die, clocks jump; afterwards everything is checked."""

from __future__ import annotations

import heapq
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from bot.bootstrap import App, build_app
from bot.clock import VirtualClock
from bot.config import Config, load_config
from bot.deep_links import token_hash
from bot.firm import Firm
from bot.hearing import Heard
from bot.simulation.invariants import Place, violations
from bot.simulation.life import Life
from bot.simulation.town import Customer, Town, changed
from bot.simulation.wire import Log, Wire
from storage.base import Store
from storage.memory import MemoryStore
from storage.moments import day_of, moment
from storage.transaction import Transaction
from surveys.measures import score
from surveys.states import State
from surveys.visits import Visit

FIRST_DAY: Final = datetime(2027, 9, 1, tzinfo=UTC)
"""So that a year has both changes of the clock and the 29th of February."""

LEAST_STEP: Final = timedelta(minutes=20)
"""Nothing is looked at more often than this; messages that come in are taken at their own moments."""

LONGEST_STEP: Final = timedelta(hours=6)

AFTERWARDS: Final = timedelta(days=14)
"""Until nothing waits any more."""

TAKEN_BACK: Final = {State.WITHDRAWN, State.FAILED, State.STOPPED}
"""Conversations that hear no score any more."""

SETTINGS: Final = {
    "ASKWHY_ORGANISATION__NAME": "Acme Auto",
    "ASKWHY_ASKING__RULES": """[
        {"when": {"touchpoint": "delivery"}, "delay": "2 hours", "sample": 0.7},
        {"when": {"touchpoint": "phone"}, "min_gap": "30 days", "max_per_year": 4, "reminders": 2}
    ]""",
}


@dataclass
class Outcome:
    """What happened in a run."""

    seed: int
    days: int
    visits: int = 0
    asked: int = 0
    answered: int = 0
    suppressed: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    score: float | None = None
    sent: int = 0
    said: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    restarts: int = 0
    jumps: int = 0
    violations: list[str] = field(default_factory=list)


class Year:
    """One run from midnight UTC of `first_day` on, on `store`, which must be new; None makes one in memory."""

    def __init__(
        self,
        seed: int,
        days: int,
        *,
        per_day: int = 200,
        config: Config | None = None,
        store: Store | None = None,
        first_day: datetime = FIRST_DAY,
    ) -> None:
        self.outcome = Outcome(seed, days)
        self._dice = Random(seed)  # noqa: S311 -- a story, not a secret
        self._config = config or load_config(None, SETTINGS)
        self._first_day = first_day
        self.clock = VirtualClock(first_day)
        self.store = store or MemoryStore()
        self.log = Log()
        self.life = Life(seed, self._dice)
        self._town = Town(self._dice, per_day)
        self._ids = itertools.count(1)
        self._visits: list[tuple[datetime, int, Visit]] = []
        self._joined: set[Customer] = set()
        self._refused: list[Place] = []
        self._heard: set[tuple[str, str]] = set()
        self._wires = tuple(self._wire(name) for name in ("telegram", "sms"))
        self.app: App

    async def play(self, seen: Callable[[], None] = lambda: None) -> Outcome:
        """Let it all happen; `seen` is called after each day."""
        await self.store.open()
        try:
            self._start()
            for number in range(self.outcome.days):
                await self._begin_day(self._first_day + timedelta(days=number))
                await self._pass_time(self._first_day + timedelta(days=number + 1))
                seen()
            await self._pass_time(self.clock.now() + AFTERWARDS)
            await self._judge()
        finally:
            await self.store.close()
        return self.outcome

    # -- the outside ---------------------------------------------------------------------------------------------------

    async def _begin_day(self, morning: datetime) -> None:
        """Put in what the day will bring: visits, some of them handed in again later, and what people do by themselves."""
        self.life.day(morning)
        zone = self._config.organisation.timezone
        for customer, visit in self._town.visits_on(morning.date(), zone):
            self._put(visit.occurred_at, visit)
            if self._dice.random() < 0.06:
                again = timedelta(hours=self._dice.choice((0.1, 5, 20, 26, 60, 200)))
                self._put(visit.occurred_at + again, changed(self._dice, visit))
            self.life.visited(customer, visit)
            if customer.chat is not None and customer not in self._joined:
                self._joined.add(customer)
                when = visit.occurred_at + timedelta(hours=self._dice.choice((-1, -1, 1, 40)))
                self.life.opens_bot(when, customer, await self._link(customer))

    def _put(self, at: datetime, visit: Visit) -> None:
        heapq.heappush(self._visits, (at, next(self._ids), visit))

    async def _link(self, customer: Customer) -> str:
        token = f"to-{customer.ids[0]}"

        def put(tx: Transaction) -> None:
            tx.staff.put_link(token_hash(token), "customer", {"customer_id": customer.ids[0]}, None)

        await self.store.write(put)
        return token

    def _wire(self, name: str) -> Wire:
        return Wire(
            name,
            self._dice,
            self.log,
            self.clock.now,
            self.life.reached,
            self._refused.append,
        )

    # -- time ----------------------------------------------------------------------------------------------------------

    async def _pass_time(self, until: datetime) -> None:
        while (now := self.clock.now()) < until:
            row = await self.store.write(lambda tx: tx.db.one("check_next"))
            inside = moment(row["at"]) if row is not None else None
            outside = (self._visits[0][0] if self._visits else None, self.life.next_at)
            due = min(at for at in (inside, *outside, until) if at is not None)
            await self._live_to(min(until, now + LONGEST_STEP, max(due, now + LEAST_STEP)))
            await self._perhaps_trouble()
            await self.app.pass_time()
            while self._refused:  # what was on its way beside the refused message cannot be called back
                self.life.silence(self._refused.pop(), len(self.log.sent))

    async def _live_to(self, moment: datetime) -> None:
        """Let what comes from outside come in, each at its moment."""
        while True:
            message = self.life.next_at or moment
            visit = self._visits[0][0] if self._visits else moment
            if min(message, visit) >= moment:
                break
            await self.clock.advance(max(self.clock.now(), min(message, visit)))
            if visit <= message:
                _, _, handed_in = heapq.heappop(self._visits)
                await self.app.service.on_visits([handed_in])
            else:
                await self._hear()
        await self.clock.advance(max(self.clock.now(), moment))

    async def _hear(self) -> None:
        coming = self.life.take()
        heard = await self.app.service.on_inbound(coming.inbound)
        self._heard.add((coming.inbound.channel, coming.inbound.external_id))
        repeat = heard is Heard.REPEAT
        self.life.noted(coming, self.clock.now(), len(self.log.sent), repeat=repeat)

    # -- trouble -------------------------------------------------------------------------------------------------------

    async def _perhaps_trouble(self) -> None:
        """Now and then the process dies in the middle of sending, or somebody sets the clock."""
        drawn = self._dice.random()
        if drawn < 0.004:
            for wire in self._wires:
                wire.dying = True
            await self.app.pass_time()
            for wire in self._wires:
                wire.dying = False
            self._start()
            self.outcome.restarts += 1
        elif drawn < 0.0045:
            self.clock.jump(timedelta(hours=self._dice.choice((-2, -0.5, 1, 30))))
            self.outcome.jumps += 1

    def _start(self) -> None:
        """Begin a new process on the same store; whatever the one before remembered is gone."""
        self.app = build_app(
            self._config,
            clock=self.clock,
            store=self.store,
            channels={wire.name: wire for wire in self._wires},
            paced=False,
            new_id=lambda: f"{next(self._ids)}",
        )

    # -- the end -------------------------------------------------------------------------------------------------------

    async def _judge(self) -> None:
        """Count what happened, and check every promise."""
        outcome, firm, read = self.outcome, self.app.firm, self.store.read
        for row in await read.rows("visits_by_state"):
            outcome.visits += row["n"]
            outcome.states[row["state"]] += row["n"]
            if row["state"] == "suppressed":
                outcome.suppressed[row["reason"]] += row["n"]
        survey = firm.surveys[firm.rules.base.survey]
        first, last = (
            day_of(at, firm.zone) for at in (self._first_day - AFTERWARDS, self.clock.now() + AFTERWARDS)
        )
        outcome.asked = (await read.asked(survey.id, first, last)).get("", 0)
        counts = (await read.counts(survey.id, survey.primary, first, last)).get("", {})
        outcome.answered = sum(counts.values())
        outcome.score = score(survey.measure, counts, (0, 10)).value
        outcome.sent = len(self.log.sent)
        outcome.said, outcome.faults = self.life.said, self.log.faults
        outcome.violations = await violations(
            self.store,
            firm,
            self.log.sent,
            now=self.clock.now(),
            silences=self.life.all_silences(),
            heard=self._heard,
        )
        outcome.violations += self._misread(await read.rows("check_conversations"), firm)

    def _misread(self, rows: list[dict[str, Any]], firm: Firm) -> Iterator[str]:
        """Every score is one that its customer gave, and every score given in time is there."""
        in_time = firm.rules.base.expire_after
        by_person: dict[int, set[int]] = defaultdict(set)
        for row in rows:
            by_person[row["person_id"]] |= {meant.value for meant in self.life.meant[row["conversation_id"]]}
        for row in rows:
            opened = moment(row["opened_at"])
            heard = [
                meant
                for meant in self.life.meant[row["conversation_id"]]
                if meant.at - opened < in_time and not meant.stopped
            ]
            if row["score"] is not None and row["score"] not in by_person[row["person_id"]]:
                yield f"reading: visit {row['visit_id']} has the score {row['score']}, which nobody gave"
            if row["score"] is None and heard and row["state"] not in TAKEN_BACK:
                yield f"reading: visit {row['visit_id']} has no score, though {heard[-1].value} was said"
