"""What charts are made from: ready numbers and ready words. Charts compute nothing but positions.

Percentages, scores and limits are on the measure's own scale; `value` None means no answers. All words come from
the caller in the reader's language; the defaults are English.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Scale:
    """The measure's scale and how its numbers are written: NPS -100..100 with a sign, CSI 0..100 with "%".

    `unit` is written behind a number, with its space where the language has one; `point` parts its decimals.
    """

    low: float = -100.0
    high: float = 100.0
    signed: bool = True
    decimals: int = 0
    unit: str = ""
    point: str = "."

    def text(self, value: float) -> str:
        """Return the value as it is shown, halves away from zero: 12.5 is "+13", -0.2 is "0"."""
        steps = int(abs(value) * 10**self.decimals + 0.5 + 1e-9)
        digits = f"{steps / 10**self.decimals:.{self.decimals}f}".replace(".", self.point)
        sign = "" if steps == 0 else "−" if value < 0 else "+" if self.signed else ""
        return f"{sign}{digits}{self.unit}"


@dataclass(frozen=True, slots=True)
class Row:
    """One group's score: `n` answers, `low`..`high` its interval, `bands` answers per band key.

    `shown` False (below the minimum) lets only the count be drawn. `previous` is the score of the period before.
    """

    label: str
    n: int
    value: float | None
    low: float | None
    high: float | None
    shown: bool
    bands: Mapping[str, int] = field(default_factory=dict)
    previous: float | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """A part of the stacked bar: its key in `Row.bands` and its name."""

    key: str
    label: str


NPS_BANDS = (Band("detractor", "detractors"), Band("passive", "passives"), Band("promoter", "promoters"))


@dataclass(frozen=True, slots=True)
class Words:
    """What charts say of their own accord."""

    everyone: str = "All"
    interval: str = "95 % interval"
    before: str = "before"
    too_few: str = "too few to show"
    no_answers: str = "no answers"
    answers: str = "n"
    percent: str = " %"
    more: str = "and {n} more"
    changed: str = "significant change"
    satisfaction: str = "Satisfaction"
    importance: str = "Importance"
    fix_first: str = "Fix first"
    keep_up: str = "Keep it up"
    can_wait: str = "Can wait"
    nice_to_have: str = "Nice to have"


@dataclass(frozen=True, slots=True)
class ScoreChart:
    """A score, its bands (worst first) and its groups in the order to draw."""

    title: str
    subtitle: str
    overall: Row
    groups: tuple[Row, ...] = ()
    scale: Scale = Scale()
    bands: tuple[Band, ...] = NPS_BANDS
    words: Words = Words()


class Change(StrEnum):
    """A significant change since the point before."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Point:
    """One week or month of a trend; as Row, `change` None where it may be chance."""

    label: str
    n: int
    value: float | None
    low: float | None
    high: float | None
    shown: bool
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class TrendChart:
    """A score over time, oldest first."""

    title: str
    subtitle: str
    points: tuple[Point, ...]
    scale: Scale = Scale()
    words: Words = Words()


@dataclass(frozen=True, slots=True)
class Driver:
    """One thing asked about: how satisfied people are with it, how much it matters to them."""

    label: str
    satisfaction: float
    importance: float
    n: int


@dataclass(frozen=True, slots=True)
class QuadrantChart:
    """Satisfaction (to the right) against importance (up), parted at `split_satisfaction` and `split_importance`."""

    title: str
    subtitle: str
    drivers: tuple[Driver, ...]
    split_satisfaction: float
    split_importance: float
    satisfaction: Scale = Scale(0.0, 100.0, signed=False, unit=" %")
    importance: Scale = Scale(0.0, 100.0, signed=False)
    words: Words = Words()
