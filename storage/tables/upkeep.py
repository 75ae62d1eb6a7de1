"""When the work of the night is due, and when it was done last."""

from __future__ import annotations

from datetime import datetime

from storage.database import Database
from storage.moments import micros, moment


class Upkeep:
    """Moments by name, beside the scheduler's jobs."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def plan(self, job: str, at: datetime) -> None:
        """Say when a job is due for the first time; one that is planned already stays so."""
        self._db.run("add_job", job=job, due_at=micros(at))

    def take(self, job: str, now: datetime, following: datetime) -> bool:
        """Take a job that is due, for one process; it is due again at `following`. False: not due, or taken."""
        return self._db.one("take_job", job=job, now=micros(now), next=micros(following)) is not None

    def put(self, job: str, at: datetime) -> None:
        """Remember a moment, or move a job."""
        self._db.run("put_job", job=job, due_at=micros(at))

    def at(self, job: str) -> datetime | None:
        """Return a moment, None where nothing is remembered."""
        row = self._db.one("job", job=job)
        return moment(row["due_at"]) if row else None

    def answered(self, channel: str, address: str, at: datetime) -> str | None:
        """Return the id of the message from an address that one queued at `at` answers."""
        row = self._db.one("answered", channel=channel, address=address, at=micros(at))
        return row["external_id"] if row else None

    def drop(self, job: str) -> None:
        """Forget a moment."""
        self._db.run("drop_job", job=job)
