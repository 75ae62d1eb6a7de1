"""Staff, their links, the audit of what they asked, and the figures the firm supplies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from storage.database import Database, encode
from storage.moments import micros, moment
from storage.results import Row
from storage.rows import StaffRow


class Staff:
    """Who may ask for scores, and what was asked."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, channel: str, address: str) -> StaffRow | None:
        """Return a staff member by address."""
        row = self._db.one("staff_member", channel=channel, address=address)
        return staff_row(row) if row else None

    def all(self) -> list[StaffRow]:
        """Return everybody."""
        return [staff_row(row) for row in self._db.all("all_staff")]

    def put(self, row: StaffRow) -> None:
        """Insert or replace a staff member."""
        self._db.run(
            "put_staff",
            channel=row.channel,
            address=row.address,
            name=row.name,
            role=row.role,
            branches=encode(list(row.branches)),
            language=row.language,
            digest=row.digest,
            digest_at=micros(row.digest_at),
            digest_time=f"{row.digest_time:%H:%M}" if row.digest_time else None,
        )

    def drop(self, channel: str, address: str) -> bool:
        """Remove a staff member; False if there was none."""
        return self._db.count("drop_staff", channel=channel, address=address) == 1

    def due_digests(self, now: datetime) -> list[StaffRow]:
        """Return those whose digest is due."""
        return [staff_row(row) for row in self._db.all("due_digests", now=micros(now))]

    def set_digest(self, channel: str, address: str, at: datetime) -> None:
        """Store when the next digest is due."""
        self._db.run("set_digest", channel=channel, address=address, at=micros(at))

    def audit(self, at: datetime, channel: str, address: str, command: str, *, allowed: bool) -> None:
        """Remember a request."""
        self._db.run(
            "audit", at=micros(at), channel=channel, address=address, command=command, allowed=int(allowed)
        )

    def put_link(self, digest: str, kind: str, body: Mapping[str, Any], expires_at: datetime | None) -> None:
        """Keep a link by the hash of its token."""
        self._db.run(
            "put_link",
            hash=digest,
            kind=kind,
            body=encode(body),
            expires_at=micros(expires_at),
        )

    def link(self, digest: str, now: datetime) -> tuple[str, dict[str, Any], bool] | None:
        """Return (kind, body, still usable) of a link."""
        row = self._db.one("link", hash=digest)
        if row is None:
            return None
        fresh = row["used_at"] is None and (row["expires_at"] is None or row["expires_at"] >= micros(now))
        return row["kind"], json.loads(row["body"]), fresh

    def use_link(self, digest: str, by: str, now: datetime) -> bool:
        """Use a link up; False if somebody was faster."""
        return self._db.count("use_link", hash=digest, by=by, at=micros(now)) == 1

    def put_metric(self, metric: str, period: str, branch: str, product: str, value: float) -> str:
        """Store an operational figure; return new, updated or known."""
        before = self._db.one("metric", metric=metric, period=period, branch=branch, product=product)
        if before is not None and before["value"] == value:
            return "known"
        self._db.run("put_metric", metric=metric, period=period, branch=branch, product=product, value=value)
        return "updated" if before is not None else "new"


def staff_row(row: Row) -> StaffRow:
    """Read one row of the table staff."""
    return StaffRow(
        channel=row["channel"],
        address=row["address"],
        name=row["name"],
        role=row["role"],
        branches=tuple(json.loads(row["branches"])),
        language=row["language"],
        digest=row["digest"],
        digest_at=moment(row["digest_at"]),
        digest_time=time.fromisoformat(row["digest_time"]) if row["digest_time"] else None,
    )
