"""The shared store: B1, B3 and B5 on PostgreSQL, with one, two and four processes, and what holds them back.

Processes, database and load share the machine as they would; then once more with all processes on one core and the database
on another, which shows whose core is full first. Each reply's customer stays with one process, as with a load balancer that
goes by sender. `limits.py` tells whose processor time it takes and what the connections wait
for: where more processes bring no more, the rows under the rate say whether the machine is used up, the database waits for
its disk, or units of work wait for each other's locks.
"""

from __future__ import annotations

import asyncio
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from benchmarks import messages
from benchmarks.b5_score import ask_all, score_app
from benchmarks.harness import Report, Row, Size
from benchmarks.history import end_of_past
from benchmarks.history_postgres import fill
from benchmarks.limits import Seen, watched
from benchmarks.load import Answers, send_all
from benchmarks.machine import LOAD_CORE, SERVER_CORE
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
    pasts: tuple[tuple[int, int], ...]  # answers, people
    asks: int  # of each request
    looks: int  # scores asked for by API
    connections: int = 32


AMOUNTS: dict[Size, Amount] = {
    "tiny": Amount(40, 120, 40, (2,), ((500, 800),), 1, 20, 4),
    "quick": Amount(100, 300, 100, (2,), ((2_000, 4_000),), 3, 50),
    "normal": Amount(1_000, 4_000, 1_000, (1, 2, 4), ((10_000, 20_000), (100_000, 200_000)), 10, 500),
    "full": Amount(
        5_000, 20_000, 10_000, (1, 2, 4, 8), ((10_000, 20_000), (10_000_000, 19_000_000)), 40, 2_000
    ),
}


def run(size: Size) -> Report:
    amount = AMOUNTS[size]
    report = Report("shared", "B1, B3 and B5 on PostgreSQL, by number of processes")
    report.notes.append(
        "One sender is paced by one process: further workers stand by, so sends do not grow with them."
    )
    with tempfile.TemporaryDirectory(prefix="askwhy-bench-") as name:
        for processes in amount.processes:
            _replies(report, Path(name), amount, processes)
        for processes in amount.processes:
            _replies(report, Path(name), amount, processes, apart=True)
        for processes in amount.processes:
            _sends(report, Path(name), amount, processes)
        for answers, people in amount.pasts:
            _scores(report, Path(name), amount, answers, people)
    return report


def _replies(report: Report, folder: Path, amount: Amount, processes: int, *, apart: bool = False) -> None:
    """Replies as fast as they are taken; `apart`: all processes on one core, the database on another."""
    core, other_core = (SERVER_CORE, LOAD_CORE) if apart else (None, None)
    with postgres(other_core) as url, ExitStack() as running:
        config = _on(folder, url)
        _ask(config, amount.people)
        webs = _started(running, processes, "web", folder, url, core=core)
        sent = messages.sms_messages(amount.people, amount.forms, 0)
        with watched(url, [web.process.pid for web in webs]) as seen:
            answers = _load([web.port for web in webs], sent, amount.connections)
        told = answers.run()
        what = f"replies, {_counted(processes, 'process', 'processes')}{' on one core' if apart else ''}"
        report.rows.append(Row(what, "replies/s", told.value, p50=told.p50, p99=told.p99))
        report.rows += _limits(seen, len(sent))
        _check(report, url, sent, answers.statuses)


def _limits(seen: Seen, done: int) -> list[Row]:
    """Say what held the work back, and what one piece of it costs: that does not depend on who else is on the machine."""
    cores = ", ".join(f"{name} {cores:.2f}" for name, cores in seen.cores.items())
    waits = ", ".join(f"{name} {share:.0%}" for name, share in seen.waits.items())
    return [
        Row("  processor time of one, askwhy", "ms", 1000 * seen.cores["ours"] * seen.seconds / done),
        Row("  processor time of one, PostgreSQL", "ms", 1000 * seen.cores["database"] * seen.seconds / done),
        Row("  of the machine's processors", "share", seen.machine, note=f"cores: {cores}"),
        Row("  of units' time behind another's lock", "share", seen.waits.get("Lock", 0.0), note=waits),
    ]


def _load(ports: Sequence[int], sent: Sequence[messages.Message], connections: int) -> Answers:
    """Share messages over the processes by person, and send all at once."""
    shares: list[list[int]] = [[] for _ in ports]
    for number, message in enumerate(sent):
        shares[message.person % len(ports)].append(number)
    together = _together(ports, [[sent[number].request for number in share] for share in shares], connections)
    numbers = [number for share in shares for number in share]
    for number, status in zip(numbers, list(together.statuses), strict=True):
        together.statuses[number] = status
    return together


def _together(ports: Sequence[int], shares: Sequence[Sequence[bytes]], connections: int) -> Answers:
    """Send each process its requests, all at once; statuses come share by share."""
    found: dict[int, Answers] = {}

    def send(place: int) -> None:
        each = max(1, connections // len(ports))
        found[place] = send_all(ports[place], shares[place], connections=each, pinned=False)

    threads = [threading.Thread(target=send, args=(place,)) for place in range(len(ports))]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    together = Answers([], seconds=time.perf_counter() - began)
    for place in range(len(ports)):
        together.statuses += found[place].statuses
        together.latencies += found[place].latencies
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


def _sends(report: Report, folder: Path, amount: Amount, workers: int) -> None:
    """Visits come in while the workers run, faster than they are sent."""
    with postgres() as url, Provider() as provider, ExitStack() as running:
        config = _on(folder, url, api=provider.url)
        started = _started(running, workers, "worker", folder, url, provider.url)

        async def take() -> None:
            app = offline_app(config, "sms")
            await app.open()
            await take_visits(app, amount.due, "sms")
            await app.close()

        with watched(url, [worker.process.pid for worker in started]) as seen:
            asyncio.run(take())
            came = provider.wait_for(amount.due)
        report.check("messages at the provider, none twice", len({a.to for a in came}), len(came))
        times = sorted(arrival.at for arrival in came)
        rate = (len(times) - 1) / (times[-1] - times[0])
        report.rows.append(Row(f"sends, {_counted(workers, 'worker', 'workers')}", "sends/s", rate))
        report.rows += _limits(seen, len(came))


def _scores(report: Report, folder: Path, amount: Amount, answers: int, people: int) -> None:
    """/score at an age of the store: request to text as in B5, then as the API, by number of processes."""
    with postgres() as url:
        fill(url, answers, end_of_past(datetime.now(UTC).date()), people)
        about = f"{answers:,} answers, {people:,} customers"

        async def ask() -> None:
            app = score_app(_on(folder, url))
            await app.open()
            await ask_all(report, app, about, amount.asks)
            await app.close()

        asyncio.run(ask())
        request = (
            "GET /api/v1/score?period=all&by=branch HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Bearer {SECRETS['ASKWHY_WEB__API_TOKEN']}\r\n\r\n"
        ).encode()
        for processes in amount.processes:
            with ExitStack() as running:
                webs = _started(running, processes, "web", folder, url)
                with watched(url, [web.process.pid for web in webs]) as seen:
                    told = _together(
                        [web.port for web in webs],
                        [[request] * (amount.looks // processes)] * processes,
                        amount.connections,
                    )
            what = f"scores by branch, {_counted(processes, 'process', 'processes')}, {answers:,} answers"
            run = told.run()
            report.rows.append(Row(what, "scores/s", run.value, p50=run.p50, p99=run.p99))
            report.rows += _limits(seen, len(told.statuses))
            report.check(f"scores told, {what}", set(told.statuses), {200})


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


def _started(
    running: ExitStack,
    processes: int,
    role: str,
    folder: Path,
    url: str,
    api: str = "http://127.0.0.1:9",
    core: int | None = None,
) -> list[Server]:
    """Start processes of a role, until `running` ends; return them when each has loaded all it needs."""
    servers = [running.enter_context(_role(role, folder, url, api, core)) for _ in range(processes)]
    for server in servers:
        server.wait_for("started")
    return servers


def _role(role: str, folder: Path, url: str, api: str, core: int | None) -> Server:
    """One process of a role, started by `with`; a worker is waited for where it tells of its health."""
    port = free_port()
    home = folder / str(port)
    home.mkdir()
    config = _on(home, url, port=port, api=api, mps=100_000)
    command = module("bot", "--config", config, "run", "--role", role)
    return Server(command, port + (role == "worker"), environ=SECRETS, core=core)


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
