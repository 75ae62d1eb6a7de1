"""`askwhy export`: all answers or visits, to standard output or into a file."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commands.context import Context, WrongUseError
from bot.commands.outcome import DONE
from bot.commands.using_store import Surroundings, with_store

if TYPE_CHECKING:
    from bot.exporting import Record, Writer


def run(context: Context, *, what: str, form: str, output: Path | None) -> int:
    """Write everything; a file is there whole or not at all. Parquet needs a file."""
    if form == "parquet" and output is None:
        raise WrongUseError(f"--format parquet writes no text. Name a file: --output {what}.parquet")
    part = output.with_name(output.name + ".part") if output else None
    try:
        written = with_store(context, lambda here: _write(context, here, what, form, part))
        if part is not None and output is not None:
            part.replace(output)
            context.note(f"{output}: {written:,} {what if written != 1 else what[:-1]}")
    except OSError as error:
        if output is None:
            raise
        raise WrongUseError(f"--output {output}: it cannot be written ({error.strerror}).") from None
    finally:
        if part is not None:
            part.unlink(missing_ok=True)
    return DONE


async def _write(context: Context, here: Surroundings, what: str, form: str, part: Path | None) -> int:
    from bot import exporting

    zone = here.firm.zone
    columns: Mapping[str, type]
    records: AsyncIterator[Record]
    if what == "answers":
        columns, records = await exporting.answer_columns(here.store), exporting.answers(here.store, zone)
    else:
        columns, records = exporting.VISITS, exporting.visits(here.store, zone)
    if form == "parquet":
        assert part is not None
        return await _pour(context, exporting.Parquet(part, columns), records, what)
    if part is None:
        return await _pour(context, exporting.TEXT_FORMATS[form](sys.stdout, columns), records, what)
    with part.open("w", encoding="utf-8", newline="") as out:
        return await _pour(context, exporting.TEXT_FORMATS[form](out, columns), records, what)


async def _pour(context: Context, writer: Writer, records: AsyncIterator[Record], what: str) -> int:
    number = 0
    with context.progress(what) as advance:
        async for record in records:
            writer.write(record)
            number += 1
            if number % 1000 == 0:
                advance(1000)
    writer.close()
    return number
