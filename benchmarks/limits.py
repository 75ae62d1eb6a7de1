"""What holds a shared store back while it works: whose processor time it takes, and what its connections wait for.

    with watched(url, ours=[pid, …]) as seen:
        …
    seen.cores["ours"]      cores that askwhy's processes kept busy, on average; "database" and "load" likewise
    seen.waits["Lock"]      share of the time in units of work that was spent so: pg_stat_activity, sampled

"Lock" is waiting for somebody else's row or transaction: askwhy's own doing. "askwhy" is PostgreSQL waiting for the next
statement of a unit; "processor" is PostgreSQL working or waiting for a core; the rest is PostgreSQL's own (disk, buffers, log).
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

EVERY = 0.02
"""Seconds between two looks at what the connections do."""

WAITS = """
SELECT CASE WHEN state LIKE 'idle in transaction%' THEN 'askwhy' ELSE coalesce(wait_event_type, 'processor') END, count(*)
FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'askwhy' AND state <> 'idle' GROUP BY 1
"""


@dataclass
class Seen:
    """What was seen; empty until the block ends."""

    cores: dict[str, float] = field(default_factory=dict)
    waits: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def machine(self) -> float:
        """Share of all cores' time that these three used."""
        return sum(self.cores.values()) / (os.cpu_count() or 1)


@contextmanager
def watched(url: str, ours: Sequence[int]) -> Iterator[Seen]:
    """Watch the database at `url`, of this machine, and askwhy's processes while the block runs."""
    seen, ended, found = Seen(), threading.Event(), Counter[str]()
    with psycopg.connect(url, autocommit=True, application_name="watching") as connection:
        postmaster = _parent(connection.info.backend_pid)

        def look() -> None:
            while not ended.wait(EVERY):
                found.update(dict(connection.execute(WAITS).fetchall()))

        groups = {"ours": ours, "database": (postmaster,)}
        before = {name: _seconds(pids) for name, pids in groups.items()}
        own, began = time.process_time(), time.perf_counter()
        looking = threading.Thread(target=look)
        looking.start()
        try:
            yield seen
        finally:
            ended.set()
            looking.join()
        took = seen.seconds = time.perf_counter() - began
        seen.cores = {name: (_seconds(pids) - before[name]) / took for name, pids in groups.items()}
        seen.cores["load"] = (time.process_time() - own) / took
        seen.waits = {name: n / found.total() for name, n in found.most_common()}


def _seconds(pids: Sequence[int]) -> float:
    """Processor seconds of some processes and of all they started, ended ones included."""
    ticks = 0
    for pid in {*pids, *(child for child in _processes() if _parent(child) in pids)}:
        fields = _stat(pid)
        ticks += sum(map(int, fields[11:15] if pid in pids else fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _parent(pid: int) -> int:
    return int(_stat(pid)[1])


def _stat(pid: int) -> list[str]:
    """The fields after the name: state, parent, …; zeros for a process that has just ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ["0"] * 20
