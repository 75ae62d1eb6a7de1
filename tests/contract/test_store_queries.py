"""The named SQL: every query is one that the store's own dialect understands."""

import re
import sqlite3
from functools import partial

import psycopg
import pytest

from storage.base import Store
from storage.queries import DIALECTS, migrations, queries
from storage.transaction import Transaction

PARAMETER = re.compile(r"(?<![:\w]):(\w+)")

QUERIES = queries("sqlite3")


class Understood(Exception):  # noqa: N818 -- undoes the unit of a query that ran
    pass


def rehearse(tx: Transaction, name: str) -> None:
    values = {
        parameter: 1 if parameter == "limit" else None for parameter in PARAMETER.findall(QUERIES[name])
    }
    tx.db.count(name, **values)
    raise Understood


async def test_every_named_query_is_understood(store: Store) -> None:
    refused = (
        psycopg.errors.NotNullViolation,
        sqlite3.IntegrityError,
    )  # it is understood, nothing is no value
    for name in QUERIES:
        with pytest.raises((Understood, *refused)):
            await store.write(partial(rehearse, name=name))


def test_all_dialects_have_the_same_words_queries_and_migrations() -> None:
    words = [set(dialect) for dialect in DIALECTS.values()]
    assert all(some == words[0] for some in words)
    assert set(queries("psycopg")) == set(QUERIES)
    assert set(migrations("psycopg")) == set(migrations("sqlite3"))
