"""B1, replies in: first byte to last 2xx, where 2xx means committed. And what a kill costs whom.

Ours is `askwhy run --role web` with its full logic. The floor is the same web server and signature with the four statements
that any reply needs and group commit; the bare floor has one INSERT. The peers are the naive way (a commit per request) and
a bot on ConversationHandler + PicklePersistence.
"""

from __future__ import annotations

import statistics
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import messages
from benchmarks.harness import Report, Run, Size, alternate, compare
from benchmarks.load import CONNECTIONS, Answers, send_all
from benchmarks.processes import Server, free_port, module
from benchmarks.stores import SECRETS, asked_store, check_replies, fresh_copy, write_config


@dataclass(frozen=True, slots=True)
class Amount:
    people: int
    forms: int
    updates: int
    pairs: int
    connections: int = CONNECTIONS


AMOUNTS: dict[Size, Amount] = {
    "tiny": Amount(40, 120, 80, 1, 2),
    "quick": Amount(300, 1_000, 300, 1),
    "normal": Amount(3_000, 10_000, 3_000, 3),
    "full": Amount(5_000, 20_000, 20_000, 5),
}

WARM = 10

NOTES = [
    "The floors read, decide and count nothing; the naive way neither, and commits per request.",
    "PTB answers 200 before it handles, stores nothing durably, knows no repeats; here it sends no replies either.",
    "Ours has stored, read, counted and queued the answer to the customer when it says 200.",
]


def ours(folder: Path, port: int) -> Server:
    """`askwhy run --role web` on the store of `folder`."""
    config = write_config(folder, port=port)
    return Server(module("bot", "--config", config, "run", "--role", "web"), port, environ=SECRETS)


def run(size: Size) -> Report:
    amount = AMOUNTS[size]
    report = Report("inbound", "B1 replies in, committed before they are acknowledged", notes=list(NOTES))
    with tempfile.TemporaryDirectory(prefix="askwhy-bench-") as name:
        folder = Path(name)
        _sms(report, folder, amount, warm_up=size != "tiny")
        _telegram(report, folder, amount, warm_up=size != "tiny")
    return report


def _sms(report: Report, folder: Path, amount: Amount, *, warm_up: bool) -> None:
    home = _home(folder / "sms")
    begun = asked_store(home, amount.people, "sms").rename(folder / "sms.db")
    port = free_port()
    sent = messages.sms_messages(amount.people, amount.forms, port)

    def timed(server: Callable[[], Server], after: Callable[[list[int]], None]) -> Run:
        with server() as running:
            answers = _loaded(running, sent, amount)
        after(answers.statuses)
        return answers.run()

    def us() -> Run:
        store = fresh_copy(begun, home)
        return timed(lambda: ours(home, port), lambda got: check_replies(report, store, sent, got))

    def limit(way: str) -> Run:
        store = folder / f"{way}.db"
        for path in folder.glob(f"{way}.db*"):
            path.unlink()
        right = [m.status for m in sent]
        return timed(
            lambda: Server(module("benchmarks.peers.limits", port, store, way), port),
            lambda got: report.check(f"{way}: every request got its status", got == right, True),
        )

    runs = alternate(
        {"ours": us, **{way: partial(limit, way) for way in ("floor", "bare", "naive")}},
        amount.pairs,
        warm_up=warm_up,
    )
    report.rows += [
        compare("SMS ÷ floor (four statements)", "replies/s", runs["ours"], runs["floor"], 0.6),
        compare("SMS ÷ bare floor (one INSERT)", "replies/s", runs["ours"], runs["bare"], 0.6),
        compare("SMS ÷ commit per request", "replies/s", runs["ours"], runs["naive"], None),
    ]


def _telegram(report: Report, folder: Path, amount: Amount, *, warm_up: bool) -> None:
    home = _home(folder / "telegram")
    people = amount.people
    begun = asked_store(home, people, "telegram").rename(folder / "telegram.db")
    port = free_port()
    sent = messages.telegram_messages(people, amount.updates, port)

    def us() -> Run:
        store = fresh_copy(begun, home)
        with ours(home, port) as running:
            answers = _loaded(running, sent, amount)
        check_replies(report, store, sent, answers.statuses)
        return answers.run()

    acked: list[float] = []

    def ptb() -> Run:
        pickle = folder / "ptb.pickle"
        pickle.unlink(missing_ok=True)
        with Server(module("benchmarks.peers.ptb", port, pickle), port) as running:
            started = time.perf_counter()
            answers = send_all(running.port, [m.request for m in sent], connections=amount.connections)
            accepted = sum(message.kind != "forged" for message in sent)
            while saved_by(running) < accepted:
                time.sleep(0.05)
            seconds = time.perf_counter() - started
        report.check("PTB: every request got its status", answers.statuses == [m.status for m in sent], True)
        acked.append(answers.run().value)
        return Run(len(sent) / seconds)

    runs = alternate({"ours": us, "PTB": ptb}, amount.pairs, warm_up=warm_up)
    row = compare("Telegram ÷ PTB, flush 1 s", "replies/s", runs["ours"], runs["PTB"], 4.0)
    report.rows.append(row)
    report.notes.append(
        f"PTB acknowledged {statistics.median(acked):,.0f}/s; the row counts what it had saved."
    )


def _loaded(server: Server, sent: Sequence[messages.Message], amount: Amount) -> Answers:
    """Send everything; the first few, which load what is loaded on first use, are not timed."""
    requests = [message.request for message in sent]
    first = send_all(server.port, requests[:WARM], connections=1)
    answers = send_all(server.port, requests[WARM:], connections=amount.connections)
    answers.statuses[:0] = first.statuses
    return answers


def saved_by(bot: Server) -> int:
    """How many updates the PTB peer has on the disk."""
    with urllib.request.urlopen(f"http://127.0.0.1:{bot.port}/saved") as answer:
        return int(answer.read())


def _home(folder: Path) -> Path:
    folder.mkdir()
    return folder
