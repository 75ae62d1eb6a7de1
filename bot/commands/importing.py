"""What the imports of answers and of figures share: batches into the store, rejected rows aside, the sum told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from bot.commands.context import Context
from bot.commands.outcome import DONE, SOME_REJECTED
from bot.ingest.csv_file import CsvFile, Record
from bot.ingest.rejected import RejectedFile

T = TypeVar("T")

BATCH = 500
"""Rows a unit of work: enough to make a commit cheap, few enough that a running service never waits long."""

SHOWN = 5
"""Rejected rows told on the spot; the file has them all."""


@dataclass
class Outcome:
    """What became of the rows; `counts` by outcome."""

    counts: Counter[str] = field(default_factory=Counter)
    rejected_file: Path | None = None
    reasons: list[str] = field(default_factory=list)


async def bring_in(
    context: Context,
    source: CsvFile,
    rows: Iterator[tuple[Record, T | str | None]],
    store: Callable[[list[T]], Awaitable[Mapping[str, int]]],
) -> Outcome:
    """Store all rows, a batch a unit of work; a text in the place of a row is the reason why it is rejected."""
    outcome, rejected = Outcome(), RejectedFile(source)
    batch: list[T] = []
    shown = 0
    try:
        with context.progress(f"{source.path.name}, KiB", max(1, source.size // 1024)) as advance:
            for record, row in rows:
                if row is None:
                    outcome.counts["blank"] += 1
                elif isinstance(row, str):
                    _reject(context, rejected, record, row, outcome)
                else:
                    batch.append(row)
                if len(batch) == BATCH:
                    outcome.counts.update(await store(batch))
                    batch = []
                    advance(source.bytes_read // 1024 - shown)
                    shown = source.bytes_read // 1024
            if batch:
                outcome.counts.update(await store(batch))
    finally:
        rejected.close()
    outcome.rejected_file = rejected.path if rejected.rows else None
    return outcome


def tell(context: Context, source: CsvFile, outcome: Outcome, names: tuple[str, ...]) -> int:
    """Tell what became of the rows and return the exit code; `rows` is the sum of `names` and the rejected ones."""
    names = (*names, "rejected")
    rows = sum(outcome.counts[name] for name in names)
    if context.json:
        told = {name: outcome.counts[name] for name in names}
        context.emit(
            {"rows": rows, **told, "rejected_file": outcome.rejected_file and str(outcome.rejected_file)}
        )
    else:
        context.say(f"{source.path}: {'1 row' if rows == 1 else f'{rows:,} rows'}")
        for name in names:
            context.say(f"  {name:<9}{outcome.counts[name]:>9,}")
        for reason in outcome.reasons:
            context.say(f"    {reason}", style="yellow")
        if (more := outcome.counts["rejected"] - len(outcome.reasons)) > 0:
            context.say(f"    … and {more:,} more", style="yellow")
        if outcome.rejected_file:
            context.say(f"Correct {outcome.rejected_file} and import it: the other rows are in.")
    changed = source.changed()
    if changed:
        context.note(
            f"{source.path} changed while it was read: {changed}. Import it again to be sure.", style="yellow"
        )
    return SOME_REJECTED if outcome.counts["rejected"] else DONE


def _reject(context: Context, rejected: RejectedFile, record: Record, reason: str, outcome: Outcome) -> None:
    """Put a row aside; where the folder takes no file, tell it on standard error, so that it is not lost."""
    outcome.counts["rejected"] += 1
    told = f"line {record.line}: {reason}"
    if len(outcome.reasons) < SHOWN:
        outcome.reasons.append(told)
    try:
        rejected.add(reason, record.cells)
    except OSError as error:
        if outcome.counts["rejected"] == 1:
            context.note(
                f"{rejected.path} cannot be written ({error.strerror}); rejected rows are told here:"
            )
        context.note(told)
