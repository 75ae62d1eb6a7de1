"""The limits of the machine, and the naive way: Starlette, one-pass HMAC, SQLite. No survey, no reading.

    python -m benchmarks.peers.limits PORT STORE bare     one INSERT a message, group commit by one writer thread: the least there is
    python -m benchmarks.peers.limits PORT STORE floor    the least that a reply is: select, insert, upsert, update, group commit
    python -m benchmarks.peers.limits PORT STORE naive    the same four as most people write them: a commit per request

Neither reads a score, asks a second question, counts for reports, knows an opt-out, or sends anything.
"""

from __future__ import annotations

import asyncio
import hmac
import queue
import sqlite3
import sys
import threading
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks import messages

URL = f"{messages.PUBLIC_URL}/webhooks/sms"
SCHEMA = """
CREATE TABLE IF NOT EXISTS inbox (id INTEGER PRIMARY KEY, sid TEXT UNIQUE, sender TEXT, body TEXT);
CREATE TABLE IF NOT EXISTS open (sender TEXT PRIMARY KEY, answers INTEGER, last TEXT);
"""
INSERT = "INSERT INTO inbox (sid, sender, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
Row = tuple[str, str, str]


def connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.executescript(SCHEMA)
    return connection


def reply(connection: sqlite3.Connection, row: Row) -> None:
    """The statements of one reply: an indexed select, an insert with a unique id, an upsert, an update."""
    _, sender, body = row
    connection.execute("SELECT answers FROM open WHERE sender = ?", (sender,)).fetchone()
    if connection.execute(INSERT, row).rowcount:
        connection.execute("INSERT INTO open VALUES (?, 0, ?) ON CONFLICT DO NOTHING", (sender, body))
        connection.execute("UPDATE open SET answers = answers + 1, last = ? WHERE sender = ?", (body, sender))


def insert(connection: sqlite3.Connection, row: Row) -> None:
    connection.execute(INSERT, row)


class GroupCommit:
    """One writer thread; what waits is committed together, at most 256 rows; `write()` returns after the commit."""

    def __init__(self, path: str, work: Callable[[sqlite3.Connection, Row], None]) -> None:
        self._connection = connect(path)
        self._work = work
        self._rows: queue.SimpleQueue[tuple[Row, asyncio.Future[None]]] = queue.SimpleQueue()
        threading.Thread(target=self._run, daemon=True).start()

    async def write(self, row: Row) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._rows.put((row, done))
        await done

    def _run(self) -> None:
        while True:
            group = [self._rows.get()]
            while len(group) < 256:
                try:
                    group.append(self._rows.get_nowait())
                except queue.Empty:
                    break
            self._connection.execute("BEGIN IMMEDIATE")
            for row, _ in group:
                self._work(self._connection, row)
            self._connection.execute("COMMIT")
            group[0][1].get_loop().call_soon_threadsafe(_settle, [done for _, done in group])


def _settle(futures: list[asyncio.Future[None]]) -> None:
    for future in futures:
        future.set_result(None)


class CommitEach:
    """A commit for every request, in the handler."""

    def __init__(self, path: str) -> None:
        self._connection = connect(path)

    async def write(self, row: Row) -> None:
        self._connection.execute("BEGIN")
        reply(self._connection, row)
        self._connection.execute("COMMIT")


WAYS: dict[str, Callable[[str], Any]] = {
    "bare": lambda path: GroupCommit(path, insert),
    "floor": lambda path: GroupCommit(path, reply),
    "naive": CommitEach,
}


def build(path: str, way: str) -> Starlette:
    store = WAYS[way](path)

    async def hear(request: Request) -> Response:
        fields = parse_qsl((await request.body()).decode(), keep_blank_values=True)
        text = URL + "".join(name + value for name, value in sorted(fields))
        digest = b64encode(hmac.new(messages.AUTH_TOKEN.encode(), text.encode(), "sha1").digest())
        if not hmac.compare_digest(digest, request.headers.get("x-twilio-signature", "").encode()):
            return Response(status_code=403)
        form = dict(fields)
        await store.write((form["MessageSid"], form["From"], form["Body"]))
        return Response("<Response/>", media_type="application/xml")

    return Starlette(routes=[Route("/webhooks/sms", hear, methods=["POST"])])


if __name__ == "__main__":
    uvicorn.run(build(sys.argv[2], sys.argv[3]), port=int(sys.argv[1]), log_level="warning")
