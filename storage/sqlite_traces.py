"""What an erasure leaves in a SQLite file, and how to get rid of it.

`secure_delete` overwrites what is deleted, but copies of a row may lie elsewhere: in the WAL until it is folded in, and
in the free space of pages that were split while the row moved (measured: one row in seventy). Only a VACUUM writes
every page anew; it holds writers up for as long as it takes, so it runs only where something was really found.
"""

from __future__ import annotations

import mmap
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from enum import StrEnum
from pathlib import Path

from storage import sqlite_file

AT_ONCE = 256 * 1024 * 1024
"""Bytes of a file that is rewritten while the service runs; a larger one waits for the night."""

PATIENCE = 1.0
"""Seconds to wait for readers of the WAL; writers wait meanwhile."""


class Traces(StrEnum):
    """How a file stands after an erasure."""

    NONE = "none"
    TONIGHT = "tonight"  # the file is large; what was found goes with the nightly rewrite
    LEFT = "left"  # somebody read the file all the time, or there was no room: try again


def wipe(path: Path, words: Iterable[str]) -> Traces:
    """Fold the WAL in, and rewrite the file if any of `words` is still in it. Raises StoreError.

    No connection of this process may have the file open: closing a file drops the locks that POSIX gave to the process.
    """
    if not _fold_in(path):
        return Traces.LEFT
    if not found_in(path, words):
        return Traces.NONE
    if path.stat().st_size > AT_ONCE:
        return Traces.TONIGHT
    return Traces.NONE if rewrite(path) else Traces.LEFT


def rewrite(path: Path) -> bool:
    """Write every page anew and fold the WAL in; False while somebody holds the file or the disk has no room."""
    try:
        with closing(sqlite_file.connect(path, patience=PATIENCE)) as connection:
            connection.execute("VACUUM")
    except sqlite3.Error as error:
        if sqlite_file.is_locked(error) or error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL:
            return False
        raise sqlite_file.explained(path, error) from error
    return _fold_in(path)


def found_in(path: Path, words: Iterable[str]) -> list[str]:
    """Return those of `words` whose bytes are anywhere in the file or its WAL."""
    found: list[str] = []
    wanted = [word for word in words if word]
    for file in (path, path.with_name(path.name + "-wal")):
        if file.exists() and file.stat().st_size:
            with file.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as content:
                found += [word for word in wanted if content.find(word.encode()) >= 0]
    return found


def _fold_in(path: Path) -> bool:
    """Bring the WAL into the file and cut it to nothing; False while a reader still needs it."""
    try:
        with closing(sqlite_file.connect(path, patience=PATIENCE)) as connection:
            return not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.Error as error:
        if sqlite_file.is_locked(error):
            return False
        raise sqlite_file.explained(path, error) from error
