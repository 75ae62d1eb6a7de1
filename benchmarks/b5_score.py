"""B5, /score: from the webhook's message to the reply handed out, whatever the store's age; by SMS, so without a chart.

Divided by counting the same answers in the table itself, by a full scan and by the index on their moment. Every reply's
numbers are compared with that recount.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks import messages
from benchmarks.harness import Report, Row, Run, Size, compare, percentile
from benchmarks.history import end_of_past, history_store
from benchmarks.machine import SERVER_CORE, pin, unpin
from benchmarks.stores import SECRETS, fresh_copy, write_config
from bot.bootstrap import App, build_app
from bot.channels.base import Inbound, InboundKind
from bot.channels.console import ConsoleChannel
from bot.clock import VirtualClock
from bot.config import load_config
from bot.reports.asking import read_words
from bot.reports.score import score_report
from storage.moments import micros

STAFF = "+12025550111"
REQUESTS = (
    "SCORE 30d",
    "SCORE all",
    "SCORE all by branch",
    "SCORE all by month",
    "SCORE 12w by employee",
    "TREND 12w",
)
RECOUNT = (
    "SELECT score, count(*) FROM responses {hint} WHERE survey = 'nps' AND answered_at >= ? GROUP BY score"
)
HINTS = {"full scan": "NOT INDEXED", "range scan": "INDEXED BY responses_time"}


@dataclass(frozen=True, slots=True)
class Amount:
    histories: tuple[int, ...]
    asks: int  # of each request
    pairs: int


AMOUNTS: dict[Size, Amount] = {
    "tiny": Amount((500,), 2, 1),
    "quick": Amount((10_000,), 5, 1),
    "normal": Amount((10_000, 100_000, 1_000_000), 40, 5),
    "full": Amount((10_000, 1_000_000, 10_000_000), 40, 5),
}


def run(size: Size) -> Report:
    amount = AMOUNTS[size]
    report = Report("score", "B5 /score, from request to reply text")
    report.notes.append(
        "By SMS: text without a chart. The chart, drawn for Telegram on another thread, is a row of its own."
    )
    p95: list[float] = []
    pin(SERVER_CORE)
    try:
        for answers in amount.histories:
            with tempfile.TemporaryDirectory(prefix="askwhy-bench-") as name:
                fresh_copy(history_store(answers), Path(name))
                p95.append(asyncio.run(_measure(report, Path(name), answers, amount)))
    finally:
        unpin()
    if len(p95) > 1:
        growth = Row(
            f"growth of the p95, {amount.histories[0]:,} → {amount.histories[-1]:,}",
            "times",
            p95[-1] / p95[0],
            target=2.0,
            at_least=False,
        )
        report.rows.append(growth)
    return report


async def _measure(report: Report, folder: Path, answers: int, amount: Amount) -> float:
    app = score_app(write_config(folder))
    await app.open()
    p95 = await ask_all(report, app, f"{answers:,} answers", amount.asks)
    await _recount(report, app, folder, answers, amount)
    await app.close()
    return p95


async def ask_all(report: Report, app: App, about: str, asks: int) -> float:
    """Ask each request so often; report and return the p95 of all, in ms."""
    console = app.channels["sms"]
    assert isinstance(console, ConsoleChannel)
    for request in REQUESTS:
        await _ask(app, request, f"warm-{request}")
    times: dict[str, list[float]] = {request: [] for request in REQUESTS}
    for number in range(asks):
        for request in REQUESTS:
            began = time.perf_counter()
            await _ask(app, request, f"{number}-{request}")
            times[request].append(1000 * (time.perf_counter() - began))
    every = [told for told_times in times.values() for told in told_times]
    slowest = max(REQUESTS, key=lambda request: percentile(times[request], 0.95))
    worst = percentile(times[slowest], 0.95)
    report.rows.append(
        Row(
            f"p95 of all requests, {about}",
            "ms",
            percentile(every, 0.95),
            target=20.0,
            at_least=False,
            p50=percentile(every, 0.5),
            p99=percentile(every, 0.99),
            note=f"slowest: {slowest}, p95 {worst:.1f} ms",
        )
    )
    report.check(f"a reply for every request, {about}", len(console.sent), (asks + 1) * len(REQUESTS))
    return percentile(every, 0.95)


async def _recount(report: Report, app: App, folder: Path, answers: int, amount: Amount) -> None:
    with closing(sqlite3.connect(folder / "askwhy.db")) as connection:
        for words in ("all", "30d"):
            asked = await read_words(app.store, app.firm, words.split(), app.clock.now())
            found = await score_report(app.store, app.firm, asked, app.clock.now())
            since = micros(asked.period.start)
            for name, hint in HINTS.items():
                counted = _counted(connection, hint, since)
                told = {value: n for value, n in found.counts.items() if n}
                report.check(f"score {words} equals a {name}, {answers:,}", told, counted)
        since = micros(app.clock.now() - timedelta(days=30))
        for name, hint in HINTS.items():
            ours, theirs = [], []
            for number in range(amount.pairs):
                ours.append(await _timed(app, f"{name}-{number}"))
                theirs.append(_scanned(lambda hint=hint: _counted(connection, hint, since)))  # type: ignore[misc]
            label = f"score 30d ÷ {name}, {answers:,}"
            report.rows.append(compare(label, "ms", ours, theirs, None, at_least=False))


async def _timed(app: App, number: str) -> Run:
    began = time.perf_counter()
    await _ask(app, "SCORE 30d", number)
    return Run(1000 * (time.perf_counter() - began))


def _scanned(scan: Callable[[], object]) -> Run:
    began = time.perf_counter()
    scan()
    return Run(1000 * (time.perf_counter() - began))


def _counted(connection: sqlite3.Connection, hint: str, since: int) -> dict[int, int]:
    return dict(connection.execute(RECOUNT.format(hint=hint), (since,)).fetchall())


async def _ask(app: App, request: str, number: str) -> None:
    """One request, as the webhook hands it over, to its reply, as the channel gets it."""
    inbound = Inbound("sms", f"ask-{number}", STAFF, InboundKind.TEXT, request, messages.OURS)
    await app.service.on_inbound(inbound)
    await app.service.answer_staff()
    await app.dispatchers["sms"].drain()


def score_app(config_file: Path) -> App:
    """An application at the end of the past, whose one member of staff may ask as often as they like."""
    with config_file.open("a") as file:
        file.write(f'[staff]\nphones = ["{STAFF}"]\n[limits]\nreplies_per_customer_per_day = 100000\n')
    console = ConsoleChannel()
    console.name = "sms"
    clock = VirtualClock(end_of_past(datetime.now(UTC).date()))
    return build_app(load_config(config_file, SECRETS), clock=clock, channels={"sms": console}, paced=False)
