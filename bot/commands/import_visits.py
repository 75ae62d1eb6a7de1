"""`askwhy import visits`: visits and their customers from a file; the same file again changes nothing."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from bot.bootstrap import build_firm, open_store
from bot.clock import Clock, SystemClock
from bot.commands.context import CommandError, Context, WrongUseError
from bot.commands.outcome import DONE, SOME_REJECTED
from bot.config import Config
from bot.ingest.csv_file import CsvFile, CsvProblem
from bot.ingest.rejected import RejectedFile
from bot.ingest.visits import Batch, Reading, read_visits
from bot.planning import Taken
from bot.service import Service
from storage.base import StoreUnavailable

SHOWN = 5
"""Rejected rows told on the spot; the file has them all."""

PATIENCE = (1.0, 5.0, 15.0)
"""Seconds to wait before a batch is tried again that the store did not take: somebody else may be writing."""


@dataclass
class Counts:
    """What became of the rows."""

    new: int = 0
    known: int = 0
    updated: int = 0
    rejected: int = 0
    rejected_file: Path | None = None
    reasons: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """All of them."""
        return self.new + self.known + self.updated + self.rejected


def run(context: Context, *, file: Path) -> int:
    """Import a file; 3 where some rows were rejected, 2 where its header cannot be used."""
    config = context.config()
    try:
        with CsvFile(file) as source:
            counts = asyncio.run(import_file(context, config, source))
            changed = source.changed()
    except CsvProblem as problem:
        raise WrongUseError(str(problem)) from None
    _tell(context, file, counts)
    if changed:
        context.note(
            f"{file} changed while it was read: {changed}. What was read is in; import it again to be sure.",
            style="yellow",
        )
    return SOME_REJECTED if counts.rejected else DONE


async def import_file(context: Context, config: Config, source: CsvFile, clock: Clock | None = None) -> Counts:
    """Take all rows of an open file in, a batch a unit of work; the next is read while one is being stored."""
    clock = clock or SystemClock()
    firm = build_firm(config)
    store = open_store(config)
    service = Service(store, firm, clock, {})
    reading = Reading(firm.zone, firm.country, firm.languages, clock.now())
    counts = Counts()
    rejected = RejectedFile(source.path, source.header, source.separator)
    batches = read_visits(source, reading)
    await store.open()
    try:
        with context.progress(f"{source.path.name} (KiB)", max(1, source.size // 1024)) as advance:
            shown = 0
            while batch := next(batches, None):
                storing = asyncio.create_task(_store(service, batch, clock))
    finally:
        rejected.close()
        await store.close()
    return counts
