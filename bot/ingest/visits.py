"""Rows of a visits file as visits, in batches that become one unit of work each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.ingest.csv_file import CsvFile, CsvProblem, Record
from bot.ingest.rejected import is_corrected, plain_cell
from surveys.visits import Visit, VisitProblem, parse_cells, parse_header

BATCH = 5000
"""Visits a unit of work: enough that its many pages are written once, few enough that a running service waits a third of a second."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a row is read by: the organisation's zone, country and languages, and the present moment."""

    zone: ZoneInfo
    country: str
    languages: tuple[str, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that cannot be a visit, and why."""

    record: Record
    reason: str


@dataclass(slots=True)
class Batch:
    """Some rows of the file, in its order: those that are visits, as read and as written, and those that are not."""

    visits: list[Visit] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


def read_visits(file: CsvFile, reading: Reading, size: int = BATCH) -> Iterator[Batch]:
    """Yield the rows of a visits file. Raises CsvProblem at once for a header without a required column, or with one twice."""
    corrected = is_corrected(file)
    header = ["", *file.header[1:]] if corrected else file.header
    try:
        names = parse_header(header)
    except VisitProblem as problem:
        raise CsvProblem(f"{file.path}: {problem}") from None
    return _batches(file, names, reading, size, corrected=corrected)


def _batches(
    file: CsvFile, names: tuple[str, ...], reading: Reading, size: int, *, corrected: bool
) -> Iterator[Batch]:
    batch = Batch()
    for record in file.records():
        try:
            if record.problem:
                raise ValueError(record.problem)
            cells = [plain_cell(cell) for cell in record.cells] if corrected else record.cells
            batch.visits.append(
                parse_cells(
                    names,
                    cells,
                    zone=reading.zone,
                    country=reading.country,
                    languages=reading.languages,
                    now=reading.now,
                )
            )
            batch.records.append(record)
        except ValueError as problem:
            batch.rejected.append(Rejected(record, str(problem)))
        if len(batch.visits) + len(batch.rejected) >= size:
            yield batch
            batch = Batch()
    if batch.visits or batch.rejected:
        yield batch
