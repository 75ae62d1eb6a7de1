"""Stores to begin with: people who were just asked, made by the service itself; and what must be in one afterwards."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from benchmarks import messages
from benchmarks.harness import Report
from bot.bootstrap import App, build_app
from bot.channels.console import ConsoleChannel
from bot.clock import SystemClock
from bot.config import load_config
from storage.rows import CustomerRow
from storage.transaction import Transaction
from surveys.visits import Visit

SECRETS = {
    "ASKWHY_SMS__AUTH_TOKEN": messages.AUTH_TOKEN,
    "ASKWHY_TELEGRAM__TOKEN": messages.BOT_TOKEN,
    "ASKWHY_TELEGRAM__WEBHOOK_SECRET": messages.WEBHOOK_SECRET,
    "ASKWHY_WEB__API_TOKEN": "benchmark-api-token",
}

BRANCHES = ("Tallinn", "Tartu", "Narva", "Pärnu")
TOGETHER = 500


def write_config(
    folder: Path, *, port: int = 0, api: str = "http://127.0.0.1:9", mps: float = 1000.0
) -> Path:
    """Write a configuration that asks at any hour, with both channels on; return the file."""
    file = folder / "config.toml"
    file.write_text(f"""
[organisation]
name = "Acme Auto"
[web]
port = {port}
public_base_url = "{messages.PUBLIC_URL}"
[sms]
account_sid = "{messages.ACCOUNT}"
from_number = "{messages.OURS}"
api_base_url = "{api}"
messages_per_second = {mps}
[telegram]
mode = "webhook"
api_base_url = "{api}"
messages_per_second = {mps}
[asking]
delay = "0s"
window = "00:00-23:59"
weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
skip_public_holidays = false
""")
    return file


def offline_app(config_file: Path, channel: str) -> App:
    """An application over the configured store whose one channel, called `channel`, keeps messages in memory."""
    console = ConsoleChannel(keep=1)
    console.name = channel
    config = load_config(config_file, SECRETS)
    return build_app(config, clock=SystemClock(), channels={channel: console}, paced=False)


def visit(number: int, app: App) -> Visit:
    """The made-up visit of person `number`."""
    return Visit(
        f"v-{number}",
        f"c-{number}",
        app.clock.now(),
        name=f"Customer{number}",
        phone=messages.phone(number),
        language="en",
        touchpoint="counter",
        branch=BRANCHES[number % len(BRANCHES)],
        employee=f"Employee {number % 12}",
        product="service",
    )


async def take_visits(app: App, people: int, channel: str) -> None:
    """Store one visit of each person, through the service."""
    for start in range(0, people, TOGETHER):
        numbers = range(start, min(people, start + TOGETHER))
        if channel == "telegram":
            await app.store.write(partial(_link_chats, numbers))
        await app.service.on_visits([visit(number, app) for number in numbers])


def _link_chats(numbers: Iterable[int], tx: Transaction) -> None:
    for number in numbers:
        person = tx.people.resolve(f"c-{number}", {"telegram": str(messages.chat(number))})
        tx.people.put_customer(CustomerRow(f"c-{number}", person, None, None, None, None))


def asked_store(folder: Path, people: int, channel: str) -> Path:
    """Make a configuration and a store in which so many people were just asked; return the store's file."""

    async def ask() -> None:
        app = offline_app(write_config(folder), channel)
        await app.open()
        await take_visits(app, people, channel)
        await app.dispatchers[channel].drain()
        await app.close()

    asyncio.run(ask())
    store = folder / "askwhy.db"
    with closing(sqlite3.connect(store)) as connection:
        asked = connection.execute("SELECT count(*) FROM conversations WHERE state = 'asked'").fetchone()[0]
    if asked != people:
        raise RuntimeError(f"{asked} of {people} people were asked: the store to begin with is wrong.")
    return store


def fresh_copy(store: Path, folder: Path) -> Path:
    """Copy a closed store into a folder as its askwhy.db."""
    for suffix in ("", "-wal", "-shm"):
        (folder / f"askwhy.db{suffix}").unlink(missing_ok=True)
    copy = folder / "askwhy.db"
    shutil.copyfile(store, copy)
    with store.open("rb") as source, copy.open("rb+") as target:
        os.fsync(target.fileno())  # nothing is left to be written while others are timed
        if hasattr(os, "posix_fadvise"):  # the memory is for the copy, which is read
            os.posix_fadvise(source.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return copy


def check_replies(
    report: Report, store: Path, sent: Sequence[messages.Message], statuses: Sequence[int]
) -> None:
    """Is every answer right: stored once, read right, counted right, nothing forged, nothing left over?"""
    report.check(
        "every request got its only right status", Counter(statuses), Counter(m.status for m in sent)
    )
    new = [message for message in sent if message.kind == "new"]
    turns = Counter(message.person for message in new)
    wanted = {f"v-{person}": messages.score_after(person, n) for person, n in turns.items()}
    with closing(sqlite3.connect(store)) as connection:
        report.check("messages stored, each once", _inbox(connection), {"handled": len(new)})
        stored = dict(connection.execute("SELECT visit_id, score FROM responses WHERE visit_id LIKE 'v-%'"))
        report.check("scores that are right", _same(stored, wanted), len(wanted))
        report.check("the roll-up equals a recount", _rolled_up(connection), _recounted(connection))


def _same(stored: Mapping[str, int], wanted: Mapping[str, int]) -> int:
    return sum(stored.get(visit) == score for visit, score in wanted.items())


def _inbox(connection: sqlite3.Connection) -> dict[str, int]:
    rows = connection.execute(
        "SELECT state, count(*) FROM inbox WHERE external_id NOT LIKE 'h-%' GROUP BY state"
    )
    return dict(rows.fetchall())


def _rolled_up(connection: sqlite3.Connection) -> list[int]:
    sums = ", ".join(f"coalesce(sum(v{value}), 0)" for value in range(11))
    return list(connection.execute(f"SELECT {sums} FROM tallies WHERE dimension = ''").fetchone())


def _recounted(connection: sqlite3.Connection) -> list[int]:
    counts = dict(
        connection.execute(
            "SELECT value, count(*) FROM answers WHERE value IS NOT NULL GROUP BY value"
        ).fetchall()
    )
    return [counts.get(value, 0) for value in range(11)]
