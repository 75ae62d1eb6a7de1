"""B2, import: `askwhy import visits` of a file, against the sqlite3 program's own .import into the same tables.

The raw way fills the same tables, with the same keys and indexes, from files that hold what ours made of the visits file.
It judges nothing: no phone is looked at, nobody is planned, no repeat is known. A visits file has 3 % bad phones, 5 %
repeats and customers who come again.
"""

from __future__ import annotations

import contextlib
import csv
import itertools
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.harness import Report, Row, Run, Size, compare
from benchmarks.history import empty_store
from benchmarks.machine import SERVER_CORE, peak_bytes, pin, unpin
from benchmarks.processes import ROOT, module
from benchmarks.stores import SECRETS, write_config

HEADER = (
    "visit_id",
    "customer_id",
    "occurred_at",
    "name",
    "phone",
    "touchpoint",
    "branch",
    "employee",
    "product",
)
TABLES = ("people", "addresses", "customers", "visits", "story")
"""What an import fills."""

BAD_PHONES, REPEATS = 33, 20
"""Every 33rd row has a phone that cannot be one, every 20th repeats the row before."""


LAST = datetime.now(UTC).date() - timedelta(days=1)
"""The day of the newest visits: visits of the future are refused."""


@dataclass(frozen=True, slots=True)
class Amount:
    rows: tuple[int, ...]
    pairs: int


AMOUNTS: dict[Size, Amount] = {
    "tiny": Amount((200,), 1),
    "quick": Amount((5_000,), 1),
    "normal": Amount((10_000, 200_000), 2),
    "full": Amount((10_000, 1_000_000, 10_000_000), 1),
}


def run(size: Size) -> Report:
    amount = AMOUNTS[size]
    report = Report("import", "B2 visits out of a file, checked, planned and stored")
    report.notes.append(
        "The raw import checks, plans and knows nothing; it fills tables and indexes with what ours made."
    )
    peaks: list[float] = []
    for rows in amount.rows:
        with tempfile.TemporaryDirectory(prefix="askwhy-bench-") as name:
            folder = Path(name)
            file = folder / "visits.csv"
            new = write_file(file, rows)
            ours, raws = [], []
            for number in range(amount.pairs):
                told, peak = _ours(report, folder, rows, new, again=number == 0)
                ours.append(told)
                raws.append(_raw(report, folder, rows))
            label = f"{rows:,} rows ÷ raw .import into the same tables"
            report.rows.append(compare(label, "rows/s", ours, raws, 0.25))
            peaks.append(peak)
            report.rows.append(Row(f"{rows:,} rows, peak memory", "MB", peak / 1e6))
    if len(peaks) > 1:
        growth = peaks[-1] / peaks[0]
        label = f"growth of memory, {amount.rows[0]:,} → {amount.rows[-1]:,} rows"
        report.rows.append(Row(label, "times", growth, target=1.2, at_least=False))
    return report


def write_file(file: Path, rows: int) -> int:
    """Write a visits file; return how many of its rows are new and right."""
    new = 0
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        before: tuple[str, ...] | None = None
        for number in range(rows):
            if number % REPEATS == REPEATS - 1 and before is not None:
                writer.writerow(before)
                continue
            bad = number % BAD_PHONES == 0
            row = _row(number, bad=bad)
            writer.writerow(row)
            new += not bad
            before = None if bad else row
    return new


def _row(number: int, *, bad: bool) -> tuple[str, ...]:
    customer = (number * 7919) % 1_000_003 // 2
    day = LAST - timedelta(days=number % 28)
    phone = "12345" if bad else f"+3725{customer:07d}"
    return (
        f"v-{number}", f"c-{customer}", f"{day}T{8 + number % 10:02d}:{number % 60:02d}:00+02:00",
        f"Customer{customer}", phone, ("counter", "call")[number % 2], f"Branch {number % 12}",
        f"Employee {number % 97}", f"Product {number % 7}",
    )  # fmt: skip


def _ours(report: Report, folder: Path, rows: int, new: int, *, again: bool) -> tuple[Run, float]:
    for path in folder.glob("askwhy.db*"):
        path.unlink()
    config = write_config(folder)
    seconds, told, peak = _import(folder, config)
    report.check(f"rows taken in, of {rows:,}", (told["rows"], told["new"]), (rows, new))
    with closing(sqlite3.connect(folder / "askwhy.db")) as connection:
        stored = connection.execute("SELECT count(*) FROM visits").fetchone()[0]
    report.check("visits stored", stored, new)
    if again:
        _, told, _ = _import(folder, config)
        report.check("the same file again adds nothing", (told["new"], told["updated"]), (0, 0))
    return Run(rows / seconds), peak


def _import(folder: Path, config: Path) -> tuple[float, dict[str, int], float]:
    """Run the command; return seconds, what it told, and the most memory it held."""
    pin(SERVER_CORE)
    command = module("bot", "--config", config, "import", "visits", folder / "visits.csv", "--json")
    with (folder / "told.json").open("wb") as out, (folder / "log").open("wb") as log:
        began = time.perf_counter()
        child = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **SECRETS}, stdout=out, stderr=log)
        unpin()
        peak = 0
        while child.poll() is None:
            with contextlib.suppress(OSError):  # it may just have ended
                peak = peak_bytes(child.pid) or peak
            time.sleep(0.005)
        seconds = time.perf_counter() - began
    if child.returncode not in {0, 3}:
        raise RuntimeError(
            f"the import ended with {child.returncode}: {(folder / 'log').read_text()[-2000:]}"
        )
    return seconds, json.loads((folder / "told.json").read_text()), peak


def _raw(report: Report, folder: Path, rows: int) -> Run:
    """Fill the tables of an empty store with what the import stored, by the sqlite3 program or Python's csv."""
    wanted = _dump(folder)
    store = folder / "raw.db"
    store.unlink(missing_ok=True)
    empty_store(store)
    program = shutil.which("sqlite3")
    pin(SERVER_CORE)
    began = time.perf_counter()
    if program is not None:
        subprocess.run([program, str(store)], input=_script(folder), check=True, capture_output=True)
    else:
        _by_csv(store, folder)
    seconds = time.perf_counter() - began
    unpin()
    report.check("rows in the tables filled raw", _counts(store), wanted)
    return Run(rows / seconds)


def _dump(folder: Path) -> dict[str, int]:
    """Write a file per table of what the import stored; return the rows of each."""
    with closing(sqlite3.connect(folder / "askwhy.db")) as connection:
        for table in TABLES:
            with _file_of(folder, table).open("w", newline="", encoding="utf-8") as out:
                csv.writer(out).writerows(connection.execute(f"SELECT * FROM {table}"))
    return _counts(folder / "askwhy.db")


def _counts(store: Path) -> dict[str, int]:
    with closing(sqlite3.connect(store)) as connection:
        return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}


def _file_of(folder: Path, table: str) -> Path:
    return folder / f"raw-{table}.csv"


def _script(folder: Path) -> bytes:
    imports = "".join(f".import {_file_of(folder, table)} {table}\n" for table in TABLES)
    return f"PRAGMA synchronous = FULL;\n.mode csv\n{imports}".encode()


def _by_csv(store: Path, folder: Path) -> None:
    with closing(sqlite3.connect(store)) as connection:
        for table in TABLES:
            with _file_of(folder, table).open(newline="", encoding="utf-8") as lines:
                rows = csv.reader(lines)
                first = next(rows)
                insert = f"INSERT INTO {table} VALUES ({', '.join('?' * len(first))})"
                connection.executemany(insert, itertools.chain([first], rows))
        connection.commit()
