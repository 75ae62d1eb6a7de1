"""The rules of asking as values: what `[asking]` and `[[asking.rules]]` of the configuration say.

Everything here is parsed and typed; surveys/asking.py decides by these values, surveys/opening.py turns them
into moments, `problems` says which of them cannot work.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Literal, NamedTuple, Protocol, Self

from surveys.durations import parse_duration as parse_duration  # noqa: PLC0414 -- the values and their words in one place
from surveys.public_holidays import known_countries

Choose = Literal["latest", "first", "priority"]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CHOICES: tuple[Choose, ...] = ("latest", "first", "priority")

_WINDOW = re.compile(r"\s*(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of a day by the wall clock, from `opens` to `closes`; the minute `closes` belongs to it.

    Over midnight ("21:00-08:00") when it closes before it opens: right for quiet hours, refused for asking.
    """

    opens: time
    closes: time

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "10:00-19:00"; "24:00" as an end is the day's last minute. Raises ValueError naming the value."""
        match = _WINDOW.fullmatch(text)
        if match is None:
            raise ValueError(f'{text!r} is not a window of hours; write it like "10:00-19:00"')
        open_hour, open_minute, close_hour, close_minute = map(int, match.groups())
        if (close_hour, close_minute) == (24, 0):
            close_hour, close_minute = 23, 59
        try:
            return cls(time(open_hour, open_minute), time(close_hour, close_minute))
        except ValueError:
            raise ValueError(
                f'{text!r} holds an hour or minute that no clock shows; write it like "10:00-19:00"'
            ) from None

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"

    @property
    def over_midnight(self) -> bool:
        """Whether it closes on the day after it opened."""
        return self.closes < self.opens

    def holds(self, clock: time) -> bool:
        """Whether the minute that the clock shows is inside."""
        minute = clock.replace(second=0, microsecond=0, tzinfo=None, fold=0)
        if self.over_midnight:
            return minute >= self.opens or minute <= self.closes
        return self.opens <= minute <= self.closes


@dataclass(frozen=True, slots=True)
class AttributeCap:
    """One person is asked at most `max` times within any `period` where column `same` has the same value."""

    max: int
    period: timedelta
    same: str


@dataclass(frozen=True, slots=True)
class Quota:
    """Asking stops for the rest of the month once `target` answers came in for one value of column `by`."""

    target: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """When to ask and whom not. Field names are the keys of `[asking]`; weekdays count from Monday = 0."""

    survey: str = "nps"
    delay: timedelta = timedelta(days=1)
    window: Window = Window(time(10), time(19))
    weekdays: frozenset[int] = frozenset(range(6))
    skip_public_holidays: bool = True
    min_gap: timedelta = timedelta(days=90)
    max_per_year: int = 2
    sample: float = 1.0
    stale_after: timedelta = timedelta(days=3)
    expire_after: timedelta = timedelta(days=3)
    reminders: int = 1
    reminder_after: timedelta = timedelta(days=1)
    channels: tuple[str, ...] = ("telegram", "sms")
    choose: Choose = "latest"
    touchpoint_priority: tuple[str, ...] = ()
    accept_late: timedelta = timedelta(days=7)
    caps: tuple[AttributeCap, ...] = ()
    quota: Quota | None = None


class HasAttributes(Protocol):
    """What a rule looks at: a visit (surveys/visits.py) or whatever else has named columns."""

    def attribute(self, name: str, /) -> str | None:
        """Return the value of a column, None when there is none."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One `[[asking.rules]]`: `policy` applies where every column of `when` has that value, in any letter case."""

    when: Mapping[str, str]
    policy: Policy

    def matches(self, visit: HasAttributes) -> bool:
        """Whether this rule is for this visit."""
        return all(
            (value := visit.attribute(column)) is not None and value.casefold() == wanted.casefold()
            for column, wanted in self.when.items()
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """The whole of `[asking]`: the base and the exceptions, each already completed from the base."""

    base: Policy = field(default_factory=Policy)
    rules: tuple[Rule, ...] = ()

    def for_visit(self, visit: HasAttributes) -> Policy:
        """Return the policy of the first rule that matches, else the base."""
        for rule in self.rules:
            if rule.matches(visit):
                return rule.policy
        return self.base

    def least_gap(self) -> timedelta:
        """How soon a person may be asked again, by any of the policies."""
        return min(policy.min_gap for policy in (self.base, *(rule.policy for rule in self.rules)))

    def caps_by_attribute(self) -> bool:
        """Tell whether the attributes of a person's earlier visits matter to any cap."""
        return any(policy.caps for policy in (self.base, *(rule.policy for rule in self.rules)))

    def reach_back(self) -> timedelta:
        """How far back a person's invitations matter: what a store must load for `asking.decide`."""
        policies = (self.base, *(rule.policy for rule in self.rules))
        periods = [cap.period for policy in policies for cap in policy.caps]
        return max(timedelta(days=365), *(policy.min_gap for policy in policies), *periods)


class PolicyProblem(NamedTuple):
    """A setting that cannot work: `key` as in the configuration (rules count from 1), its value and what to do."""

    key: str
    value: str
    problem: str
    fix: str


def problems(rules: Rules, country: str) -> list[PolicyProblem]:
    """Return what cannot work in the rules of an organisation in `country` (ISO 3166, two letters)."""
    found = _problems_of(rules.base, "asking")
    inherited = {(problem.key.removeprefix("asking."), problem.value) for problem in found}
    for number, rule in enumerate(rules.rules, start=1):
        section = f"asking.rules[{number}]"
        found += [
            problem
            for problem in _problems_of(rule.policy, section)
            if (problem.key.removeprefix(section + "."), problem.value) not in inherited
        ]
        if not rule.when:
            found.append(
                PolicyProblem(
                    f"{section}.when",
                    "{}",
                    "it matches every visit, so later rules never apply",
                    'name a column, like when = {touchpoint = "delivery"}',
                )
            )
    skips = any(
        policy.skip_public_holidays for policy in (rules.base, *(rule.policy for rule in rules.rules))
    )
    if skips and country.upper() not in known_countries():
        found.append(
            PolicyProblem(
                "organisation.country",
                country,
                "its public holidays are not known",
                'write a two-letter code such as "EE", or set skip_public_holidays = false',
            )
        )
    return found


def _problems_of(policy: Policy, section: str) -> list[PolicyProblem]:
    days = ", ".join(WEEKDAYS[day] for day in sorted(policy.weekdays) if day in range(7))
    gap = policy.expire_after - policy.reminder_after
    checks = (
        (not policy.weekdays, "weekdays", days, "the window never opens", 'name days, like ["mon", "tue"]'),
        (
            not policy.weekdays <= frozenset(range(7)),
            "weekdays",
            days,
            "a weekday is not one of the seven",
            f"choose from {', '.join(WEEKDAYS)}",
        ),
        (
            policy.window.over_midnight,
            "window",
            policy.window,
            "it closes before it opens",
            'write opening and closing of one day, like "10:00-19:00"',
        ),
        (
            policy.delay >= policy.stale_after,
            "stale_after",
            policy.stale_after,
            f"every visit is stale before its delay ({policy.delay}) is over",
            "make it longer than delay",
        ),
        (not 0 <= policy.sample <= 1, "sample", policy.sample, "it is not a share", "write 0.25 for 25 %"),
        (policy.max_per_year < 0, "max_per_year", policy.max_per_year, "it is negative", "write 0 or more"),
        (policy.reminders not in range(4), "reminders", policy.reminders, "it is not 0 to 3", "write 0 to 3"),
        (
            policy.reminders > 0 and gap <= timedelta(),
            "expire_after",
            policy.expire_after,
            f"the invitation expires before its reminder ({policy.reminder_after})",
            "make it longer than reminder_after, or set reminders = 0",
        ),
        (
            not policy.channels,
            "channels",
            "[]",
            "nobody can be reached",
            'name channels, like ["telegram", "sms"]',
        ),
        (
            policy.choose not in CHOICES,
            "choose",
            policy.choose,
            "it is unknown",
            f"choose from {', '.join(CHOICES)}",
        ),
        (
            policy.choose == "priority" and not policy.touchpoint_priority,
            "touchpoint_priority",
            "[]",
            'choose = "priority" needs it',
            'list touchpoints, the most important first, like ["call", "counter"]',
        ),
        *(
            (
                cap.max < 0 or cap.period <= timedelta(),
                "caps",
                cap,
                "it limits nothing",
                "write max and period above 0",
            )
            for cap in policy.caps
        ),
        (
            policy.quota is not None and policy.quota.target < 0,
            "quota",
            policy.quota,
            "its target is negative",
            "write 0 or more",
        ),
    )
    return [
        PolicyProblem(f"{section}.{key}", str(value), problem, fix)
        for wrong, key, value, problem, fix in checks
        if wrong
    ]
