"""Copy a whole store into another, of any kind: `askwhy move`, and backups of a PostgreSQL store.

Tables are copied in pages, ordered by their keys. Each page is committed together with the place it ends at, kept in
the target's own `meta`; a copy that was killed goes on from there. While that mark stands, no service starts on the
target. In the end both sides are read once more and compared: the number of rows of each table, and their contents.

Invariant: the source is only read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from storage import sqlite_copies, sqlite_file
from storage.base import StoreError, Told
from storage.catalog import Table, tables
from storage.migrate import MOVING, SECRET
from storage.transfer_ends import End, PostgresEnd, SqliteEnd, end_at

PAGE = 5_000
"""Rows that are committed together."""


@dataclass(frozen=True, slots=True)
class Copied:
    """One table: how many rows it has now, on both sides alike, and the sum of their contents."""

    table: str
    rows: int
    checksum: str


def move(source_url: str, target_url: str, told: Told | None = None) -> list[Copied]:
    """Copy everything into an empty store, or go on with a copy that broke off. Raises StoreError; the message says why."""
    with end_at(source_url, role="source") as source, end_at(target_url, role="target") as target:
        copied = copy(source, target, told)
        if source.others():
            raise StoreError(
                f"{source.url} was opened by another program during the move. Stop it, empty the target, move again."
            )
        target.unmark()
        return copied


def backup_server(address: str, path: Path, told: Told | None = None) -> None:
    """Write all that a PostgreSQL store holds at one moment into a new SQLite file, and check it. Raises StoreError."""
    if path.exists():
        raise StoreError(f"{path} exists already. Name a new file; a backup never overwrites one.")
    if not path.parent.is_dir():
        raise StoreError(f"The folder {path.parent} does not exist. Create it, or name another file.")
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    try:
        with PostgresEnd.source(address) as source, SqliteEnd.target(part) as target:
            copy(source, target, told)
            target.unmark()
        found = sqlite_copies.problems(part)
        if found:
            raise StoreError(f"The copy {path} is not sound: {found[0]}. Check the disk under it.")
        if not sqlite_file.put_in_place(part, path):
            raise StoreError(f"{path} exists already. Name a new file; a backup never overwrites one.")
    finally:
        for end in ("", *sqlite_file.SIDE_FILES):
            part.with_name(part.name + end).unlink(missing_ok=True)


def restore_server(file: Path, address: str, told: Told | None = None) -> list[Copied]:
    """Fill an empty PostgreSQL database from a backup. Raises StoreError."""
    with SqliteEnd.copy_of_store(file) as source, PostgresEnd.target(address) as target:
        copied = copy(source, target, told)
        target.unmark()
        return copied


def copy(source: End, target: End, told: Told | None = None) -> list[Copied]:
    """Copy what is missing, then compare everything. The target keeps its mark; see `End.unmark`."""
    left = _wanted()
    after: list[object] | None = None
    mark = target.mark()
    if mark is None:
        _refuse_full(target, left)
        target.put_meta(MOVING, json.dumps({"from": source.url, "table": left[0].name, "after": None}))
        target.put_meta(SECRET, source.meta()[SECRET])
    else:
        begun = json.loads(mark)
        if begun["from"] != source.url:
            raise StoreError(
                f"{target.url}: a move from {begun['from']} into this store is unfinished. "
                "Finish that one, or empty the target."
            )
        names = [table.name for table in left]
        left = left[names.index(begun["table"]) :]
        after = begun["after"]
    steps = _Steps(source, target, told)
    for table in left:
        for page in _pages(source, table, after):
            after = [page[-1][table.columns.index(name)] for name in table.key]
            target.put(table, page, json.dumps({"from": source.url, "table": table.name, "after": after}))
            steps.done(len(page))
        after = None
    target.settle()
    return [_compared(source, target, table, steps) for table in _wanted()]


def _wanted() -> list[Table]:
    """Every table but the one that says which store this is."""
    return [table for table in tables() if table.name != "meta"]


class _Steps:
    """How far the whole is: every row is copied once and read back once."""

    def __init__(self, source: End, target: End, told: Told | None) -> None:
        self._told = told
        self._all = 2 * sum(map(source.count, _wanted())) if told else 0
        self._done = sum(map(target.count, _wanted())) if told else 0

    def done(self, rows: int) -> None:
        self._done += rows
        if self._told:
            self._told(min(self._done, self._all), self._all)


def _pages(source: End, table: Table, after: list[object] | None) -> Iterator[list[tuple[object, ...]]]:
    while page := source.page(table, after, PAGE):
        yield page
        after = [page[-1][table.columns.index(name)] for name in table.key]


def _refuse_full(target: End, wanted: Iterable[Table]) -> None:
    for table in wanted:
        if target.page(table, None, 1):
            raise StoreError(
                f"{target.url} is not empty: it has rows in {table.name}. Name a new database or file; nothing was changed."
            )


def _compared(source: End, target: End, table: Table, steps: _Steps) -> Copied:
    (rows, checksum), copied = _summed(source, table), _summed(target, table)
    if copied != (rows, checksum):
        raise StoreError(
            f"{target.url}: the table {table.name} is not what it is in {source.url} "
            f"({copied[0]} rows of {rows}). Empty the target and move again."
        )
    steps.done(rows)
    return Copied(table.name, rows, checksum)


def _summed(end: End, table: Table) -> tuple[int, str]:
    """Count the rows of a table and sum up their contents, in whatever order they come."""
    count = total = 0
    with closing(end.stream(table)) as rows:
        for row in rows:
            count += 1
            total += int.from_bytes(blake2b(repr(row).encode(), digest_size=8).digest(), "big")
    return count, f"{total % 2**64:016x}"
