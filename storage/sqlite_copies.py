"""Copies of a SQLite store: write one while the store is in use, look for damage, put one in the store's place."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from storage import sqlite_file
from storage.base import StoreError, StoreUnavailable, Told
from storage.migrate import version_of

STEP = 1024
"""Pages copied between two looks at how far it is."""


def backup(source: Path, target: Path, told: Told | None = None) -> None:
    """Copy `source` as of one moment while it is in use, and check the copy. Raises StoreError."""
    if target.exists():
        raise StoreError(f"{target} exists already. Name a new file; a backup never overwrites one.")
    if not target.parent.is_dir():
        raise StoreError(f"The folder {target.parent} does not exist. Create it, or name another file.")
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    try:
        _copy(source, part, told)
        found = problems(part)
        if found:
            raise StoreError(
                f"The copy of {source} is not sound: {found[0]}. Check the store by `askwhy check`."
            )
        if not sqlite_file.put_in_place(part, target):
            raise StoreError(f"{target} exists already. Name a new file; a backup never overwrites one.")
    finally:
        part.unlink(missing_ok=True)


def problems(path: Path) -> list[str]:
    """Return what SQLite's integrity and foreign key checks find."""
    try:
        with closing(sqlite3.connect(sqlite_file.uri(path, "ro"), uri=True)) as connection:
            told = connection.execute("PRAGMA integrity_check(20)")
            found = [row[0].splitlines()[-1] for row in told if row[0] != "ok"]
            found += [
                f"a row of {row[0]} points to nothing in {row[2]}"
                for row in connection.execute("PRAGMA foreign_key_check")
            ]
    except sqlite3.Error as error:
        return [str(error)]
    return found


def restore(copy: Path, path: Path, aside: Path, told: Told | None = None) -> bool:
    """Put a copy in the place of the store at `path`; keep the old one as `aside`. Tell whether there was an old one.

    A store that some process has open is not touched. At no moment is there no file at `path`, or half of one.
    Raises StoreError.
    """
    examine(copy)
    if not path.parent.is_dir():
        raise StoreError(f"The folder {path.parent} of the store {path} does not exist. Create it first.")
    part = path.with_name(f".{path.name}.restoring")
    part.unlink(missing_ok=True)
    try:
        _copy(copy, part, told, journal="WAL")
        had = path.exists()
        if had:
            _set_aside(path, aside)
        for (
            end
        ) in sqlite_file.SIDE_FILES:  # of a store that is gone or damaged; they must not meet the new one
            left = path.with_name(path.name + end)
            if left.exists():
                left.rename(aside.with_name(aside.name + end))
        part.replace(path)
    except OSError as error:
        raise StoreError(
            f"{path} was not replaced: {error}. Check the disk and who owns the folder."
        ) from error
    finally:
        part.unlink(missing_ok=True)
    sqlite_file.sync_folder(path.parent)
    return had


def alone(path: Path) -> sqlite3.Connection:
    """Open a store that no other process has open, and keep all others out. Raises StoreUnavailable if one is in."""
    connection = sqlite_file.connect(path, patience=0.5, pragmas=("locking_mode = EXCLUSIVE",))
    try:
        # A reader or writer of any process holds a shared lock on the file for as long as it has it open.
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        connection.close()
        explained = sqlite_file.explained(path, error)
        if isinstance(explained, StoreUnavailable):
            raise StoreUnavailable(f"{path} is in use. Stop the service first, then try again.") from error
        raise explained from error
    return connection


def _copy(source: Path, part: Path, told: Told | None, journal: str = "DELETE") -> None:
    try:
        with (
            closing(sqlite_file.connect(source, patience=5, read_only=True)) as reading,
            closing(sqlite3.connect(part, isolation_level=None)) as writing,
        ):
            reading.execute("BEGIN")
            reading.execute(
                "SELECT count(*) FROM sqlite_master"
            ).fetchone()  # from here on: as of this moment
            progress = None if told is None else lambda _status, left, total: told(total - left, total)
            reading.backup(writing, pages=STEP, progress=progress, sleep=0)
            writing.execute(f"PRAGMA journal_mode = {journal}").fetchall()
    except sqlite3.Error as error:
        raise StoreError(
            f"Copying {source} to {part.parent} failed: {error}. Is there room on the disk?"
        ) from error
    part.chmod(0o600)  # it holds phone numbers
    with part.open("rb") as handle:
        os.fsync(handle.fileno())


def examine(copy: Path) -> None:
    """Refuse what is no copy of a store this program knows. Raises StoreError."""
    found = problems(copy)
    if found:
        raise StoreError(f"{copy} cannot be restored: {found[0]}. Use another copy.")
    with closing(sqlite3.connect(sqlite_file.uri(copy, "ro"), uri=True)) as reading:
        reading.row_factory = sqlite3.Row
        if version_of(reading, "sqlite3", str(copy)) == 0:
            raise StoreError(f"{copy} is no store of askwhy. Name a file written by `askwhy backup`.")


def _set_aside(path: Path, aside: Path) -> None:
    """Keep the old store under another name, whole; a damaged one as it is."""
    try:
        alone(path).close()  # folds its WAL in
    except StoreUnavailable:
        raise
    except StoreError:
        pass  # damaged: nobody can use it
    try:
        os.link(path, aside)
    except FileExistsError:
        raise StoreError(f"{aside} exists already. Move it away, then restore again.") from None
    except OSError:
        shutil.copy2(path, aside)  # a file system without hard links
