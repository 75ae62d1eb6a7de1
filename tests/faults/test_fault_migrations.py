"""A store that is made or migrated is made or migrated wholly, wherever the program is killed."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from storage import make_store
from storage.base import StoreError
from storage.catalog import tables
from storage.migrate import migrate
from storage.postgres_server import settings
from storage.queries import migrations
from storage.sqlite import SqliteStore
from tests.contract.making import person
from tests.fakes.postgres import PostgresServer

STATEMENTS = sum(len(steps) for steps in migrations("sqlite3").values())

KILLED_AT = """
import os, signal, sqlite3, sys
from pathlib import Path
from storage import sqlite_file

count = 0
connect = sqlite3.connect

def tripped(*args, **kwargs):
    connection = connect(*args, **kwargs)

    def statement(text):
        global count
        count += 1
        if count == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)

    connection.set_trace_callback(statement)
    return connection

sqlite3.connect = tripped
from storage.migrate import migrate
connection, _ = sqlite_file.open_store(Path(sys.argv[1]), patience=1)
migrate(connection, "sqlite3", sys.argv[1])
"""


def version_1(path: Path) -> None:
    """A store as the first version of askwhy left it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        for statement in migrations("sqlite3")[1]:
            old.execute(statement)
        old.execute("INSERT INTO meta VALUES ('schema', '1'), ('secret', ?)", ("ab" * 32,))
        old.execute("INSERT INTO people (opted_out_at) VALUES (1), (NULL)")


def schema_of(path: Path) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return set(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall())


async def opened(path: Path) -> SqliteStore:
    store = SqliteStore(path)
    await store.open()
    return store


def kill_at(path: Path, statement: int) -> int:
    """Open the store in a process that is killed at its n-th statement; gives the exit code."""
    command = [sys.executable, "-c", KILLED_AT, str(path), str(statement)]
    return subprocess.run(command, check=False, capture_output=True).returncode


@pytest.mark.parametrize("old", [False, True])
async def test_a_program_killed_at_any_statement_leaves_a_store_that_opens(
    tmp_path: Path, old: bool, full: bool
) -> None:
    whole = tmp_path / "whole.db"
    await (await opened(whole)).close()
    killed, at = 0, 1
    step = (
        1 if full else 2 if old else 9
    )  # making a store is one file put in place; migrating one happens inside it
    while True:
        path = tmp_path / f"{at}.db"
        if old:
            version_1(path)
        if kill_at(path, at) == 0:
            break
        killed += 1
        store = await opened(path)
        assert store.schema.now == max(migrations("sqlite3"))
        assert await store.check() == []
        assert (
            len(await store.write(lambda tx: tx.db._connection.execute("SELECT * FROM people").fetchall()))
            == 2 * old
        )
        await store.write(person)
        await store.close()
        assert schema_of(path) == schema_of(whole)
        at += step
    assert killed > 5


async def test_the_store_before_a_migration_is_kept_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "askwhy.db"
    version_1(path)
    store = await opened(path)
    await store.close()
    assert (store.schema.before, store.schema.now) == (1, max(migrations("sqlite3")))
    with closing(sqlite3.connect(tmp_path / "askwhy.db.schema-1")) as kept:
        assert kept.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone() == ("1",)
        assert kept.execute("SELECT count(*) FROM people").fetchone() == (2,)


async def test_a_migration_that_the_disk_has_no_room_for_changes_nothing_and_is_done_later(
    tmp_path: Path,
) -> None:
    path = tmp_path / "askwhy.db"
    version_1(path)
    room = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size // 2, room[1]))
    try:
        with pytest.raises(StoreError, match=r"Is there room on the disk\?|Check the disk"):
            await opened(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, room)
    store = await opened(path)
    assert (store.schema.before, store.schema.now) == (1, max(migrations("sqlite3")))
    assert await store.check() == []
    await store.close()
    assert not list(tmp_path.glob("*.part"))


async def test_a_migration_keeps_the_secret_of_the_opt_outs(tmp_path: Path) -> None:
    path = tmp_path / "askwhy.db"
    version_1(path)
    await (await opened(path)).close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT value FROM meta WHERE key = 'secret'").fetchone() == ("ab" * 32,)


async def test_every_new_store_has_a_secret_of_its_own(tmp_path: Path) -> None:
    secrets = []
    for name in ("a.db", "b.db"):
        await (await opened(tmp_path / name)).close()
        with closing(sqlite3.connect(tmp_path / name)) as connection:
            secrets.append(connection.execute("SELECT value FROM meta WHERE key = 'secret'").fetchone()[0])
    assert len(bytes.fromhex(secrets[0])) == 32
    assert secrets[0] != secrets[1]


async def test_a_program_that_is_older_than_the_store_refuses_it_and_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "askwhy.db"
    await (await opened(path)).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE meta SET value = '999' WHERE key = 'schema'")
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"newer askwhy \(schema 999.*Start the newer program"):
        await SqliteStore(path).open()
    assert path.read_bytes() == before


class Tripping:
    """A PostgreSQL connection that ends the process at its n-th statement."""

    def __init__(self, connection: psycopg.Connection[dict[str, object]], at: int) -> None:
        self._connection, self._left = connection, at

    def execute(self, *args: object) -> object:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return self._connection.execute(*args)  # type: ignore[call-overload]


async def test_postgresql_too_migrates_wholly_or_not_at_all(postgres: PostgresServer) -> None:
    code = (
        "import sys, psycopg; from storage.migrate import migrate; from storage.postgres_server import settings;"
        "from tests.faults.test_fault_migrations import Tripping;"
        "migrate(Tripping(psycopg.connect(sys.argv[1], **settings()), int(sys.argv[2])), 'psycopg', 'url')"
    )
    ends = []
    for at in range(2, STATEMENTS + 30, STATEMENTS // 3):
        with postgres.database(empty=True) as url:
            ends.append(subprocess.run([sys.executable, "-c", code, url, str(at)], check=False).returncode)
            store = make_store(url)
            await store.open()
            await store.write(person)
            assert await store.check() == []
            await store.close()
    assert -signal.SIGKILL in ends


def test_both_dialects_have_the_same_tables_columns_and_indexes(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    def names(rows: list[tuple[str, ...]]) -> set[tuple[str, ...]]:
        return {row for row in rows if not row[0].startswith(("sqlite_", "pg_"))}

    with postgres.database() as url, psycopg.connect(url) as connection:
        columns = names(
            connection.execute(
                "SELECT table_name, column_name FROM information_schema.columns "
                "JOIN pg_tables ON tablename = table_name AND schemaname = table_schema WHERE table_schema = 'public'"
            ).fetchall()
        )
        indexes = names(
            connection.execute(
                "SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexname !~ '_(pkey|key)$'"
            ).fetchall()
        )
    assert columns == {(table.name, column) for table in tables() for column in table.columns}
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as memory:
        memory.row_factory = sqlite3.Row
        migrate(memory, "sqlite3", "memory:")
        memory.row_factory = None
        wanted = names(memory.execute("SELECT name FROM sqlite_master WHERE type = 'index'").fetchall())
    assert indexes == wanted


def test_a_migration_on_an_open_connection_can_be_repeated(postgres: PostgresServer) -> None:
    with postgres.database(empty=True) as url, psycopg.connect(url, **settings()) as connection:
        first = migrate(connection, "psycopg", url)
        assert migrate(connection, "psycopg", url).secret == first.secret
