"""Try visits out: the real units of work on a copy of what decides, while time goes by from visit to visit.

Each visit is taken in at the moment it took place; invitations are claimed when they are due and count as sent from
then on; nobody answers. Nothing of it reaches the store, nothing is sent.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from bot.channels.base import Sent
from bot.claims import claim
from bot.firm import Firm
from bot.outcomes import record_sent
from bot.outgoing import Claimed, Kind
from bot.taking import take_visit
from bot.timers import wake
from storage.base import Store
from storage.excerpt import excerpt
from storage.memory import MemoryStore
from storage.moments import day_of, micros
from storage.transaction import Transaction
from surveys.measures.nps import BANDS
from surveys.measures.nps import split as split_bands
from surveys.measures.sampling import USUAL_VARIANCE, expected_margin
from surveys.policy import Policy, Rule, Rules
from surveys.segments import measure_sms
from surveys.visits import Visit

AT_ONCE = 64
"""Invitations claimed at once."""


@dataclass
class Outcome:
    """What would happen. `visits` counts ids; `by_day` counts invitations by the organisation's local day."""

    visits: int = 0
    would_ask: int = 0
    not_asked: Counter[str] = field(default_factory=Counter)
    by_day: Counter[date] = field(default_factory=Counter)
    by_channel: Counter[str] = field(default_factory=Counter)
    sms_segments: int = 0


class Trial:
    """Visits to be tried out, oldest first. `step()` takes some of them; `finish()` lets time go on until all is decided."""

    def __init__(self, firm: Firm, visits: Sequence[Visit]) -> None:
        self.outcome = Outcome()
        self._firm = without_reminders(firm)
        self._visits = sorted(visits, key=lambda visit: visit.occurred_at)
        self._states = dict.fromkeys((visit.visit_id for visit in visits), "")
        self._channels = sorted({name for policy in _policies(firm.rules) for name in policy.channels})
        self._numbers = itertools.count()
        self._now = self._visits[0].occurred_at if visits else None

    async def copy(self, store: Store) -> MemoryStore:
        """Return a store in memory with what decides about these visits; those of them that wait are left out."""
        first = self._visits[0].occurred_at
        return await excerpt(
            store,
            customers={visit.customer_id for visit in self._visits},
            phones={visit.phone for visit in self._visits if visit.phone},
            visits=self._states.keys(),
            since=first - self._firm.look_back(),
            since_day=day_of(self._firm.month_start(first), self._firm.zone),
        )

    def step(self, tx: Transaction, start: int, stop: int) -> None:
        """Take the visits from `start` to before `stop`, and ask whoever is due on the way."""
        for visit in self._visits[start:stop]:
            self._let_pass(tx, visit.occurred_at)
            self._wake(tx, visit.occurred_at)
            take_visit(tx, self._firm, visit, visit.occurred_at)

    def finish(self, tx: Transaction) -> Outcome:
        """Ask whoever still waits, then tell what became of each visit."""
        self._let_pass(tx, None)
        for visit_id in self._states:
            row = tx.visits.get(visit_id)
            assert row is not None, f"visit {visit_id} vanished"
            self.outcome.visits += 1
            if not self._states[visit_id]:
                asked_in_earnest = row.state != "suppressed" or row.reason is None
                self.outcome.not_asked["cap" if asked_in_earnest else str(row.reason)] += 1
        return self.outcome

    def _let_pass(self, tx: Transaction, until: datetime | None) -> None:
        """Go from due moment to due moment; None: to the last one."""
        while True:
            due = [at for name in self._channels if (at := tx.visits.next_due(name)) is not None]
            if not due or (until is not None and min(due) > until):
                break
            now = max(min(due), self._now or min(due))
            if until is not None and now > until:
                break
            self._now = now
            self._wake(tx, now)
            went_on = [self._claim(tx, name, now) for name in self._channels]
            if not any(went_on):
                self._now = _next_midnight(now, self._firm)  # the day's SMS are used up
        if until is not None:
            self._now = max(until, self._now or until)

    def _wake(self, tx: Transaction, now: datetime) -> None:
        """End the conversations whose time is over."""
        while due := tx.conversations.due(now, AT_ONCE):
            for number, _ in due:
                wake(tx, self._firm, number, now)

    def _claim(self, tx: Transaction, channel: str, now: datetime) -> bool:
        limit = (
            AT_ONCE if self._firm.segments_per_day is None else 1
        )  # the limit is looked at before each claim
        batch = claim(tx, self._firm, channel, "forecast", now, limit, "forecast", self._new_id)
        for one in batch.claimed:
            self._asked(tx, one, now)
        return batch.more

    def _asked(self, tx: Transaction, one: Claimed, now: datetime) -> None:
        segments = measure_sms(one.message.text).segments if one.row.channel == "sms" else None
        record_sent(tx, self._firm, one.row.outbox_id, Sent(None, segments), now)
        visit_id = one.row.visit_id
        if one.row.kind != Kind.INVITATION or visit_id not in self._states:
            return
        self._states[visit_id] = "asked"
        self.outcome.would_ask += 1
        self.outcome.by_day[now.astimezone(self._firm.zone).date()] += 1
        self.outcome.by_channel[one.row.channel] += 1
        self.outcome.sms_segments += segments or 0

    def _new_id(self) -> str:
        return str(next(self._numbers))


USUAL_RATE = 0.15
"""The share of invitations that is answered, where nothing is known."""

LOOK_BACK = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Experience:
    """What the store knows about answers: their share of invitations, None when too few came, and the variance of one."""

    rate: float | None = None
    variance: float = USUAL_VARIANCE

    def answers(self, invitations: int) -> float:
        """Return how many answers to expect."""
        return invitations * (USUAL_RATE if self.rate is None else self.rate)

    def margin(self, invitations: int) -> float | None:
        """Return within how many points of NPS they will tell the score."""
        return expected_margin(self.answers(invitations), self.variance)


async def experience(store: Store, firm: Firm, now: datetime) -> Experience:
    """Return what invitations of the last year brought; nothing where fewer answers came than a score needs."""
    (row,) = await store.read.rows("measured_response", since=micros(now - LOOK_BACK))
    if row["answered"] < firm.minimum_answers:
        return Experience()
    survey = firm.surveys[firm.rules.base.survey]
    today = day_of(now, firm.zone)
    counts = await store.read.counts(survey.id, survey.primary, today - LOOK_BACK.days, today + 1)
    bands = split_bands(counts.get("", {}), (0, 10), BANDS)
    n = sum(bands)
    if survey.question(survey.primary).measure != "nps" or n < firm.minimum_answers:
        return Experience(row["answered"] / row["asked"])
    p, d = bands.promoters / n, bands.detractors / n
    return Experience(row["answered"] / row["asked"], p + d - (p - d) ** 2)


def without_reminders(firm: Firm) -> Firm:
    """Return a firm that asks once: reminders decide nothing, and who would get one is not known."""

    def once(policy: Policy) -> Policy:
        return replace(policy, reminders=0)

    rules = Rules(
        once(firm.rules.base), tuple(Rule(rule.when, once(rule.policy)) for rule in firm.rules.rules)
    )
    return replace(firm, rules=rules)


def _policies(rules: Rules) -> tuple[Policy, ...]:
    return (rules.base, *(rule.policy for rule in rules.rules))


def _next_midnight(now: datetime, firm: Firm) -> datetime:
    local = now.astimezone(firm.zone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
