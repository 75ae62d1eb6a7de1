"""The two ends of a copy: a SQLite file or a PostgreSQL database, read or filled table by table, on one connection."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import psycopg
from psycopg.rows import DictRow, tuple_row
from psycopg.sql import SQL, Composed, Identifier

from storage import postgres_server as server
from storage import sqlite_copies, sqlite_file
from storage.base import StoreError, StoreUnavailable
from storage.catalog import Table, tables
from storage.migrate import MOVING, migrate

Rows = list[tuple[object, ...]]


class End(Protocol):
    """One end of a copy. Rows have their columns in the order of the Table."""

    url: str

    def count(self, table: Table) -> int:
        """Return how many rows a table has."""
        ...

    def page(self, table: Table, after: Sequence[object] | None, limit: int) -> Rows:
        """Return the rows with the next keys after `after`, in their order."""
        ...

    def stream(self, table: Table) -> Generator[tuple[object, ...], None, None]:
        """Yield all rows in any order, in constant memory."""
        ...

    def meta(self) -> dict[str, str]:
        """Return what the store says about itself."""
        ...

    def put_meta(self, key: str, value: str) -> None:
        """Change what the store says about itself."""
        ...

    def put(self, table: Table, rows: Rows, mark: str) -> None:
        """Store rows, and how far the copy is with them, in one transaction."""
        ...

    def mark(self) -> str | None:
        """Return how far an unfinished copy is."""
        ...

    def settle(self) -> None:
        """Make a filled store ready: the next key of a table comes after those it got."""
        ...

    def unmark(self) -> None:
        """Declare the copy finished."""
        ...

    def others(self) -> int:
        """Return how many other programs have the store open."""
        ...


class SqliteEnd:
    """See End; a file that nobody else has open."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.url = f"sqlite:///{path}"
        self._connection = connection
        self._connection.row_factory = None

    @classmethod
    @contextmanager
    def source(cls, path: Path) -> Iterator[SqliteEnd]:
        """Open a store to read it, and keep everybody else out."""
        with closing(sqlite_copies.alone(path)) as connection, _explained(path):
            migrate(connection, "sqlite3", f"sqlite:///{path}")
            yield cls(connection, path)

    @classmethod
    @contextmanager
    def copy_of_store(cls, path: Path) -> Iterator[SqliteEnd]:
        """Open a backup, of this or an older version; the file itself stays as it is."""
        sqlite_copies.examine(path)
        with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
            working = Path(folder) / path.name
            sqlite_copies.backup(path, working)
            with cls.source(working) as end:
                end.url = f"sqlite:///{path}"
                yield end

    @classmethod
    @contextmanager
    def target(cls, path: Path) -> Iterator[SqliteEnd]:
        """Open a store to fill it; a new one where there is none."""
        with closing(sqlite_file.open_store(path, patience=1)[0]) as connection, _explained(path):
            migrate(connection, "sqlite3", f"sqlite:///{path}", half_moved=True)
            yield cls(connection, path)

    def count(self, table: Table) -> int:
        """See End."""
        return int(self._connection.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0])  # noqa: S608 -- ours

    def page(self, table: Table, after: Sequence[object] | None, limit: int) -> Rows:
        """See End."""
        key, marks = ", ".join(table.key), ", ".join("?" * len(table.key))
        beyond = f"WHERE ({key}) > ({marks})" if after is not None else ""
        text = f"SELECT {', '.join(table.columns)} FROM {table.name} {beyond} ORDER BY {key} LIMIT ?"  # noqa: S608 -- ours
        return self._connection.execute(text, (*(after or ()), limit)).fetchall()

    def stream(self, table: Table) -> Generator[tuple[object, ...], None, None]:
        """See End."""
        yield from self._connection.execute(f"SELECT {', '.join(table.columns)} FROM {table.name}")  # noqa: S608 -- ours

    def meta(self) -> dict[str, str]:
        """See End."""
        return dict(self._connection.execute("SELECT key, value FROM meta").fetchall())

    def put_meta(self, key: str, value: str) -> None:
        """See End."""
        self._connection.execute(
            "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (key, value),
        )

    def put(self, table: Table, rows: Rows, mark: str) -> None:
        """See End."""
        marks = ", ".join("?" * len(table.columns))
        text = f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({marks})"  # noqa: S608 -- ours
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(text, rows)
        self.put_meta(MOVING, mark)
        self._connection.execute("COMMIT")

    def mark(self) -> str | None:
        """See End."""
        return self.meta().get(MOVING)

    def settle(self) -> None:
        """See End; SQLite remembers the highest key by itself."""

    def unmark(self) -> None:
        """See End."""
        self._connection.execute("DELETE FROM meta WHERE key = ?", (MOVING,))

    def others(self) -> int:
        """See End; the file is locked."""
        return 0


class PostgresEnd:
    """See End; a source is read as it is at one moment."""

    def __init__(self, connection: psycopg.Connection[DictRow], url: str) -> None:
        self.url = url
        self._connection = connection

    @classmethod
    @contextmanager
    def source(cls, address: str) -> Iterator[PostgresEnd]:
        """Connect to read; nobody else is disturbed."""
        with _connected(address) as connection:
            migrate(connection, "psycopg", server.without_password(address))
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield cls(connection, server.without_password(address))
            connection.execute("COMMIT")

    @classmethod
    @contextmanager
    def target(cls, address: str) -> Iterator[PostgresEnd]:
        """Connect to fill; the tables are made where there are none."""
        with _connected(address) as connection:
            migrate(connection, "psycopg", server.without_password(address), half_moved=True)
            yield cls(connection, server.without_password(address))

    def count(self, table: Table) -> int:
        """See End."""
        row = self._connection.execute(
            SQL("SELECT count(*) AS n FROM {}").format(Identifier(table.name))
        ).fetchone()
        assert row is not None
        return int(row["n"])

    def page(self, table: Table, after: Sequence[object] | None, limit: int) -> Rows:
        """See End."""
        key = _names(table.key)
        beyond = SQL("WHERE ({}) > ({})").format(key, _marks(table.key)) if after is not None else SQL("")
        text = SQL("SELECT {} FROM {} {} ORDER BY {} LIMIT %s").format(
            _names(table.columns), Identifier(table.name), beyond, key
        )
        with self._connection.cursor(row_factory=tuple_row) as cursor:
            return cursor.execute(text, (*(after or ()), limit)).fetchall()

    def stream(self, table: Table) -> Generator[tuple[object, ...], None, None]:
        """See End."""
        text = SQL("SELECT {} FROM {}").format(_names(table.columns), Identifier(table.name))
        with (
            self._connection.transaction(),
            self._connection.cursor("askwhy_copy", row_factory=tuple_row) as cursor,
        ):
            cursor.itersize = 10_000
            yield from cursor.execute(text)

    def meta(self) -> dict[str, str]:
        """See End."""
        return {row["key"]: row["value"] for row in self._connection.execute("SELECT key, value FROM meta")}

    def put_meta(self, key: str, value: str) -> None:
        """See End."""
        self._connection.execute(
            "INSERT INTO meta (key, value) VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (key, value),
        )

    def put(self, table: Table, rows: Rows, mark: str) -> None:
        """See End."""
        text = SQL("COPY {} ({}) FROM STDIN").format(Identifier(table.name), _names(table.columns))
        with self._connection.transaction(), self._connection.cursor() as cursor:
            with cursor.copy(text) as copy:
                for row in rows:
                    copy.write_row(row)
            self.put_meta(MOVING, mark)

    def mark(self) -> str | None:
        """See End."""
        return self.meta().get(MOVING)

    def settle(self) -> None:
        """See End."""
        for table in tables():
            if table.counted:
                text = (
                    "SELECT setval(pg_get_serial_sequence(%s, %s), coalesce(max({}), 0) + 1, false) FROM {}"
                )
                names = (Identifier(table.key[0]), Identifier(table.name))
                self._connection.execute(SQL(text).format(*names), (table.name, table.key[0]))
        self._connection.execute("ANALYZE")

    def unmark(self) -> None:
        """See End."""
        self._connection.execute("DELETE FROM meta WHERE key = %s", (MOVING,))

    def others(self) -> int:
        """See End."""
        return server.others(self._connection)


def end_at(url: str, role: Literal["source", "target"]) -> Any:
    """Return the end of a copy at `url`, to be entered with `with`. Raises StoreError."""
    match urlsplit(url).scheme, role:
        case "sqlite", "source":
            return SqliteEnd.source(Path(url.removeprefix("sqlite:///")))
        case "sqlite", "target":
            return SqliteEnd.target(Path(url.removeprefix("sqlite:///")))
        case "postgresql", "source":
            return _alone(url)
        case "postgresql", "target":
            return PostgresEnd.target(url)
    raise StoreError(
        f"{url.partition(':')[0]}: is no store to copy. Write sqlite:///FILE or postgresql://USER@HOST/DATABASE."
    )


@contextmanager
def _alone(address: str) -> Iterator[PostgresEnd]:
    with PostgresEnd.source(address) as end:
        if end.others():
            raise StoreUnavailable(f"{end.url} is in use. Stop the service first, then try again.")
        yield end


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise sqlite_file.explained(path, error) from error


@contextmanager
def _connected(address: str) -> Iterator[psycopg.Connection[DictRow]]:
    try:
        with psycopg.connect(address, **server.settings()) as connection:
            yield connection
    except psycopg.Error as error:
        said = " ".join(str(error).split())
        raise StoreUnavailable(
            f"{server.without_password(address)}: {said}. Run it again: it goes on where it stopped."
        ) from error


def _names(columns: Sequence[str]) -> Composed:
    return SQL(", ").join(Identifier(name) for name in columns)


def _marks(columns: Sequence[str]) -> Composed:
    return SQL(", ").join(SQL("%s") for _ in columns)
