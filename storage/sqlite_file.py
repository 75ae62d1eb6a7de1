"""The file under the SQLite store: make it, open it with the right settings, explain what is wrong with it.

Invariant: SQLite itself never creates the file. A new store is built under another name and put in place when it is
whole, so that a program killed in between leaves no half-made store, and a file that vanished is never made anew.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import tempfile
from pathlib import Path
from urllib.parse import quote

from storage.base import StoreError, StoreUnavailable
from storage.migrate import migrate

PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",  # a commit is on the disk before it is acknowledged, a power cut included
    "fullfsync = ON",  # macOS: past the disk's own cache, too
    "foreign_keys = ON",
    "secure_delete = ON",  # erased means overwritten
    "cache_size = -65536",
    "wal_autocheckpoint = 4000",
    "journal_size_limit = 67108864",
)

SIDE_FILES = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside the file while it is in use."""

FULL_CHECK_BELOW = 16 * 1024 * 1024
"""Bytes up to which the whole file is checked whenever it is opened; `askwhy check` and backups check any size."""

TROUBLE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOTADB,
}
"""SQLite's codes that mean the file or the disk, not the statement."""


def open_store(path: Path, *, patience: float) -> tuple[sqlite3.Connection, bool]:
    """Open the store for writing, after making one where there is none; tell whether it is new. Raises StoreError."""
    new = not path.exists() and _create(path)
    connection = connect(path, patience=patience)
    try:
        if path.stat().st_size < FULL_CHECK_BELOW:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise _damaged(path, found.splitlines()[-1])
    except sqlite3.Error as error:
        connection.close()
        raise explained(path, error) from error
    except StoreError:
        connection.close()
        raise
    return connection, new


def connect(
    path: Path, *, patience: float, read_only: bool = False, pragmas: tuple[str, ...] = PRAGMAS
) -> sqlite3.Connection:
    """Open an existing file: WAL mode, every commit synchronised to the disk. Raises StoreError, naming the fix."""
    _usable(path)
    try:
        connection = sqlite3.connect(
            uri(path, "ro" if read_only else "rw"),
            uri=True,
            check_same_thread=False,
            isolation_level=None,
            timeout=patience,
            cached_statements=512,
        )
    except sqlite3.Error as error:
        raise explained(path, error) from error
    try:
        set_up(connection, () if read_only else pragmas)
    except sqlite3.Error as error:
        connection.close()
        raise explained(path, error) from error
    return connection


def set_up(connection: sqlite3.Connection, pragmas: tuple[str, ...] = PRAGMAS) -> None:
    """Give a connection its settings."""
    connection.row_factory = sqlite3.Row
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}").fetchall()


def uri(path: Path | str, mode: str) -> str:
    """Return SQLite's address of a file: whatever its name holds, and never created by opening it."""
    return f"file:{quote(str(path))}?mode={mode}"


def identity(path: Path) -> tuple[int, int] | None:
    """Return what tells this file from another of the same name; None where there is no file."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return (stat.st_dev, stat.st_ino)


def wal_size(path: Path) -> int:
    """Return the bytes of the WAL; 0 where there is none."""
    try:
        return path.with_name(path.name + "-wal").stat().st_size
    except OSError:
        return 0


def trim_wal(connection: sqlite3.Connection, path: Path, *, within: float, patience: float) -> int:
    """Fold the WAL into the file and cut it, waiting for readers for `within` seconds; return its size then."""
    connection.execute(f"PRAGMA busy_timeout = {int(within * 1000)}")
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.Error:
        pass  # the next commit meets the same trouble, and tells it
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")
    return wal_size(path)


def in_trouble(error: sqlite3.Error) -> bool:
    """Tell trouble with the file or the disk from a fault of one statement."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in TROUBLE


def is_locked(error: Exception) -> bool:
    """Tell whether another process holds the file."""
    return (
        isinstance(error, sqlite3.Error)
        and getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
    )


def explained(path: Path | str, error: sqlite3.Error) -> StoreError:
    """Say what an error of SQLite means for an operator, and what to do."""
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return _damaged(path, str(error))
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return StoreError(
                f"{path} cannot be opened for writing ({error}). "
                "Check the owner and mode of the file and its folder, and that the disk is not mounted read-only."
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreUnavailable(
                f"{path} is held by another program ({error}). Stop that program, then try again."
            )
        case sqlite3.SQLITE_FULL:
            return StoreUnavailable(f"{path}: the disk is full. Free some space; askwhy goes on by itself.")
        case _:
            return StoreError(f"{path}: {error}. Check the disk under it.")


def refused(url: str, error: sqlite3.Error) -> StoreUnavailable:
    """Say that a unit of work was not stored, and why."""
    return StoreUnavailable(f"{url}: {explained(url, error)} Nothing of the unit was stored.")


def put_in_place(part: Path, path: Path) -> bool:
    """Give a finished file its name, unless the name is taken by now."""
    try:
        os.link(part, path)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP}:
            raise
        part.rename(path)  # a file system without hard links
    with contextlib.suppress(OSError):
        sync_folder(path.parent)
    return True


def sync_folder(folder: Path) -> None:
    """Make a rename durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _damaged(path: Path | str, what: str) -> StoreError:
    return StoreError(f"{path} is damaged ({what}). Nothing was changed. Use `askwhy restore BACKUP`.")


def _usable(path: Path) -> None:
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        raise StoreError(f"There is no store at {path}. Check [storage] url.") from None
    except OSError as error:
        raise StoreError(f"{path} cannot be reached ({error.strerror}). Check [storage] url.") from error
    if path.is_dir():
        raise StoreError(f"{path} is a folder. Name a file in [storage] url.")
    if size == 0:
        raise StoreError(
            f"{path} is empty: it was a store once. Use `askwhy restore BACKUP`, or delete it to begin anew."
        )


def _create(path: Path) -> bool:
    """Put a new store in place; False when somebody else was faster."""
    if not path.parent.is_dir():
        raise StoreError(
            f"The folder {path.parent} of the store {path} does not exist. Create it, or change [storage] url."
        )
    for end in ("-wal", "-journal"):
        if path.with_name(path.name + end).exists():
            raise StoreError(
                f"{path} is gone, but {path.name}{end} is still there: a store was in use here. "
                "Put the file back or use `askwhy restore BACKUP`; to begin anew, delete what is left of it."
            )
    try:  # for its owner only: it will hold phone numbers
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", suffix=".new", dir=path.parent)
    except OSError as error:
        raise StoreError(
            f"No store can be made in {path.parent} ({error.strerror}). Check its owner, its mode and the disk."
        ) from error
    os.close(handle)
    part = Path(name)
    try:
        connection = sqlite3.connect(part, isolation_level=None)
        try:
            set_up(connection)
            migrate(connection, "sqlite3", f"sqlite:///{path}")
        finally:
            connection.close()  # the last one out folds the WAL into the file
        return put_in_place(part, path)
    except sqlite3.Error as error:
        raise explained(path, error) from error
    finally:
        for end in ("", *SIDE_FILES):
            part.with_name(part.name + end).unlink(missing_ok=True)
