"""`askwhy import visits`: visits and their customers from a file; the same file again changes nothing."""

import asyncio
import gc
from dataclasses import dataclass, field
from pathlib import Path

from bot.bootstrap import build_firm, open_store
from bot.clock import Clock, SystemClock
from bot.commands.context import Context, WrongUseError
from bot.commands.outcome import DONE, SOME_REJECTED
from bot.config import Config
from bot.ingest.csv_file import CsvFile, CsvProblem
from bot.ingest.rejected import RejectedFile
from bot.ingest.visits import Batch, Reading, Rejected, read_visits
from bot.logs import keep_quiet
from bot.service import Service
from bot.taking import Taken
from storage.base import StoreError, StoreUnavailable
from storage.sqlite import SqliteStore

CACHE_KIB = 8 * 1024
"""Pages of the store kept in memory: ten million rows take no more of it than ten thousand."""

SHOWN = 5
"""Rejected rows told on the spot; the file has them all."""

PATIENCE = (1.0, 5.0, 15.0)
"""Seconds to wait before a batch is tried again that the store did not take: somebody else may be writing."""


FAULT = "it could not be handled, by a fault of askwhy; please report it with this row"


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

    def took(self, results: list[Taken | None]) -> None:
        """Count what was stored."""
        self.new += results.count(Taken.NEW)
        self.known += results.count(Taken.KNOWN)
        self.updated += results.count(Taken.UPDATED)


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


async def import_file(
    context: Context, config: Config, source: CsvFile, clock: Clock | None = None
) -> Counts:
    """Take all rows of an open file in, a batch a unit of work."""
    keep_quiet()
    gc.freeze()  # a batch is thousands of values that make no cycles: looking for some costs a tenth of the import
    gc.set_threshold(50_000)
    clock = clock or SystemClock()
    firm = build_firm(config)
    batches = read_visits(source, Reading(firm.zone, firm.country, firm.languages, clock.now()))
    store = open_store(config)
    if isinstance(store, SqliteStore):
        store.cache_kib = CACHE_KIB
    service = Service(store, firm, clock, {})
    counts = Counts()
    rejected = RejectedFile(source)
    await store.open()
    try:
        with context.progress(f"{source.path.name}, KiB", max(1, source.size // 1024)) as advance:
            shown = 0
            for batch in batches:  # reading beside storing gains nothing: both are Python
                results = await _store(service, batch, clock)
                counts.took(results)
                for row in [*batch.rejected, *_kept_out(batch, results)]:
                    _reject(context, rejected, row, counts)
                advance(source.bytes_read // 1024 - shown)
                shown = source.bytes_read // 1024
        counts.rejected_file = rejected.path if rejected.rows else None
    except StoreError:
        context.note(f"{counts.rows} rows are in. The same command goes on from there.", style="yellow")
        raise
    finally:
        rejected.close()
        await store.close()
    return counts


async def _store(service: Service, batch: Batch, clock: Clock) -> list[Taken | None]:
    """Store the visits of a batch, waiting for a while where the store does not take them now."""
    if not batch.visits:
        return []
    for wait in PATIENCE:
        try:
            return await service.on_each_visit(batch.visits)
        except StoreUnavailable:
            await clock.sleep(wait)
    return await service.on_each_visit(batch.visits)


def _kept_out(batch: Batch, results: list[Taken | None]) -> list[Rejected]:
    """Return the rows that were not stored for a fault of ours: it must not cost the rows around them."""
    pairs = zip(batch.records, results, strict=True)
    return [Rejected(record, FAULT) for record, result in pairs if result is None]


def _reject(context: Context, rejected: RejectedFile, row: Rejected, counts: Counts) -> None:
    """Put a row aside; where the folder takes no file, tell it on standard error, so that it is not lost."""
    counts.rejected += 1
    told = f"line {row.record.line}: {row.reason}"
    if counts.rejected <= SHOWN:
        counts.reasons.append(told)
    try:
        rejected.add(row.reason, row.record.cells)
    except OSError as error:
        if counts.rejected == 1:
            context.note(
                f"{rejected.path} cannot be written ({error.strerror}); rejected rows are told here:"
            )
        context.note(told)


def _tell(context: Context, file: Path, counts: Counts) -> None:
    if context.json:
        context.emit(
            {
                "rows": counts.rows,
                "new": counts.new,
                "known": counts.known,
                "updated": counts.updated,
                "rejected": counts.rejected,
                "rejected_file": str(counts.rejected_file) if counts.rejected_file else None,
            }
        )
        return
    rows = "1 row" if counts.rows == 1 else f"{counts.rows:,} rows"
    context.say(f"{file}: {rows}")
    for name in ("new", "known", "updated", "rejected"):
        context.say(f"  {name:<9}{getattr(counts, name):>9,}")
    for reason in counts.reasons:
        context.say(f"    {reason}", style="yellow")
    if counts.rejected > len(counts.reasons):
        context.say(f"    … and {counts.rejected - len(counts.reasons):,} more", style="yellow")
    if counts.rejected_file:
        context.say(f"Correct {counts.rejected_file} and import it: the other rows are in.")
