"""Stores with a past: as many answers as wanted, made by SQL through the real schema, the same every time.

They are cached in the machine's temporary folder. The past is two years that end with the last month, everybody in it was
asked by SMS and answered; ids begin with "h-" and phones with +35850, so that nothing of it is ever due.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from storage.moments import day_of, micros, moment
from storage.sqlite import SqliteStore
from surveys.definition import load_catalog

DAYS = 730
ZONE = ZoneInfo("Europe/Tallinn")
VALUES = range(11)
DIMENSIONS = ("", "touchpoint", "branch", "employee", "product", "channel", "language")


def end_of_past(today: date) -> datetime:
    """The moment at which every past ends: the first of this month."""
    return datetime(today.year, today.month, 1, tzinfo=UTC)


def empty_store(path: Path) -> None:
    """Make a store with the real schema and nothing in it."""

    async def make() -> None:
        store = SqliteStore(path)
        await store.open()
        await store.close()

    asyncio.run(make())


def history_store(answers: int, today: date | None = None) -> Path:
    """Return the file of a store with so many answers, made now or before. Do not write to it: copy it."""
    end = end_of_past(today or datetime.now(UTC).date())
    folder = Path(tempfile.gettempdir()) / "askwhy-benchmarks"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        fresh = Path(name) / "history.db"
        empty_store(fresh)
        with closing(sqlite3.connect(fresh)) as connection:
            schema = _schema(connection)
        kept = folder / f"history-{schema}-{answers}-{end:%Y-%m}.db"
        if not kept.exists():
            _fill(fresh, answers, end)
            fresh.rename(kept)
    return kept


def _schema(connection: sqlite3.Connection) -> str:
    """A few letters that change whenever the schema does, or what is filled in here."""
    made = connection.execute(
        "SELECT group_concat(sql) FROM (SELECT sql FROM sqlite_master ORDER BY name)"
    ).fetchone()[0]
    return sha256((made + _MADE + "".join(_TABLES)).encode()).hexdigest()[:8]


def facts(answers: int, end: datetime, people: int | None = None) -> dict[str, object]:
    """Return the values that `statements` name: so many answers by so many people, up to `end`."""
    survey = load_catalog()["nps"]
    begin = end - timedelta(days=DAYS)
    return {
        "n": answers,
        "people": people or max(1, answers // 2),
        "begin": micros(begin),
        "step": (micros(end) - micros(begin)) // max(1, answers),
        "hour": micros(begin + timedelta(hours=1)) - micros(begin),
        "day": 86_400_000_000,
        "survey": survey.id,
        "question": survey.primary,
        "version": survey.version,
        "source": survey.source,
        "conversation": '{"state": "answered", "answers": []}',
    }


def statements() -> Iterator[str]:
    """Yield the SQL that makes a past, in the words that SQLite and PostgreSQL share; `local_day` must be there."""
    yield _MADE
    yield from _TABLES
    yield from map(_tally, DIMENSIONS)
    yield from map(_tally_asked, DIMENSIONS)
    yield "DROP TABLE made"


def _fill(path: Path, answers: int, end: datetime) -> None:
    values = facts(answers, end)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in (
            "journal_mode = OFF",
            "synchronous = OFF",
            "cache_size = -262144",
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in indexes:  # filled tables are indexed faster than indexed tables are filled
            connection.execute(f"DROP INDEX {name}")
        connection.create_function("local_day", 1, _local_day, deterministic=True)
        connection.execute("BEGIN")
        for statement in statements():
            named = {key: value for key, value in values.items() if f":{key}" in statement}
            connection.execute(statement, named)
        connection.execute("COMMIT")
        for _, sql in indexes:
            connection.execute(sql)
        connection.execute("PRAGMA journal_mode = WAL")


def _local_day(at: int) -> int:
    return day_of(moment(at), ZONE)


# One line of the past: who, when, where, what. Mixed by a multiplication modulo a prime, so that nothing goes in step.
_MADE = """
CREATE TEMP TABLE made AS
WITH RECURSIVE line (i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM line WHERE i + 1 < :n)
SELECT i, 'h-' || i AS visit_id, (i * 7919) % :people + 1 AS person, :begin + i * :step AS asked_at,
  local_day(:begin + i * :step) AS asked_day,  :begin + i * :step + :hour AS answered_at, local_day(:begin + i * :step + :hour) AS day,
  'Branch ' || ((i * 31) % 12) AS branch, 'Employee ' || ((i * 17) % 97) AS employee,
  CASE (i * 13) % 3 WHEN 0 THEN 'counter' WHEN 1 THEN 'call' ELSE 'delivery' END AS touchpoint,
  'Product ' || ((i * 11) % 7) AS product, CASE (i * 29) % 5 WHEN 0 THEN 'en' WHEN 1 THEN 'ru' ELSE 'et' END AS language,
  CASE WHEN (i * 104729) % 100 < 55 THEN 9 + (i * 3) % 2 WHEN (i * 104729) % 100 < 82 THEN 7 + (i * 3) % 2
    ELSE (i * 5) % 7 END AS score
FROM line
"""

_TABLES = (
    "INSERT INTO surveys (survey, version, source) VALUES (:survey, :version, :source)",
    """INSERT INTO people (person_id) WITH RECURSIVE line (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM line
       WHERE i < :people) SELECT i FROM line""",
    """INSERT INTO addresses (channel, address, person_id, reached_at)
       SELECT 'sms', '+35850' || (10000000 + person_id), person_id, :begin FROM people""",
    """INSERT INTO customers (customer_id, person_id, name, language)
       SELECT 'h-c-' || person_id, person_id, 'Customer' || person_id, 'et' FROM people""",
    """INSERT INTO visits (visit_id, customer_id, person_id, occurred_at, received_at, touchpoint, branch, employee, product,
         amount, resolved, extra, visit_number, state, detail, survey, channel, due_at, asked_at)
       SELECT visit_id, 'h-c-' || person, person, asked_at - :day, asked_at - :day, touchpoint, branch, employee, product,
         NULL, NULL, '{}', 1, 'answered', '{}', :survey, 'sms', asked_at, asked_at FROM made""",
    """INSERT INTO conversations (visit_id, person_id, channel, address, survey, version, state, data, opened_at)
       SELECT visit_id, person, 'sms', '+35850' || (10000000 + person), :survey, :version, 'answered', :conversation,
         asked_at FROM made""",
    """INSERT INTO responses (response_id, visit_id, customer_id, person_id, survey, question, score, why, answered_at, day,
         channel, language, late, touchpoint, branch, employee, product, extra)
       SELECT i + 1, visit_id, 'h-c-' || person, person, :survey, :question, score,
         CASE WHEN i % 2 = 1 THEN 'the people at the desk were kind' END, answered_at, day, 'sms', language, 0, touchpoint,
         branch, employee, product, '{}' FROM made""",
    """INSERT INTO answers (response_id, question, value, answered_at) SELECT i + 1, :question, score, answered_at FROM made""",
    """INSERT INTO inbox (channel, external_id, address, received_at, state, tries, body)
       SELECT 'sms', 'h-' || i, '+35850' || (10000000 + person), answered_at, 'handled', 0,
         '{"channel": "sms", "kind": "text", "text": "' || score || '"}' FROM made""",
    """INSERT INTO outbox (kind, channel, address, person_id, visit_id, state, priority, due_at, tries, provider_id,
         provider_rank, attempt_id, segments, body, created_at, sent_at)
       SELECT 'invitation', 'sms', '+35850' || (10000000 + person), person, visit_id, 'sent', 6, asked_at, 1,
         'SMh' || i, 4, 'h-' || i, 1, '{"address": "", "text": "How likely are you to recommend us?"}', asked_at, asked_at
       FROM made""",
    """INSERT INTO story (visit_id, at, event, detail)
       SELECT visit_id, answered_at, 'answered', '{"question": "recommend"}' FROM made""",
)  # fmt: skip


def _tally(dimension: str) -> str:
    sums = ", ".join(f"sum(CASE score WHEN {value} THEN 1 ELSE 0 END)" for value in VALUES)
    key = _key(dimension)
    return f"""INSERT INTO tallies (survey, question, dimension, day, key, shard, {", ".join(f"v{v}" for v in VALUES)})
        SELECT :survey, :question, '{dimension}', day, {key}, 0, {sums} FROM made GROUP BY 4, 5"""


def _tally_asked(dimension: str) -> str:
    key = _key(dimension)
    return f"""INSERT INTO asked_tallies (survey, dimension, day, key, shard, n)
        SELECT :survey, '{dimension}', asked_day, {key}, 0, count(*) FROM made GROUP BY 3, 4"""


def _key(dimension: str) -> str:
    return {"": "''", "channel": "'sms'"}.get(dimension, dimension)
