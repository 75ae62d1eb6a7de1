"""B7, start: from exec to the first good /health, and to the first stored reply; empty, old, killed, and with overdue work.

Divided by what Python needs to import the web server's libraries. The command line's own start is measured too.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks import messages
from benchmarks.crowds import add_overdue
from benchmarks.harness import Report, Row, Run, Size, alternate, compare
from benchmarks.history import empty_store, history_store
from benchmarks.load import send_all
from benchmarks.machine import SERVER_CORE, pin, unpin
from benchmarks.processes import ROOT, Server, free_port, module
from benchmarks.provider import Provider
from benchmarks.stores import SECRETS, asked_store, fresh_copy, write_config
from storage.moments import micros

IMPORTS = "import starlette.applications, uvicorn, httpx"


@dataclass(frozen=True, slots=True)
class Amount:
    history: int
    overdue: int
    killed_after: int  # messages before the kill
    pairs: int


AMOUNTS: dict[Size, Amount] = {
    "tiny": Amount(500, 200, 100, 1),
    "quick": Amount(10_000, 5_000, 500, 1),
    "normal": Amount(1_000_000, 100_000, 10_000, 3),
    "full": Amount(10_000_000, 100_000, 20_000, 5),
}


def run(size: Size) -> Report:
    amount = AMOUNTS[size]
    report = Report("start", "B7 from exec to the first good answer")
    with tempfile.TemporaryDirectory(prefix="askwhy-bench-") as name, Provider() as provider:
        folder = Path(name)
        _service(report, folder, provider, amount)
        _overdue(report, folder, provider, amount.overdue)
    _command_line(report, amount.pairs)
    return report


def _service(report: Report, folder: Path, provider: Provider, amount: Amount) -> None:
    empty, old, killed = (folder / name for name in ("empty", "old", "killed"))
    for home in (empty, old, killed):
        home.mkdir()
    fresh_copy(history_store(amount.history), old)
    _kill_under_load(killed, amount.killed_after)
    log = (killed / "askwhy.db-wal").stat().st_size
    kept = {suffix: (killed / f"askwhy.db{suffix}").read_bytes() for suffix in ("", "-wal")}
    first_reply: list[float] = []

    def from_empty() -> Run:
        for path in empty.glob("askwhy.db*"):
            path.unlink()
        empty_store(empty / "askwhy.db")
        return _started(empty, provider, first_reply)

    def after_kill() -> Run:
        for suffix, content in kept.items():
            (killed / f"askwhy.db{suffix}").write_bytes(content)
        (killed / "askwhy.db-shm").unlink(missing_ok=True)
        return _started(killed, provider, [])

    runs = alternate(
        {
            "empty": from_empty,
            "old": lambda: _started(old, provider, []),
            "killed": after_kill,
            "imports": _imports,
        },
        amount.pairs,
        warm_up=amount.pairs > 1,
    )
    cases = (
        ("empty", "empty store"),
        ("old", f"{amount.history:,} answers"),
        ("killed", f"after kill -9, log of {log / 1e6:.0f} MB"),
    )
    for name, what in cases:
        row = compare(f"{what} ÷ the imports", "s", runs[name], runs["imports"], 2.0, at_least=False)
        report.rows.append(row)
    grown = compare("old ÷ empty", "s", runs["old"], runs["empty"], 1.2, at_least=False)
    reply = Row("empty store, to the first stored reply", "s", statistics.median(first_reply))
    report.rows += [grown, reply]


def _kill_under_load(home: Path, count: int) -> None:
    """Leave a store as a kill -9 leaves it: with everything since the last checkpoint in its log."""
    people = max(20, count // 4 + 1)
    asked_store(home, people, "sms")
    port = free_port()
    sent = messages.sms_messages(people, count, port)
    server = Server(
        module("bot", "--config", write_config(home, port=port), "run", "--role", "web"),
        port,
        environ=SECRETS,
    )
    with server as running:
        send_all(port, [message.request for message in sent])
        running.kill()


def _started(home: Path, provider: Provider, replied: list[float]) -> Run:
    """Seconds to the first good /health; appends to `replied` those to the first stored reply."""
    port = free_port()
    config = write_config(home, port=port, api=provider.url)
    began = time.perf_counter()
    server = Server(module("bot", "--config", config, "run"), port, environ=SECRETS)
    with server:
        while not _healthy(port):
            time.sleep(0.005)
        seconds = time.perf_counter() - began
        reply = messages.sms_messages(1, 1, port)[0].request
        if send_all(port, [reply], connections=1).statuses == [200]:
            replied.append(time.perf_counter() - began)
    return Run(seconds)


def _healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


def _imports() -> Run:
    return _command([sys.executable, "-c", IMPORTS])


def _command(command: list[str]) -> Run:
    pin(SERVER_CORE)
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env={**os.environ, **SECRETS}, check=True, capture_output=True)
    seconds = time.perf_counter() - began
    unpin()
    return Run(seconds)


def _command_line(report: Report, pairs: int) -> None:
    runs = alternate({"help": lambda: _command(module("bot", "--help"))}, pairs, warm_up=pairs > 1)
    seconds = statistics.median(run.value for run in runs["help"])
    report.rows.append(Row("askwhy --help", "s", seconds, target=0.4, at_least=False))


def _overdue(report: Report, folder: Path, provider: Provider, people: int) -> None:
    """Two days down, started while the window is closed: everything is judged anew, nothing is sent."""
    home = folder / "overdue"
    home.mkdir()
    zone = ZoneInfo("Europe/Tallinn")
    now = datetime.now(UTC)
    noon = now.astimezone(zone).hour < 12
    port = free_port()
    config = write_config(home, port=port, api=provider.url)
    window = "20:00-21:00" if noon else "02:00-03:00"
    config.write_text(config.read_text().replace("00:00-23:59", window))
    empty_store(home / "askwhy.db")
    add_overdue(home / "askwhy.db", people, now - timedelta(days=2), now - timedelta(days=2))
    before = len(provider.sent())
    began = time.perf_counter()
    with Server(module("bot", "--config", config, "run"), port, environ=SECRETS):
        while not _healthy(port):
            time.sleep(0.005)
        healthy = time.perf_counter() - began
        done = _wait_until(lambda: _still_due(home / "askwhy.db", now) == 0, 600)
        judged = time.perf_counter() - began - healthy
    report.check("overdue questions that were all judged", done, True)
    report.check("questions sent while the window is closed", len(provider.sent()) - before, 0)
    report.rows += [
        Row(f"start with {people:,} overdue", "s", healthy),
        Row(f"{people:,} overdue judged anew, after the start", "s", judged, target=5.0, at_least=False),
    ]


def _still_due(store: Path, now: datetime) -> int:
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        query = "SELECT count(*) FROM visits WHERE state = 'planned' AND channel = 'sms' AND due_at <= ?"
        return int(connection.execute(query, (micros(now),)).fetchone()[0])


def _wait_until(true: Callable[[], bool], patience: float) -> bool:
    over = threading.Event()
    timer = threading.Timer(patience, over.set)
    timer.start()
    try:
        while not over.is_set():
            if true():
                return True
            time.sleep(0.05)
        return False
    finally:
        timer.cancel()
