"""The work of the night, once a night by one process: old personal data goes, roll-ups are put together, a copy is made.

The hour is the organisation's own; a night that the program slept through is made up for at the next start. What a
process left undone, because it was stopped or killed, is done an hour later by whoever lives. A copy that fails alerts the
admins once and is tried again an hour later, too.

Rows of the inbox and the outbox are never deleted: their ids are what a repeat is known by, for ever. What is in them
goes by `[retention]`.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import structlog

from bot.alerts import alert_admins
from bot.backups import BACKUP_DONE, NIGHT, copies_in, delete, name_for, outlived, set_aside, surplus
from bot.clock import Clock
from bot.config import Config
from bot.firm import Firm
from bot.privacy.report import REWRITE, sqlite_path
from bot.privacy.retention import let_go
from storage.base import Store, StoreError
from storage.moments import day_of
from storage.sqlite_traces import rewrite
from storage.transaction import Transaction

log = structlog.get_logger(__name__)

BACKUP_FAILED: Final = "backup"  # the notice that the admins got

LOOK_EVERY: Final = timedelta(minutes=1)
AGAIN_AFTER: Final = timedelta(hours=1)


class Stopped(Exception):  # noqa: N818 -- not a fault
    """The program is asked to end."""


class Housekeeping:
    """`look()` every minute; it works when the night has come. `stopping` ends a copy that is under way."""

    def __init__(self, store: Store, firm: Firm, config: Config, clock: Clock) -> None:
        self._store = store
        self._firm = firm
        self._config = config
        self._clock = clock
        self._stopping = False

    def stop(self) -> None:
        """Give up what is under way; it is done in an hour, by this process or another."""
        self._stopping = True

    async def look(self) -> None:
        """Do the work of the night if it is due and nobody else does it. Raises StoreError."""
        if not await self._store.hold(NIGHT):  # another process may take longer than an hour for it
            return
        now = self._clock.now()
        following = self._next_night(now)
        again = min(now + AGAIN_AFTER, following)

        def take(tx: Transaction) -> bool:
            tx.upkeep.plan(NIGHT, following)
            return tx.upkeep.take(NIGHT, now, again)

        if await self._store.write(take) and await self.work():
            await self._store.write(lambda tx: tx.upkeep.put(NIGHT, self._next_night(self._clock.now())))

    async def work(self) -> bool:
        """Do the work of the night now; False: it is to be done again in an hour.

        One part that fails does not keep the others from being done.
        """
        done = True
        for part in (self._let_go, self._fold, self._rewrite, self._copy):
            if self._stopping:
                return False
            try:
                done = await part() is not False and done
            except Stopped:
                log.info("night_interrupted")
                return False
            except StoreError as error:
                log.warning("store_unavailable", job=NIGHT, error=str(error))
            except Exception:
                log.exception("job_failed", job=NIGHT)
        return done

    async def _let_go(self) -> None:
        retention = self._config.retention
        gone = await let_go(self._store, retention, self._clock.now(), lambda: self._stopping)
        if gone.answers or gone.messages or gone.people:
            log.info("old_data_gone", answers=gone.answers, messages=gone.messages, people=gone.people)

    async def _fold(self) -> None:
        """Put together the roll-ups that several connections to PostgreSQL have written side by side."""
        today = day_of(self._clock.now(), self._firm.zone)
        for day in await self._store.read.unfolded_days(today):
            if self._stopping:
                return
            await self._store.write(partial(_fold_day, day=day))

    async def _rewrite(self) -> None:
        """Write the file anew if an erasure by day left something in its free space."""
        path = sqlite_path(self._config)
        if path is None or await self._store.write(lambda tx: tx.upkeep.at(REWRITE)) is None:
            return
        if await asyncio.to_thread(rewrite, path):
            await self._store.write(lambda tx: tx.upkeep.drop(REWRITE))
        else:
            log.warning("rewrite_put_off", store=str(path))

    async def _copy(self) -> bool:
        if not self._config.backup.enabled:
            return True
        began = self._clock.now()
        folder = self._config.backup_folder
        target = folder / name_for(began)
        try:
            await asyncio.to_thread(_make_room, folder)
            await self._store.backup(str(target), self._told)
            await asyncio.to_thread(target.chmod, 0o600)
            await asyncio.to_thread(self._delete_old, folder, began)
        except (StoreError, OSError) as error:
            await self._failed(error)
            return False

        def done(tx: Transaction) -> None:
            tx.upkeep.put(BACKUP_DONE, began)
            tx.outbox.forget_notice(BACKUP_FAILED)

        await self._store.write(done)
        log.info("backup_made", file=target.name, bytes=target.stat().st_size)
        return True

    def _delete_old(self, folder: Path, now: datetime) -> None:
        """Delete what is older than the copies that are kept; it is called only when a new one is there."""
        keep, path = self._config.backup.keep, sqlite_path(self._config)
        aside = set_aside(path) if path else []
        for copy in (*surplus(copies_in(folder), keep), *outlived(aside, keep, now)):
            delete(copy)

    async def _failed(self, error: Exception) -> None:
        now = self._clock.now()
        log.error("backup_failed", error=str(error))
        again = min(now + AGAIN_AFTER, self._next_night(now))

        def record(tx: Transaction) -> None:
            text = f"askwhy: the nightly backup failed: {error} It is tried again every hour."
            alert_admins(tx, self._firm, BACKUP_FAILED, text, now)
            tx.upkeep.put(NIGHT, again)

        await self._store.write(record)

    def _told(self, _done: int, _total: int) -> None:
        if self._stopping:
            raise Stopped

    def _next_night(self, now: datetime) -> datetime:
        """Return the next moment that the organisation's clock shows the hour of the night, strictly after `now`."""
        zone, at = self._config.organisation.timezone, self._config.backup.at
        local = now.astimezone(zone)
        today = datetime.combine(local.date(), at, zone)
        night = today if today.timestamp() > now.timestamp() else today + timedelta(days=1)
        return datetime.fromtimestamp(night.timestamp(), now.tzinfo)


def _fold_day(tx: Transaction, day: int) -> None:
    tx.answers.fold(day)


def _make_room(folder: Path) -> None:
    """Make the folder, for its owner only, and clear away halves of copies that were killed."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for half in folder.glob("askwhy-*.db.part"):
        with contextlib.suppress(OSError):
            half.unlink()
