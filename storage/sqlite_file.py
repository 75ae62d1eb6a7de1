"""The file under the SQLite store: open it with the right settings, check it, copy it, explain what is wrong with it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

from storage.base import StoreError, StoreUnavailable


def connect(path: Path | str, *, patience: float, create: bool = True) -> sqlite3.Connection:
    """Open the file in WAL mode, every commit synchronised to the disk. Raises StoreError, naming the fix."""
    try:
        if str(path) == ":memory:":
            connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        else:
            _writable(Path(path), create=create)
            connection = sqlite3.connect(
                f"file:{quote(str(path))}?mode={'rwc' if create else 'rw'}",
                uri=True,
                check_same_thread=False,
                isolation_level=None,
                timeout=patience,
                cached_statements=512,
            )
        connection.row_factory = sqlite3.Row
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "secure_delete = ON",
            "cache_size = -65536",
            "wal_autocheckpoint = 4000",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()
    except sqlite3.Error as error:
        raise explained(path, error) from error
    return connection


def identity(path: Path | str) -> tuple[int, int] | None:
    """Return what tells this file from another of the same name; (0, 0) where there is none."""
    if ":memory:" in str(path):
        return None
    try:
        stat = Path(path).stat()
    except OSError:
        return (0, 0)
    return (stat.st_dev, stat.st_ino)


def backup(source: Path, target: Path) -> None:
    """Copy `source` as of one moment while it is in use, and check the copy. Raises StoreError."""
    if target.exists():
        raise StoreError(f"{target} exists already. Name a new file; a backup never overwrites one.")
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    reading = sqlite3.connect(f"file:{quote(str(source))}?mode=ro", uri=True)
    writing = sqlite3.connect(part)
    try:
        reading.backup(writing, pages=2048)
        writing.execute("PRAGMA journal_mode = DELETE").fetchall()
    except sqlite3.Error as error:
        part.unlink(missing_ok=True)
        raise StoreError(f"Backup to {target}: {error}. Is there room on the disk?") from error
    finally:
        reading.close()
        writing.close()
    found = problems(part)
    if found:
        raise StoreError(f"The copy {part} is not sound: {found[0]}. Check the disk under it.")
    part.rename(target)


def problems(path: Path) -> list[str]:
    """Return what SQLite's integrity and foreign key checks find."""
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)
    try:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
        found += [
            f"a row of {row[0]} points to nothing in {row[2]}"
            for row in connection.execute("PRAGMA foreign_key_check")
        ]
    except sqlite3.Error as error:
        return [str(error)]
    else:
        return found
    finally:
        connection.close()


def explained(path: Path | str, error: sqlite3.Error) -> StoreError:
    """Say what an error of SQLite means for an operator, and what to do."""
    text = str(error).lower()
    if "malformed" in text or "not a database" in text or "corrupt" in text:
        return StoreError(
            f"{path} is damaged ({error}). Nothing was changed. Move it aside and use `askwhy restore BACKUP`."
        )
    if "readonly" in text or "unable to open" in text:
        return StoreError(
            f"{path} cannot be opened for writing ({error}). Check its owner, its mode and its folder's."
        )
    if "locked" in text or "busy" in text:
        return StoreUnavailable(
            f"{path} is held by another program ({error}). Stop that program, then try again."
        )
    return StoreError(f"{path}: {error}. Check the disk under it.")


def _writable(path: Path, *, create: bool) -> None:
    if not path.parent.is_dir():
        raise StoreError(
            f"The folder {path.parent} of the store {path} does not exist. Create it, or change [storage] url."
        )
    if path.exists() and path.stat().st_size == 0:
        raise StoreError(
            f"{path} is empty: it was a store, or never became one. Delete it to begin anew, or use `askwhy restore BACKUP`."
        )
    if not create and not path.exists():
        raise StoreError(f"There is no store at {path}. Check [storage] url.")
