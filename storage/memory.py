"""A store without a file, for demonstrations, simulations and tests: SQLite's own memory, the same SQL, nothing durable."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from storage import sqlite_file
from storage.base import StoreError, StoreUnavailable, Told
from storage.migrate import migrate
from storage.results import Row
from storage.sqlite import SqliteStore
from storage.transaction import Transaction

T = TypeVar("T")


class MemoryStore(SqliteStore):
    """See storage.base.Store; gone when it is closed. One connection serves writers and readers, in turn."""

    def __init__(self, secret: bytes | None = None) -> None:
        """`secret` is that of the store whose rows will be copied into this one; a new one otherwise."""
        super().__init__(Path(":memory:"))
        self.url = "memory:"
        self._secret = secret

    async def write(self, work: Callable[[Transaction], T], *, order: Hashable = None) -> T:
        """Run one unit of work at once: there is no disk to wait for, so no thread is worth the way."""
        if not self._accepts:
            raise StoreUnavailable(f"{self.url} is not open.")
        ((_, result, error),) = self._commit([(work, self._loop.create_future())])
        await asyncio.sleep(0)  # others have their turn, as with every store
        if error is not None:
            raise error
        done: T = result
        return done

    async def hold(self, name: str) -> bool:
        """Lead: no other process can see this store."""
        return True

    async def fetch(self, name: str, **values: object) -> list[Row]:
        """Return all rows of a named query, between two units of work."""
        return await self.write(lambda tx: tx.db.all(name, **values))

    async def stream(self, name: str, **values: object) -> AsyncIterator[Row]:
        """Yield the rows of a named query; they are all in memory anyway."""
        for row in await self.fetch(name, **values):
            yield row

    async def backup(self, path: str, told: Told | None = None) -> None:
        """Refuse: there is nothing to keep."""
        raise StoreError(f"The store is in memory only; there is nothing to copy to {path}.")

    async def check(self) -> list[str]:
        """Find nothing wrong with what is not on a disk."""
        return []

    async def put(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Store rows of another store as they are; `table` is one of ours, and columns have its names."""
        if not rows:
            return
        columns = tuple(rows[0])
        text = (
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(f':{name}' for name in columns)})"  # noqa: S608
        )
        connection = self._connection
        assert connection is not None, "open() comes first"
        await self.write(lambda _: connection.executemany(text, rows))

    def _still_there(self) -> None:
        """Look for no file: there is none."""

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        sqlite_file.set_up(connection)
        self._migrated = migrate(connection, "sqlite3", self.url)
        if self._secret is not None:
            self._migrated = replace(self._migrated, secret=self._secret)
        return connection


def from_url(_url: str) -> MemoryStore:
    """Return a new, empty store; `memory:` names no place."""
    return MemoryStore()
