"""B3, due dispatch: judging, claiming, calling, recording; sends a second, and ms a claim of 100 as the store grows.

Ours is `askwhy run --role worker` with no rate limit against a provider on loopback. The peers are queues whose job makes
the same HTTP call; they judge nothing and keep no attempts.
"""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness import Report, Row, Run, Size, alternate, compare
from benchmarks.history import history_store
from benchmarks.machine import SERVER_CORE, pin, unpin
from benchmarks.postgres import postgres
from benchmarks.processes import ROOT, Server, free_port, module
from benchmarks.provider import Arrival, Provider
from benchmarks.stores import SECRETS, fresh_copy, offline_app, take_visits, write_config
from bot.claims import claim
from storage.transaction import Transaction

CLAIM = 100


@dataclass(frozen=True, slots=True)
class Amount:
    histories: tuple[int, ...]
    due: int
    jobs: int  # of a peer
    pairs: int
    claims: int


AMOUNTS: dict[Size, Amount] = {
    "tiny": Amount((500,), 60, 30, 1, 1),
    "quick": Amount((10_000,), 600, 200, 1, 2),
    "normal": Amount((10_000, 1_000_000), 10_000, 1_500, 2, 10),
    "full": Amount((10_000, 1_000_000, 10_000_000), 10_000, 10_000, 5, 40),
}

NOTES = [
    "Each send of ours: opt-out, cap, window and competition judged anew, attempt committed, call, outcome committed.",
    "huey and procrastinate: only the call. A crash makes huey lose jobs and procrastinate send twice.",
]


def run(size: Size) -> Report:
    amount = AMOUNTS[size]
    report = Report("dispatch", "B3 due dispatch against a provider on loopback", notes=list(NOTES))
    with tempfile.TemporaryDirectory(prefix="askwhy-bench-") as name, Provider() as provider:
        folder = Path(name)
        begun = _due_store(folder, history_store(amount.histories[0]), amount.due)
        with postgres() as database:
            runs = alternate(
                {
                    "ours": lambda: _ours(report, folder, begun, provider, amount.due),
                    "huey": lambda: _peer("huey", str(folder / "huey.db"), provider, amount.jobs),
                    "procrastinate": lambda: _peer("procrastinate", database, provider, amount.jobs),
                },
                amount.pairs,
                warm_up=False,
            )
        report.rows += [
            compare("sends ÷ procrastinate", "sends/s", runs["ours"], runs["procrastinate"], 3.0),
            compare("sends ÷ huey, fsync", "sends/s", runs["ours"], runs["huey"], 1.0),
        ]
        with Provider(50) as slow:
            told = _ours(report, folder, begun, slow, amount.due)
        report.rows.append(Row("sends, provider answers after 50 ms", "sends/s", told.value))
        _claims(report, folder, amount)
    return report


def _due_store(folder: Path, history: Path, due: int) -> Path:
    """A store with a past and `due` visits that are due now."""

    async def take() -> None:
        app = offline_app(write_config(folder), "sms")
        await app.open()
        await take_visits(app, due, "sms")
        await app.close()

    fresh_copy(history, folder)
    asyncio.run(take())
    return (folder / "askwhy.db").rename(folder / "begun.db")


def _ours(report: Report, folder: Path, begun: Path, provider: Provider, due: int) -> Run:
    store = fresh_copy(begun, folder)
    before = len(provider.sent())
    port = free_port()
    config = write_config(folder, port=port, api=provider.url, mps=100_000)
    worker = Server(module("bot", "--config", config, "run", "--role", "worker"), port + 1, environ=SECRETS)
    with worker:
        came = provider.wait_for(before + due)[before:]
    report.check(
        "messages at the provider, none twice", Counter(Counter(a.to for a in came).values()), {1: due}
    )
    with closing(sqlite3.connect(store)) as connection:
        sent = connection.execute(
            "SELECT count(*), count(DISTINCT attempt_id) FROM outbox WHERE state = 'sent' AND visit_id LIKE 'v-%'"
        ).fetchone()
    report.check("attempts in the store, all sent", sent, (due, due))
    return _rate(came)


def _peer(which: str, place: str, provider: Provider, jobs: int) -> Run:
    before = len(provider.sent())
    for path in Path(place).parent.glob("huey.db*") if which == "huey" else ():
        path.unlink()
    pin(SERVER_CORE)
    try:
        command = module("benchmarks.peers.queues", which, place, provider.url, jobs)
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=600)
    finally:
        unpin()
    return _rate(provider.wait_for(before + jobs)[before:])


def _rate(came: list[Arrival]) -> Run:
    times = sorted(arrival.at for arrival in came)
    return Run((len(times) - 1) / (times[-1] - times[0]))


def _claims(report: Report, folder: Path, amount: Amount) -> None:
    """How long one claim of 100 takes, and only its look for what is due, at each age of the store."""
    looks: list[float] = []
    wholes: list[float] = []
    for answers in amount.histories:
        begun = _due_store(folder, history_store(answers), CLAIM * (amount.claims + 1))
        begun.rename(folder / "askwhy.db")
        pin(SERVER_CORE)
        look, whole = asyncio.run(_claim_times(folder, amount.claims))
        unpin()
        looks.append(look)
        wholes.append(whole)
        report.rows.append(Row(f"claim of 100 judged and stored, {answers:,} answers", "ms", whole))
    if len(looks) > 1:
        between = f"{amount.histories[0]:,} → {amount.histories[-1]:,}"
        growths = (("look for due rows", looks), ("whole claim", wholes))
        for what, times in growths:
            growth = times[-1] / times[0]
            report.rows.append(
                Row(f"growth of the {what}, {between}", "times", growth, target=1.25, at_least=False)
            )


async def _claim_times(folder: Path, claims: int) -> tuple[float, float]:
    app = offline_app(folder / "config.toml", "sms")
    await app.open()
    now, ids = app.clock.now(), itertools.count()
    looks: list[float] = []
    wholes: list[float] = []

    def one(tx: Transaction) -> int:
        began = time.perf_counter()
        tx.visits.due("sms", now, CLAIM)
        looked = time.perf_counter()
        batch = claim(tx, app.firm, "sms", "console", now, CLAIM, "bench", lambda: f"a{next(ids)}")
        looks.append(1000 * (looked - began))
        wholes.append(1000 * (time.perf_counter() - looked))
        return len(batch.claimed)

    for _ in range(claims + 1):
        if await app.store.write(one) != CLAIM:
            raise RuntimeError("fewer than 100 were due: the store to begin with is wrong.")
    await app.close()
    return statistics.median(looks[1:]), statistics.median(wholes[1:])
