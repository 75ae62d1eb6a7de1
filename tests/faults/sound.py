"""The one function that every fault ends with: read the store, and find every invariant of the design unbroken.

It looks from outside: at the rows of the store, and at what the fakes at the other end of the wire saw, where a test
has them. By the number of the design's invariants:

    1 once        what was acknowledged is stored, once; one response and one invitation on its way per visit
    2 cap         nobody is asked more often than the rules allow; a claimed or unknown outcome counts as sent
    3 window      no question and no reminder outside the customer's own hours
    4 opt-out     whoever stopped gets one confirmation and nothing more
    5 states      every visit is in a state that `explain` can tell, one of refusal with its reason; no claim is forgotten
    6 score       roll-ups equal a recount, scores their answers
    7 reading     every stored score is one that its customer's own stored messages give
    8 words       no customer's words among reasons, codes and errors, and none as markup in a message to staff
      structure   the store's own checks, foreign keys, a known schema
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.bootstrap import build_firm
from bot.config import Config, load_config
from bot.firm import Firm
from bot.outgoing import Kind, read_button
from bot.simulation.invariants import Silence, Wired, violations
from storage import make_store
from storage.base import Store
from storage.moments import moment
from surveys.reading import read_reply
from surveys.scale import Scale
from tests.e2e.process import Askwhy
from tests.fakes.twilio import FakeTwilio

Rows = list[dict[str, Any]]

OUT = {"claimed", "sent", "unknown"}
"""States of a message that reached somebody, or may have."""

SILENT_KINDS = {Kind.STAFF, Kind.ALERT, Kind.EDIT}
"""Kinds that say nothing to the customer: they go to staff, or take buttons away."""

TAGS = re.compile(r"</?(?:b|i|u|s|code|pre|blockquote|a)(?: [a-z]+(?:=\"[^\"<>]*\")?)?>")

TELLS = 12
"""A text at least so long is found nowhere by accident."""


def acme(**sections: Any) -> Firm:
    """Return the firm of tests that say no more than its name."""
    config = Config.model_validate({"organisation": {"name": "Acme Auto"}, **sections})
    return build_firm(config, channels=("telegram", "sms"))


async def assert_sound(
    url: str | Path,
    firm: Firm | None = None,
    *,
    now: datetime | None = None,
    log: Sequence[Wired] | None = None,
    heard: Iterable[str] = (),
    channel: str = "sms",
) -> None:
    """Fail with every broken invariant of the store at `url`; the service may run or not.

    `log` is what providers really took, by their own account; without it the store's word is taken. `heard` are the ids of
    messages on `channel` that were acknowledged. `now` is the time of the service, if that is not the machine's.
    """
    place = f"sqlite:///{url}" if isinstance(url, Path) else url
    store = make_store(place)
    await store.open()
    try:
        messages = {(channel, external_id) for external_id in heard}
        broken = await findings(store, firm or acme(), now or datetime.now(UTC), log=log, heard=messages)
    finally:
        await store.close()
    assert not broken, "\n".join(broken[:20])


async def assert_service_sound(service: Askwhy, twilio: FakeTwilio | None = None) -> None:
    """Fail with every broken invariant of a real service, by its own configuration and what its provider saw."""
    config = load_config(service.folder / "config.toml", service.secrets)
    log, heard = (wired(twilio), acknowledged(twilio)) if twilio else (None, ())
    await assert_sound(config.storage.url, firm_of(service), log=log, heard=heard)


def firm_of(service: Askwhy) -> Firm:
    """Return the firm that a service is configured for."""
    config = load_config(service.folder / "config.toml", service.secrets)
    return build_firm(config, channels=("telegram", "sms"))


def wired(twilio: FakeTwilio) -> list[Wired]:
    """Return what Twilio took."""
    now, clock = datetime.now(UTC), twilio._clock()
    return [
        Wired(
            now - timedelta(seconds=clock - sent.at),
            "sms",
            sent.to,
            sent.params["StatusCallback"].rpartition("=")[2],
            sent.body,
        )
        for sent in twilio.sent
    ]


def acknowledged(twilio: FakeTwilio) -> set[str]:
    """Return the ids of all messages that were answered by 200; status callbacks have a blank in their names."""
    return {what for what, status in twilio.webhooks.deliveries if status == 200 and " " not in what}


async def findings(
    store: Store,
    firm: Firm,
    now: datetime,
    *,
    log: Sequence[Wired] | None = None,
    heard: Iterable[tuple[str, str]] = (),
) -> list[str]:
    """Return what is wrong, an empty list when nothing is."""
    rows = await _rows(store)
    told = log if log is not None else _told(rows)
    promises = await violations(
        store, firm, told, now=now, silences=_silences(rows, told) if log else (), heard=set(heard)
    )
    return [
        *(f"structure: {problem}" for problem in await store.check()),
        *promises,
        *_once(rows),
        *_stopped(rows),
        *_reasons(rows),
        *_readings(rows, firm),
        *_words(rows),
    ]


TABLES = {
    "visits": "SELECT visit_id, person_id, state, reason, detail, due_at, asked_at FROM visits",
    "outbox": "SELECT outbox_id, kind, channel, address, person_id, visit_id, state, attempt_id, code, body, created_at,"
    " sent_at FROM outbox ORDER BY outbox_id",
    "inbox": "SELECT inbox_id, channel, external_id, address, state, error, body FROM inbox",
    "people": "SELECT p.person_id, p.opted_out_at, a.channel, a.address FROM people p"
    " JOIN addresses a ON a.person_id = p.person_id",
    "responses": "SELECT response_id, visit_id, person_id, survey, question, score FROM responses WHERE visit_id IS NOT NULL",
    "conversations": "SELECT person_id, state FROM conversations",
    "story": "SELECT visit_id, detail FROM story",
}


async def _rows(store: Store) -> dict[str, Rows]:
    """Read what the checks below look at, as of one moment."""
    return await store.write(
        lambda tx: {
            name: [dict(row) for row in tx.db._connection.execute(sql).fetchall()]
            for name, sql in TABLES.items()
        }
    )


def _told(rows: Mapping[str, Rows]) -> list[Wired]:
    """Return what the store itself says went out, or may have, in the order of time."""
    asked = {row["visit_id"]: row["asked_at"] for row in rows["visits"]}
    out = []
    for row in rows["outbox"]:
        if row["state"] not in OUT or row["attempt_id"] is None:
            continue
        at = asked[row["visit_id"]] if row["kind"] == Kind.INVITATION else row["sent_at"]
        out.append(
            Wired(moment(at or row["created_at"]), row["channel"], row["address"], row["attempt_id"], "")
        )
    return sorted(out, key=lambda one: one.at)


def _silences(rows: Mapping[str, Rows], log: Sequence[Wired]) -> list[Silence]:
    """Return since which message of the log nobody at an address wants another: a second after the stop was stored."""
    found = []
    for row in rows["people"]:
        if row["opted_out_at"] is None:
            continue
        stopped = moment(row["opted_out_at"]) + timedelta(seconds=1)
        since = next((number for number, one in enumerate(log) if one.at > stopped), len(log))
        found.append(Silence((row["channel"], row["address"]), since))
    return found


def _once(rows: Mapping[str, Rows]) -> Iterator[str]:
    for (channel, name), n in Counter((row["channel"], row["external_id"]) for row in rows["inbox"]).items():
        if n > 1:
            yield f"once: message {name} of {channel} is stored {n} times"
    out = Counter(
        row["visit_id"] for row in rows["outbox"] if row["kind"] == Kind.INVITATION and row["state"] in OUT
    )
    yield from (f"once: visit {name} has {n} invitations out" for name, n in out.items() if n > 1)
    answered = Counter(row["visit_id"] for row in rows["responses"])
    yield from (f"once: visit {name} has {n} responses" for name, n in answered.items() if n > 1)
    is_open = Counter(
        row["person_id"] for row in rows["conversations"] if row["state"] in {"asked", "answering"}
    )
    yield from (f"once: person {name} has {n} open conversations" for name, n in is_open.items() if n > 1)


def _stopped(rows: Mapping[str, Rows]) -> Iterator[str]:
    """Find what was made for somebody after they had stopped, by the store's own times."""
    stopped = {row["person_id"]: row["opted_out_at"] for row in rows["people"] if row["opted_out_at"]}
    confirmed: Counter[int] = Counter()
    for row in rows["outbox"]:
        person = row["person_id"]
        if row["state"] not in OUT or person not in stopped or row["kind"] in SILENT_KINDS:
            continue
        if row["created_at"] <= stopped[person] and row["kind"] != Kind.STOP_CONFIRMATION:
            continue
        confirmed[person] += row["kind"] == Kind.STOP_CONFIRMATION
        if row["kind"] != Kind.STOP_CONFIRMATION or confirmed[person] > 1:
            yield f"opt-out: message {row['outbox_id']} ({row['kind']}) went to somebody who had stopped"


def _reasons(rows: Mapping[str, Rows]) -> Iterator[str]:
    for row in rows["visits"]:
        if row["state"] in {"suppressed", "failed"} and not row["reason"]:
            yield f"states: visit {row['visit_id']} is {row['state']} without a reason"
        if row["state"] == "planned" and row["due_at"] is None:
            yield f"states: visit {row['visit_id']} is planned for no time"
        if row["state"] in {"asked", "answering", "answered", "expired"} and row["asked_at"] is None:
            yield f"states: visit {row['visit_id']} is {row['state']}, but was never asked"


def _readings(rows: Mapping[str, Rows], firm: Firm) -> Iterator[str]:
    """Find scores that no message of their customer gives, read anew by itself."""
    at = {(row["channel"], row["address"]): row["person_id"] for row in rows["people"]}
    said: dict[int, list[str]] = defaultdict(list)
    for row in rows["inbox"]:
        person = at.get((row["channel"], row["address"]))
        if person is not None:
            said[person].append(json.loads(row["body"]).get("text", ""))
    for row in rows["responses"]:
        survey = firm.surveys.get(row["survey"])
        if row["score"] is None or survey is None:
            continue
        scale = survey.question(row["question"]).scale or Scale(0, 10)
        given = {value for text in said[row["person_id"]] for value in _scores_in(text, scale, firm)}
        if row["score"] not in given:
            yield f"reading: visit {row['visit_id']} has the score {row['score']}, which nobody gave"


def _scores_in(text: str, scale: Scale, firm: Firm) -> Iterator[int | None]:
    pressed = read_button(text)
    if pressed:
        yield pressed[2]
    for language in (firm.language, *firm.languages):
        yield read_reply(text, scale, language=language, languages=firm.languages).score


def _words(rows: Mapping[str, Rows]) -> Iterator[str]:
    """Find words of customers where only ours belong, and markup of theirs in what staff are shown."""
    words = {json.loads(row["body"]).get("text", "") for row in rows["inbox"]}
    words = {word for word in words if len(word) >= TELLS}
    ours = [
        *(("reason", row["reason"]) for row in rows["visits"]),
        *(("code", row["code"]) for row in rows["outbox"]),
        *(("error", row["error"]) for row in rows["inbox"]),
    ]
    for where, text in {pair for pair in ours if pair[1]}:
        if any(word in text for word in words):
            yield f"words: a {where} quotes a customer: {text!r}"
    for row in rows["outbox"]:
        body = json.loads(row["body"])
        if body.get("html") and "<" in TAGS.sub("", body["text"]):
            yield f"words: message {row['outbox_id']} to staff holds markup that is not ours"


async def stored_ids(url: str | Path, channel: str = "sms") -> Counter[str]:
    """Return how often each message id is stored."""
    rows = await look(url, "SELECT channel, external_id FROM inbox")
    return Counter(row["external_id"] for row in rows if row["channel"] == channel)


async def visit_states(url: str | Path) -> Counter[str]:
    """Return how many visits are in each state, with the reason behind a colon."""
    rows = await look(url, "SELECT state, reason FROM visits")
    return Counter(f"{row['state']}:{row['reason']}" if row["reason"] else row["state"] for row in rows)


async def scores(url: str | Path) -> dict[str, int]:
    """Return the stored score of each visit."""
    rows = await look(url, "SELECT visit_id, score FROM responses WHERE score IS NOT NULL")
    return {row["visit_id"]: row["score"] for row in rows}


async def look(url: str | Path, sql: str) -> Rows:
    """Read rows of a store of any kind, beside whoever writes."""
    store = make_store(f"sqlite:///{url}" if isinstance(url, Path) else url)
    await store.open()
    try:
        found = await store.write(lambda tx: tx.db._connection.execute(sql).fetchall())
        return [dict(row) for row in found]
    finally:
        await store.close()
