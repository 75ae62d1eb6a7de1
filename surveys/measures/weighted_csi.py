"""CSI of several parameters, each weighted by its importance: Σ Iⱼ · place(Sⱼ) / Σ Iⱼ, on 0-100.

I and S are the mean importance and the mean satisfaction of a parameter, asked on the same scale; place is
(S - low) / (high - low). A parameter without answers is dropped, the rest weigh accordingly, and it is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, sqrt

from surveys.measures.base import Counts, Result, Scale, position, remark, valid
from surveys.measures.statistics import HIDDEN_VARIANCE, Z, moments


@dataclass(frozen=True, slots=True)
class Parameter:
    """What customers said of one parameter: how important it is, how satisfied they are."""

    importance: Counts
    satisfaction: Counts


def index(importances: Sequence[float], satisfactions: Sequence[float], scale: Scale) -> float | None:
    """Index of the means of each parameter, in the same order; None when nothing has any importance."""
    total = fsum(importances)
    if not total:
        return None
    pairs = zip(importances, satisfactions, strict=True)
    return fsum(weight * position(satisfaction, scale) for weight, satisfaction in pairs) / total


def weighted_csi(parameters: Mapping[str, Parameter], scale: Scale) -> Result:
    """Index over the parameters; n is the smallest number of satisfaction answers on any.

    The interval takes the importances as given and the parameters as moving together, since the same people
    answer them: the widest case.
    """
    found, dropped = [], []
    for name, parameter in parameters.items():
        importance = moments(valid(parameter.importance, scale))
        satisfaction = moments(valid(parameter.satisfaction, scale))
        if importance and satisfaction:
            found.append((importance.mean, satisfaction))
        else:
            dropped.append(name)
    without = remark("without {names}: no answers", names=", ".join(dropped)) if dropped else ()
    value = index([weight for weight, _ in found], [of.mean for _, of in found], scale)
    if value is None:
        return Result("weighted_csi", None, "percent", "up", 0, remarks=remark("no importances") + without)
    n = min(of.n for _, of in found)
    if n < 2:
        return Result("weighted_csi", value, "percent", "up", n, remarks=without)
    total = fsum(weight for weight, _ in found)
    errors = (weight / total * sqrt(max(of.variance, HIDDEN_VARIANCE) / of.n) for weight, of in found)
    half = Z * fsum(errors) * 100 / (scale[1] - scale[0])
    return Result(
        "weighted_csi", value, "percent", "up", n, max(0.0, value - half), min(100.0, value + half), without
    )
