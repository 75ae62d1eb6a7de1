"""The rows of a CSV file, in constant memory, whatever program wrote it.

Comma, semicolon, tab or bar, or whatever a first line like `sep=^` names; a BOM; quoted cells that span lines; a last line without its end. What cannot be read is a row
with a problem, and the rows after it are read as if it were not there: a line that is not UTF-8, a quote that is opened
and never closed (it does not swallow the rest of the file), more cells than columns, a line without end.
"""

import csv
import io
import os
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple, Self

SEPARATORS: Final = (",", ";", "\t", "|")

LONGEST: Final = 4 * 1024 * 1024
"""Bytes of one row that are looked at; more is refused without being kept."""

BOM: Final = b"\xef\xbb\xbf"

NO_CSV: Final = {
    b"PK\x03\x04": "it is a spreadsheet (.xlsx or .ods); save it as CSV UTF-8",
    b"\xd0\xcf\x11\xe0": "it is a spreadsheet (.xls); save it as CSV UTF-8",
    b"\xff\xfe": "it is UTF-16; save it as CSV UTF-8",
    b"\xfe\xff": "it is UTF-16; save it as CSV UTF-8",
    b"\x1f\x8b": "it is compressed; unpack it first",
}


_NAMED_SEPARATOR = re.compile(r"sep=([^\w\s\"]|\t)", re.IGNORECASE)


class CsvProblem(ValueError):  # noqa: N818 -- a finding about data, not a failure of the program
    """A file that cannot be used at all; the text names the file, what is wrong and the fix."""


class Record(NamedTuple):
    """One row. `line` is that of its first line, from 1. `problem` says why its cells are not to be used."""

    line: int
    cells: list[str]
    problem: str | None = None


@dataclass(slots=True)
class _Line:
    number: int
    text: str
    problem: str | None = None


class _QuoteNeverCloses(Exception):  # noqa: N818 -- found out in the middle of csv.reader
    pass


@dataclass
class CsvFile:
    """An open file: `header`, then `records()` once. Raises CsvProblem where there is no header to read."""

    path: Path
    header: list[str] = field(default_factory=list, init=False)
    separator: str = field(default=",", init=False)
    marked: bool = field(default=False, init=False)  # it began with a BOM

    def __post_init__(self) -> None:
        csv.field_size_limit(LONGEST + 1)
        try:
            self._file: io.BufferedReader = self.path.open("rb")
        except OSError as error:
            raise CsvProblem(f"{self.path}: it cannot be read ({error.strerror})") from None
        self._began = os.fstat(self._file.fileno())
        self._read = 0
        self._line = 0
        self._again: deque[_Line] = deque()  # lines of a row that was none, to be read once more
        try:
            self._read_header()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def size(self) -> int:
        """Bytes, as they were when the file was opened."""
        return self._began.st_size

    @property
    def bytes_read(self) -> int:
        """How far reading has come."""
        return self._read

    def changed(self) -> str | None:
        """Say how the file changed since it was opened; None where it did not."""
        now = os.fstat(self._file.fileno())
        if now.st_size != self._began.st_size:
            return f"it had {self._began.st_size} bytes at the start and has {now.st_size} now"
        if now.st_mtime_ns != self._began.st_mtime_ns:
            return "it was written to"
        return None

    def records(self) -> Iterator[Record]:
        """Yield the rows after the header; rows without any text are no rows."""
        for record in self._rows():
            if record.problem or any(map(str.strip, record.cells)):
                yield self._fitted(record)

    def _fitted(self, record: Record) -> Record:
        if len(record.cells) <= len(self.header) or record.problem:
            return record
        surplus = record.cells[len(self.header) :]
        if any(cell.strip() for cell in surplus):
            problem = "it has more cells than the header; put quotes around cells that hold the separator"
            return Record(record.line, record.cells, problem)
        return Record(record.line, record.cells[: len(self.header)])

    # -- rows out of lines ---------------------------------------------------------------------------------------------

    def _rows(self) -> Iterator[Record]:
        while line := self._next_line():
            text = line.text.rstrip("\r\n")
            if '"' in text or "\r" in text or line.problem:
                self._again.appendleft(line)
                yield from self._quoted_row()
            elif text:  # as csv.reader would read it, at a third of its price
                yield Record(line.number, text.split(self.separator))

    def _quoted_row(self) -> Iterator[Record]:
        """Yield the row that begins here and may go on over several lines; none where there is nothing in it."""
        taken: list[_Line] = []
        try:
            cells = next(csv.reader(self._feed(taken), delimiter=self.separator), None)
        except _QuoteNeverCloses:
            yield self._first_alone(taken)
        except csv.Error as error:
            yield self._first_alone(taken, f"it cannot be read as CSV ({error}); save the file anew")
        else:
            if cells is None:
                return
            if len(taken) > 1 and self.header and len(cells) != len(self.header):
                yield self._first_alone(taken)
                return
            problem = next((line.problem for line in taken if line.problem), None)
            if cells or problem:
                yield Record(taken[0].number, cells, problem)

    def _first_alone(
        self,
        taken: list[_Line],
        problem: str = "a quote is opened and not closed in its row; close it, or double it inside a cell",
    ) -> Record:
        """Give up the first of the lines that seemed one row, and read the others once more as rows of their own."""
        first, *others = taken
        self._again.extendleft(reversed(others))
        cells = first.text.rstrip("\r\n").split(self.separator)
        return Record(first.number, cells, first.problem or problem)

    def _feed(self, taken: list[_Line]) -> Iterator[str]:
        """Hand lines to csv.reader, noting in `taken` which ones the row under way is made of."""
        size = 0
        while True:
            line = self._next_line()
            size = len(line.text) + size if taken and line else len(line.text) if line else 0
            if taken and (line is None or size > LONGEST):
                if line is not None:
                    self._again.appendleft(line)
                raise _QuoteNeverCloses
            if line is None:
                return
            taken.append(line)
            yield line.text

    def _next_line(self) -> _Line | None:
        if self._again:
            return self._again.popleft()
        raw = self._file.readline(LONGEST)
        if not raw:
            return None
        self._line += 1
        self._read += len(raw)
        if len(raw) == LONGEST and not raw.endswith(b"\n"):
            self._skip_line()
            start = raw[:200].decode("utf-8", "replace").replace('"', "")
            return _Line(self._line, start, f"it is over {LONGEST // 1024 // 1024} MiB; shorten it")
        try:
            return _Line(self._line, raw.decode("utf-8"))
        except UnicodeDecodeError as error:
            problem = f"it is not UTF-8 (byte 0x{raw[error.start]:02X}); save the file as CSV UTF-8"
            return _Line(self._line, raw.decode("utf-8", "backslashreplace"), problem)

    def _skip_line(self) -> None:
        while raw := self._file.readline(LONGEST):
            self._read += len(raw)
            if raw.endswith(b"\n"):
                return

    # -- the header ----------------------------------------------------------------------------------------------------

    def _read_header(self) -> None:
        start = self._file.peek(1)
        for magic, problem in NO_CSV.items():
            if start.startswith(magic):
                raise CsvProblem(f"{self.path}: {problem}")
        if b"\r" in start.rstrip() and b"\n" not in start:
            raise CsvProblem(f"{self.path}: its lines end by CR alone; save it as CSV UTF-8")
        self.marked = start.startswith(BOM)
        if self.marked:
            self._read = len(self._file.read(len(BOM)))
        first = self._first_line()
        named = _NAMED_SEPARATOR.fullmatch(first.text.strip(" \r\n"))  # a line for Excel, before the header
        if named is None:
            self._again.appendleft(first)
        self.separator = named[1] if named else separator_of(first.text)
        record = next((row for row in self._rows() if row.problem or any(map(str.strip, row.cells))), None)
        if record is None or record.problem:
            why = record.problem if record else "there is no header"
            raise CsvProblem(f"{self.path}: the header cannot be read: {why}")
        self.header = record.cells

    def _first_line(self) -> _Line:
        while line := self._next_line():
            if line.problem or line.text.strip():
                return line
        raise CsvProblem(f"{self.path}: it is empty; the first line names the columns")


def separator_of(header: str) -> str:
    """Return the separator that stands most often in a header, outside quotes; a comma where none does."""
    outside = re.sub(r'"[^"]*"', "", header)
    return max(SEPARATORS, key=outside.count)
