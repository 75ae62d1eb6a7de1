"""Which of several processes on one SQLite file leads: the one that holds a lock on a file beside it.

The operating system gives the lock back when its holder dies, however it dies. One lock stands for everything: on one
machine there is nothing to win by sharing the lead out.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from storage.base import StoreError


class Lead:
    """The lead over one store. One object per store that is open."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        self._handle: int | None = None

    def take(self) -> bool:
        """Lead, unless another process does. Raises StoreError where no lock file can be written."""
        if self._handle is not None:
            if self._still_ours():
                return True
            self.close()
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreError(
                f"{self._path} cannot be written ({error.strerror}). Check the owner and mode of its folder."
            ) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return False
        self._handle = handle
        return self._still_ours() or self._gave_up()

    def close(self) -> None:
        """Let another process lead."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _still_ours(self) -> bool:
        """Tell whether the file we hold is still the one that others would lock."""
        assert self._handle is not None
        try:
            return os.path.samestat(os.fstat(self._handle), self._path.stat())
        except OSError:
            return False

    def _gave_up(self) -> bool:
        self.close()
        return False
