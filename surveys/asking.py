"""When to ask a customer about a visit, and when not: pure decisions, the same at planning and at sending."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from surveys.opening import Opening
from surveys.policy import Policy
from surveys.visits import Visit


class Reason(StrEnum):
    """Why a visit is not asked about, in the order in which reasons are looked for."""

    ERASED = "erased"
    OPTED_OUT = "opted_out"
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
    detail: Mapping[str, str | int] = field(default_factory=dict)


def decide(
    visit: Visit,
    person: Person,
    policy: Policy,
    opening: Opening,
    now: datetime,
    *,
    answers_so_far: int | None = None,
) -> Ask | Suppressed:
    """Decide about one visit, when it comes in and again when it is sent."""
    raise NotImplementedError


def reminder_at(last_sent: datetime, policy: Policy, opening: Opening) -> datetime | None:
    """Return when a reminder may go out; None when no allowed moment comes."""
    raise NotImplementedError


def expires_at(last_sent: datetime, policy: Policy, opening: Opening) -> datetime:
    """Return when an unanswered invitation expires."""
    raise NotImplementedError


def explain(state: str, reason: str | None, detail: Mapping[str, str | int], language: str = "en") -> str:
    """Say in plain words what became of a visit."""
    raise NotImplementedError
