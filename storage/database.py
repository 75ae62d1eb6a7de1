"""One connection inside one transaction: run the named SQL. SQLite's and PostgreSQL's drivers both fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from storage.base import Row


class Connection(Protocol):
    """What the two drivers' connections have in common."""

    def execute(self, query: Any, params: Any = ..., /) -> Any:
        """Run one statement and return its cursor."""
        ...


class Database:
    """Named queries on one connection. `values` are the query's parameters, always by name, never in the text."""

    __slots__ = ("_connection", "_queries")

    def __init__(self, connection: Connection, queries: Mapping[str, str]) -> None:
        self._connection = connection
        self._queries = queries

    def one(self, name: str, /, **values: object) -> Row | None:
        """Return the first row, or None."""
        row: Row | None = self._connection.execute(self._queries[name], values).fetchone()
        return row

    def all(self, name: str, /, **values: object) -> list[Row]:
        """Return all rows."""
        rows: list[Row] = self._connection.execute(self._queries[name], values).fetchall()
        return rows

    def run(self, name: str, /, **values: object) -> int:
        """Run a statement; return how many rows it touched."""
        return int(self._connection.execute(self._queries[name], values).rowcount)

    def many(self, name: str, rows: Iterable[Mapping[str, object]], /) -> None:
        """Run a statement once per row."""
        text = self._queries[name]
        for row in rows:
            self._connection.execute(text, row)
