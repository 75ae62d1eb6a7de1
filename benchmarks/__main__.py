"""Run the benchmarks, print what was found, and keep it as JSON with a chart."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.harness import Report, Size
from benchmarks.machine import describe

BENCHMARKS = {
    "inbound": "benchmarks.b1_inbound",
    "kills": "benchmarks.kills",
    "dispatch": "benchmarks.b3_dispatch",
    "import": "benchmarks.b2_import",
    "cap": "benchmarks.b4_cap",
    "score": "benchmarks.b5_score",
    "limit": "benchmarks.b8_limit",
    "memory": "benchmarks.b6_memory",
    "start": "benchmarks.b7_start",
    "reading": "benchmarks.reading",
    "bank": "benchmarks.bank",
    "shared": "benchmarks.shared",
}
"""Name -> module with `run(size) -> Report`, in the order of running."""

RESULTS = Path(__file__).parent / "results"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; none: all")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--quick", action="store_const", dest="size", const="quick", help="under two minutes")
    length.add_argument("--full", action="store_const", dest="size", const="full", help="10 M answers; hours")
    length.add_argument("--tiny", action="store_const", dest="size", const="tiny", help="does it run at all?")
    parser.set_defaults(size="normal")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the figures")
    chosen = parser.parse_args()
    if unknown := [name for name in chosen.names if name not in BENCHMARKS]:
        parser.error(f"{unknown[0]!r} is no benchmark; there are {', '.join(BENCHMARKS)}.")
    console = Console()
    machine = describe()
    console.print(" · ".join(f"{key} {value}" for key, value in machine.items() if key != "libraries"))
    wanted = [name for name in BENCHMARKS if not chosen.names or name in chosen.names]
    reports = [_run(name, chosen.size, machine, chosen.results, console) for name in wanted]
    _chart(chosen.results)
    return 0 if all(report.right for report in reports) else 1


def _run(name: str, size: Size, machine: dict[str, Any], results: Path, console: Console) -> Report:
    started, used = time.perf_counter(), _processor_seconds()
    report: Report = import_module(BENCHMARKS[name]).run(size)
    seconds = time.perf_counter() - started
    show(report, seconds, console)
    results.mkdir(exist_ok=True, parents=True)
    written = {
        "size": size,
        "day": f"{datetime.now(UTC):%Y-%m-%d}",
        "seconds": round(seconds, 1),
        "processor_seconds": round(_processor_seconds() - used, 1),
        "machine": machine,
        **report.to_dict(),
    }
    (results / f"{name}.json").write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n")
    return report


def _processor_seconds() -> float:
    """What this process and those it waited for have used so far: far below `seconds` on a machine that is not idle."""
    told = os.times()
    return told.user + told.system + told.children_user + told.children_system


def show(report: Report, seconds: float, console: Console) -> None:
    """Print one report: figures, ratios, targets, checks."""
    table = Table(title=f"{report.title} ({seconds:.0f} s)", title_justify="left")
    for column in ("", "ours", "other", "ratio (min–max)", "target", "p50 / p99 ms"):
        table.add_column(column, justify="left" if not column else "right")
    for row in report.rows:
        ratio = f"{row.ratio.median:.3g} ({row.ratio.low:.3g}–{row.ratio.high:.3g})" if row.ratio else ""
        target = (
            ""
            if row.target is None
            else f"{'≥' if row.at_least else '≤'} {row.target:g} {'✓' if row.met else '✗'}"
        )
        times = "" if row.p50 is None or row.p99 is None else f"{row.p50:.1f} / {row.p99:.1f}"
        other = "" if row.other is None else f"{row.other:,.4g}"
        table.add_row(row.label, f"{row.ours:,.4g} {row.unit}", other, ratio, target, times)
    console.print(table)
    wrong = [check for check in report.checks if not check.right]
    console.print(f"{len(report.checks) - len(wrong)} checks right, {len(wrong)} wrong")
    for check in wrong:
        console.print(f"  WRONG  {check.what}: {check.seen}", style="red")


def _chart(results: Path) -> None:
    from benchmarks.chart import draw

    draw(results)


if __name__ == "__main__":
    sys.exit(main())
