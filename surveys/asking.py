"""When to ask a customer about a visit, and when not: one pure decision, the same at planning and at sending.

`decide` is called when a visit comes in (its answer then lies in the future) and again when it is to be sent. It looks for
reasons not to ask in the order of `Reason` and gives the first, so that the same facts always tell the same story.

Boundaries: exactly `min_gap` apart is far enough; a question exactly 365 days ago is no longer within the year; a visit exactly
`stale_after` old is not stale yet. Gaps, years and ages are elapsed time; only the delay goes by the wall clock.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter

from surveys.explaining import explain as explain  # noqa: PLC0414 -- the decision and its words in one place
from surveys.opening import Opening, due_at
from surveys.policy import Policy
from surveys.visits import Visit
from surveys.zones import later

YEAR = timedelta(days=365)

_NO_TIME = timedelta()

Detail = Mapping[str, str | int]


class Reason(StrEnum):
    """Why a visit is not asked about, in the order in which reasons are looked for."""

    OPTED_OUT = "opted_out"  # first: it outlives an erasure, and the answer to a new visit shows it
    ERASED = "erased"
    NO_ADDRESS = "no_address"
    STALE = "stale"
    NOT_SAMPLED = "not_sampled"
    QUOTA = "quota"
    CAP = "cap"
    OPEN_CONVERSATION = "open_conversation"
    ANOTHER_VISIT = "another_visit"
    NO_WINDOW = "no_window"


@dataclass(frozen=True, slots=True)
class Asked:
    """One invitation that was sent to this person on any channel, an unknown outcome included; never a reminder."""

    at: datetime
    visit_id: str
    survey: str = "nps"
    attributes: Mapping[str, str] = field(default_factory=dict)


_sent_at = attrgetter("at")


@dataclass(frozen=True, slots=True)
class Waiting:
    """Another planned visit of this person."""

    visit_id: str
    occurred_at: datetime
    touchpoint: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """What is known about whoever stands behind a visit: one phone or Telegram account, whatever customer ids it has.

    `addresses` maps channel to usable address. `asked` is newest first and reaches back `Rules.reach_back()`.
    `open_visit` is the visit of a conversation that is still open.
    """

    opted_out: bool = False
    erased: bool = False
    addresses: Mapping[str, str] = field(default_factory=dict)
    asked: tuple[Asked, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    open_visit: str | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask at `at` (now or earlier than now: at once) on `channel`; the `displaced` waiting visits lose to this one."""

    at: datetime
    channel: str
    displaced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Do not ask, and say why: `explain(state, reason, detail)` puts it in plain words."""

    reason: Reason
    detail: Detail = field(default_factory=dict)


def decide(
    visit: Visit,
    person: Person,
    policy: Policy,
    opening: Opening,
    now: datetime,
    *,
    answers_so_far: int | None = None,
) -> Ask | Suppressed:
    """Decide about one visit, when it comes in and again when it is sent.

    `answers_so_far` is how many answers this month has for the visit's value of the quota's column; None where there
    is no quota or the visit has no such value. A visit that loses to another one never comes back, whatever becomes of the other.
    """
    channel = channel_or_reason(visit, person, policy, now)
    if isinstance(channel, Suppressed):
        return channel
    now, occurred_at = _in_utc(now), _in_utc(visit.occurred_at)
    latest = occurred_at + policy.stale_after
    due = due_at(occurred_at, policy, opening)
    at = due if due is None or due >= now else opening.next_open(now)
    never_allowed = (
        due is None or due > latest
    )  # by the rules themselves; otherwise the moment came and went by
    if not never_allowed and (at is None or at > latest):
        return _stale(policy)
    if not in_sample(visit.visit_id, policy.sample):
        return Suppressed(Reason.NOT_SAMPLED, {"per_mille": round(policy.sample * 1000)})
    return (
        _beyond_quota(visit, policy, answers_so_far)
        or _capped(visit, person, policy, at or max(now, later(occurred_at, policy.delay, opening.zone)))
        or _busy(visit, person)
        or _beaten(visit, person, policy)
        or (
            Suppressed(Reason.NO_WINDOW, _span("at_most", policy.stale_after))
            if at is None or never_allowed
            else Ask(at, channel, tuple(other.visit_id for other in _others(visit, person)))
        )
    )


def channel_or_reason(visit: Visit, person: Person, policy: Policy, now: datetime) -> str | Suppressed:
    """Return the channel to ask on, or the first of the reasons that hold whenever the customer may be written to."""
    if person.opted_out:
        return Suppressed(Reason.OPTED_OUT)
    if person.erased:
        return Suppressed(Reason.ERASED)
    for channel in policy.channels:
        if person.addresses.get(channel):
            return (
                _stale(policy) if _in_utc(now) > _in_utc(visit.occurred_at) + policy.stale_after else channel
            )
    return Suppressed(Reason.NO_ADDRESS, {"channels": ", ".join(policy.channels)})


def in_sample(visit_id: str, sample: float) -> bool:
    """Whether a visit falls into a sample of this share: by its id alone, so the same answer every time."""
    if sample >= 1:
        return True
    digest = hashlib.sha256(visit_id.encode()).digest()
    return int.from_bytes(digest[:8]) < sample * 2**64


def reminder_at(last_sent: datetime, policy: Policy, opening: Opening) -> datetime | None:
    """Return when the next reminder may go out (UTC): the first allowed moment at or after `reminder_after` by the wall clock.

    None when no such moment comes. Whether there are reminders left, and whether it comes before the end, is the conversation's.
    """
    return opening.next_open(later(last_sent, policy.reminder_after, opening.zone))


def expires_at(asked_at: datetime, policy: Policy) -> datetime:
    """Return when an unanswered invitation expires (UTC), as elapsed time."""
    return asked_at.astimezone(UTC) + policy.expire_after


def _in_utc(at: datetime) -> datetime:
    """Return a moment in UTC: sums and differences within one zone would go by its wall clock."""
    return at if at.tzinfo is UTC else at.astimezone(UTC)


def _stale(policy: Policy) -> Suppressed:
    return Suppressed(Reason.STALE, _span("at_most", policy.stale_after))


def _beyond_quota(visit: Visit, policy: Policy, answers: int | None) -> Suppressed | None:
    if policy.quota is None or answers is None or answers < policy.quota.target:
        return None
    value = visit.attribute(policy.quota.by) or ""
    return Suppressed(
        Reason.QUOTA,
        {"by": policy.quota.by, "value": value, "answers": answers, "target": policy.quota.target},
    )


def _capped(visit: Visit, person: Person, policy: Policy, at: datetime) -> Suppressed | None:
    limit = _limit_reached(visit, person.asked, policy, at)
    return None if limit is None else Suppressed(Reason.CAP, limit)


def _limit_reached(visit: Visit, asked: tuple[Asked, ...], policy: Policy, at: datetime) -> Detail | None:
    """Judge the cap as at `at`. Invitations later than that (a clock was set back) count as sent at that moment."""
    if policy.max_per_year < 1:
        return {"rule": "never", "at_most": policy.max_per_year}
    if not asked:
        return None
    last = max(asked, key=_sent_at)
    elapsed = max(at - last.at, _NO_TIME)
    if elapsed < policy.min_gap:
        return {"rule": "min_gap", "other": last.visit_id, **_gap(elapsed, policy.min_gap)}
    year_ago = at - YEAR
    times = sum([one.at > year_ago for one in asked])
    if times >= policy.max_per_year:
        return {
            "rule": "max_per_year",
            "times": times,
            "at_most": policy.max_per_year,
            "other": last.visit_id,
        }
    for cap in policy.caps:
        value = visit.attribute(cap.same)
        if value is None:
            continue
        times = sum(at - one.at < cap.period and one.attributes.get(cap.same) == value for one in asked)
        if times >= cap.max:
            span = _span("period", cap.period)
            return {
                "rule": "same",
                "by": cap.same,
                "value": value,
                "times": times,
                "at_most": cap.max,
                **span,
            }
    return None


def _busy(visit: Visit, person: Person) -> Suppressed | None:
    if person.open_visit in {None, visit.visit_id}:
        return None
    return Suppressed(Reason.OPEN_CONVERSATION, {"other": str(person.open_visit)})


def _beaten(visit: Visit, person: Person, policy: Policy) -> Suppressed | None:
    """Return the defeat by another waiting visit, if there is one. Ids break ties, so that exactly one visit wins."""
    others = _others(visit, person)
    if not others:
        return None
    candidates = (Waiting(visit.visit_id, visit.occurred_at, visit.touchpoint), *others)
    match policy.choose:
        case "latest":
            winner = max(candidates, key=_newest)
        case "first":
            winner = min(candidates, key=_newest)
        case "priority":
            rank = {touchpoint: -place for place, touchpoint in enumerate(policy.touchpoint_priority)}
            unlisted = -len(rank)
            winner = max(
                candidates, key=lambda one: (rank.get(one.touchpoint or "", unlisted), *_newest(one))
            )
    if winner.visit_id == visit.visit_id:
        return None
    return Suppressed(Reason.ANOTHER_VISIT, {"other": winner.visit_id})


def _others(visit: Visit, person: Person) -> tuple[Waiting, ...]:
    return tuple(other for other in person.waiting if other.visit_id != visit.visit_id)


def _newest(one: Waiting) -> tuple[datetime, str]:
    return one.occurred_at, one.visit_id


def _gap(elapsed: timedelta, least: timedelta) -> dict[str, str | int]:
    """Return the time since the last question and the least time, in days where whole days are asked for, else minutes.

    A time of less than a day is in minutes, from an hour on in whole hours of them: nobody was asked "0 days ago".
    """
    if least % timedelta(days=1):
        return {"minutes": elapsed // timedelta(minutes=1), "at_least_minutes": least // timedelta(minutes=1)}
    if elapsed.days:
        return {"days": elapsed.days, "at_least": least.days}
    hours = elapsed // timedelta(hours=1)
    return {"minutes": hours * 60 or max(1, elapsed // timedelta(minutes=1)), "at_least": least.days}


@lru_cache(maxsize=64)  # asked for by every row of a file about the past
def _span(name: str, duration: timedelta) -> Detail:
    if duration % timedelta(days=1):
        return {f"{name}_minutes": duration // timedelta(minutes=1)}
    return {f"{name}_days": duration.days}
