"""What satisfaction hangs on: each parameter's satisfaction against its importance, in four quadrants.

Importance is stated (customers were asked) or derived: the correlation of the parameter with the overall score,
which needs no further question but shows what goes together, not what causes what. The lines between the
quadrants are the means over the parameters (importance-performance analysis, Martilla and James 1977).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import fsum, sqrt

from surveys.measures.base import Scale, position, valid
from surveys.measures.statistics import moments
from surveys.measures.weighted_csi import Parameter

MINIMUM = 30
"""Answers below which a parameter gets no quadrant: a correlation of fewer may have either sign."""

Pairs = Mapping[tuple[int, int], int]
"""(answer on the parameter, answer on the overall question) of one response -> number of responses."""


class Quadrant(StrEnum):
    """What to do about a parameter."""

    CONCENTRATE_HERE = "concentrate here"
    KEEP_UP = "keep up the good work"
    LOW_PRIORITY = "low priority"
    POSSIBLE_OVERKILL = "possible overkill"


QUADRANTS = {
    (True, False): Quadrant.CONCENTRATE_HERE,
    (True, True): Quadrant.KEEP_UP,
    (False, False): Quadrant.LOW_PRIORITY,
    (False, True): Quadrant.POSSIBLE_OVERKILL,
}
"""(important, satisfied) -> quadrant."""


@dataclass(frozen=True, slots=True)
class Driver:
    """A parameter's place. `satisfaction` is on 0-100; `importance` on 0-100 if stated, -1..1 if derived.

    `quadrant` is None where nothing can be said: `note` tells why.
    """

    name: str
    n: int
    satisfaction: float | None
    importance: float | None
    quadrant: Quadrant | None = None
    note: str = ""


def stated_drivers(
    parameters: Mapping[str, Parameter], scale: Scale, minimum: int = MINIMUM
) -> tuple[Driver, ...]:
    """Place parameters by the importance that customers gave them."""
    drivers = []
    for name, parameter in parameters.items():
        importance = moments(valid(parameter.importance, scale))
        satisfaction = moments(valid(parameter.satisfaction, scale))
        drivers.append(
            Driver(
                name,
                min(importance.n, satisfaction.n) if importance and satisfaction else 0,
                position(satisfaction.mean, scale) if satisfaction else None,
                position(importance.mean, scale) if importance else None,
            )
        )
    return _placed(drivers, minimum)


def derived_drivers(answers: Mapping[str, Pairs], scale: Scale, minimum: int = MINIMUM) -> tuple[Driver, ...]:
    """Place parameters by their correlation with the overall score; `scale` is the parameters'."""
    drivers = []
    for name, pairs in answers.items():
        given = {pair: number for pair, number in pairs.items() if scale[0] <= pair[0] <= scale[1] and number}
        n = sum(given.values())
        mean = sum(own * number for (own, _), number in given.items()) / n if n else None
        drivers.append(Driver(name, n, None if mean is None else position(mean, scale), correlation(given)))
    return _placed(drivers, minimum)


def correlation(pairs: Pairs) -> float | None:
    """Pearson's correlation; None where either side never varies."""
    n = sum(pairs.values())
    if not n:
        return None
    mean_x = sum(x * number for (x, _), number in pairs.items()) / n
    mean_y = sum(y * number for (_, y), number in pairs.items()) / n
    xx = fsum(number * (x - mean_x) ** 2 for (x, _), number in pairs.items())
    yy = fsum(number * (y - mean_y) ** 2 for (_, y), number in pairs.items())
    if not xx or not yy:
        return None
    xy = fsum(number * (x - mean_x) * (y - mean_y) for (x, y), number in pairs.items())
    return max(-1.0, min(1.0, xy / sqrt(xx * yy)))


def _placed(drivers: list[Driver], minimum: int) -> tuple[Driver, ...]:
    known = [
        (driver.satisfaction, driver.importance)
        for driver in drivers
        if driver.n >= minimum and driver.satisfaction is not None and driver.importance is not None
    ]
    if len(known) < 2:
        return tuple(
            replace(driver, note=_why_not(driver, minimum) or "needs another parameter to compare with")
            for driver in drivers
        )
    middle_satisfaction = fsum(satisfaction for satisfaction, _ in known) / len(known)
    middle_importance = fsum(importance for _, importance in known) / len(known)
    placed = []
    for driver in drivers:
        note = _why_not(driver, minimum)
        if note or driver.importance is None or driver.satisfaction is None:
            placed.append(replace(driver, note=note))
            continue
        key = (driver.importance >= middle_importance, driver.satisfaction >= middle_satisfaction)
        placed.append(replace(driver, quadrant=QUADRANTS[key]))
    return tuple(placed)


def _why_not(driver: Driver, minimum: int) -> str:
    if driver.n < minimum:
        return f"{driver.n} answers, at least {minimum} are needed"
    return "everybody answered alike" if driver.importance is None else ""
