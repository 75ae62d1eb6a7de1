"""The kill row: kill -9 under load, start again, and count the acknowledged answers that are gone.

Ours and a bot on ConversationHandler + PicklePersistence get the same updates; an answer is lost when its webhook was
told 200 and, after the kill, no store has it.
"""

from __future__ import annotations

import pickle
import random
import sqlite3
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks import messages
from benchmarks.b1_inbound import ours
from benchmarks.harness import Report, Row, Size
from benchmarks.load import send_all
from benchmarks.processes import Server, free_port, module
from benchmarks.stores import asked_store, fresh_copy


@dataclass(frozen=True, slots=True)
class Amount:
    people: int
    kills: int
    after: tuple[float, float]  # seconds of load before the kill
    connections: int = 32


AMOUNTS: dict[Size, Amount] = {
    "tiny": Amount(40, 1, (0.2, 0.4), 2),
    "quick": Amount(1_000, 1, (0.5, 1.0)),
    "normal": Amount(4_000, 5, (0.5, 2.5)),
    "full": Amount(5_000, 25, (0.5, 4.0)),
}


def run(size: Size) -> Report:
    amount = AMOUNTS[size]
    report = Report("kills", "Answers lost by kill -9 under load, of those that were acknowledged")
    chance = random.Random(9)
    acked = {"ours": 0, "PTB": 0}
    lost = {"ours": 0, "PTB": 0}
    shares: list[float] = []
    with tempfile.TemporaryDirectory(prefix="askwhy-bench-") as name:
        home = Path(name)
        begun = asked_store(home, amount.people, "telegram").rename(home / "begun.db")
        port = free_port()
        sent = messages.telegram_messages(amount.people, amount.people, port)
        for _ in range(amount.kills):
            seconds = chance.uniform(*amount.after)
            store = fresh_copy(begun, home)
            told = _killed(ours(home, port), sent, seconds, amount)
            acked["ours"] += len(told)
            lost["ours"] += len(told - _stored_by_us(store))
            saved = home / "ptb.pickle"
            saved.unlink(missing_ok=True)
            told = _killed(Server(module("benchmarks.peers.ptb", port, saved), port), sent, seconds, amount)
            missing = len(told - _saved_by_ptb(saved))
            acked["PTB"] += len(told)
            lost["PTB"] += missing
            shares.append(missing / len(told) if told else 0.0)
    report.rows.append(
        Row(
            f"lost in {amount.kills} kills",
            f"of {acked['ours']:,} acknowledged",
            lost["ours"],
            lost["PTB"],
            target=0,
            at_least=False,
            note=f"PTB acknowledged {acked['PTB']:,} and lost {min(shares):.0%} to {max(shares):.0%} a kill",
        )
    )
    report.notes.append(report.rows[0].note)
    report.check("acknowledged answers of ours that are gone", lost["ours"], 0)
    report.check("something was acknowledged before the kill", acked["ours"] > 0, True)
    return report


def _killed(server: Server, sent: Sequence[messages.Message], seconds: float, amount: Amount) -> set[int]:
    """Load a server, kill it after so many seconds of it; return the people whose first answer got 200."""
    with server as running:
        first = send_all(
            running.port, [sent[0].request], connections=1
        )  # what is loaded on first use is loaded now
        timer = threading.Timer(seconds, running.kill)
        timer.start()
        answers = send_all(running.port, [m.request for m in sent], connections=amount.connections)
        timer.join()
        time.sleep(0.05)
    return {
        message.person
        for message, status in zip([sent[0], *sent], [*first.statuses, *answers.statuses], strict=True)
        if status == 200 and message.round == 0 and message.kind != "forged"
    }


def _stored_by_us(store: Path) -> set[int]:
    """People whose right score stands in the store as the kill left it; opening it recovers its log."""
    with closing(sqlite3.connect(store)) as connection:
        rows = connection.execute("SELECT visit_id, score FROM responses").fetchall()
    people = ((int(visit.removeprefix("v-")), score) for visit, score in rows)
    return {person for person, score in people if score == messages.score_after(person, 1)}


def _saved_by_ptb(saved: Path) -> set[int]:
    """People whose score the bot's file holds; a file cut off in the middle holds nothing."""
    try:
        data = pickle.loads(saved.read_bytes())
    except (FileNotFoundError, EOFError, pickle.UnpicklingError):
        return set()
    return {chat - messages.chat(0) for chat, kept in data["user_data"].items() if "score" in kept}
