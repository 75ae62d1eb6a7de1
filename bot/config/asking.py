"""`[asking]`: when to ask and whom not; and `[[asking.rules]]`, which override any of its keys where `when` matches.

What the values do is told in `surveys/policy.py`; this file reads them, and `Asking.as_rules()` hands them over.
"""

from datetime import time, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from bot.channels import CHANNELS
from bot.config.errors import WrongValueError
from bot.config.sections import Count, Section
from bot.config.types import Duration, Number
from surveys import policy
from surveys.policy import WEEKDAYS, Choose, Policy, Window

if TYPE_CHECKING:
    ChannelName = str
else:
    ChannelName = Literal[tuple(CHANNELS)]

Column = Annotated[str, Field(min_length=1)]


def _window(value: Any) -> Window:
    fix = 'Write opening and closing time of 24 hours: "10:00-19:00".'
    if isinstance(value, Window):
        return value
    if not isinstance(value, str):
        raise WrongValueError("is no window of hours", fix)
    try:
        window = Window.parse(value)
    except ValueError:
        raise WrongValueError("is no window of hours", fix) from None
    if window.over_midnight:
        raise WrongValueError("closes before it opens", f"Nobody is asked over midnight. {fix}")
    return window


def _weekdays(value: Any) -> Any:
    if isinstance(value, list | tuple) and not value:
        raise WrongValueError(
            "names no day, so nobody could ever be asked", 'Write e.g. ["mon", "tue", "fri"].'
        )
    return value


class CapKeys(Section):
    """No more than `max` questions to one person within `period` where column `same` is the same."""

    max: Annotated[int, Field(ge=1)]
    period: Duration
    same: Column


class QuotaKeys(Section):
    """Enough is enough: after `target` answers in a month for one value of column `by`, nobody else is asked."""

    target: Annotated[int, Field(ge=1)]
    by: Column


class AskingKeys(Section):
    """The keys that `[asking]` and every rule have; names, meanings and defaults are those of `Policy`."""

    survey: Annotated[str, Field(min_length=1)] = "nps"
    delay: Duration = timedelta(days=1)
    window: Annotated[Window, BeforeValidator(_window)] = Window(time(10), time(19))
    weekdays: Annotated[
        tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...], BeforeValidator(_weekdays)
    ] = ("mon", "tue", "wed", "thu", "fri", "sat")
    skip_public_holidays: bool = True
    min_gap: Duration = timedelta(days=90)
    max_per_year: Count = 2
    sample: Annotated[float, Number, Field(ge=0, le=1)] = 1.0
    stale_after: Duration = timedelta(days=3)
    expire_after: Duration = timedelta(days=3)
    reminders: Annotated[int, Number, Field(ge=0, le=3)] = 1
    reminder_after: Duration = timedelta(days=1)
    accept_late: Duration = timedelta(days=7)
    channels: Annotated[tuple[ChannelName, ...], Field(min_length=1)] = ("telegram", "sms")
    choose: Choose = "latest"
    touchpoint_priority: tuple[Column, ...] = ()
    caps: tuple[CapKeys, ...] = ()
    quota: QuotaKeys | None = None

    def as_policy(self) -> Policy:
        """Return these keys as the value that decides."""
        names = set(AskingKeys.model_fields) - {"weekdays", "caps", "quota"}
        return Policy(
            **{name: getattr(self, name) for name in names},
            weekdays=frozenset(WEEKDAYS.index(day) for day in self.weekdays),
            caps=tuple(policy.AttributeCap(cap.max, cap.period, cap.same) for cap in self.caps),
            quota=policy.Quota(self.quota.target, self.quota.by) if self.quota else None,
        )


class Rule(AskingKeys):
    """One of `[[asking.rules]]`, with what it does not override already filled in from `[asking]`."""

    when: Annotated[dict[str, str], Field(min_length=1)]


class Asking(AskingKeys):
    """`[asking]` itself and its rules, in the order of the file: the first that matches wins."""

    rules: tuple[Rule, ...] = ()

    def as_rules(self) -> policy.Rules:
        """Return the base and the exceptions as `surveys.asking` takes them."""
        return policy.Rules(
            self.as_policy(), tuple(policy.Rule(dict(rule.when), rule.as_policy()) for rule in self.rules)
        )

    @model_validator(mode="before")
    @classmethod
    def _spread(cls, values: Any) -> Any:
        """Give every rule the keys of `[asking]` that it does not override."""
        if not isinstance(values, dict) or not isinstance(values.get("rules"), list | tuple):
            return values
        base = {key: value for key, value in values.items() if key != "rules"}
        rules = [{**base, **rule} if isinstance(rule, dict) else rule for rule in values["rules"]]
        return {**base, "rules": rules}
