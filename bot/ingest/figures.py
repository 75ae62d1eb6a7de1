"""Rows of operational figures for the composite index: metric, value, period, branch, product."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from bot.ingest.columns import records_of
from bot.ingest.csv_file import CsvFile, CsvProblem, Record
from storage.transaction import Transaction
from surveys.cells import amount_in, cell_text, visible
from surveys.periods import PeriodError, parse_period
from surveys.visits import LONGEST_KEY

FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "metric": frozenset({"metric", "figure", "indicator"}),
    "value": frozenset({"value", "amount"}),
    "period": frozenset({"period", "month"}),
    "branch": frozenset({"branch"}),
    "product": frozenset({"product"}),
}

_NAME = re.compile(r"[\w-]+")
_DATED = re.compile(r"\d{4}\S*")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; `branch` and `product` are "" for the whole firm."""

    metric: str
    value: float
    period: str
    branch: str
    product: str


def require_columns(source: CsvFile, columns: Mapping[str, int]) -> None:
    """Demand the columns that make a figure. Raises CsvProblem."""
    for field in ("metric", "value", "period"):
        if field not in columns:
            raise CsvProblem(
                f"{source.path}: there is no column {field}; the header is metric, value, period, branch, product"
            )


def rows_of(
    source: CsvFile, columns: Mapping[str, int], today: date, zone: ZoneInfo
) -> Iterator[tuple[Record, Figure | str | None]]:
    """Yield every row with what it is: a figure, None where the value is empty, or the reason why it is rejected."""
    for record in records_of(source):
        try:
            yield record, _figure(record, columns, today, zone)
        except ValueError as problem:
            yield record, str(problem)


def store_figures(tx: Transaction, figures: Sequence[Figure]) -> dict[str, int]:
    """Store figures; a later value of the same metric, period, branch and product takes the earlier one's place."""
    counts = {"new": 0, "known": 0, "updated": 0}
    for one in figures:
        counts[tx.staff.put_metric(one.metric, one.period, one.branch, one.product, one.value)] += 1
    return counts


def _figure(record: Record, columns: Mapping[str, int], today: date, zone: ZoneInfo) -> Figure | None:
    if record.problem:
        raise ValueError(record.problem)

    def cell(field: str) -> str:
        at = columns.get(field)
        return visible(cell_text(record.cells[at])) if at is not None and at < len(record.cells) else ""

    written = cell("value")
    if not written:
        return None
    metric, period = cell("metric"), cell("period")
    if not _NAME.fullmatch(metric):
        raise ValueError(
            f"metric {metric[:60]!r}: it is no name; write letters, digits, _ and -, like price_level"
        )
    if not _DATED.fullmatch(period):
        raise ValueError(f"period {period[:60]!r}: it names no dates; write it like 2026-10, 2026-Q3 or 2026")
    try:
        parse_period(period, today, zone)
    except PeriodError as problem:
        raise ValueError(f"period: {problem}") from None
    try:
        value = float(amount_in(written.removesuffix("%").strip()))
    except ValueError as problem:
        raise ValueError(f"value {written[:60]!r}: {problem}") from None
    branch, product = cell("branch"), cell("product")
    if max(map(len, (metric, period, branch, product))) > LONGEST_KEY:
        raise ValueError(f"a name is over {LONGEST_KEY} characters; shorten it")
    return Figure(metric, value, period, branch, product)
