"""The default store: one SQLite file, one writer thread, group commit, readers beside it.

The price of asynchronous SQLite is one thread hop per statement, so a unit of work makes one hop as a whole. Units that
wait are committed together; where one fails, all run again, each inside a savepoint of its own; `write()` returns after the commit is on the disk
(`synchronous=FULL`). Readers use aiosqlite on WAL snapshots. Several processes may open one file: writers take turns.

Invariant: a store that vanished or was replaced under the process is never silently made anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from storage import sqlite_copies, sqlite_file
from storage.base import Schema, StoreError, StoreUnavailable, Told
from storage.database import storable
from storage.migrate import Migrated, migrate
from storage.queries import queries
from storage.reader import Reader
from storage.results import Row
from storage.sqlite_lead import Lead
from storage.transaction import Transaction

T = TypeVar("T")

GROUP = 256
"""At most so many units of work share one commit."""

PATIENCE = 4.0
"""Seconds to wait for another process that holds the store, before everything that waits is refused."""

WAL_BOUND = 64 * 1024 * 1024
"""Bytes that the WAL may grow to before readers are waited for, so that it can begin anew."""

TRIM_EVERY = 16
"""Commits between two looks at the size of the WAL."""

BACKLOG = 10_000
"""Units that may wait; more are refused at once."""

_Unit = tuple[Callable[[Transaction], Any], "asyncio.Future[Any]"]
_Done = tuple["asyncio.Future[Any]", Any, BaseException | None]


class SqliteStore:
    """See storage.base.Store. `path` is the file; `patience` in seconds is how long another program may hold it."""

    def __init__(self, path: Path, *, patience: float = PATIENCE) -> None:
        self.path = path
        self._patience = patience
        self.url = f"sqlite:///{path}"
        self.cache_kib: int | None = None  # pages kept in memory, where `PRAGMAS` keep too many
        self._queries = queries("sqlite3")
        self._units: queue.SimpleQueue[_Unit | None] = queue.SimpleQueue()
        self._waiting = 0
        self._thread: threading.Thread | None = None
        self._accepts = False
        self._lead = Lead(path)
        self._identity: tuple[int, int] | None = None
        self._wal_may_be = WAL_BOUND
        self._commits = 0
        self._reader: aiosqlite.Connection | None = None
        self._reader_opening = asyncio.Lock()
        self.read = Reader(self)

    @property
    def schema(self) -> Schema:
        """What `open()` found and made of it."""
        return self._migrated.schema

    @property
    def waiting(self) -> int:
        """Units of work that are under way or wait."""
        return self._waiting

    async def open(self) -> None:
        """Open or create the file, migrate it, start the writer."""
        self._loop = asyncio.get_running_loop()
        self._connection = await asyncio.to_thread(self._connect)
        self._transaction = Transaction(self._connection, self._queries, self._migrated.secret)
        self._thread = threading.Thread(target=self._write_forever, name="store-writer", daemon=True)
        self._accepts = True
        self._thread.start()

    async def close(self) -> None:
        """Commit what waits, then close."""
        self._accepts = False
        thread, self._thread = self._thread, None
        if thread is not None:
            self._units.put(None)
            await asyncio.to_thread(thread.join)
        reader, self._reader = self._reader, None
        if reader is not None:
            await reader.close()
        if thread is not None:
            self._connection.close()  # the last one out folds the WAL into the file
        self._lead.close()

    async def write(self, work: Callable[[Transaction], T], *, order: Hashable = None) -> T:
        """Run one unit of work; return after it is on the disk. All units run in the order they were given."""
        if not self._accepts:
            raise StoreUnavailable(f"{self.url} is not open.")
        if self._waiting >= BACKLOG:
            raise StoreUnavailable(f"{self.url}: {BACKLOG} units of work wait already. Try again shortly.")
        future: asyncio.Future[T] = self._loop.create_future()
        self._waiting += 1
        self._units.put((work, future))
        return await future

    async def hold(self, name: str) -> bool:
        """Tell whether this process leads; on SQLite it leads in everything or in nothing."""
        return self._lead.take()

    async def fetch(self, name: str, **values: object) -> list[Row]:
        """Return all rows of a named query."""
        reader = await self._open_reader()
        try:
            return list(await reader.execute_fetchall(self._queries[name], storable(values)))  # type: ignore[arg-type]
        except sqlite3.Error as error:
            raise sqlite_file.explained(self.path, error) from error

    async def stream(self, name: str, **values: object) -> AsyncIterator[Row]:
        """Yield the rows of a named query, on a connection of its own: its snapshot lasts as long as the stream."""
        reader = await self._connect_reader()
        try:
            async with reader.execute(self._queries[name], storable(values)) as cursor:
                async for row in cursor:
                    yield row  # type: ignore[misc]
        except sqlite3.Error as error:
            raise sqlite_file.explained(self.path, error) from error
        finally:
            await reader.close()

    async def backup(self, path: str, told: Told | None = None) -> None:
        """Copy the store with SQLite's online backup, then check the copy."""
        await asyncio.to_thread(sqlite_copies.backup, self.path, Path(path), told)

    async def check(self) -> list[str]:
        """Return what SQLite's own checks find."""
        return await asyncio.to_thread(sqlite_copies.problems, self.path)

    # -- the writer's thread ------------------------------------------------------------------------------------------

    def _connect(self) -> sqlite3.Connection:
        connection, new = sqlite_file.open_store(self.path, patience=self._patience)
        try:
            self._migrated = migrate(connection, "sqlite3", self.url, keep_copy=self._keep_copy)
        except sqlite3.Error as error:
            connection.close()
            raise sqlite_file.explained(self.path, error) from error
        except StoreError:
            connection.close()
            raise
        if new:
            self._migrated = Migrated(Schema(0, self._migrated.schema.now), self._migrated.secret)
        if self.cache_kib is not None:
            connection.execute(f"PRAGMA cache_size = -{self.cache_kib}")
        self._identity = sqlite_file.identity(self.path)
        return connection

    def _keep_copy(self, version: int) -> None:
        """Keep the store as the older program knew it: the way back."""
        copy = self.path.with_name(f"{self.path.name}.schema-{version}")
        copy.unlink(missing_ok=True)
        sqlite_copies.backup(self.path, copy)

    def _write_forever(self) -> None:
        while True:
            group, last = self._next_group()
            if group:
                self._settle(self._commit(group))
                self._commits += 1
                if self._commits % TRIM_EVERY == 0:
                    self._trim()
            if last:
                return

    def _next_group(self) -> tuple[list[_Unit], bool]:
        """Wait for units of work; return those to commit together, and whether they are the last."""
        unit = self._units.get()
        group: list[_Unit] = []
        while unit is not None:
            group.append(unit)
            if len(group) == GROUP:
                return group, False
            try:
                unit = self._units.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _commit(self, group: list[_Unit]) -> list[_Done]:
        """Run a group in one transaction; return each future with its result or error."""
        try:
            self._still_there()
            done = self._together(group) or self._each_apart(group)
        except (sqlite3.Error, StoreError) as error:
            with contextlib.suppress(sqlite3.Error):
                self._connection.rollback()
            refusal = error if isinstance(error, StoreError) else sqlite_file.refused(self.url, error)
            if sqlite_file.is_locked(error):
                group = [*group, *self._held_up()]
            return [(future, None, StoreUnavailable(str(refusal))) for _, future in group]
        return done

    def _together(self, group: list[_Unit]) -> list[_Done] | None:
        """Run units one after the other; None, with nothing kept, when one of them fails.

        A savepoint for each costs a quarter of the time in SQLite and is needed only where one fails, which is rare.
        """
        done: list[_Done] = []
        self._connection.execute("BEGIN IMMEDIATE")
        for work, future in group:
            try:
                done.append((future, work(self._transaction), None))
            except BaseException as error:
                if isinstance(error, sqlite3.Error) and sqlite_file.in_trouble(error):
                    raise
                self._connection.rollback()
                return None
        self._connection.execute("COMMIT")
        return done

    def _each_apart(self, group: list[_Unit]) -> list[_Done]:
        """Run units so that one that fails takes nothing with it."""
        self._connection.execute("BEGIN IMMEDIATE")
        done = [(future, *self._one(work)) for work, future in group]
        self._connection.execute("COMMIT")
        return done

    def _held_up(self) -> list[_Unit]:
        """Take those who wait behind a locked store: they waited long enough, too."""
        units = []
        with contextlib.suppress(queue.Empty):
            while (unit := self._units.get_nowait()) is not None:
                units.append(unit)
            self._units.put(None)
        return units

    def _one(self, work: Callable[[Transaction], Any]) -> tuple[Any, BaseException | None]:
        """Run one unit inside a savepoint. Raises sqlite3.Error when the whole group is in trouble."""
        self._connection.execute("SAVEPOINT unit")
        try:
            result = work(self._transaction)
        except BaseException as error:
            if isinstance(error, sqlite3.Error) and sqlite_file.in_trouble(error):
                raise
            self._connection.execute("ROLLBACK TO unit")
            self._connection.execute("RELEASE unit")
            if isinstance(error, StopIteration):  # which no future can carry
                error = RuntimeError(f"{work!r} raised StopIteration")
            return None, error
        self._connection.execute("RELEASE unit")
        return result, None

    def _settle(self, done: list[_Done]) -> None:
        """Hand results and errors to those who wait, on their own loop."""

        def settle() -> None:
            self._waiting -= len(done)
            for future, result, error in done:
                if future.done():  # cancelled
                    continue
                if error is None:
                    future.set_result(result)
                else:
                    future.set_exception(error)

        with contextlib.suppress(RuntimeError):  # the loop is gone: nobody waits any more
            self._loop.call_soon_threadsafe(settle)

    def _trim(self) -> None:
        """Keep the WAL in bounds, which readers that are always there would let it grow out of."""
        size = sqlite_file.wal_size(self.path)
        if size > self._wal_may_be:
            left = sqlite_file.trim_wal(self._connection, self.path, within=1.0, patience=self._patience)
            self._wal_may_be = max(WAL_BOUND, left + WAL_BOUND // 2)  # in vain: not again at every commit

    def _still_there(self) -> None:
        if sqlite_file.identity(self.path) != self._identity:
            raise StoreUnavailable(
                f"{self.url}: the file vanished or was replaced while the service runs. "
                "Put it back, or stop the service and use `askwhy restore FILE`."
            )

    # -- readers ------------------------------------------------------------------------------------------------------

    async def _open_reader(self) -> aiosqlite.Connection:
        async with self._reader_opening:
            if self._reader is None:
                self._reader = await self._connect_reader()
            return self._reader

    async def _connect_reader(self) -> aiosqlite.Connection:
        try:
            reader = await aiosqlite.connect(
                sqlite_file.uri(self.path, "ro"), uri=True, timeout=self._patience
            )
        except sqlite3.Error as error:
            raise sqlite_file.explained(self.path, error) from error
        reader.row_factory = sqlite3.Row
        return reader


def from_url(url: str) -> SqliteStore:
    """Return the store of `sqlite:///FILE`."""
    return SqliteStore(Path(url.removeprefix("sqlite:///")))
