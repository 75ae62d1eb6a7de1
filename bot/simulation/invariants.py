"""The promises of askwhy, checked against a store and an independent log of what providers took.

    found = await violations(store, firm, sent_log, now=clock.now())

Every broken promise is one sentence. Used by the simulation and by tests that break things: the log comes from whoever
stands at the other end of the wire, never from the store.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.firm import Firm
from bot.outgoing import Kind
from storage.base import Store
from storage.moments import day_of, micros
from storage.rows import VisitRow
from storage.tables.answers import COUNTED, VALUES
from storage.tables.visits import visit_row
from surveys.asking import YEAR, Reason
from surveys.explaining import STATES

Place = tuple[str, str]
"""A channel and an address."""

ASKING_AT_MOST = timedelta(minutes=1)
WAITING_AT_MOST = timedelta(days=2)
"""How long a planned visit may lie past its moment: a sender may rest, and a window may close meanwhile."""

STOPPED_PEOPLE_MAY_GET = {Kind.STOP_CONFIRMATION, Kind.STAFF, Kind.ALERT}


@dataclass(frozen=True, slots=True)
class Wired:
    """A message that a provider took, or that reached somebody all the same. `attempt_id` is what was sent with it."""

    at: datetime
    channel: str
    address: str
    attempt_id: str
    text: str = ""

    @property
    def place(self) -> Place:
        """Where it went."""
        return self.channel, self.address


@dataclass(frozen=True, slots=True)
class Silence:
    """Somebody wanted nothing more: from the message number `since` of the log up to, not including, `until`."""

    place: Place
    since: int
    until: int | None = None


async def violations(
    store: Store,
    firm: Firm,
    sent_log: Sequence[Wired],
    *,
    now: datetime,
    silences: Sequence[Silence] = (),
    heard: Collection[tuple[str, str]] | None = None,
) -> list[str]:
    """Return every broken promise, none for a sound store.

    `heard` are the (channel, external id) of all messages that were acknowledged; None leaves them unchecked.
    """
    sent = {row["attempt_id"]: row for row in await store.read.rows("check_sent")}
    visits = {row["visit_id"]: visit_row(row) for row in await store.read.rows("check_visits")}
    return [
        *_states(visits, now),
        *_claims(sent, now),
        *_sent_twice(sent_log, sent),
        *_caps(firm, sent_log, sent, visits),
        *_windows(firm, sent_log, sent, visits),
        *_silences(sent_log, sent, silences),
        *_scores(await store.read.rows("check_answers"), await store.read.rows("check_tallies")),
        *_asked(firm, visits, await store.read.rows("check_asked_tallies")),
        *(_heard(await store.read.rows("check_inbox"), heard) if heard is not None else ()),
    ]


def _states(visits: Mapping[str, VisitRow], now: datetime) -> Iterator[str]:
    """Every visit is in a state that can be told, and none is stuck."""
    for name, row in visits.items():
        if row.state not in STATES:
            yield f"state: visit {name} is {row.state!r}, which nobody can explain"
        if row.state == "suppressed" and row.reason not in set(Reason):
            yield f"state: visit {name} is suppressed for {row.reason!r}, which nobody can explain"
        if row.state == "asking" and row.asked_at is not None and now - row.asked_at > ASKING_AT_MOST:
            yield f"state: visit {name} is being asked since {row.asked_at.isoformat()}"
        if row.state == "planned" and row.due_at is not None and now - row.due_at > WAITING_AT_MOST:
            yield f"state: visit {name} was due at {row.due_at.isoformat()} and still waits"


def _claims(sent: Mapping[str, Mapping[str, Any]], now: datetime) -> Iterator[str]:
    """No claim outlives its worker."""
    for row in sent.values():
        if row["state"] == "claimed" and micros(now) - row["lease_until"] > ASKING_AT_MOST // timedelta(
            microseconds=1
        ):
            yield f"claim: a message to {row['address']} about visit {row['visit_id']} is still claimed"


def _sent_twice(log: Sequence[Wired], sent: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """One attempt is one call; one visit is one invitation."""
    for attempt, n in Counter(one.attempt_id for one in log).items():
        if n > 1:
            yield f"sent: attempt {attempt} reached the provider {n} times"
    for name, n in Counter(visit for _, visit, _ in _invitations(log, sent)).items():
        if n > 1:
            yield f"sent: the question about visit {name} went out {n} times"


def _invitations(
    log: Sequence[Wired], sent: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[datetime, str, int]]:
    """Yield (moment, visit, person) of every invitation that may have reached somebody, in the order of sending."""
    for one in log:
        row = sent.get(one.attempt_id)
        if row is not None and row["kind"] == Kind.INVITATION:
            yield one.at, row["visit_id"], row["person_id"]


def _caps(
    firm: Firm, log: Sequence[Wired], sent: Mapping[str, Mapping[str, Any]], visits: Mapping[str, VisitRow]
) -> Iterator[str]:
    """Nobody is asked more often than the rules allow."""
    before: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    for at, name, person in _invitations(log, sent):
        policy = firm.rules.for_visit(visits[name].visit)
        asked = before[person]
        if asked and at - asked[-1][0] < policy.min_gap:
            yield f"cap: person {person} was asked about {name} {at - asked[-1][0]} after {asked[-1][1]}"
        if sum(at - earlier < YEAR for earlier, _ in asked) >= policy.max_per_year:
            yield f"cap: person {person} was asked about {name}, more than {policy.max_per_year} times within a year"
        asked.append((at, name))


def _windows(
    firm: Firm,
    log: Sequence[Wired],
    sent: Mapping[str, Mapping[str, Any]],
    visits: Mapping[str, VisitRow],
) -> Iterator[str]:
    """Nobody is asked, or reminded, outside the own hours."""
    for one in log:
        row = sent.get(one.attempt_id)
        if row is None or row["kind"] not in {Kind.INVITATION, Kind.REMINDER}:
            continue
        stored = visits[row["visit_id"]]
        visit = stored.visit
        opening = firm.opening(visit, firm.rules.for_visit(visit), stored.quiet, stored.phone)
        if not opening.is_open(one.at):
            local = one.at.astimezone(opening.zone)
            yield f"window: {row['kind']} about {visit.visit_id} at {local:%A %Y-%m-%d %H:%M:%S %Z}"


def _silences(
    log: Sequence[Wired], sent: Mapping[str, Mapping[str, Any]], silences: Sequence[Silence]
) -> Iterator[str]:
    """Who wants nothing more gets one confirmation at most."""
    by_place: dict[Place, list[int]] = defaultdict(list)
    for number, one in enumerate(log):
        by_place[one.place].append(number)
    for silence in silences:
        confirmed = 0
        for number in by_place[silence.place]:
            if number < silence.since or (silence.until is not None and number >= silence.until):
                continue
            row = sent.get(log[number].attempt_id)
            kind = row["kind"] if row else "unknown"
            confirmed += kind == Kind.STOP_CONFIRMATION
            if kind not in STOPPED_PEOPLE_MAY_GET or confirmed > 1:
                yield (
                    f"opt-out: {kind} to {silence.place} at {log[number].at.isoformat()}"
                    f" after a stop: {log[number].text[:60]!r}"
                )


def _scores(answers: Sequence[Mapping[str, Any]], tallies: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Compare the roll-ups with a recount of the answers, and scores with the answers they stand for."""
    counted: Counter[tuple[str, str, str, int, str, int]] = Counter()
    for row in answers:
        if row["question"] == row["scored"] and row["score"] != row["value"]:
            yield f"score: response {row['response_id']} has score {row['score']} and answer {row['value']}"
        for dimension in ("", *COUNTED):
            key = (row[dimension] or "") if dimension else ""
            counted[row["survey"], row["question"], dimension, row["day"], key, row["value"]] += 1
    rolled = Counter(
        {
            (row["survey"], row["question"], row["dimension"], row["day"], row["key"], value): row[
                f"v{value}"
            ]
            for row in tallies
            for value in VALUES
            if row[f"v{value}"]
        }
    )
    for key in counted.keys() | rolled.keys():
        if counted[key] != rolled[key]:
            yield f"score: {key} is rolled up as {rolled[key]}, a recount gives {counted[key]}"


def _asked(firm: Firm, visits: Mapping[str, VisitRow], tallies: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Compare the roll-ups of invitations with a recount of the visits."""
    counted = Counter(
        (row.survey, day_of(row.asked_at, firm.zone)) for row in visits.values() if row.asked_at is not None
    )
    rolled = Counter({(row["survey"], row["day"]): row["n"] for row in tallies})
    for key in counted.keys() | rolled.keys():
        if counted[key] != rolled[key]:
            yield f"asked: {key} is rolled up as {rolled[key]}, a recount gives {counted[key]}"


def _heard(inbox: Sequence[Mapping[str, Any]], heard: Collection[tuple[str, str]]) -> Iterator[str]:
    """Demand that what was acknowledged is stored exactly once."""
    stored = Counter({(row["channel"], row["external_id"]): row["n"] for row in inbox})
    for key in heard:
        if stored[key] != 1:
            yield f"heard: message {key} is stored {stored[key]} times"
