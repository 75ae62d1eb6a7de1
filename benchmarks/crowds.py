"""Crowds made by SQL inside a real store: people with an open question, people whose question is overdue."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from storage.moments import micros

Values = dict[str, str | int | None]

FIRST = 1_000_000
"""The number of the first person of a crowd: others come before."""

_NUMBERS = "WITH RECURSIVE line (i) AS (SELECT :first UNION ALL SELECT i + 1 FROM line WHERE i + 1 < :end) "
_PEOPLE = (
    f"INSERT INTO people (person_id) {_NUMBERS} SELECT i FROM line",
    (
        "INSERT INTO addresses (channel, address, person_id) "
        "SELECT 'sms', '+3725' || printf('%07d', person_id), person_id FROM people WHERE person_id >= :first"
    ),
    (
        "INSERT INTO customers (customer_id, person_id, name, language) "
        "SELECT 'd-' || person_id, person_id, 'Customer' || person_id, 'en' FROM people WHERE person_id >= :first"
    ),
)
_VISITS = """
INSERT INTO visits (visit_id, customer_id, person_id, occurred_at, received_at, touchpoint, branch, employee, product, extra,
  visit_number, state, detail, survey, channel, due_at, asked_at)
SELECT 'd-' || person_id, 'd-' || person_id, person_id, :occurred, :occurred, 'counter', 'Branch ' || person_id % 12,
  'Employee ' || person_id % 97, 'service', '{}', 1, :state, '{}', 'nps', 'sms', :due, :asked
FROM people WHERE person_id >= :first
"""
_CONVERSATIONS = """
INSERT INTO conversations (visit_id, person_id, channel, address, survey, version, state, data, opened_at, wake_at)
SELECT 'd-' || p.person_id, p.person_id, 'sms', '+3725' || printf('%07d', p.person_id), t.survey, t.version, t.state, t.data,
  t.opened_at, t.wake_at
FROM people p JOIN (SELECT * FROM conversations WHERE visit_id = 'v-0') t WHERE p.person_id >= :first
"""


def add_overdue(store: Path, people: int, occurred_at: datetime, due_at: datetime) -> None:
    """Add people whose question was due at `due_at` and never sent."""
    values: Values = {
        "occurred": micros(occurred_at),
        "due": micros(due_at),
        "asked": None,
        "state": "planned",
    }
    _add(store, people, values, (_VISITS,))


def add_open(store: Path, people: int, asked_at: datetime) -> None:
    """Add people with an open conversation, each a copy of person 0's."""
    before = micros(asked_at - timedelta(days=1))
    values: Values = {
        "occurred": before,
        "due": micros(asked_at),
        "asked": micros(asked_at),
        "state": "asked",
    }
    _add(store, people, values, (_VISITS, _CONVERSATIONS))


def _add(store: Path, people: int, values: Values, tables: tuple[str, ...]) -> None:
    everything: Values = {**values, "first": FIRST, "end": FIRST + people}
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        for statement in (*_PEOPLE, *tables):
            named = {key: value for key, value in everything.items() if f":{key}" in statement}
            connection.execute(statement, named)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
