"""One unit of work on its way through a thread, and how to stop it when the server does not answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from storage import postgres_server as server
from storage.base import StoreUnavailable
from storage.transaction import Transaction


class Unit:
    """A unit of work; given up from the event loop, run on a thread."""

    def __init__(self, work: Callable[[Transaction], Any]) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._given_up = False
        self._connection: psycopg.Connection[Any] | None = None

    def run(self, tx: Transaction) -> Any:
        """Do the work."""
        try:
            return self._work(tx)
        except StopIteration as error:  # which no future can carry
            raise RuntimeError(f"{self._work!r} raised StopIteration") from error

    @contextmanager
    def on(self, connection: psycopg.Connection[Any]) -> Iterator[None]:
        """Run the block on a connection; raises StoreUnavailable if the unit was given up before."""
        with self._lock:
            if self._given_up:
                raise StoreUnavailable("The unit of work waited too long and was not begun. Try again.")
            self._connection = connection
        try:
            yield
        finally:
            with self._lock:
                self._connection = None

    def give_up(self) -> None:
        """Never begin the unit; if it runs, hang up on the server, which then rolls it back."""
        with self._lock:
            self._given_up = True
            if self._connection is not None:
                server.hang_up(self._connection)
