"""One chart of all ratios: how far each is from its target. Drawn from results/*.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

GOOD, MISSED, PLAIN = "#2a9d8f", "#e76f51", "#8d99ae"


def reached(row: dict[str, Any]) -> tuple[float, float, float] | None:
    """How many times better than its target a row is: (median, low, high); 1 is the target. None without one."""
    if not row["target"] or not (row["ratio"] or row["ours"]):
        return None
    ratio = row["ratio"] or {"median": row["ours"], "low": row["ours"], "high": row["ours"]}
    shares = [ratio[key] / row["target"] for key in ("median", "low", "high")]
    if row["at_least"]:
        return shares[0], shares[1], shares[2]
    return 1 / shares[0], 1 / shares[2], 1 / shares[1]


def draw(results: Path) -> Path | None:
    """Draw results/benchmarks.png; None where no row has a target."""
    rows = [
        (file.stem, row)
        for file in sorted(results.glob("*.json"))
        for row in json.loads(file.read_text())["rows"]
    ]
    bars = [
        (f"{name}: {row['label']}", share, row["met"])
        for name, row in rows
        if (share := reached(row)) is not None
    ]
    if not bars:
        return None
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(9, 1.2 + 0.34 * len(bars)))
    for place, (_, (median, low, high), met) in enumerate(reversed(bars)):
        axes.barh(place, median, color=GOOD if met else MISSED)
        axes.plot([low, high], [place, place], color="black", linewidth=1.2)
    axes.set_yticks(range(len(bars)), [label for label, *_ in reversed(bars)], fontsize=8)
    axes.axvline(1, color="black", linestyle="--", linewidth=1)
    axes.set_xscale("log")
    axes.set_xlabel("times better than the target (1 = the target); the line spans all pairs")
    figure.tight_layout()
    path = results / "benchmarks.png"
    figure.savefig(path, dpi=110)
    plt.close(figure)
    return path
