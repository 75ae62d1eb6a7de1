"""The one function that every fault ends with: read the store, and find every invariant of the design unbroken."""

import sqlite3
from collections import Counter
from pathlib import Path

STATES = {
    "planned", "asking", "asked", "answering", "answered", "suppressed", "expired", "withdrawn", "failed", "unknown",
}  # fmt: skip


def assert_sound(path: Path) -> None:
    """Fail with every broken invariant of the store at `path`; the service may run or not."""
    broken = findings(path)
    assert not broken, "\n".join(broken[:20])


def findings(path: Path) -> list[str]:
    """Return what is wrong, an empty list when nothing is."""
    store = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    store.row_factory = sqlite3.Row
    try:
        return [
            *_structure(store),
            *_once(store),
            *_caps(store),
            *_stories(store),
            *_recounts(store),
        ]
    finally:
        store.close()


def _structure(store: sqlite3.Connection) -> list[str]:
    found = [f"integrity: {row[0]}" for row in store.execute("PRAGMA integrity_check") if row[0] != "ok"]
    return found + [f"foreign key: {tuple(row)}" for row in store.execute("PRAGMA foreign_key_check")]


def _once(store: sqlite3.Connection) -> list[str]:
    """Every message once; one response and one invitation on its way per visit; one open conversation per person."""
    rows = store.execute("SELECT channel, external_id, count(*) n FROM inbox GROUP BY 1, 2 HAVING n > 1")
    found = [f"message {row['external_id']} is stored {row['n']} times" for row in rows]
    rows = store.execute(
        "SELECT visit_id, count(*) n FROM outbox WHERE kind = 'invitation' AND state IN ('claimed', 'sent', 'unknown')"
        " GROUP BY visit_id HAVING n > 1"
    )
    found += [f"visit {row['visit_id']} has {row['n']} invitations out" for row in rows]
    rows = store.execute(
        "SELECT person_id, count(*) n FROM conversations WHERE state IN ('asked', 'answering') GROUP BY 1 HAVING n > 1"
    )
    return found + [f"person {row['person_id']} has {row['n']} open conversations" for row in rows]


def _caps(store: sqlite3.Connection) -> list[str]:
    """Whoever stopped gets nothing but one confirmation."""
    rows = store.execute(
        "SELECT o.outbox_id, o.kind FROM outbox o JOIN people p ON p.person_id = o.person_id"
        " WHERE p.opted_out_at IS NOT NULL AND o.sent_at > p.opted_out_at + 1000000 AND o.created_at > p.opted_out_at"
        " AND o.kind <> 'stop_confirmation'"
    )
    return [f"message {row['outbox_id']} ({row['kind']}) went to somebody who had stopped" for row in rows]


def _stories(store: sqlite3.Connection) -> list[str]:
    """Every visit is in a state that has a name, and in one of refusal only with a reason."""
    found = []
    for row in store.execute("SELECT visit_id, state, reason, due_at FROM visits"):
        if row["state"] not in STATES:
            found.append(f"visit {row['visit_id']} is {row['state']!r}")
        if row["state"] in {"suppressed", "failed"} and not row["reason"]:
            found.append(f"visit {row['visit_id']} is {row['state']} without a reason")
        if row["state"] == "planned" and row["due_at"] is None:
            found.append(f"visit {row['visit_id']} is planned for no time")
    return found


def _recounts(store: sqlite3.Connection) -> list[str]:
    """Roll-ups equal a recount from the answers themselves, in every dimension."""
    counted: Counter[tuple[object, ...]] = Counter()
    answers = store.execute(
        "SELECT r.*, a.question asked, a.value FROM responses r JOIN answers a USING (response_id) WHERE a.value IS NOT NULL"
    )
    for row in answers:
        groups = {"": ""} | {
            name: row[name] or ""
            for name in ("touchpoint", "branch", "employee", "product", "channel", "language")
        }
        for dimension, key in groups.items():
            counted[row["survey"], row["asked"], dimension, row["day"], key, row["value"]] += 1
    rolled: Counter[tuple[object, ...]] = Counter()
    for row in store.execute("SELECT * FROM tallies"):
        for value in range(11):
            if row[f"v{value}"]:
                key = (row["survey"], row["question"], row["dimension"], row["day"], row["key"], value)
                rolled[key] += row[f"v{value}"]
    differing = (counted - rolled) + (rolled - counted)
    found = [f"roll-up differs from a recount: {key}" for key in differing]
    rows = store.execute(
        "SELECT r.response_id FROM responses r JOIN answers a ON a.response_id = r.response_id AND a.question = r.question"
        " WHERE r.score IS NOT a.value"
    )
    return found + [f"response {row['response_id']} holds another score than its answer" for row in rows]


def stored_ids(path: Path, channel: str = "sms") -> Counter[str]:
    """Return how often each message id is stored."""
    store = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return Counter(
            row[0] for row in store.execute("SELECT external_id FROM inbox WHERE channel = ?", (channel,))
        )
    finally:
        store.close()


def visit_states(path: Path) -> Counter[str]:
    """Return how many visits are in each state, with the reason behind a colon."""
    store = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        rows = store.execute("SELECT state, reason FROM visits")
        return Counter(f"{state}:{reason}" if reason else state for state, reason in rows)
    finally:
        store.close()


def scores(path: Path) -> dict[str, int]:
    """Return the stored score of each visit."""
    store = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return dict(store.execute("SELECT visit_id, score FROM responses WHERE score IS NOT NULL"))
    finally:
        store.close()
