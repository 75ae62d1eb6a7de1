"""What every measure takes and gives: counts in, one result out.

Answers arrive as `Counts`, how often each value was given, because that is all a score needs and it is what
the store keeps ready; visits arrive as a `Ledger` (ledger.py).

The same customer twice in a period: every answer given in the period counts. The cap on invitations keeps
repeats rare, and a score then always equals a recount of the raw answers. A test takes them as independent, which
they are not quite where one customer answered twice: reports say so where the rules let that happen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from surveys.measures.statistics import Comparison
from surveys.texts import number, say

if TYPE_CHECKING:
    from surveys.measures.ledger import Ledger

Counts = Mapping[int, int]
"""Answered value -> number of answers."""

Scale = tuple[int, int]
"""Lowest and highest answer that can be given."""

BandLimits = Mapping[str, tuple[int, int]]
"""Band name -> its lowest and highest value, both inclusive. The best band comes first."""

Unit = Literal["points", "percent", "mean", "ratio", "days", "money", "count"]
Better = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to know of a number: an English sentence with `{placeholders}`, translated as all sentences are."""

    message: str
    values: tuple[tuple[str, object], ...] = ()

    def said(self, language: str) -> str:
        """Return it in a language, its numbers as the language writes them, a float with one decimal."""
        return say(language, self.message, **{name: _written(language, value) for name, value in self.values})


Remarks = tuple[Remark, ...]


def remark(message: str, /, **values: object) -> Remarks:
    """Return one remark; several are added up, and () is none."""
    return (Remark(message, tuple(values.items())),)


def said(remarks: Remarks, language: str) -> str:
    """Return all remarks as one line."""
    return "; ".join(one.said(language) for one in remarks)


def _written(language: str, value: object) -> str:
    match value:
        case int():
            return number(language, value)
        case float():
            return number(language, value, 1)
        case tuple():
            return said(value, language)
        case _:
            return str(value)


@dataclass(frozen=True, slots=True)
class Result:
    """One number with what is needed to trust it.

    `value` is None where there is nothing to measure (never 0 in its place); `low` and `high` are its 95 %
    interval in the same unit, None where no honest interval is known; `n` is what was counted: answers,
    customers or visits. `remarks` say what is missing, or how the number was made.
    """

    id: str
    value: float | None
    unit: Unit
    better: Better
    n: int
    low: float | None = None
    high: float | None = None
    remarks: Remarks = ()

    @property
    def note(self) -> str:
        """The remarks in English, as programs get them."""
        return said(self.remarks, "en")


@dataclass(frozen=True, slots=True)
class AnswerMeasure:
    """A measure of one scored question: what `/score` shows.

    `scale` is what the measure is defined for and what a survey gets that names none. `score`, `compare`
    and `bands` take the scale in use; the limits of bands may be the survey's own.
    """

    id: str
    name: str
    unit: Unit
    better: Better
    scale: Scale
    bands: Callable[[Scale], BandLimits]
    score: Callable[[Counts, Scale, BandLimits], Result]
    compare: Callable[[Counts, Counts, Scale, BandLimits], Comparison]
    source: Literal["answers"] = "answers"
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VisitMeasure:
    """A measure made from visits: `needs` names the columns without which it cannot be known."""

    id: str
    name: str
    unit: Unit
    better: Better
    needs: tuple[str, ...]
    compute: Callable[[Ledger], Result]
    source: Literal["visits"] = "visits"


Measure = AnswerMeasure | VisitMeasure


def valid(counts: Counts, scale: Scale) -> dict[int, int]:
    """Only what can be an answer on this scale: after a change of scale, old values are no answers to it."""
    low, high = scale
    return {value: number for value, number in counts.items() if low <= value <= high and number}


def left_out(counts: Counts, scale: Scale) -> Remarks:
    """Say how many answers the scale leaves out, or nothing."""
    low, high = scale
    n = sum(counts.values()) - sum(valid(counts, scale).values())
    return remark("answers outside {low}–{high} left out: {n}", low=low, high=high, n=n) if n else ()


def count_bands(counts: Counts, limits: BandLimits) -> dict[str, int]:
    """Count the answers of each band, in the order of `limits`; what is in no band is not counted."""
    return {
        name: sum(number for value, number in counts.items() if low <= value <= high)
        for name, (low, high) in limits.items()
    }


def whole(value: float) -> float:
    """Return a number without decimals where it has none, so that it is written so."""
    return int(value) if value == int(value) else value


def position(value: float, scale: tuple[float, float]) -> float:
    """Where a value stands on its scale, 0 at the lowest and 100 at the highest answer.

    (value - low) / (high - low), not value / high: with the latter "all answers 1 of 7" would be 14.3, not 0.
    """
    low, high = scale
    return 100 * (value - low) / (high - low)


def complete_cases(rows: Iterable[tuple[int | None, ...]], scale: Scale) -> list[tuple[int, ...]]:
    """Keep the responses in which every question has an answer on the scale."""
    complete = []
    for row in rows:
        values = tuple(value for value in row if value is not None and scale[0] <= value <= scale[1])
        if len(values) == len(row):
            complete.append(values)
    return complete
