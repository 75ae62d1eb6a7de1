"""B6, memory: what an open conversation costs while nobody writes, and whether a reply gets dearer as they grow in number.

Ours keeps conversations in the store: two services get the same messages, one with many more open conversations. A bot on
ConversationHandler keeps them in memory: its growth from no chat to many, saving switched off in its favour.
"""

from __future__ import annotations

import tempfile
import time
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import messages
from benchmarks.b1_inbound import ours
from benchmarks.crowds import add_open
from benchmarks.harness import Report, Row, Size
from benchmarks.load import send_all
from benchmarks.processes import Server, free_port, module
from benchmarks.stores import asked_store, check_replies, fresh_copy


@dataclass(frozen=True, slots=True)
class Amount:
    people: int  # who write
    open: int  # who do not
    chats: int  # of the peer


AMOUNTS: dict[Size, Amount] = {
    "tiny": Amount(40, 500, 40),
    "quick": Amount(100, 20_000, 500),
    "normal": Amount(1_000, 100_000, 5_000),
    "full": Amount(2_000, 1_000_000, 50_000),
}


def run(size: Size) -> Report:
    amount = AMOUNTS[size]
    report = Report("memory", "B6 memory of an open conversation")
    with tempfile.TemporaryDirectory(prefix="askwhy-bench-") as name:
        home = Path(name)
        begun = asked_store(home, amount.people, "sms").rename(home / "begun.db")
        port = free_port()
        sent = messages.sms_messages(amount.people, amount.people * 2, port)
        few, few_ms = _ours(report, home, begun, port, sent, 0)
        many, many_ms = _ours(report, home, begun, port, sent, amount.open)
        theirs = _ptb(home, port, amount.chats)
    each = (many - few) / amount.open
    report.rows += [
        Row(f"{amount.open:,} more open conversations, each", "bytes", each, target=100.0, at_least=False),
        Row(f"PTB, {amount.chats:,} chats, each", "bytes", theirs),
        Row(
            f"a reply, growth with {amount.open:,} more open",
            "times",
            many_ms / few_ms,
            target=1.25,
            at_least=False,
        ),
        Row("the service, after the same messages", "MB", many / 1e6),
    ]
    return report


def _ours(
    report: Report, home: Path, begun: Path, port: int, sent: list[messages.Message], more: int
) -> tuple[float, float]:
    """Return memory after the messages, and ms of a reply over one connection."""
    store = fresh_copy(begun, home)
    if more:
        add_open(store, more, datetime.now(UTC))
    with ours(home, port) as server:
        answers = send_all(port, [message.request for message in sent], connections=1)
        held = server.memory()
    check_replies(report, store, sent, answers.statuses)
    run = answers.run()
    assert run.p50 is not None
    return float(held), run.p50


def _ptb(home: Path, port: int, chats: int) -> float:
    sent = messages.telegram_messages(chats, chats, port)
    arguments = module("benchmarks.peers.ptb", port, home / "ptb.pickle", 3600)
    with Server(arguments, port) as bot:
        send_all(port, [sent[0].request], connections=1)
        before = bot.memory()
        send_all(port, [message.request for message in sent])
        wanted = sum(message.kind != "forged" for message in sent)
        while _handled(port) < wanted:
            time.sleep(0.05)
        held = bot.memory()
        bot.kill()
    return (held - before) / len({message.person for message in sent})


def _handled(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/handled") as answer:
        return int(answer.read())
