"""Copy what decides about some customers into a store in memory, where visits can be tried out for nothing.

The store it comes from is only read. Opt-outs and erasures are kept as keyed hashes, so the copy has the same secret.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from storage.base import Store
from storage.memory import MemoryStore
from storage.moments import micros

AT_ONCE = 1000
"""Keys looked up in one query."""

OF_PERSONS = ("people", "addresses", "customers", "visits", "conversations")
WHOLE = ("surveys", "opt_outs", "tallies")


async def excerpt(
    store: Store,
    *,
    customers: Collection[str],
    phones: Collection[str],
    visits: Collection[str],
    since: datetime,
    since_day: int,
) -> MemoryStore:
    """Return an opened store with the persons behind customer ids and phones.

    It holds their invitations since a moment, the visits of theirs that wait, their open conversations, and the counts
    of all answers since a day. Of `visits` it holds those that were asked about, whenever that was, and no other.
    """
    values = {"since": micros(since), "since_day": since_day}
    persons: set[int] = set()
    for query, keys in (("excerpt_of_customers", customers), ("excerpt_of_phones", phones)):
        for part in _parts(sorted(keys)):
            persons.update(row["person_id"] for row in await store.read.rows(query, keys=part))
    persons.update(row["person_id"] for row in await store.read.rows("excerpt_of_erased"))
    (secret,) = await store.read.rows("excerpt_secret")
    copy = MemoryStore(bytes.fromhex(secret["value"]))
    await copy.open()
    for table in OF_PERSONS:
        for part in _parts(sorted(persons)):
            rows = await store.read.rows(f"excerpt_{table}", keys=part, **values)
            if table == "visits":
                rows = [row for row in rows if row["visit_id"] not in visits or row["asked_at"] is not None]
            await copy.put(table, rows)
    for part in _parts(sorted(visits)):
        await copy.put("visits", await store.read.rows("excerpt_asked", keys=part, **values))
    for table in WHOLE:
        await copy.put(table, await store.read.rows(f"excerpt_{table}", **values))
    return copy


def _parts(keys: Sequence[Any]) -> list[str]:
    return [json.dumps(keys[at : at + AT_ONCE]) for at in range(0, len(keys), AT_ONCE)]
