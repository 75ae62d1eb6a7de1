"""A log of accepted sends that survives the kill of any process: appended and fsynced before the answer leaves."""

import json
import os
from pathlib import Path
from typing import Any


class SendLog:
    """One JSON object a line. Without a path it keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        self._file = path.open("ab") if path else None

    def append(self, entry: dict[str, Any]) -> None:
        if self._file:
            self._file.write(json.dumps(entry).encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        if self._file:
            self._file.close()
            self._file = None


def read_log(path: Path) -> list[dict[str, Any]]:
    """All whole lines of a log; a line torn by a kill of the fake itself is left out."""
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    return [json.loads(line) for line in lines]
