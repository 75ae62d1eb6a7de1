"""The store for several machines: PostgreSQL does the sharing. Units of work run on pooled connections in threads.

READ COMMITTED with row locks: a unit that is about a person locks the person first (`tx.people.lock`), claims pass over
rows that others hold. A unit that lost a race or a deadlock is run again; one that met a lost connection is refused,
because nobody but its caller knows whether it may be repeated. Statements go out in a pipeline: a unit waits for the
server where it reads something, not for each of its writes. Nobody asks first whether a connection still lives: one
that died in the pool is passed over, since nothing can have come of what it did not answer before the commit.

Invariant: no caller waits longer than the limit; a connection whose server does not answer is cut.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

import psycopg
from psycopg.rows import DictRow
from psycopg_pool import AsyncConnectionPool, ConnectionPool, PoolTimeout

from storage import postgres_server as server
from storage.base import Schema, StoreError, StoreUnavailable, Told
from storage.database import storable
from storage.migrate import Migrated, migrate
from storage.postgres_lead import Lead
from storage.postgres_unit import Unit
from storage.queries import queries
from storage.reader import Reader
from storage.results import Raced, Row
from storage.transaction import Transaction

T = TypeVar("T")

WRITERS, READERS = 6, 3
"""Connections of one process, at most; one more says who leads."""

LIMIT = 8.0
"""Seconds that a unit of work may take, waiting included; half of them for a connection."""

LAST_WORD = 0.5
"""Seconds to wait for the thread of a unit that was hung up on."""

TRIES = 6
"""How often a unit is run when others are faster."""

BACKLOG = 10_000
"""Units that may wait; more are refused at once."""

AGAIN = (
    psycopg.errors.SerializationFailure,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.UniqueViolation,  # two processes met the same thing for the first time
    psycopg.errors.ForeignKeyViolation,  # a person was merged away
    Raced,
)
"""What another unit of work may cause: this one is run again from its beginning."""

AWAY = (
    psycopg.OperationalError,
    psycopg.errors.ReadOnlySqlTransaction,  # the server became a standby
    psycopg.errors.IdleInTransactionSessionTimeout,  # this process, or the line to the server, stood still
    psycopg.errors.TransactionTimeout,  # by the server's own rule
    psycopg.errors.UndefinedTable,  # somebody took the tables away
)
"""What makes the store unavailable for now."""


class PostgresStore:
    """See storage.base.Store. `address` is a libpq URL; it may hold a password, `url` does not.

    `limit` is in seconds. With one writer all units run in the order they were given, as they do on SQLite.
    """

    def __init__(self, address: str, *, limit: float = LIMIT, writers: int = WRITERS) -> None:
        self._limit = limit
        self._most = writers
        self.url = server.without_password(address)
        self._address = address
        self._queries = queries("psycopg")
        self._waiting = 0
        self._tails: dict[Hashable, asyncio.Future[None]] = {}
        self._threads: ThreadPoolExecutor | None = None
        self._lead = Lead(address)
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
        """Connect, migrate, make the pools ready."""
        self._migrated = await asyncio.to_thread(self._migrate)
        self._writers: ConnectionPool[psycopg.Connection[DictRow]] = ConnectionPool(
            self._address,
            kwargs=server.settings(),
            min_size=0,
            max_size=self._most,
            timeout=self._limit / 2,
            reconnect_timeout=self._limit / 2,  # then the next unit of work tries anew, at once
            configure=partial(server.configure_writer, limit=self._limit),
            open=True,
        )
        self._readers: AsyncConnectionPool[psycopg.AsyncConnection[DictRow]] = AsyncConnectionPool(
            self._address,
            kwargs=server.settings(),
            min_size=0,
            max_size=READERS,
            timeout=self._limit / 2,
            reconnect_timeout=self._limit / 2,
            configure=server.configure_reader,
            open=False,
        )
        await self._readers.open()
        self._threads = ThreadPoolExecutor(self._most, thread_name_prefix="store-writer")

    async def close(self) -> None:
        """Finish what was accepted, then disconnect."""
        threads, self._threads = self._threads, None
        if threads is None:
            return
        await asyncio.to_thread(threads.shutdown)
        await self._lead.close()
        await self._readers.close()
        await asyncio.to_thread(self._writers.close)

    async def write(self, work: Callable[[Transaction], T], *, order: Hashable = None) -> T:
        """Run one unit of work; return after PostgreSQL has committed it."""
        if self._waiting >= BACKLOG:
            raise StoreUnavailable(f"{self.url}: {BACKLOG} units of work wait already. Try again shortly.")
        self._waiting += 1
        try:
            if order is None:
                return await self._write(work, self._limit)
            return await self._write_in_order(work, order)
        finally:
            self._waiting -= 1

    async def hold(self, name: str) -> bool:
        """Tell whether this process leads in `name`; it does not while the database is away."""
        return await self._lead.take(name)

    async def fetch(self, name: str, **values: object) -> list[Row]:
        """Return all rows of a named query."""
        try:
            async with asyncio.timeout(server.READ_WITHIN + LAST_WORD):
                return await self._fetch(self._queries[name], storable(values))
        except TimeoutError as error:
            raise StoreUnavailable(
                f"{self.url} did not answer within {server.READ_WITHIN} s. Try again."
            ) from error
        except AWAY as error:
            raise self._unavailable(error) from error

    async def stream(self, name: str, **values: object) -> AsyncIterator[Row]:
        """Yield the rows of a named query from a cursor on the server."""
        await self._readers.check()  # what has begun to be told cannot begin anew on another connection
        try:
            async with (
                self._readers.connection() as connection,
                connection.transaction(),
                connection.cursor(name="askwhy_stream") as cursor,
            ):
                cursor.itersize = 2000
                await cursor.execute(self._queries[name], storable(values))
                async for row in cursor:
                    yield row
        except AWAY as error:
            raise self._unavailable(error) from error

    async def backup(self, path: str, told: Told | None = None) -> None:
        """Copy everything, as of one moment, into a SQLite file that `askwhy restore` takes."""
        from storage.transfer import backup_server

        await asyncio.to_thread(backup_server, self._address, Path(path), told)

    async def check(self) -> list[str]:
        """Return what is wrong: keys that would be given twice, unfinished moves."""
        return await asyncio.to_thread(server.problems, self._address)

    async def _fetch(self, query: str, values: Mapping[str, object]) -> list[Row]:
        """Run one query; connections that died in the pool are passed over: to read twice does no harm."""
        died = 0
        while True:
            async with self._readers.connection() as connection:
                try:
                    cursor = await connection.execute(query, values)
                    return list(await cursor.fetchall())
                except psycopg.OperationalError:
                    died += 1
                    if not connection.broken or died > READERS:
                        raise

    # -- one unit of work ---------------------------------------------------------------------------------------------

    async def _write_in_order(self, work: Callable[[Transaction], T], order: Hashable) -> T:
        """Run a unit after those of the same order that were given before."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._limit
        before = self._tails.get(order)
        done = self._tails[order] = loop.create_future()
        try:
            if before is not None and not (await asyncio.wait({before}, timeout=self._limit))[0]:
                raise StoreUnavailable(
                    f"{self.url}: earlier work on the same person takes too long. Try again."
                )
            return await self._write(work, until - loop.time())
        finally:
            done.set_result(None)
            if self._tails.get(order) is done:
                del self._tails[order]

    async def _write(self, work: Callable[[Transaction], T], limit: float) -> T:
        if self._threads is None:
            raise StoreUnavailable(f"{self.url} is not open.")
        unit = Unit(work)
        future = asyncio.get_running_loop().run_in_executor(self._threads, self._run, unit)
        future.add_done_callback(_forget)
        done, _ = await asyncio.wait({future}, timeout=limit)
        if not done:
            unit.give_up()
            done, _ = await asyncio.wait({future}, timeout=LAST_WORD)
        if not done:
            raise StoreUnavailable(f"{self.url} did not answer within {self._limit:.0f} s. Try again.")
        return cast("T", future.result())

    def _run(self, unit: Unit) -> Any:
        """Run a unit, again if others were faster. On a thread of the store."""
        for _ in range(TRIES - 1):
            with contextlib.suppress(*AGAIN):
                return self._attempt(unit)
        try:
            return self._attempt(unit)
        except (psycopg.errors.IntegrityError, StoreError):
            raise
        except AGAIN as error:
            raise StoreUnavailable(f"{self.url}: others were faster {TRIES} times. Try again.") from error

    def _attempt(self, unit: Unit) -> Any:
        """Run a unit in a transaction; connections that died in the pool are passed over."""
        died = 0
        while True:
            try:
                connection = self._writers.getconn()
                try:
                    return self._transact(unit, connection)
                finally:
                    _end(connection)
                    self._writers.putconn(connection)
            except AGAIN:
                raise
            except AWAY as error:
                died += 1
                if died > self._most or not isinstance(error, _Dead):
                    raise self._unavailable(error) from error

    def _transact(self, unit: Unit, connection: psycopg.Connection[DictRow]) -> Any:
        """Run a unit on a connection. Raises _Dead where that never answered: then nothing was committed."""
        answered = False

        def sync() -> None:
            nonlocal answered
            pipeline.sync()
            answered = True

        try:
            with unit.on(connection), connection.pipeline() as pipeline:
                connection.execute("BEGIN")  # travels with the first statements of the unit
                result = unit.run(Transaction(connection, self._queries, self._migrated.secret, sync))
                if not answered:  # then what fails below may have been committed, and is not run again
                    sync()
                connection.execute("COMMIT")
        except psycopg.OperationalError as error:
            if answered or not connection.broken:
                raise
            raise _Dead(*error.args) from error
        return result

    def _migrate(self) -> Migrated:
        try:
            with psycopg.connect(self._address, **server.settings()) as connection:
                return migrate(connection, "psycopg", self.url)
        except psycopg.Error as error:
            raise self._unavailable(error) from error

    def _unavailable(self, error: psycopg.Error) -> StoreUnavailable:
        if isinstance(error, PoolTimeout):
            return StoreUnavailable(
                f"{self.url}: no connection within {self._limit / 2:.0f} s. Is the server running, and has it connections left?"
            )
        said = " ".join(str(error).split())
        return StoreUnavailable(f"{self.url}: {said}. Check the server and [storage] url.")


class _Dead(psycopg.OperationalError):
    """A connection of the pool had died before it was used."""


def from_url(url: str) -> PostgresStore:
    """Return the store of `postgresql://USER@HOST/DATABASE`."""
    return PostgresStore(url)


def _end(connection: psycopg.Connection[DictRow]) -> None:
    """Leave no transaction behind. The pool drops a connection that is closed or cannot roll back."""
    if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        with contextlib.suppress(psycopg.Error):
            connection.execute("ROLLBACK")


def _is_news(record: logging.LogRecord) -> bool:
    return not record.msg.startswith("error ignored terminating")


logging.getLogger("psycopg").addFilter(_is_news)  # that a unit failed is told by who asked for it


def _forget(future: asyncio.Future[Any]) -> None:
    """Take note of an outcome: who asked for it may have gone."""
    if not future.cancelled():
        future.exception()
