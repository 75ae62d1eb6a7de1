"""Which tables there are, in an order in which they can be filled: read off the schema itself, so that none is forgotten."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import cache

from storage.queries import migrations


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `counted`: the store gives out its key, counting up."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    counted: bool


@cache
def tables() -> tuple[Table, ...]:
    """Return every table of the newest schema; what a table refers to comes before it."""
    with closing(sqlite3.connect(":memory:")) as trial:
        for _, statements in sorted(migrations("sqlite3").items()):
            for statement in statements:
                trial.execute(statement)
        rows = trial.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
        ).fetchall()
        return tuple(_table(trial, name, "AUTOINCREMENT" in sql) for name, sql in rows)


def _table(trial: sqlite3.Connection, name: str, counted: bool) -> Table:
    columns = trial.execute("SELECT name, pk FROM pragma_table_info(?) ORDER BY cid", (name,)).fetchall()
    key = tuple(column for column, place in sorted(columns, key=lambda c: c[1]) if place)
    return Table(name, tuple(column for column, _ in columns), key, counted)
