"""How askwhy connects to a PostgreSQL server, and what it asks of one."""

from __future__ import annotations

import contextlib
import os
import socket
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg.sql import SQL, Identifier, Literal

from storage.catalog import tables

NAME = "askwhy"
"""What our connections are called in pg_stat_activity."""

READ_WITHIN = 60
"""Seconds that one query of a report may take."""


def settings() -> dict[str, Any]:
    """Return what every connection is made with; a server that is gone is noticed within seconds."""
    return {
        "autocommit": True,  # transactions begin and end by statements of ours
        "row_factory": dict_row,
        "application_name": NAME,
        "connect_timeout": 3,
        "target_session_attrs": "read-write",  # with several hosts in the URL: the one that takes writes
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 8000,
    }


def configure_writer(connection: psycopg.Connection[DictRow], limit: float) -> None:
    """Set up a connection for units of work that take `limit` seconds at most: the server, too, then gives up."""
    connection.prepared_max = 512  # more than there are queries
    connection.execute(SQL("SET statement_timeout = {}").format(int(limit * 1000)))
    connection.execute(SQL("SET idle_in_transaction_session_timeout = {}").format(int(limit * 1000)))
    if connection.info.server_version >= 17_00_00:  # also between statements that nobody waits for
        connection.execute(SQL("SET transaction_timeout = {}").format(int(limit * 1000) + 1000))
    # What is acknowledged is on the disk, whatever the server was told for others; a stronger setting stays.
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    )


async def configure_reader(connection: psycopg.AsyncConnection[DictRow]) -> None:
    """Set up a connection for reports."""
    await connection.execute(f"SET statement_timeout = '{READ_WITHIN}s'")
    await connection.execute("SET default_transaction_read_only = on")
    # A plan made for any period reads a year of roll-ups row by row through the index: 11 ms instead of 4.
    await connection.execute("SET plan_cache_mode = force_custom_plan")


async def configure_lead(connection: psycopg.AsyncConnection[DictRow]) -> None:
    """Let the server, too, notice within seconds that this process's machine is gone."""
    await connection.execute("SET tcp_keepalives_idle = 5")
    await connection.execute("SET tcp_keepalives_interval = 2")
    await connection.execute("SET tcp_keepalives_count = 3")


def hang_up(connection: psycopg.Connection[Any] | psycopg.AsyncConnection[Any]) -> None:
    """Wake whoever waits for an answer on this connection, with an error; the server rolls back what was begun."""
    if not connection.closed:
        # Somebody sits in a call on this socket: a shutdown wakes them, a close would pull it away from under them.
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)


def without_password(address: str) -> str:
    """Return a URL that may be shown."""
    parts = urlsplit(address)
    place = parts.netloc.rpartition("@")
    user = place[0].partition(":")[0]
    return f"{parts.scheme}://{user}{place[1]}{place[2]}{parts.path}"


def problems(address: str) -> list[str]:
    """Return what is wrong with a store's own structure; PostgreSQL itself sees to the rest."""
    found = []
    try:
        with psycopg.connect(address, **settings()) as connection:
            for table in tables():
                if table.counted:
                    found += _key_trouble(connection, table.name, table.key[0])
    except psycopg.Error as error:
        found.append(" ".join(str(error).split()))
    return found


def _key_trouble(connection: psycopg.Connection[DictRow], table: str, key: str) -> list[str]:
    most = connection.execute(
        SQL(
            "SELECT coalesce(max({key}), 0) AS most, pg_get_serial_sequence({name}, {key_name}) AS giver FROM {table}"
        ).format(key=Identifier(key), name=Literal(table), key_name=Literal(key), table=Identifier(table))
    ).fetchone()
    assert most is not None
    given = connection.execute(
        SQL("SELECT last_value + is_called::int AS next FROM {}").format(
            Identifier(*most["giver"].split("."))
        )
    ).fetchone()
    assert given is not None
    return (
        [f"the table {table} would give the key {given['next']} twice"]
        if given["next"] <= most["most"]
        else []
    )


def others(connection: psycopg.Connection[DictRow]) -> int:
    """Return how many other connections of askwhy this database has: a service that runs has some."""
    row = connection.execute(
        "SELECT count(*) AS n FROM pg_stat_activity "
        "WHERE datname = current_database() AND application_name = %s AND pid <> pg_backend_pid()",
        (NAME,),
    ).fetchone()
    assert row is not None
    return int(row["n"])
