"""How the service is: what `/health` tells and what the gauges of `/metrics` show. Cheap at any age of the store.

503 is for what takes this process out of service: a store that takes no writes, a part that stands still. All else is
a warning beside 200: a load balancer that turned every web process away because a backup is late would lose messages.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from bot.backups import BACKUP_DONE, NIGHT
from bot.bootstrap import App
from bot.metrics import (
    BACKUP_AGE,
    HEALTHY,
    INBOX,
    OUTBOX,
    QUARANTINE,
    QUEUE_AGE,
    SENDER_PAUSED,
    SENDER_STOPPED,
    STORE_WAITING,
    UNKNOWN,
)
from storage.base import StoreError
from storage.moments import micros, moment

PATIENCE: Final = 5.0
"""Seconds in which the store must answer."""

DAY: Final = timedelta(days=1)

LATE: Final = {"inbox": 300.0, "outbox": 300.0, "visits": 900.0}
"""Seconds that an entry of a queue may be overdue before it is worth a warning."""

PILED_UP: Final = 500
"""Units of work that wait for the store before it is worth a warning: its connections, or its disk, do not keep up."""

BACKUP_LATE: Final = timedelta(hours=26)
"""A nightly copy is late when the last one is older: a night, an hour of summer time, an hour for the copy itself."""


@dataclass(slots=True)
class Seen:
    """What was seen. `problems` take the process out of service, `warnings` call for somebody."""

    at: datetime
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return what /health answers."""
        status = "failing" if self.problems else "ok"
        found = {"problems": self.problems} if self.problems else {}
        return {"status": status, **found, "warnings": self.warnings, **self.facts}


async def look(app: App) -> Seen:
    """Look at the store, the parts of this process, the queues, the senders and the backups."""
    now = app.clock.now()
    seen = Seen(now, [f"{part} stands still" for part in app.pulse.silent(app.clock.monotonic())])
    STORE_WAITING.set(app.store.waiting)
    if app.store.waiting > PILED_UP:
        seen.warnings.append(f"store: {app.store.waiting} units of work wait")
    try:
        async with asyncio.timeout(PATIENCE):
            # A real write, of one row: reading works on a full or read-only disk, too.
            await app.store.write(lambda tx: tx.upkeep.put("health", now))
            await _queues(app, seen)
            await _senders(app, seen)
            await _stuck(app, seen)
            await _backups(app, seen)
    except (StoreError, TimeoutError) as error:
        seen.problems.append(str(error) or f"The store did not answer within {PATIENCE:.0f} s.")
    HEALTHY.set(not seen.problems)
    return seen


async def count_messages(app: App) -> None:
    """Bring the gauges of the last day up to date. Raises StoreError."""
    since = app.clock.now() - DAY
    for gauge, box in ((OUTBOX, "outbox"), (INBOX, "inbox")):
        rows = await app.store.read.recent(box, since)
        gauge.clear()
        for row in rows:
            gauge.labels(row["channel"], row["state"]).inc(row["n"])


async def _queues(app: App, seen: Seen) -> None:
    rows = await app.store.read.rows("waiting_since")
    QUEUE_AGE.clear()
    for row in rows:
        if row["since"] is None:
            continue
        age = max(0.0, (micros(seen.at) - row["since"]) / 1_000_000)
        QUEUE_AGE.labels(row["queue"], row["channel"] or "").set(age)
        if age > LATE[row["queue"]]:
            where = f"{row['queue']} ({row['channel']})" if row["channel"] else row["queue"]
            seen.warnings.append(f"{where}: the oldest entry waits for {age / 60:.0f} minutes")


async def _senders(app: App, seen: Seen) -> None:
    rows = {row["sender"]: row for row in await app.store.read.rows("all_senders")}
    for name, channel in app.channels.items():
        row = rows.get(channel.sender, {})
        stopped, paused = row.get("stopped"), _seconds_until(row.get("paused_until"), seen.at)
        SENDER_STOPPED.labels(name).set(stopped is not None)
        SENDER_PAUSED.labels(name).set(paused)
        if stopped is not None:
            seen.warnings.append(f"{name} does not send until you act: {stopped}")
        elif paused:
            seen.warnings.append(f"{name} rests for {paused:.0f} s")


async def _stuck(app: App, seen: Seen) -> None:
    (row,) = await app.store.read.rows("stuck", since=micros(seen.at - DAY))
    QUARANTINE.set(row["quarantined"])
    UNKNOWN.set(row["unknown"])
    seen.facts |= {"quarantined": row["quarantined"], "unknown": row["unknown"]}
    if row["quarantined"]:
        seen.warnings.append(f"{row['quarantined']} messages could not be handled: askwhy quarantine list")


async def _backups(app: App, seen: Seen) -> None:
    if not app.config.backup.enabled:
        return
    moments = _moments(await app.store.read.rows("all_jobs"))
    done, due = moments.get(BACKUP_DONE), moments.get(NIGHT)
    seen.facts["backup"] = done.isoformat() if done else None
    if done is not None:
        BACKUP_AGE.set((seen.at - done).total_seconds())
    overdue = due is not None and seen.at - due > timedelta(hours=1)
    if overdue or (done is not None and seen.at - done > BACKUP_LATE):
        seen.warnings.append(
            f"the last nightly backup is of {done:%Y-%m-%d %H:%M} UTC" if done else "no backup was made yet"
        )


def _moments(rows: Iterable[Mapping[str, Any]]) -> dict[str, datetime]:
    return {row["job"]: moment(row["due_at"]) for row in rows}


def _seconds_until(at: int | None, now: datetime) -> float:
    return 0.0 if at is None else max(0.0, (at - micros(now)) / 1_000_000)
