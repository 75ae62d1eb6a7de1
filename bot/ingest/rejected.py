"""The rows that cannot be used, with their reasons, in a file beside the one they came from, written the way that one is.

Safe to open in a spreadsheet: a cell that would be taken as a formula is marked as text by a leading apostrophe, phones
with their "+" too. Corrected, the file can be imported like any other: the apostrophes and the reasons go again.
"""

import contextlib
import csv
from pathlib import Path
from typing import TextIO

from bot.ingest.csv_file import CsvFile

SUFFIX = ".rejected.csv"
REASON = "reason"

FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
"""What makes a spreadsheet run a cell (OWASP, CSV injection), in the wide letters of East Asian keyboards too."""


def safe_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes as a formula."""
    start = text[:1]
    if start in FORMULA_STARTS or (start.isspace() and text.lstrip()[:1] in FORMULA_STARTS):
        return "'" + text if text else text
    return text


def plain_cell(text: str) -> str:
    """Undo `safe_cell()`."""
    return text[1:] if text.startswith("'") and safe_cell(text[1:]) == text else text


def rejected_path(source: Path) -> Path:
    """Return where the rows of `source` that cannot be used go: visits.rejected.csv beside visits.csv."""
    return source.with_name(source.stem + SUFFIX)


def is_corrected(source: CsvFile) -> bool:
    """Tell whether this is a file of rejected rows that comes back: its first column is the reason, and cells are marked."""
    return source.path.name.endswith(SUFFIX) and source.header[:1] == [REASON]


class RejectedFile:
    """Written from the first rejected row on. Where nothing was rejected, `close()` removes one of an earlier run.

    Raises OSError where the folder cannot be written to.
    """

    def __init__(self, source: CsvFile) -> None:
        self.path = rejected_path(source.path)
        self.rows = 0
        self._needed = False
        self._source = source
        self._stale = (
            1 if is_corrected(source) else 0
        )  # cells before the row itself: the reason of an earlier run
        self._file: TextIO | None = None

    def add(self, reason: str, cells: list[str]) -> None:
        """Write one row with its reason."""
        self._needed = True
        if self._file is None:
            encoding = "utf-8-sig" if self._source.marked else "utf-8"
            self._file = self.path.open("w", encoding=encoding, newline="")
            self._write([REASON, *self._source.header[self._stale :]])
        self._write([reason, *cells[self._stale :]])
        self.rows += 1

    def close(self) -> None:
        """Finish the file, or remove a stale one."""
        if self._file is not None:
            self._file.close()
        elif not self._needed and self.path.is_file():
            with contextlib.suppress(OSError):  # a folder that takes no new file keeps its old ones, too
                self.path.unlink()

    def _write(self, cells: list[str]) -> None:
        assert self._file is not None
        row = [safe_cell(cell.encode("utf-8", "replace").decode("utf-8")) for cell in cells]
        csv.writer(self._file, delimiter=self._source.separator, lineterminator="\r\n").writerow(row)
