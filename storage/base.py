"""What a store promises. `sqlite.py`, `postgres.py` and `memory.py` keep the promise; one contract suite proves it.

A *unit of work* is a plain function `work(tx) -> result`. `Store.write()` runs it in one transaction: all of it is
stored durably before `write()` returns, or none of it. Units of work see each other's results, one after the other.
A unit may be run on another thread and must not keep `tx`. `Store.read` answers questions for people: it sees what is
committed and never waits for a writer. The store decides nothing: what to do stands in `bot.service` and `surveys`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from storage.reader import Reader
    from storage.transaction import Transaction

Row = Mapping[str, Any]
"""One row of a result, by column name."""

T = TypeVar("T")


class StoreError(Exception):
    """The store cannot be used. The message names the store, what is wrong, and the fix."""


class StoreUnavailable(StoreError):  # noqa: N818 -- a state that passes, answered with 503
    """The store did not take a unit of work now: locked, full, or away. Nothing of it was stored; try again."""


class Store(Protocol):
    """A place where everything is kept."""

    url: str

    @property
    def read(self) -> Reader:
        """Questions for people: scores, stories, exports."""
        ...

    async def open(self) -> None:
        """Connect; create or migrate the schema. Raises StoreError: unreadable, corrupt, newer, vanished."""
        ...

    async def close(self) -> None:
        """Finish what was accepted, then let go. May be called twice."""
        ...

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run one unit of work in one durable transaction and return its result.

        What `work` raises comes out here, and nothing of that unit is stored. Raises StoreUnavailable when the store
        does not take it within a few seconds.
        """
        ...

    async def backup(self, path: str) -> None:
        """Write a complete, checked copy, as of one moment, while the service goes on."""
        ...

    async def check(self) -> list[str]:
        """Return what is wrong with the store's own structure; an empty list is good news."""
        ...


class Fetcher(Protocol):
    """What a Reader needs of a store: run one named query on committed data."""

    async def fetch(self, name: str, **values: object) -> list[Row]:
        """Return all rows of the query `name`."""
        ...

    def stream(self, name: str, **values: object) -> AsyncIterator[Row]:
        """Yield the rows of the query `name` in constant memory."""
        ...
