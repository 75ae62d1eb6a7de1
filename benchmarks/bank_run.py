"""Play half a year of a bank: a process of its own, so that its memory can be told.

    python -m benchmarks.bank_run FOLDER FACTOR

The bank has 19 million customers, 16 million questions by SMS and 1.6 million replies in six months; all times FACTOR. Real
service, real store, virtual clock. Prints one JSON object.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks import messages
from benchmarks.machine import peak_bytes
from benchmarks.stores import BRANCHES, SECRETS, write_config
from bot.bootstrap import App, build_app
from bot.channels.base import Inbound, InboundKind, Outgoing
from bot.channels.console import ConsoleChannel
from bot.clock import VirtualClock
from bot.config import load_config
from bot.reports.asking import read_words
from bot.reports.score import score_report
from surveys.visits import Visit

CUSTOMERS, QUESTIONS, REPLIES = 19_000_000, 16_000_000, 1_600_000
DAYS = 182
START = datetime(2026, 1, 5, 10, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Tallinn")
TOGETHER = 500


@dataclass
class Bank:
    """Its customers' behaviour, and what the answers should be counted to: kept here, apart from the store."""

    customers: int
    a_day: int
    chance: random.Random = field(default_factory=lambda: random.Random(19))
    asked: dict[str, list[datetime]] = field(default_factory=dict)  # phone -> when
    waiting: list[str] = field(default_factory=list)  # phones asked and not looked at yet
    scores: Counter[int] = field(default_factory=Counter)
    numbers: itertools.count[int] = field(default_factory=itertools.count)
    replies: int = 0

    def visits(self, now: datetime) -> list[Visit]:
        """The contacts of one day."""
        return [self._visit(now) for _ in range(self.a_day)]

    def _visit(self, now: datetime) -> Visit:
        customer = self.chance.randrange(self.customers)
        return Visit(
            f"v-{next(self.numbers)}",
            f"c-{customer}",
            now - timedelta(minutes=self.chance.randrange(120)),
            name=f"Customer{customer}",
            phone=f"+3725{customer:07d}",
            language="et",
            touchpoint=self.chance.choice(("counter", "call")),
            branch=self.chance.choice(BRANCHES),
            employee=f"Employee {self.chance.randrange(97)}",
        )

    def replied(self) -> list[tuple[str, str]]:
        """What comes back of what was asked since: (phone, text); counts each score."""
        share = REPLIES / QUESTIONS
        come = [phone for phone in self.waiting if self.chance.random() < share]
        self.waiting.clear()
        told = []
        for phone in come:
            text, score = self.chance.choice(messages.FIRST)
            self.scores[score] += 1
            told.append((phone, text))
        return told


def heard(bank: Bank, clock: VirtualClock) -> ConsoleChannel:
    """The channel that the bank's customers read; notes when each was asked."""

    def read(message: Outgoing, attempt: str) -> None:
        if message.text.startswith("Acme Auto:"):  # who asks says so first; whys and thanks do not
            bank.asked.setdefault(message.address, []).append(clock.now())
            bank.waiting.append(message.address)

    channel = ConsoleChannel(on_send=read, keep=1)
    channel.name = "sms"
    return channel


async def play(folder: Path, factor: float) -> dict[str, object]:
    """Half a year; returns figures and what was found wrong."""
    config = write_config(folder)
    text = config.read_text().partition("[asking]")[0]
    config.write_text(f"{text}[asking]\nreminders = 0\n")
    clock = VirtualClock(START)
    bank = Bank(max(50, int(CUSTOMERS * factor)), max(1, round(QUESTIONS * factor / DAYS)))
    loaded = load_config(config, SECRETS)
    app = build_app(loaded, clock=clock, channels={"sms": heard(bank, clock)}, paced=False)
    await app.open()
    began = time.perf_counter()
    for day in range(DAYS + 3):
        await clock.advance(START + timedelta(days=day))
        await app.pass_time()
        if day < DAYS:
            arriving = bank.visits(clock.now())
            for first in range(0, len(arriving), TOGETHER):
                await app.service.on_visits(arriving[first : first + TOGETHER])
        await clock.advance(clock.now() + timedelta(hours=3))
        await app.pass_time()
        await _replies(app, bank)
    seconds = time.perf_counter() - began
    asked = await read_words(app.store, app.firm, ["all"], clock.now())
    report = await score_report(app.store, app.firm, asked, clock.now())
    await app.close()
    return {
        "seconds": seconds,
        "peak_bytes": peak_bytes(),
        "visits": bank.a_day * DAYS,
        "asked": sum(map(len, bank.asked.values())),
        "asked_by_store": report.asked,
        "replies": bank.replies,
        "counts": {str(value): n for value, n in sorted(report.counts.items()) if n},
        "recount": {str(value): n for value, n in sorted(bank.scores.items())},
        "score": report.result.value,
        "violations": violations(bank),
    }


async def _replies(app: App, bank: Bank) -> None:
    told = bank.replied()
    for first in range(0, len(told), TOGETHER):
        await asyncio.gather(
            *(_reply(app, bank, phone, text) for phone, text in told[first : first + TOGETHER])
        )
    await app.pass_time()


async def _reply(app: App, bank: Bank, phone: str, text: str) -> None:
    bank.replies += 1
    inbound = Inbound("sms", f"SM{next(bank.numbers)}", phone, InboundKind.TEXT, text, messages.OURS)
    await app.service.on_inbound(inbound)


def violations(bank: Bank) -> int:
    """Questions outside the window, on a closed day, or too soon after the one before."""
    wrong = 0
    for times in bank.asked.values():
        for at in times:
            local = at.astimezone(ZONE)
            wrong += (
                not (10 <= local.hour < 19 or (local.hour, local.minute) == (19, 0)) or local.weekday() == 6
            )
        wrong += sum(later - earlier < timedelta(days=90) for earlier, later in itertools.pairwise(times))
    return wrong


if __name__ == "__main__":
    home = Path(sys.argv[1])
    figures = asyncio.run(play(home, float(sys.argv[2])))
    stored = sum(path.stat().st_size for path in home.glob("askwhy.db*"))
    print(json.dumps({**figures, "store_bytes": stored}))
