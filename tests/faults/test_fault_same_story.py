"""The simulated year on PostgreSQL: with the same seed it is the story that SQLite tells, message by message."""

import asyncio
from pathlib import Path
from typing import Any

from bot.simulation.invariants import Wired
from bot.simulation.year import Outcome, Year
from storage.base import Store
from storage.postgres import PostgresStore
from storage.sqlite import SqliteStore


async def _told(store: Store, days: int, per_day: int) -> tuple[Outcome, list[Wired], list[dict[str, Any]]]:
    """Play it; return what happened, what went out, and where every visit ended."""
    year = Year(5, days, per_day=per_day, store=store)
    outcome = await year.play()
    await store.open()
    visits = await store.read.rows("check_visits")
    await store.close()
    for row in visits:
        del row["fingerprint"]  # made with the store's own secret
    return outcome, year.log.sent, sorted(visits, key=lambda row: str(row["visit_id"]))


async def test_the_same_seed_tells_the_same_story_on_both_stores(
    tmp_path: Path, postgres_url: str, full: bool
) -> None:
    days, per_day = (365, 40) if full else (4, 20)
    on_sqlite, on_postgres = await asyncio.gather(
        _told(SqliteStore(tmp_path / "askwhy.db"), days, per_day),
        # One writer: several would store what happens in the same moment in any order.
        _told(PostgresStore(postgres_url, writers=1), days, per_day),
    )
    assert on_sqlite[0].violations == []
    assert on_sqlite[0].answered > 0
    for here, there in zip(on_sqlite, on_postgres, strict=True):
        assert here == there
