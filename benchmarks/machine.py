"""What figures depend on: the machine, the versions, the commit; and where a process may run."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE = CORES[0]
LOAD_CORE = CORES[1] if len(CORES) > 1 else CORES[0]

LIBRARIES = ("uvicorn", "starlette", "uvloop", "httptools", "python-telegram-bot", "procrastinate", "huey")


def pin(core: int) -> None:
    """Let this process, and what it starts, run on one core only."""
    os.sched_setaffinity(0, {core})


def unpin() -> None:
    os.sched_setaffinity(0, CORES)


def resident_bytes(pid: int | str = "self") -> int:
    """Memory that a process holds at this moment."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def peak_bytes(pid: int | str = "self") -> int:
    """The most memory a process ever held."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    return 0


def describe() -> dict[str, Any]:
    """Everything about this machine that a figure should be read with."""
    return {
        "processor": _processor(),
        "cores": len(CORES),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "libraries": {name: version(name) for name in LIBRARIES},
        "commit": _commit(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _commit() -> str:
    if told := os.environ.get("BENCH_COMMIT"):  # runs on a copy of the sources
        return told
    here = Path(__file__).parent
    asked = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=here, capture_output=True, check=False
    )
    return asked.stdout.decode().strip() or "unknown"
