"""The same pasts in a PostgreSQL database: `history.py`'s SQL, in bulk, then the indexes; also more people than were ever asked."""

from __future__ import annotations

import re
from datetime import datetime

import psycopg

from benchmarks.history import ZONE, facts, statements
from storage.catalog import tables
from storage.migrate import migrate
from storage.postgres_server import settings

INDEXES = """
SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE contype IN ('p', 'u'))
"""

LOCAL_DAY = f"""
CREATE FUNCTION local_day(at bigint) RETURNS integer LANGUAGE sql IMMUTABLE AS
$$ SELECT CAST(to_timestamp(at / 1000000) AT TIME ZONE '{ZONE.key}' AS date) - DATE '1970-01-01' $$
"""


def fill(url: str, answers: int, end: datetime, people: int | None = None) -> None:
    """Make askwhy's tables in the empty database at `url`, and a past that ends at `end` in them."""
    values = facts(answers, end, people)
    with psycopg.connect(url, **{**settings(), "cursor_factory": psycopg.ClientCursor}) as connection:
        migrate(connection, "psycopg", url)

        def run(statement: str) -> None:
            connection.execute(statement.encode())

        run("SET session_replication_role = replica")  # rows made to fit are not checked against each other
        run("SET maintenance_work_mem = '512MB'")
        run(LOCAL_DAY)
        indexes = [tuple(row.values()) for row in connection.execute(INDEXES).fetchall()]
        for name, _ in indexes:  # filled tables are indexed faster than indexed tables are filled
            run(f"DROP INDEX {name}")
        for statement in statements():
            named = re.sub(r":([a-z]+)\b", r"%(\1)s", statement.replace("%", "%%"))
            connection.execute(named.encode(), values)
        for _, definition in indexes:
            run(definition)
        for table in tables():
            if table.counted:
                key = table.key[0]
                run(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', '{key}'),"
                    f" coalesce(max({key}), 0) + 1, false) FROM {table.name}"
                )
        run("DROP FUNCTION local_day(bigint)")
        run("VACUUM ANALYZE")
