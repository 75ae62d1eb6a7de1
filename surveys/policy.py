"""The rules of asking as values: what `[asking]` and `[[asking.rules]]` of the configuration say.

Everything here is parsed and typed; surveys/durations.py reads the words of the configuration, surveys/asking.py
decides by these values, surveys/opening.py turns them into moments.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Literal, Protocol, Self

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

    def reach_back(self) -> timedelta:
        """How far back a person's invitations matter: what a store must load for `asking.decide`."""
        policies = (self.base, *(rule.policy for rule in self.rules))
        periods = [cap.period for policy in policies for cap in policy.caps]
        return max(timedelta(days=365), *(policy.min_gap for policy in policies), *periods)
