"""B4, the cap: may this person be asked again? 100,000 decisions over ever more people with 0 to 20 past questions each.

Divided by reading one row by its primary key from the same store. Every decision is compared with a count by hand over
what the store was filled with.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.harness import Report, Row, Run, Size, compare
from benchmarks.history import empty_store
from benchmarks.machine import SERVER_CORE, pin, unpin
from storage.moments import micros
from storage.sqlite import SqliteStore
from storage.transaction import Transaction
from surveys.asking import Ask, Person, decide
from surveys.opening import opening_for
from surveys.policy import Policy, Window
from surveys.visits import Visit

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
STEP = timedelta(days=23)
"""Between two past questions of one person; the newest lies a few days back, another number for each person."""

POLICY = Policy(
    window=Window.parse("00:00-23:59"),
    weekdays=frozenset(range(7)),
    skip_public_holidays=False,
    delay=timedelta(0),
    min_gap=timedelta(days=90),
    max_per_year=2,
    channels=("sms",),
)


LARGER = "a larger store has more pages outside the caches: the key look-up grows just so"


@dataclass(frozen=True, slots=True)
class Amount:
    people: tuple[int, ...]
    decisions: int
    pairs: int


AMOUNTS: dict[Size, Amount] = {
    "tiny": Amount((200,), 100, 1),
    "quick": Amount((19_000,), 5_000, 3),
    "normal": Amount((19_000, 190_000, 1_900_000), 100_000, 3),
    "full": Amount((19_000, 1_900_000, 19_000_000), 100_000, 5),
}


def run(size: Size) -> Report:
    amount = AMOUNTS[size]
    report = Report("cap", "B4 may this person be asked? by what was sent before")
    report.notes.append(
        "A decision reads opt-out and past questions and judges cap and window; a key look-up reads one person by number."
    )
    costs: list[tuple[float, float]] = []
    for people in amount.people:
        with tempfile.TemporaryDirectory(prefix="askwhy-bench-") as name:
            path = Path(name) / "people.db"
            fill(path, people)
            pin(SERVER_CORE)
            ours, keys = asyncio.run(_measure(report, path, people, amount))
            unpin()
        row = compare(f"decision ÷ key look-up, {people:,} people", "µs", ours, keys, 5.0, at_least=False)
        report.rows.append(row)
        assert row.ratio is not None
        costs.append((row.ours, row.ratio.median))
    if len(costs) > 1:
        between = f"{amount.people[0]:,} → {amount.people[-1]:,} people"
        times, ratios = (last / first for first, last in zip(costs[0], costs[-1], strict=True))
        report.rows.append(
            Row(f"growth of the ratio, {between}", "times", ratios, target=1.5, at_least=False)
        )
        report.rows.append(Row(f"growth of the time, {between}", "times", times, note=LARGER))
    return report


def questions(person: int) -> int:
    """How many a person got before: up to 20 for one in four, else up to 2."""
    return (person * 7919) % 21 if person % 4 == 0 else (person * 31) % 3


def asked_before(person: int) -> list[datetime]:
    """When: 23 days apart, the newest up to 400 days ago."""
    newest = NOW - timedelta(days=(person * 37) % 400, hours=1)
    return [newest - STEP * number for number in range(questions(person))]


def may_be_asked(person: int) -> bool:
    """The oracle: opted out is never, else at least 90 days apart and at most two a year, counted one by one."""
    before = asked_before(person)
    fresh = any(NOW - at < POLICY.min_gap for at in before)
    return not opted_out(person) and not fresh and sum(NOW - at < timedelta(days=365) for at in before) < 2


def opted_out(person: int) -> bool:
    return person % 50 == 7


def fill(path: Path, people: int) -> None:
    """Make a store of so many people with what each was asked before, through the real schema."""
    empty_store(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -4194304"):
            connection.execute(f"PRAGMA {pragma}")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'visits' AND type = 'index' AND sql IS NOT NULL"
        ).fetchall()
        connection.execute("BEGIN")
        for name, _ in indexes:  # a filled table is indexed faster than an indexed one is filled
            connection.execute(f"DROP INDEX {name}")
        numbers = "WITH RECURSIVE line (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM line WHERE i < ?) "
        connection.execute(
            f"INSERT INTO people (person_id, opted_out_at) {numbers} SELECT i, iif(i % 50 = 7, 1, NULL) FROM line",
            (people,),
        )
        connection.execute(
            """INSERT INTO visits (visit_id, customer_id, person_id, occurred_at, received_at, extra, visit_number, state,
                 detail, survey, channel, due_at, asked_at)
               WITH RECURSIVE past (k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM past WHERE k < 19)
               SELECT person_id || '-' || k, person_id, person_id, at, at, '{}', 1, 'answered', '{}', 'nps', 'sms', at, at
               FROM (SELECT person_id, k, :now - ((person_id * 37) % 400) * :day - :hour - k * :step AS at
                     FROM people CROSS JOIN past
                     WHERE k < iif(person_id % 4 = 0, (person_id * 7919) % 21, (person_id * 31) % 3))""",
            {
                "now": micros(NOW),
                "day": 86_400_000_000,
                "hour": 3_600_000_000,
                "step": STEP // timedelta(microseconds=1),
            },
        )
        for _, definition in indexes:
            connection.execute(definition)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")


async def _measure(report: Report, path: Path, people: int, amount: Amount) -> tuple[list[Run], list[Run]]:
    store = SqliteStore(path)
    await store.open()
    chance = random.Random(4)
    chosen = [chance.randrange(1, people + 1) for _ in range(amount.decisions)]
    decided: list[bool] = []

    def decisions(tx: Transaction) -> None:
        decided.extend(_decision(tx, person) for person in chosen)

    def keys(tx: Transaction) -> None:
        for person in chosen:
            tx.people.lock(person)

    ours: list[Run] = []
    others: list[Run] = []
    for _ in range(amount.pairs + 1):
        decided.clear()
        ours.append(await _timed(store, decisions, len(chosen)))
        others.append(await _timed(store, keys, len(chosen)))
    await store.close()
    right = sum(told is may_be_asked(person) for told, person in zip(decided, chosen, strict=True))
    report.check(f"decisions equal to the count by hand, {people:,} people", right, len(chosen))
    report.check("some may be asked and some may not", len(set(decided)), 2)
    return ours[1:], others[1:]


async def _timed(store: SqliteStore, work: Callable[[Transaction], None], count: int) -> Run:
    began = time.perf_counter()
    await store.write(work)
    return Run(1_000_000 * (time.perf_counter() - began) / count)


VISIT = Visit("v-new", "c-new", NOW, phone="+37255550101", touchpoint="counter")
OPENING = opening_for(VISIT, POLICY, country="EE", organisation_zone=ZoneInfo("Europe/Tallinn"))
SINCE = NOW - timedelta(days=366)


def _decision(tx: Transaction, person_id: int) -> bool:
    person = tx.people.lock(person_id)
    known = Person(
        opted_out=person.opted_out_at is not None,
        addresses={"sms": "+37255550101"},
        asked=tx.visits.asked_of(person_id, SINCE, attributes=bool(POLICY.caps)),
    )
    return isinstance(decide(VISIT, known, POLICY, OPENING, NOW), Ask)
