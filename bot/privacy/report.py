"""Erase, make sure of it, and say what was done and what nobody can reach: copies that were made before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bot.backups import copies_in, set_aside
from bot.config import Config
from bot.firm import Firm
from bot.privacy.erasing import Erased, erase_person
from bot.privacy.finding import Elsewhere, Found
from storage.base import Store
from storage.sqlite_traces import Traces, wipe

REWRITE: Final = "rewrite"
"""What `tx.upkeep` remembers when the store's file has to be written anew at night."""


@dataclass(frozen=True, slots=True)
class Copies:
    """Copies that may still hold the person. `gone_on`: the day the last nightly one goes; None where nobody deletes them.

    `others` lie beside the store: by name, when each goes, if somebody deletes it.
    """

    nightly: int
    gone_on: date | None
    others: dict[str, date | None]


@dataclass(frozen=True, slots=True)
class Report:
    """What an erasure did. `traces` tells how the file of a SQLite store stands; None where there is no such file."""

    who: str
    at: datetime
    erased: Erased
    copies: Copies
    traces: Traces | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the one object of --json."""
        return {
            "customer_id": self.who,
            "erased_at": self.at.isoformat(),
            **self.erased.to_dict(),
            "traces": None if self.traces is None else str(self.traces),
            "backups": {
                "nightly": self.copies.nightly,
                "gone_on": self.copies.gone_on.isoformat() if self.copies.gone_on else None,
                "others": list(self.copies.others),
            },
        }

    def lines(self) -> list[str]:
        """Say the same in sentences."""
        done = self.erased
        what = (
            f"{_n(done.visits, 'visit')}, {_n(done.answers, 'answer')}, {_n(done.messages_in, 'message')} in and "
            f"{done.messages_out} out, {_n(done.addresses, 'address', 'es')}"
        )
        lines = [
            f'"{self.who}" is forgotten: {what}.',
            "Scores stay, without their person. A visit that comes in for this customer is not asked about.",
        ]
        if done.opt_out_kept:
            lines.append("The opt-out stays, as a hash that nobody can read back.")
        lines.append(_TRACES[self.traces])
        if self.copies.nightly:
            until = f"on {self.copies.gone_on:%Y-%m-%d}" if self.copies.gone_on else "when you delete them"
            lines.append(
                f"{_n(self.copies.nightly, 'nightly backup')} still hold this person; the last goes {until}."
            )
        for name, day in self.copies.others.items():
            until = f"It goes on {day:%Y-%m-%d}; delete it if you need it no more." if day else "Delete it."
            lines.append(f"This older copy may hold this person too: {name}. {until}")
        lines.append(
            "Not reached from here: files you exported, and what Twilio and Telegram keep themselves."
        )
        return lines


_TRACES = {
    None: "The database server keeps remains in the free space of its files until it uses that again: VACUUM FULL, in a "
    "quiet hour, overwrites them. WAL archives, replicas and dumps of the server are yours to let go.",
    Traces.NONE: "Nothing of it is left in the bytes of the store's file.",
    Traces.TONIGHT: "Remains in the free space of the store's file are overwritten tonight.",
    Traces.LEFT: "The store's file was in use: remains in its free space are overwritten tonight.",
}


async def forget_now(
    store: Store, firm: Firm, config: Config, who: str, found: Found, elsewhere: Elsewhere, now: datetime
) -> Report:
    """Erase a person in one unit of work; `made_sure()` sees to the file, after the store is closed."""
    erased = await store.write(lambda tx: erase_person(tx, firm, found.person_id, elsewhere, now))
    return Report(who, now, erased, _copies(config))


def made_sure(report: Report, config: Config) -> Report:
    """Look for what was erased in the bytes of a SQLite file, and get rid of it. Raises StoreError.

    The store must be closed in this process (see `storage.sqlite_traces.wipe`).
    """
    path = sqlite_path(config)
    return report if path is None else replace(report, traces=wipe(path, report.erased.words))


def _copies(config: Config) -> Copies:
    """Return the copies made before now. A nightly one goes when `keep` newer ones are there, one a night."""
    nightly = copies_in(config.backup_folder)
    gone_on = _after(nightly[0].at, config) if nightly else None
    return Copies(len(nightly), gone_on, _beside(config))


def _after(at: datetime, config: Config) -> date | None:
    """Return the day on which a copy of a moment has been kept for as many days as configured."""
    if not config.backup.enabled:
        return None
    return at.astimezone(config.organisation.timezone).date() + timedelta(days=config.backup.keep)


def _beside(config: Config) -> dict[str, date | None]:
    """Return what lies beside a SQLite store under its name; what is not of an upgrade or a restore nobody deletes."""
    path = sqlite_path(config)
    if path is None:
        return {}
    live = {path.name, *(path.name + end for end in ("-wal", "-shm", "-journal", ".lock"))}
    ours = {copy.path: _after(copy.at, config) for copy in set_aside(path)}
    found = sorted(file for file in path.parent.glob(f"{path.name}*") if file.name not in live)
    return {str(file): ours.get(file) for file in found}


def sqlite_path(config: Config) -> Path | None:
    """Return the file of a SQLite store, None for any other."""
    path = config.storage.url.removeprefix("sqlite:///")
    return None if path in {config.storage.url, ":memory:"} else Path(path)


def _n(count: int, one: str, plural: str = "s") -> str:
    return f"{count} {one if count == 1 else one + plural}"
