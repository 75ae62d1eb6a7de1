"""Figures that a firm supplies itself, for the composite index; all on 0-100 and None where nothing is known.

A figure is given by its own name ("price_level") or by the figures it is made of ("own_price" and
"competitor_price"; of each product "product_score" and "product_turnover").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import fsum


def price_level(own: float, competitor: float) -> float | None:
    """100 when not dearer than the main competitor, else competitor price / own price; higher is better."""
    return min(100.0, 100 * competitor / own) if own > 0 and competitor > 0 else None


def defect_level(returned: float, shipped: float) -> float | None:
    """Give what came back defective of what was shipped, in one unit. Lower is better: an index takes 100 less."""
    return 100 * returned / shipped if shipped > 0 else None


def availability(turnover: float, shortage: float) -> float | None:
    """T / (D + T): the demand that was met; higher is better.

    Some texts print this formula as the "shortage level"; the shortage is D / (D + T), 100 less this.
    """
    demand = turnover + shortage
    return 100 * turnover / demand if demand > 0 else None


def product_quality(scores: Mapping[str, float], turnover: Mapping[str, float]) -> float | None:
    """Quality scores of products, weighted by turnover; the weights are those of the rated products alone."""
    rated = {product: turnover[product] for product in scores if turnover.get(product, 0) > 0}
    total = fsum(rated.values())
    return fsum(scores[product] * amount for product, amount in rated.items()) / total if total else None


@dataclass(frozen=True, slots=True)
class Operational:
    """A figure made of two supplied ones."""

    inputs: tuple[str, str]
    compute: Callable[[float, float], float | None]


OPERATIONAL = {
    "price_level": Operational(("own_price", "competitor_price"), price_level),
    "defect_level": Operational(("returned", "shipped"), defect_level),
    "availability": Operational(("turnover", "shortage"), availability),
}


BY_PRODUCT = {"product_quality": ("product_score", "product_turnover")}
"""A figure made of two that are supplied for each product."""


@dataclass(frozen=True, slots=True)
class Supplied:
    """What a firm supplied for one period: each figure as one number, and by product where it was given so."""

    values: Mapping[str, float]
    by_product: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def figure(name: str, supplied: Supplied) -> float | None:
    """Find a figure among the supplied ones of a period, or make it of them; None when neither can be done."""
    if name in supplied.values:
        return supplied.values[name]
    if name in BY_PRODUCT:
        scores, turnover = (supplied.by_product.get(part, {}) for part in BY_PRODUCT[name])
        return product_quality(scores, turnover)
    made = OPERATIONAL.get(name)
    if made is None or any(part not in supplied.values for part in made.inputs):
        return None
    first, second = (supplied.values[part] for part in made.inputs)
    return made.compute(first, second)
