"""Runs that alternate, the ratios between them, and reports that say whether the answers were right.

A figure alone says little on a shared machine; the ratio of two runs a second apart says much. So ours and each divisor
run A B A B after a warm-up, the ratio is taken pair by pair, and the median is quoted with the smallest and the largest.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

SIZES = ("tiny", "quick", "normal", "full")
"""tiny is for the tests of the benchmarks themselves."""

Size = Literal["tiny", "quick", "normal", "full"]


@dataclass(frozen=True, slots=True)
class Run:
    """One timed run: `value` in the benchmark's unit (a rate, or a time), percentiles in milliseconds where known."""

    value: float
    p50: float | None = None
    p99: float | None = None


@dataclass(frozen=True, slots=True)
class Ratio:
    """The median of the pairwise ratios, with the smallest and the largest."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a report: ours, a divisor, their ratio, and what the ratio should be."""

    label: str
    unit: str
    ours: float
    other: float | None = None
    ratio: Ratio | None = None
    target: float | None = None  # of the ratio, or of ours where there is no divisor
    at_least: bool = True  # the target is a floor, else a ceiling
    p50: float | None = None
    p99: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None without one."""
        if self.target is None:
            return None
        value = self.ratio.median if self.ratio else self.ours
        return value >= self.target if self.at_least else value <= self.target


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must be true of the answers, whatever the speed."""

    what: str
    right: bool
    seen: str = ""


@dataclass
class Report:
    """What one benchmark found."""

    name: str
    title: str
    rows: list[Row] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what the peers do not do, what a figure leaves out

    @property
    def right(self) -> bool:
        """Whether every answer was right: a fast wrong answer is a failure."""
        return all(check.right for check in self.checks)

    def check(self, what: str, seen: object, wanted: object) -> None:
        """Remember whether what was seen is what must be."""
        right = seen == wanted
        self.checks.append(Check(what, right, f"{seen}" if right else f"{seen}, not {wanted}"))

    def to_dict(self) -> dict[str, Any]:
        rows = [{**asdict(row), "met": row.met} for row in self.rows]
        return {**asdict(self), "rows": rows, "right": self.right}


def ratio(ours: Sequence[float], others: Sequence[float]) -> Ratio:
    """Divide pair by pair. ValueError without pairs, or where the runs do not pair up."""
    if not ours or len(ours) != len(others):
        raise ValueError(f"{len(ours)} runs of ours and {len(others)} of the other make no pairs.")
    pairs = [own / other for own, other in zip(ours, others, strict=True)]
    return Ratio(statistics.median(pairs), min(pairs), max(pairs))


def alternate(runs: Mapping[str, Callable[[], Run]], pairs: int, *, warm_up: bool) -> dict[str, list[Run]]:
    """Run each in turn, `pairs` rounds of it; a warm-up round before is thrown away."""
    if warm_up:
        for run in runs.values():
            run()
    done: dict[str, list[Run]] = {name: [] for name in runs}
    for _ in range(pairs):
        for name, run in runs.items():
            done[name].append(run())
    return done


def compare(
    label: str,
    unit: str,
    ours: Sequence[Run],
    others: Sequence[Run],
    target: float | None,
    *,
    at_least: bool = True,
    note: str = "",
) -> Row:
    """Make the row of two alternated series; the percentiles are those of our median run."""
    middle = sorted(ours, key=lambda run: run.value)[len(ours) // 2]
    return Row(
        label,
        unit,
        statistics.median(run.value for run in ours),
        statistics.median(run.value for run in others),
        ratio([run.value for run in ours], [run.value for run in others]),
        target,
        at_least,
        middle.p50,
        middle.p99,
        note,
    )


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` (0..1) of the values do not exceed: nearest rank. ValueError for no values."""
    if not values:
        raise ValueError("No values, no percentile.")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1_000_000) * len(ordered) // 1_000_000) - 1))]
