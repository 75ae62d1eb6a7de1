"""The bank's half-year, scaled: wall time, memory, size of the store; the final score equal to a recount kept apart."""

from __future__ import annotations

import json
import subprocess
import tempfile

from benchmarks.harness import Report, Row, Size
from benchmarks.processes import ROOT, module

FACTORS: dict[Size, float] = {"tiny": 0.001, "quick": 0.0001, "normal": 0.1, "full": 1.0}
"""A tenth is half an hour, the whole half-year some hours; `python -m benchmarks.bank_run FOLDER FACTOR` plays any part."""


def run(size: Size) -> Report:
    factor = FACTORS[size]
    report = Report("bank", f"A bank's half-year, times {factor:g}, on a virtual clock")
    with tempfile.TemporaryDirectory(prefix="askwhy-bench-") as folder:
        done = subprocess.run(
            module("benchmarks.bank_run", folder, factor), cwd=ROOT, capture_output=True, check=False
        )
    if done.returncode:
        raise RuntimeError(f"the half-year ended with {done.returncode}: {done.stderr.decode()[-2000:]}")
    told = json.loads(done.stdout.splitlines()[-1])
    report.check("the score's counts equal the recount", told["counts"], told["recount"])
    report.check("invitations counted equal those that arrived", told["asked_by_store"], told["asked"])
    report.check("violations of window, day or cap", told["violations"], 0)
    per_year = f"{told['visits']:,} visits, {told['asked']:,} asked, {told['replies']:,} replies"
    report.rows += [
        Row("wall time", "s", told["seconds"], note=per_year),
        Row("a visit, from import to its last message", "ms", 1000 * told["seconds"] / told["visits"]),
        Row("peak memory", "MB", told["peak_bytes"] / 1e6),
        Row("store, a visit", "bytes", told["store_bytes"] / told["visits"]),
    ]
    report.notes.append(f"{per_year}; NPS {told['score']:.1f}")
    return report
