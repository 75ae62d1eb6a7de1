"""Bring a store's schema to the version of this program: numbered migrations, one transaction each.

`meta` holds the version and a random secret, made once, under which opt-outs outlive erasure. A migration is either
wholly in or wholly out, so a program killed in the middle finishes at its next start. A newer store is refused.
"""

from __future__ import annotations

import secrets
from typing import Any

from storage.base import StoreError
from storage.queries import migrations

LOCK = 7_215_401
"""PostgreSQL's advisory lock that lets one process migrate at a time."""


def migrate(connection: Any, driver: str, url: str) -> bytes:
    """Create or update the schema on an open connection (autocommit); return the store's secret. Raises StoreError."""
    steps = migrations(driver)
    latest = max(steps)
    connection.execute("BEGIN IMMEDIATE" if driver == "sqlite3" else "BEGIN")
    try:
        if driver != "sqlite3":
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        version = _version(connection, driver)
        if version > latest:
            raise StoreError(
                f"{url} was written by a newer askwhy (schema {version}, this program knows {latest}). "
                "Start the newer program, or restore a backup of the older store."
            )
        if version == 0 and _has_tables(connection, driver):
            raise StoreError(
                f"{url} holds tables, but they are not askwhy's. Give askwhy a database of its own in [storage] url."
            )
        for number in range(version + 1, latest + 1):
            for statement in steps[number]:
                connection.execute(statement)
        if version == 0:
            mark = "?" if driver == "sqlite3" else "%s"
            connection.execute(
                f"INSERT INTO meta (key, value) VALUES ('secret', {mark})",  # noqa: S608 -- a parameter's mark
                (secrets.token_hex(32),),
            )
            connection.execute("INSERT INTO meta (key, value) VALUES ('schema', '0')")
        if version < latest:
            connection.execute(f"UPDATE meta SET value = '{latest}' WHERE key = 'schema'")  # noqa: S608 -- a number of ours
        row = connection.execute("SELECT value FROM meta WHERE key = 'secret'").fetchone()
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return bytes.fromhex(row["value"])


def _version(connection: Any, driver: str) -> int:
    if not _has_table(connection, driver, "meta"):
        return 0
    row = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    return int(row["value"]) if row else 0


def _has_table(connection: Any, driver: str, name: str) -> bool:
    if driver == "sqlite3":
        found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,))
    else:
        found = connection.execute("SELECT 1 WHERE to_regclass(%s) IS NOT NULL", (name,))
    return found.fetchone() is not None


def _has_tables(connection: Any, driver: str) -> bool:
    if driver != "sqlite3":
        return _has_table(connection, driver, "visits")
    return connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table'").fetchone() is not None
