"""One connection inside one transaction: run the named SQL. SQLite's and PostgreSQL's drivers both fit."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, Protocol

from storage.results import Row

encode = json.JSONEncoder(ensure_ascii=False).encode
"""Return JSON as stores keep it; `json.dumps` with these options makes a new encoder for every call."""


_PARAMETER = re.compile(r":(\w+)")

FEW_COLUMNS = 8
"""Up to so many columns a row of SQLite's is read as it is: making a dictionary of it costs more."""


class Connection(Protocol):
    """What the two drivers' connections have in common."""

    def execute(self, query: Any, params: Any = ..., /) -> Any:
        """Run one statement and return its cursor."""
        ...

    def cursor(self) -> Any:
        """Return a new cursor."""
        ...


class Database:
    """Named queries on one connection. `values` are the query's parameters, always by name, never in the text.

    `sync` waits for what was sent to a server and not answered yet: statements whose result nobody asks for travel together
    with the next one. What they raise comes out there, or at the end of the unit of work.
    """

    __slots__ = ("_connection", "_queries", "_sqlite", "_sync")

    def __init__(
        self, connection: Connection, queries: Mapping[str, str], sync: Callable[[], None] = lambda: None
    ) -> None:
        self._connection = connection
        self._sqlite = isinstance(connection, sqlite3.Connection)
        self._queries = queries
        self._sync = sync

    def one(self, name: str, /, **values: object) -> Row | None:
        """Return the first row, or None."""
        cursor = self._run(name, values)
        self._sync()
        row = cursor.fetchone()
        return None if row is None else _readable([row])[0]

    def all(self, name: str, /, **values: object) -> list[Row]:
        """Return all rows."""
        cursor = self._run(name, values)
        self._sync()
        return _readable(cursor.fetchall())

    def run(self, name: str, /, **values: object) -> None:
        """Run a statement; do not wait for it."""
        self._run(name, values)

    def count(self, name: str, /, **values: object) -> int:
        """Run a statement; return how many rows it touched."""
        cursor = self._run(name, values)
        self._sync()
        return int(cursor.rowcount)

    def many(self, name: str, rows: Sequence[Mapping[str, object]], /) -> int:
        """Run a statement once per row; return how many rows it touched. Texts must be storable as they are."""
        cursor = self._connection.cursor()
        if self._sqlite:
            query, in_order = _by_place(self._queries[name])
            cursor.executemany(query, map(in_order, rows))
        else:
            cursor.executemany(self._queries[name], rows)
        self._sync()
        return int(cursor.rowcount)

    def _run(self, name: str, values: Mapping[str, object]) -> Any:
        query = self._queries[name]
        if self._sqlite:
            query, in_order = _by_place(query)
            return self._connection.execute(query, in_order(storable(values)))
        return self._connection.execute(query, storable(values))


@cache
def _by_place(query: str) -> tuple[str, Callable[[Mapping[str, object]], tuple[object, ...]]]:
    """Return a query with its parameters by place, and what puts values so: SQLite looks names up anew every time."""
    names = _PARAMETER.findall(query)
    if len(names) > 1:
        return _PARAMETER.sub("?", query), itemgetter(*names)
    return _PARAMETER.sub("?", query), lambda values: tuple(values[name] for name in names)


def _readable(rows: list[Any]) -> list[Row]:
    """Return rows that are read by name at no price: sqlite3.Row compares a name with every column before its own."""
    if not rows or not isinstance(rows[0], sqlite3.Row) or len(rows[0]) <= FEW_COLUMNS:
        return rows
    names = rows[0].keys()
    return [dict(zip(names, row, strict=True)) for row in rows]


def storable(values: Mapping[str, object]) -> Mapping[str, object]:
    """Return parameters that every store takes: U+FFFD in place of NUL and of halves of surrogate pairs."""
    for value in values.values():
        if isinstance(value, str) and ("\0" in value or not value.isascii()):
            return {key: clean(one) if isinstance(one, str) else one for key, one in values.items()}
    return values


def clean(text: str) -> str:
    """Return a text that every store can hold."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        # Pairs that stand as two halves (JSON escapes put together by hand) become the character they mean.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
