"""What queries give back, and what a Reader needs of a store. A leaf: everything else in storage builds on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol

Row = Mapping[str, Any]
"""One row of a result, by column name."""


class Raced(Exception):  # noqa: N818 -- not a fault
    """Another process was faster at the same thing; the unit must be run again. Never comes out of `Store.write`."""


class Fetcher(Protocol):
    """What a Reader needs of a store: run one named query on committed data. Both raise StoreUnavailable."""

    async def fetch(self, name: str, **values: object) -> list[Row]:
        """Return all rows of the query `name`."""
        ...

    def stream(self, name: str, **values: object) -> AsyncIterator[Row]:
        """Yield the rows of the query `name`, as of one moment, in constant memory."""
        ...
