"""The shared store: replies in, sends out and /score on PostgreSQL, with one, two and four processes.

Nothing is pinned: processes, database and load share the machine as they would. Each reply's customer stays with one process,
as with a load balancer that goes by sender. What bends the curve on two cores is the machine itself: the row "processor" tells how
much of it all processes and the database used.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks import messages
from benchmarks.harness import Report, Row, Size
from benchmarks.load import Answers, send_all
from benchmarks.postgres import postgres
from benchmarks.processes import Server, free_port, module
from benchmarks.provider import Provider
from benchmarks.stores import SECRETS, offline_app, take_visits, write_config


@dataclass(frozen=True, slots=True)
class Amount:
    people: int
    forms: int
    due: int
    processes: tuple[int, ...]
    connections: int = 32


AMOUNTS: dict[Size, Amount] = {
    "tiny": Amount(40, 120, 40, (2,), 4),
    "quick": Amount(300, 1_200, 300, (1, 2)),
    "normal": Amount(2_500, 10_000, 3_000, (1, 2, 4)),
    "full": Amount(5_000, 20_000, 10_000, (1, 2, 4, 8)),
}


def run(size: Size) -> Report:
    amount = AMOUNTS[size]
    report = Report("shared", "Replies and sends on PostgreSQL, by number of processes")
    report.notes.append("One sender is paced by one process, so sends do not grow with workers; replies may.")
    with tempfile.TemporaryDirectory(prefix="askwhy-bench-") as name:
        for processes in amount.processes:
            _replies(report, Path(name), amount, processes)
        _sends(report, Path(name), amount)
    return report


def _replies(report: Report, folder: Path, amount: Amount, processes: int) -> None:
    with postgres() as url, ExitStack() as running:
        config = _on(folder, url)
        _ask(config, amount.people)
        ports = [free_port() for _ in range(processes)]
        for port in ports:
            running.enter_context(_web(folder, url, port))
        sent = messages.sms_messages(amount.people, amount.forms, 0)
        with processor() as used:
            answers = _load(ports, sent, amount.connections)
        told = answers.run()
        report.rows.append(
            Row(
                f"replies, {processes} process{'es' if processes > 1 else ''}",
                "replies/s",
                told.value,
                p50=told.p50,
                p99=told.p99,
            )
        )
        report.rows.append(Row("  processor used meanwhile", "of all cores", used[0]))
        _check(report, url, sent, answers.statuses)


def _load(ports: Sequence[int], sent: Sequence[messages.Message], connections: int) -> Answers:
    """Share messages over the processes by person, and send all at once."""
    shares: list[list[int]] = [[] for _ in ports]
    for number, message in enumerate(sent):
        shares[message.person % len(ports)].append(number)
    found: dict[int, Answers] = {}

    def send(place: int) -> None:
        requests = [sent[number].request for number in shares[place]]
        found[place] = send_all(
            ports[place], requests, connections=max(1, connections // len(ports)), pinned=False
        )

    threads = [threading.Thread(target=send, args=(place,)) for place in range(len(ports))]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    together = Answers([0] * len(sent), seconds=time.perf_counter() - began)
    for place, answers in found.items():
        together.latencies += answers.latencies
        for number, status in zip(shares[place], answers.statuses, strict=True):
            together.statuses[number] = status
    return together


def _check(report: Report, url: str, sent: Sequence[messages.Message], statuses: Sequence[int]) -> None:
    report.check(
        "every request got its only right status", Counter(statuses), Counter(m.status for m in sent)
    )
    new = [message for message in sent if message.kind == "new"]
    turns = Counter(message.person for message in new)
    with closing(psycopg.connect(url)) as connection:
        rows = connection.execute("SELECT visit_id, score FROM responses").fetchall()
        inbox = connection.execute("SELECT count(*) FROM inbox WHERE state = 'handled'").fetchone()
    stored: dict[str, int] = dict(rows)
    right = sum(stored.get(f"v-{person}") == messages.score_after(person, n) for person, n in turns.items())
    report.check("scores that are right", right, len(turns))
    report.check("messages stored, each once", inbox, (len(new),))


def _sends(report: Report, folder: Path, amount: Amount) -> None:
    with postgres() as url, Provider() as provider:
        config = _on(folder, url, api=provider.url)

        async def take() -> None:
            app = offline_app(config, "sms")
            await app.open()
            await take_visits(app, amount.due, "sms")
            await app.close()

        asyncio.run(take())
        port = free_port()
        _on(folder, url, api=provider.url, port=port, mps=100_000)
        command = module("bot", "--config", config, "run", "--role", "worker")
        with Server(command, port + 1, environ=SECRETS, core=None):
            came = provider.wait_for(amount.due)
        report.check("messages at the provider, none twice", len({a.to for a in came}), len(came))
        times = sorted(arrival.at for arrival in came)
        report.rows.append(Row("sends, 1 worker", "sends/s", (len(times) - 1) / (times[-1] - times[0])))


def _on(
    folder: Path, url: str, *, port: int = 0, api: str = "http://127.0.0.1:9", mps: float = 1000.0
) -> Path:
    config = write_config(folder, port=port, api=api, mps=mps)
    config.write_text(f'[storage]\nurl = "{url}"\n' + config.read_text())
    return config


def _ask(config: Path, people: int) -> None:
    async def ask() -> None:
        app = offline_app(config, "sms")
        await app.open()
        await take_visits(app, people, "sms")
        await app.dispatchers["sms"].drain()
        await app.close()

    asyncio.run(ask())


def _web(folder: Path, url: str, port: int) -> Server:
    home = folder / str(port)
    home.mkdir()
    return Server(
        module("bot", "--config", _on(home, url, port=port), "run", "--role", "web"),
        port,
        environ=SECRETS,
        core=None,
    ).start()


@contextmanager
def processor() -> Iterator[list[float]]:
    """Gives a list that holds, after the block, the share of all cores' time that was used meanwhile."""
    used: list[float] = []
    before, began = _busy(), time.perf_counter()
    yield used
    cores = os.cpu_count() or 1
    used.append((_busy() - before) / (time.perf_counter() - began) / cores)


def _busy() -> float:
    fields = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")
