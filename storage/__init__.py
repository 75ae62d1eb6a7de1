"""askwhy: storage. Everything askwhy knows is kept here, and nothing is decided here.

A tour. `base.py` says what a store promises: `write(work)` runs one unit of work in one durable transaction, `read`
answers questions for people, `hold(name)` says which of several processes leads. Three stores keep the promise, and one
contract suite (tests/contract/) proves it:

    sqlite.py      the default: one file, one writer thread, group commit; sqlite_file.py is the file under it
    postgres.py    when one machine is outgrown: the same units of work on pooled connections
    memory.py      for demonstrations, simulations and tests

A unit of work sees `transaction.py`: the tables by name, one file each in `tables/`, plain methods around named SQL.
`reader.py` is the other side: scores, stories, exports. The SQL itself stands in `sql/`, with a name and a sentence per
query and numbered migrations; `queries.py` puts it in the words of SQLite or PostgreSQL, `migrate.py` applies it.
`rows.py`, `results.py` and `moments.py` are what rows and times look like outside.

Around a store: `transfer.py` copies a whole one into another of any kind, `sqlite_copies.py` backs a file up and puts a
copy in its place, `sqlite_traces.py` finds what an erasure left in a file, `excerpt.py` copies some customers into memory.

Invariant: a unit of work is stored as a whole or not at all, and `write()` returns only after it is durable.
Invariant: a store that vanished, is damaged, or was written by a newer program is refused, never made anew.
Invariant: the same person's units of work run one after the other (`tx.people.lock`), in every store.
Invariant: roll-ups change in the transaction of the answer they count; a score equals a recount.
Invariant: no value ever becomes part of an SQL text.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Final
from urllib.parse import urlsplit

from storage.base import Store, StoreError

STORES: Final = {
    "memory": "storage.memory:from_url",
    "sqlite": "storage.sqlite:from_url",
    "postgresql": "storage.postgres:from_url",
}
"""Every kind of store, by the scheme of its URL: the function that makes one."""


def make_store(url: str) -> Store:
    """Return the store at `url`, not opened yet. Raises StoreError for a URL that names none."""
    scheme = urlsplit(url).scheme
    if scheme not in STORES:
        raise StoreError(
            f'[storage] url "{scheme or url}:…" names no store. Write sqlite:///FILE or postgresql://USER@HOST/DATABASE.'
        )
    if url == "sqlite:///:memory:":
        scheme = "memory"
    module, _, name = STORES[scheme].partition(":")
    from_url: Callable[[str], Store] = getattr(import_module(module), name)
    return from_url(url)
