"""`askwhy import answers`: past answers of another tool; the same file again changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.commands.context import Context, WrongUseError
from bot.commands.importing import Outcome, bring_in, tell
from bot.commands.using_store import Surroundings, with_store
from bot.ingest.columns import ColumnProblem, find_columns
from bot.ingest.csv_file import CsvFile, CsvProblem
from bot.ingest.past_answers import (
    FIELDS,
    Occurrences,
    PastAnswer,
    Reading,
    require_columns,
    rows_of,
    store_answers,
)
from bot.reports.asking import require_survey
from surveys.period_words import fold
from surveys.periods import WordError


def run(context: Context, *, file: Path, survey: str, column: list[str], blank: list[str]) -> int:
    """Import a file; 3 where some rows were rejected, 2 where the survey or the columns are not to be found."""

    async def work(here: Surroundings) -> Outcome:
        asked = here.firm.surveys[require_survey(here.firm, survey)]
        columns = find_columns(source, FIELDS, column)
        require_columns(source, columns)
        blanks = frozenset(fold(value.strip()) for value in blank)
        reading = Reading(asked, here.firm.zone, here.firm.languages, here.now, columns, blanks)

        async def store(batch: list[PastAnswer]) -> Mapping[str, int]:
            zone = here.firm.zone
            new, known = await here.store.write(lambda tx: store_answers(tx, asked, zone, batch))
            return {"new": new, "known": known}

        seen = Occurrences()
        try:
            return await bring_in(context, source, rows_of(source, reading, seen), store)
        finally:
            seen.close()

    try:
        with CsvFile(file) as source:
            outcome = with_store(context, work)
            return tell(context, source, outcome, ("new", "known", "blank"))
    except (CsvProblem, ColumnProblem, WordError) as problem:
        raise WrongUseError(str(problem)) from None
