"""The composite index: a firm's own weighing of prices, products, service and customers, on 0-100.

Σ weight · value over blocks and their indicators; weights are in percent and add to 100 on each level. Every
value is first brought to 0-100: its place in its range, turned round where lower is better, cut at 0 and at its
cap. A missing value means no total: the rest are not quietly given its weight.

    [composite]
    name = "CSI"
    [[composite.blocks]]
    name = "Service"
    weight = 100
    [[composite.blocks.indicators]]
    name = "Would recommend"
    weight = 60
    source = "question:nps.recommend"      # or "measure:retention", or "metric:price_level"
    range = [-100, 100]
    [[composite.blocks.indicators]]
    name = "Defects"
    weight = 40
    source = "metric:defect_level"
    better = "down"
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, isclose
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from surveys.measures import VISIT_MEASURES
from surveys.measures.base import Better, position
from surveys.measures.tables import Fault, refused

Name = Annotated[str, Field(min_length=1)]
Weight = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Indicator(_Strict):
    """One value of a block. `weight` is its percentage of the block."""

    name: Name
    weight: Weight
    source: Annotated[str, Field(pattern=r"^(measure:\w+|question:[\w-]+\.[\w-]+|metric:[\w-]+)$")]
    better: Better = "up"
    range: tuple[Number, Number] = (0, 100)
    cap: Annotated[float, Field(gt=0, le=100)] = 100
    target: Annotated[float, Field(ge=0, le=100)] = 95

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.range[0] >= self.range[1]:
            raise Fault(
                f"{self.name}: range {list(self.range)} does not rise",
                "write the lower end first, as in [0, 100]",
            )
        kind, _, name = self.source.partition(":")
        if kind == "measure" and name not in VISIT_MEASURES:
            raise Fault(
                f"{self.name}: there is no measure {name!r} from visits",
                f"use one of {', '.join(VISIT_MEASURES)}, or question:SURVEY.QUESTION for a score",
            )
        return self

    def points(self, value: float) -> float:
        """Bring a value to 0-100, 100 best."""
        place = position(value, self.range)
        return max(0.0, min(self.cap, place if self.better == "up" else 100 - place))


class Block(_Strict):
    """A block of the index. `weight` is its percentage of the whole."""

    name: Name
    weight: Weight
    target: Annotated[float, Field(ge=0, le=100)] = 95
    indicators: tuple[Indicator, ...]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        _require_hundred(f"indicators of block {self.name!r}", self.indicators)
        return self


class Composite(_Strict):
    """The whole index."""

    name: Name = "CSI"
    target: Annotated[float, Field(ge=0, le=100)] = 95
    blocks: tuple[Block, ...]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        _require_hundred("blocks", self.blocks)
        return self

    @property
    def sources(self) -> frozenset[str]:
        """Give every source a value is needed of."""
        return frozenset(indicator.source for block in self.blocks for indicator in block.indicators)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    `weight` is the percentage within its level; `actual` the value as it came, of a block and the index their
    points; `weighted` what it adds to the total; `gap` its points less its target. None: no value.
    """

    level: Literal["indicator", "block", "index"]
    name: str
    weight: float
    actual: float | None
    points: float | None
    weighted: float | None
    target: float
    gap: float | None


@dataclass(frozen=True, slots=True)
class CompositeResult:
    """The table, each block before its indicators and the index last; `reason` says why there is no total."""

    rows: tuple[Row, ...]
    total: float | None
    reason: str


def load_composite(table: Mapping[str, object], where: str = "[composite]") -> Composite:
    """Read the definition from a parsed TOML table.

    Raises TableError with every fault: key, value and fix.
    """
    try:
        return Composite.model_validate(table)
    except ValidationError as error:
        raise refused(where, error) from None


def composite(definition: Composite, values: Mapping[str, float | None]) -> CompositeResult:
    """Compute the index from values by source, in each source's own units."""
    rows: list[Row] = []
    missing: list[str] = []
    points_of_blocks: list[float | None] = []
    for block in definition.blocks:
        inner, points = _block(block, values, missing)
        weighted = None if points is None else block.weight * points / 100
        rows += [_row("block", block.name, block.weight, (points, points, weighted), block.target), *inner]
        points_of_blocks.append(points)
    total = _weighted([block.weight for block in definition.blocks], points_of_blocks)
    rows.append(_row("index", definition.name, 100, (total, total, total), definition.target))
    reason = f"no total: no value for {', '.join(missing)}" if missing else ""
    return CompositeResult(tuple(rows), total, reason)


def _block(
    block: Block, values: Mapping[str, float | None], missing: list[str]
) -> tuple[list[Row], float | None]:
    rows, scored = [], []
    for indicator in block.indicators:
        value = values.get(indicator.source)
        points = None if value is None else indicator.points(value)
        weighted = None if points is None else block.weight * indicator.weight * points / 1e4
        rows.append(
            _row("indicator", indicator.name, indicator.weight, (value, points, weighted), indicator.target)
        )
        scored.append(points)
        if value is None:
            missing.append(f"{indicator.name} ({indicator.source})")
    return rows, _weighted([indicator.weight for indicator in block.indicators], scored)


def _row(
    level: Literal["indicator", "block", "index"],
    name: str,
    weight: float,
    numbers: tuple[float | None, float | None, float | None],
    target: float,
) -> Row:
    actual, points, weighted = numbers
    return Row(
        level, name, weight, actual, points, weighted, target, None if points is None else points - target
    )


def _weighted(weights: Sequence[float], points: Sequence[float | None]) -> float | None:
    known = [value for value in points if value is not None]
    if len(known) < len(points):
        return None
    return fsum(weight * value for weight, value in zip(weights, known, strict=True)) / 100


def _require_hundred(what: str, parts: Sequence[Block | Indicator]) -> None:
    if not parts:
        raise Fault(f"there are no {what}", "give at least one, with weight = 100")
    total = fsum(part.weight for part in parts)
    if not isclose(total, 100, abs_tol=1e-6):
        given = ", ".join(f"{part.name} {part.weight:g}" for part in parts)
        fix = (
            f"add {100 - total:g} to one of them" if total < 100 else f"take {total - 100:g} from one of them"
        )
        raise Fault(f"the weights of the {what} add to {total:g} %, not 100 %: {given}", fix)
