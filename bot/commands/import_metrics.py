"""`askwhy import metrics`: operational figures for the composite index; the same file again changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.commands.context import Context, WrongUseError
from bot.commands.importing import Outcome, bring_in, tell
from bot.commands.using_store import Surroundings, with_store
from bot.ingest.columns import find_columns
from bot.ingest.csv_file import CsvFile, CsvProblem
from bot.ingest.figures import FIELDS, Figure, require_columns, rows_of, store_figures


def run(context: Context, *, file: Path) -> int:
    """Import a file; 3 where some rows were rejected, 2 where a column is missing."""

    async def work(here: Surroundings) -> Outcome:
        columns = find_columns(source, FIELDS)
        require_columns(source, columns)

        async def store(batch: list[Figure]) -> Mapping[str, int]:
            return await here.store.write(lambda tx: store_figures(tx, batch))

        today = here.now.astimezone(here.firm.zone).date()
        return await bring_in(context, source, rows_of(source, columns, today, here.firm.zone), store)

    try:
        with CsvFile(file) as source:
            outcome = with_store(context, work)
            return tell(context, source, outcome, ("new", "known", "updated", "blank"))
    except CsvProblem as problem:
        raise WrongUseError(str(problem)) from None
