"""No statement grows with history: what is asked often is found by an index, and the few that read a table whole are known.

SQLite is asked, about every named query, how it would find its rows; it plans without looking at how much is stored.
PostgreSQL has the same indexes, but plans by the size of its tables: empty ones it reads whole.
"""

import re
import sqlite3
from contextlib import closing

from storage.queries import migrations, queries

LARGE = {
    *("inbox", "outbox", "visits", "story", "conversations", "responses", "answers", "answer_history"),
    *("people", "addresses", "customers", "opt_outs", "links", "audit", "tallies", "asked_tallies"),
}
"""Tables that grow with customers, visits, messages, commands or days; all others are small."""

COARSE = {"channel", "state", "kind", "survey", "question", "dimension"}
"""Columns of few values: an index that is entered by these alone is read over much of its length."""

WAITING = {
    *("inbox_waiting", "outbox_due", "outbox_claimed", "outbox_unsure", "visits_due"),
    *("conversations_open", "conversations_wake"),
}
"""Indexes of what waits for something: history is not in them."""

FIRST_FEW = {
    "recent_outbox": "its LIMIT: the newest messages by their id",
    "recent_inbox": "its LIMIT: the newest messages by their id",
    "outbox_back": "the newest id, and one message",
    "inbox_back": "the newest id, and one message",
    "any_opt_out": "its LIMIT: the first one",
    "newest_extra": "its LIMIT: the newest 500 visits and answers",
    "surveys_answered": "a minimum for each survey",
    "last_ids": "a maximum of each table",
}
"""Queries that no condition bounds, and what ends them early."""

WHOLE = {
    "all_responses": "askwhy export",
    "all_visits": "askwhy export",
    "extra_of_responses": "askwhy export",
    "visits_by_state": "askwhy demo",
    "check_visits": "the tests' own check of the invariants, as all of storage/sql/checks.sql",
    "check_answers": "likewise",
    "check_tallies": "likewise",
    "check_asked_tallies": "likewise",
    "check_inbox": "likewise",
    "check_conversations": "likewise",
    "excerpt_opt_outs": "askwhy forecast",
    "excerpt_tallies": "askwhy forecast",
    "addresses_requests": "askwhy person",
    "customers_imported": "askwhy person",
    "drop_requests": "askwhy person",
    "said_elsewhere": "askwhy person",
    "told_staff": "askwhy person",
    "recountable": "askwhy recount",
    "unfolded_days": "once a night, of a reader",
}
"""Queries that read a large table whole, and for whom: by hand or at night, never while a message is handled."""

STEP = re.compile(r"(SCAN|SEARCH) (\w+)(?: USING (?:COVERING )?(?:INDEX (\w+)|.*?KEY))?(?: \((.*)\))?")


def reads_whole(connection: sqlite3.Connection, name: str) -> set[str]:
    """Return the large tables of which a query reads more than an index leads to."""
    text = queries("sqlite3")[name]
    aliases = {
        alias or table: table for table, alias in re.findall(r"(?:FROM|JOIN) (\w+)(?: ([a-z]+))?\b", text)
    }
    values = dict.fromkeys(re.findall(r"(?<![:\w]):(\w+)", text))
    found = set()
    for *_, told in connection.execute(f"EXPLAIN QUERY PLAN {text}", values):
        if not (step := STEP.match(told)):
            continue
        table, index = aliases.get(step[2], step[2]), step[3]
        entered = {part for part in (step[4] or "").split(" AND ") if part}
        fine = {part for part in entered if part.removesuffix("=?") not in COARSE}
        if table in LARGE and index not in WAITING and (step[1] == "SCAN" or not fine):
            found.add(table)
    return found


def test_only_queries_by_hand_or_at_night_read_a_large_table_whole() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        for _, statements in sorted(migrations("sqlite3").items()):
            for statement in statements:
                connection.execute(statement)
        whole = {name: found for name in queries("sqlite3") if (found := reads_whole(connection, name))}
    unknown = {name: found for name, found in whole.items() if name not in WHOLE.keys() | FIRST_FEW.keys()}
    assert unknown == {}
    assert whole.keys() == WHOLE.keys() | FIRST_FEW.keys()  # what needs no exception any more has none


def test_every_table_is_known_as_large_or_small() -> None:
    small = {"meta", "surveys", "senders", "staff", "jobs", "notices", "metrics"}
    created = " ".join(" ".join(statements) for statements in migrations("sqlite3").values())
    assert set(re.findall(r"CREATE TABLE (\w+)", created)) == LARGE | small
    assert set(re.findall(r"CREATE INDEX (\w+)", created)) | {"conversations_open"} >= WAITING
