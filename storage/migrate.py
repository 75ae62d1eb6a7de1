"""Bring a store's schema to the version of this program: numbered migrations in one transaction.

`meta` holds the version and a random secret, made once, under which opt-outs outlive erasure. The migration is either
wholly in or wholly out, so a program killed in the middle finishes at its next start. A newer store is refused, and so
is one into which `askwhy move` has not copied everything yet.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from storage.base import Schema, StoreError
from storage.queries import DIALECTS, migrations

SECRET, VERSION, MOVING = "secret", "schema", "moving"
"""Keys of the table `meta`; MOVING is there while a move into this store is unfinished."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """What a store is now: its schema, and the secret of its opt-out hashes."""

    schema: Schema
    secret: bytes


def migrate(
    connection: Any,
    driver: str,
    url: str,
    *,
    keep_copy: Callable[[int], None] | None = None,
    half_moved: bool = False,
) -> Migrated:
    """Create or update the schema on an open connection (autocommit). Raises StoreError.

    `keep_copy` is called with the old version before an older store is changed. `half_moved` lets the move itself in.
    """
    latest = max(migrations(driver))
    meta = _meta(connection, driver)  # most starts find everything in place and wait for no lock
    if meta.get(VERSION) == str(latest):
        return _migrated(meta, latest, url, half_moved=half_moved)
    connection.execute("BEGIN IMMEDIATE" if driver == "sqlite3" else "BEGIN")
    try:
        if lock := DIALECTS[driver]["lock_schema"]:
            connection.execute(lock)
        before = version_of(connection, driver, url)
        if before and before < latest and keep_copy is not None:
            keep_copy(before)
        _apply(connection, driver, before, latest)
        meta = _meta(connection, driver)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return _migrated(meta, before, url, half_moved=half_moved)


def version_of(connection: Any, driver: str, url: str) -> int:
    """Return the version of a store's schema, 0 for none. Raises StoreError: newer than this program, or not askwhy's."""
    latest = max(migrations(driver))
    version = int(_meta(connection, driver).get(VERSION, 0))
    if version > latest:
        raise StoreError(
            f"{url} was written by a newer askwhy (schema {version}, this program knows {latest}). "
            "Start the newer program, or restore a backup of the older store."
        )
    if version == 0 and connection.execute(DIALECTS[driver]["any_table"]).fetchone() is not None:
        raise StoreError(
            f"{url} holds tables, but they are not askwhy's. Give askwhy a database of its own in [storage] url."
        )
    return version


def _apply(connection: Any, driver: str, before: int, latest: int) -> None:
    steps = migrations(driver)
    for number in range(before + 1, latest + 1):
        for statement in steps[number]:
            connection.execute(statement)
    if before == 0:
        _put(connection, driver, SECRET, secrets.token_hex(32))
        _put(connection, driver, VERSION, str(latest))
    elif before < latest:
        connection.execute(f"UPDATE meta SET value = '{latest}' WHERE key = '{VERSION}'")  # noqa: S608 -- ours


def _put(connection: Any, driver: str, key: str, value: str) -> None:
    mark = "?" if driver == "sqlite3" else "%s"
    connection.execute(f"INSERT INTO meta (key, value) VALUES ({mark}, {mark})", (key, value))  # noqa: S608 -- marks


def _migrated(meta: dict[str, str], before: int, url: str, *, half_moved: bool) -> Migrated:
    if MOVING in meta and not half_moved:
        raise StoreError(
            f"{url}: a move into this store was not finished. Run the same `askwhy move` again: it goes on where it stopped."
        )
    return Migrated(Schema(before, int(meta[VERSION])), bytes.fromhex(meta[SECRET]))


def _meta(connection: Any, driver: str) -> dict[str, str]:
    """Return what the store says about itself; nothing where there is no such table."""
    if connection.execute(DIALECTS[driver]["meta_table"]).fetchone() is None:
        return {}
    return {row["key"]: row["value"] for row in connection.execute("SELECT key, value FROM meta").fetchall()}
