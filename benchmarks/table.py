"""Write the figures of the last run into README.md, so that none is ever typed by hand.

python -m benchmarks.table [--results FOLDER] [--readme FILE]        (make bench-table)
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"

HERE = Path(__file__).parent


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.table", description=__doc__)
    parser.add_argument("--results", type=Path, default=HERE / "results")
    parser.add_argument("--readme", type=Path, default=HERE / "README.md")
    chosen = parser.parse_args()
    reports = read(chosen.results)
    if not reports:
        parser.error(f"{chosen.results} holds no figures; run `make bench` first.")
    chosen.readme.write_text(put_into(chosen.readme.read_text(encoding="utf-8"), render(reports)), "utf-8")
    return 0


def read(results: Path) -> list[dict[str, Any]]:
    """Return the reports of a folder, in the order in which benchmarks run."""
    from benchmarks.__main__ import BENCHMARKS

    files = [results / f"{name}.json" for name in BENCHMARKS]
    return [json.loads(file.read_text(encoding="utf-8")) for file in files if file.exists()]


def put_into(page: str, figures: str) -> str:
    """Replace what stands between the marks. ValueError for a page without them."""
    if BEGIN not in page or END not in page:
        raise ValueError(f"the page has no place for figures: {BEGIN} … {END}")
    inside = re.compile(re.escape(BEGIN) + ".*" + re.escape(END), re.DOTALL)
    return inside.sub(lambda _: f"{BEGIN}\n{figures}\n{END}", page)


def render(reports: list[dict[str, Any]]) -> str:
    """Return Markdown: on what and when it was measured, then one line a figure."""
    machine = reports[0]["machine"]
    days = sorted({report["day"] for report in reports})
    commits = sorted({report["machine"]["commit"] for report in reports})
    sizes = sorted({report["size"] for report in reports})
    when = f"Measured on {' and '.join(days)} at {', '.join(commits)} (size {', '.join(sizes)})"
    where = f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']:.0f} GiB, {machine['system']}"
    versions = f"Python {machine['python']}, SQLite {machine['sqlite']}"
    lines = [
        f"{when}: {where}, {versions}.",
        "",
        "| figure | ours | other | ratio (min–max) | target | p50 / p99 ms |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for report in reports:
        right = "all checks right" if report["right"] else "**a check is wrong**"
        lines.append(f"| **{report['title']}** ({right}) | | | | | |")
        lines += [_line(row) for row in report["rows"]]
    notes = [f"- {report['title']}: {note}" for report in reports for note in report["notes"]]
    return "\n".join([*lines, "", *notes])


def _line(row: dict[str, Any]) -> str:
    ratio = row["ratio"]
    sign = "≥" if row["at_least"] else "≤"
    target = (
        "" if row["target"] is None else f"{sign} {row['target']:g} {'met' if row['met'] else '**missed**'}"
    )
    cells = (
        row["label"],
        f"{_short(row['ours'])} {row['unit']}".strip(),
        "" if row["other"] is None else _short(row["other"]),
        f"{ratio['median']:.3g} ({ratio['low']:.3g}–{ratio['high']:.3g})" if ratio else "",
        target,
        "" if row["p50"] is None or row["p99"] is None else f"{row['p50']:.1f} / {row['p99']:.1f}",
    )
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


if __name__ == "__main__":
    sys.exit(main())
