"""What a store promises. `sqlite.py`, `postgres.py` and `memory.py` keep the promise; one contract suite proves it.

A *unit of work* is a plain function `work(tx) -> result`. `Store.write()` runs it in one transaction: all of it is
stored durably before `write()` returns, or none of it. A unit runs on another thread, must not keep `tx`, and must not
change anything outside the store: where several processes share a database it may have to be run again from its
beginning. `Store.read` answers questions for people: it sees what is committed and never waits for a writer. The store
decides nothing: what to do stands in `bot.service` and `surveys`.

Text comes back as it went in, but for what PostgreSQL or UTF-8 cannot hold: NUL and halves of surrogate pairs come back
as U+FFFD, from every store alike.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from storage.reader import Reader
from storage.transaction import Transaction

T = TypeVar("T")

Told = Callable[[int, int], None]
"""Hears how far a long task is: (done, of how many). Called on another thread."""


class StoreError(Exception):
    """The store cannot be used. The message names the store, what is wrong, and the fix."""


class StoreUnavailable(StoreError):  # noqa: N818 -- a state that passes, answered with 503
    """The store did not take a unit of work now: locked, full, or away. Try again.

    Nothing of it was stored, with one exception that no database can rule out: a PostgreSQL server that vanished while
    it was committing may have stored the whole unit. Units that may be repeated after a refusal must bear that.
    """


@dataclass(frozen=True, slots=True)
class Schema:
    """The version of a store's tables, as `open()` found it (0: there was no store) and as it is now."""

    before: int
    now: int


class Store(Protocol):
    """A place where everything is kept."""

    url: str
    """Where it is, without a password: fit for messages and logs."""

    @property
    def read(self) -> Reader:
        """Questions for people: scores, stories, exports."""
        ...

    @property
    def schema(self) -> Schema:
        """What `open()` found and made of it."""
        ...

    @property
    def waiting(self) -> int:
        """How many units of work of this process are under way or wait; a store takes 10,000 and refuses more."""
        ...

    async def open(self) -> None:
        """Connect; create or migrate the schema. Raises StoreError: unreadable, damaged, newer, half moved, vanished."""
        ...

    async def close(self) -> None:
        """Finish what was accepted, then let go. May be called twice."""
        ...

    async def write(self, work: Callable[[Transaction], T], *, order: Hashable = None) -> T:
        """Run one unit of work in one durable transaction and return its result.

        Units of one process with the same `order` (an address, say) run in the order they were given; others may run
        side by side. What `work` raises comes out here, and nothing of that unit is stored. Raises StoreUnavailable
        when the store does not take it: after 9 seconds at the latest.
        """
        ...

    async def hold(self, name: str) -> bool:
        """Tell whether this process leads in `name` (a sender, a poller) now; it does if no other process did.

        Ask before every step: the lead is lost with the connection to the database, and falls to another process
        within seconds when its holder dies. `close()` gives up what is held. On SQLite one process leads in everything.
        """
        ...

    async def backup(self, path: str, told: Told | None = None) -> None:
        """Write a complete, checked copy as of one moment, a SQLite file, while the service goes on. Raises StoreError."""
        ...

    async def check(self) -> list[str]:
        """Return what is wrong with the store's own structure; an empty list is good news."""
        ...
