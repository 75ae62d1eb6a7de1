"""Records out: every answer or every visit as a flat record, written as CSV, JSON lines or Parquet in constant memory.

A CSV is safe to open in a spreadsheet: text that would be taken as a formula is marked by a leading apostrophe. Phones
begin with "+", but no record here has one.
"""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TextIO
from zoneinfo import ZoneInfo

from bot.ingest.rejected import safe_cell
from storage.base import Store
from storage.moments import moment

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetWriter

Record = Mapping[str, Any]

ANSWERS: Final = {
    "visit_id": str,
    "customer_id": str,
    "survey": str,
    "score": int,
    "why": str,
    "answered_at": datetime,
    "channel": str,
    "language": str,
    "late": bool,
    "occurred_at": datetime,
    "touchpoint": str,
    "branch": str,
    "employee": str,
    "product": str,
    "amount": float,
    "resolved": bool,
}
"""Columns of an answer with their types; the further columns of the visits follow, as text."""

VISITS: Final = {"visit_id": str, "state": str, "reason": str, "due_at": datetime}
"""Columns of a visit: as `askwhy explain`, without the events."""

ROW_GROUP = 10_000


async def answer_columns(store: Store) -> dict[str, type]:
    """Return the columns of all answers: one pass finds the names of the further ones."""
    names: set[str] = set()
    async for row in store.read.stream("extra_of_responses"):
        names.update(row["extra"])
    return {**ANSWERS, **{_further(name): str for name in sorted(names)}}


async def answers(store: Store, zone: ZoneInfo) -> AsyncIterator[Record]:
    """Yield every answer; moments in `zone`. What a response knows of its visit is as it was when it was answered."""
    async for row in store.read.stream("all_responses"):
        yield {
            **{name: row[name] for name in ("visit_id", "customer_id", "survey", "score", "why")},
            "answered_at": moment(row["answered_at"]).astimezone(zone),
            **{name: row[name] for name in ("channel", "language")},
            "late": bool(row["late"]),
            "occurred_at": moment(row["occurred_at"]).astimezone(zone)
            if row["occurred_at"] is not None
            else None,
            **{name: row[name] for name in ("touchpoint", "branch", "employee", "product", "amount")},
            "resolved": None if row["resolved"] is None else bool(row["resolved"]),
            **{_further(name): value for name, value in row["extra"].items()},
        }


async def visits(store: Store, zone: ZoneInfo) -> AsyncIterator[Record]:
    """Yield every visit with how its invitation stands."""
    async for row in store.read.stream("all_visits"):
        due = moment(row["due_at"]).astimezone(zone) if row["due_at"] is not None else None
        yield {"visit_id": row["visit_id"], "state": row["state"], "reason": row["reason"], "due_at": due}


class Writer(Protocol):
    """Writes records one by one."""

    def write(self, record: Record) -> None:
        """Write one record."""

    def close(self) -> None:
        """Finish what was begun; the stream stays open."""


class CsvWriter:
    """RFC 4180, UTF-8, with a header. An empty cell is no value."""

    def __init__(self, out: TextIO, columns: Mapping[str, type]) -> None:
        self._columns = tuple(columns)
        self._rows = csv.writer(out, lineterminator="\r\n")
        self._rows.writerow(safe_cell(name) for name in self._columns)

    def write(self, record: Record) -> None:
        """Write one record."""
        self._rows.writerow(_cell(record.get(name)) for name in self._columns)

    def close(self) -> None:
        """Nothing is kept back."""


class JsonlWriter:
    """One JSON object a line, with every column in it."""

    def __init__(self, out: TextIO, columns: Mapping[str, type]) -> None:
        self._out = out
        self._columns = tuple(columns)

    def write(self, record: Record) -> None:
        """Write one record."""
        plain = {name: _json(record.get(name)) for name in self._columns}
        self._out.write(json.dumps(plain, ensure_ascii=False, allow_nan=False) + "\n")

    def close(self) -> None:
        """Nothing is kept back."""


class Parquet:
    """Columns with types; moments as UTC timestamps."""

    def __init__(self, path: Path, columns: Mapping[str, type]) -> None:
        import pyarrow as pa
        from pyarrow.parquet import ParquetWriter

        kinds = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
        kinds[datetime] = pa.timestamp("us", tz="UTC")
        self._schema = pa.schema([(name, kinds[kind]) for name, kind in columns.items()])
        self._file: ParquetWriter = ParquetWriter(path, self._schema)
        self._rows: list[Record] = []

    def write(self, record: Record) -> None:
        """Write one record, some thousand at a time."""
        self._rows.append(record)
        if len(self._rows) == ROW_GROUP:
            self._flush()

    def close(self) -> None:
        """Write what is left and the file's footer."""
        if self._rows:
            self._flush()
        self._file.close()

    def _flush(self) -> None:
        import pyarrow as pa

        self._file.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
        self._rows = []


TEXT_FORMATS: Final[Mapping[str, Callable[[TextIO, Mapping[str, type]], Writer]]] = {
    "csv": CsvWriter,
    "jsonl": JsonlWriter,
}


def _further(name: str) -> str:
    """Return the column for a further column of the visits: its own name, unless an answer has such a column."""
    return f"visit_{name}" if name in ANSWERS else name


def _cell(value: object) -> object:
    match value:
        case None:
            return ""
        case str():
            return safe_cell(value)
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat()
        case _:
            return value


def _json(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
