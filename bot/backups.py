"""The nightly copies in their folder: their names, their age, which of them have to go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

NIGHT: Final = "night"
BACKUP_DONE: Final = "backup-done"
"""Jobs of the store: when the next night's work is due, when the last copy was made."""

_NAME = re.compile(r"askwhy-(\d{8}T\d{6})Z\.db")
_FORMAT = "%Y%m%dT%H%M%S"


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy; `at` is the moment it was begun, in UTC, as its name says."""

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
