"""Copies of the store: the nightly ones in their folder, and those that an upgrade or a restore left beside the store.

All hold people's data, so all go: of the nightly ones the newest `keep` stay, the others stay for `keep` days.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

NIGHT: Final = "night"
BACKUP_DONE: Final = "backup-done"
"""Jobs of the store: when the next night's work is due, when the last copy was made."""

_NAME = re.compile(r"askwhy-(\d{8}T\d{6})Z\.db")
_FORMAT = "%Y%m%dT%H%M%S"
_ASIDE = re.compile(r"\.(?:schema-\d+|before-restore-(\d{8}T\d{6})Z)")
_SIDE_FILES = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy; `at` is the moment it was begun, in UTC, as its name says, or else its file."""

    path: Path
    at: datetime


def name_for(now: datetime) -> str:
    """Return the name of a copy begun now. In UTC: the hour that comes twice in autumn has two names."""
    return f"askwhy-{now.astimezone(UTC):{_FORMAT}}Z.db"


def copies_in(folder: Path) -> list[Copy]:
    """Return the copies in a folder, newest first; no folder, no copies. What has another name is not ours."""
    files = folder.iterdir() if folder.is_dir() else ()
    found = [
        Copy(path, datetime.strptime(match[1], _FORMAT).replace(tzinfo=UTC))
        for path in files
        if (match := _NAME.fullmatch(path.name))
    ]
    return sorted(found, key=lambda copy: copy.at, reverse=True)


def surplus(copies: list[Copy], keep: int) -> list[Copy]:
    """Return the copies beyond the newest `keep`."""
    return copies[keep:]


def set_aside(store: Path) -> list[Copy]:
    """Return what an upgrade or a restore left beside the file of a store, oldest first."""
    found = []
    for path in store.parent.glob(f"{store.name}.*"):
        if match := _ASIDE.fullmatch(path.name.removeprefix(store.name)):
            written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            at = datetime.strptime(match[1], _FORMAT).replace(tzinfo=UTC) if match[1] else written
            found.append(Copy(path, at))
    return sorted(found, key=lambda copy: copy.at)


def outlived(copies: list[Copy], keep: int, now: datetime) -> list[Copy]:
    """Return the copies that are older than `keep` days."""
    return [copy for copy in copies if now - copy.at > timedelta(days=keep)]


def delete(copy: Copy) -> None:
    """Delete a copy, and what SQLite may have kept beside it. Raises OSError."""
    for end in ("", *_SIDE_FILES):
        copy.path.with_name(copy.path.name + end).unlink(missing_ok=True)
