"""The default store: one SQLite file, one writer thread, group commit, readers beside it.

The price of asynchronous SQLite is one thread hop per statement, so a unit of work makes one hop as a whole. Units that
wait are committed together, each inside a savepoint of its own; `write()` returns after the commit is on the disk
(`synchronous=FULL`). Readers use aiosqlite on WAL snapshots.

Invariant: a store that vanished or was replaced under the process is never silently made anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from storage import sqlite_file
from storage.base import Row, StoreError, StoreUnavailable
from storage.migrate import migrate
from storage.queries import queries
from storage.reader import Reader
from storage.transaction import Transaction

T = TypeVar("T")

GROUP = 256
"""At most so many units of work share one commit."""

PATIENCE = 5.0
"""Seconds to wait for another process that holds the store, before a unit is refused."""

BACKLOG = 10_000
"""Units that may wait; more are refused at once."""

_Unit = tuple[Callable[[Transaction], Any], "asyncio.Future[Any]"]


class SqliteStore:
    """See storage.base.Store. `path` is the file; ":memory:" only through storage.memory."""

    def __init__(self, path: Path | str) -> None:
        self.path = path
        self.url = f"sqlite:///{path}"
        self._queries = queries("sqlite3")
        self._units: queue.Queue[_Unit | None] = queue.Queue(BACKLOG)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._reader: aiosqlite.Connection | None = None
        self._opening = asyncio.Lock()
        self.read = Reader(self)

    async def open(self) -> None:
        """Open or create the file, migrate it, start the writer."""
        self._loop = asyncio.get_running_loop()
        self._connection = await asyncio.to_thread(self._connect)
        self._thread = threading.Thread(target=self._write_forever, name="store-writer", daemon=True)
        self._thread.start()

    async def close(self) -> None:
        """Commit what waits, then close."""
        if self._thread is not None:
            self._units.put(None)
            await asyncio.to_thread(self._thread.join)
            self._thread = None
        if self._reader is not None:
            await self._reader.close()
            self._reader = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run one unit of work; return after it is on the disk."""
        assert self._loop is not None, "open() comes first"
        future: asyncio.Future[T] = self._loop.create_future()
        try:
            self._units.put_nowait((work, future))
        except queue.Full:
            raise StoreUnavailable(
                f"{self.url}: {BACKLOG} units of work wait already. Try again shortly."
            ) from None
        return await future

    async def fetch(self, name: str, **values: object) -> list[Row]:
        """Return all rows of a named query."""
        reader = await self._open_reader()
        try:
            return list(await reader.execute_fetchall(self._queries[name], values))  # type: ignore[arg-type]
        except sqlite3.Error as error:
            raise _refused(self.url, error) from error

    async def stream(self, name: str, **values: object) -> AsyncIterator[Row]:
        """Yield the rows of a named query."""
        reader = await self._open_reader()
        async with reader.execute(self._queries[name], values) as cursor:
            async for row in cursor:
                yield row  # type: ignore[misc]

    async def backup(self, path: str) -> None:
        """Copy the store with SQLite's online backup, then check the copy."""
        await asyncio.to_thread(sqlite_file.backup, Path(self.path), Path(path))

    async def check(self) -> list[str]:
        """Return what SQLite's own checks find."""
        return await asyncio.to_thread(sqlite_file.problems, Path(self.path))

    # -- the writer's thread ------------------------------------------------------------------------------------------

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite_file.connect(self.path, patience=PATIENCE)
        try:
            secret = migrate(connection, "sqlite3", self.url)
        except sqlite3.Error as error:
            connection.close()
            raise sqlite_file.explained(self.path, error) from error
        except StoreError:
            connection.close()
            raise
        self._transaction = Transaction(connection, self._queries, secret)
        self._identity = sqlite_file.identity(self.path)
        return connection

    def _write_forever(self) -> None:
        while True:
            first = self._units.get()
            if first is None:
                return
            group = [first]
            last = False
            while len(group) < GROUP:
                try:
                    unit = self._units.get_nowait()
                except queue.Empty:
                    break
                if unit is None:
                    last = True
                    break
                group.append(unit)
            self._settle(self._commit(group))
            if last:
                return

    def _commit(self, group: Sequence[_Unit]) -> list[tuple[asyncio.Future[Any], Any, BaseException | None]]:
        """Run a group in one transaction; return each future with its result or error."""
        connection = self._connection
        assert connection is not None
        done: list[tuple[asyncio.Future[Any], Any, BaseException | None]] = []
        try:
            self._still_there()
            connection.execute("BEGIN IMMEDIATE")
            for work, future in group:
                done.append((future, *self._one(connection, work)))
            connection.execute("COMMIT")
        except (sqlite3.Error, StoreError) as error:
            with contextlib.suppress(sqlite3.Error):
                connection.rollback()
            refused = error if isinstance(error, StoreError) else _refused(self.url, error)
            return [(future, None, refused) for _, future in group]
        return done

    def _one(
        self, connection: sqlite3.Connection, work: Callable[[Transaction], Any]
    ) -> tuple[Any, BaseException | None]:
        connection.execute("SAVEPOINT unit")
        try:
            result = work(self._transaction)
        except sqlite3.OperationalError:
            raise  # the disk, not the unit: the whole group is refused
        except Exception as error:  # noqa: BLE001 -- it belongs to the unit's own caller
            connection.execute("ROLLBACK TO unit")
            connection.execute("RELEASE unit")
            return None, error
        connection.execute("RELEASE unit")
        return result, None

    def _settle(self, done: Sequence[tuple[asyncio.Future[Any], Any, BaseException | None]]) -> None:
        def settle() -> None:
            for future, result, error in done:
                if future.cancelled():
                    continue
                if error is None:
                    future.set_result(result)
                else:
                    future.set_exception(error)

        assert self._loop is not None
        with contextlib.suppress(RuntimeError):  # the loop is gone: nobody waits any more
            self._loop.call_soon_threadsafe(settle)

    def _still_there(self) -> None:
        if self._identity is not None and sqlite_file.identity(self.path) != self._identity:
            raise StoreUnavailable(
                f"{self.url}: the file vanished or was replaced while the service runs. "
                "Put it back, or stop the service and use `askwhy restore FILE`."
            )

    async def _open_reader(self) -> aiosqlite.Connection:
        async with self._opening:
            if self._reader is None:
                self._reader = await self._connect_reader()
            return self._reader

    async def _connect_reader(self) -> aiosqlite.Connection:
        reader = await aiosqlite.connect(f"file:{self.path}?mode=ro", uri=True)
        reader.row_factory = sqlite3.Row
        await reader.execute(f"PRAGMA busy_timeout = {int(PATIENCE * 1000)}")
        return reader


def from_url(url: str) -> SqliteStore:
    """Return the store of `sqlite:///FILE`; `sqlite:///:memory:` is a store in memory."""
    path = url.removeprefix("sqlite:///")
    if path == ":memory:":
        from storage.memory import MemoryStore

        return MemoryStore()
    return SqliteStore(Path(path))


def _refused(url: str, error: sqlite3.Error) -> StoreUnavailable:
    return StoreUnavailable(f"{url}: {error}. Nothing was stored; free the file or the disk, then try again.")
