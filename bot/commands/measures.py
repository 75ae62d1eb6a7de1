"""`askwhy measures`: all measures over a period, from answers and from visits, and the composite index if there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.commands.context import Context, WrongUseError
from bot.commands.outcome import DONE
from bot.commands.tables import new_table, show_table
from bot.commands.using_store import Surroundings, with_store

if TYPE_CHECKING:
    from rich.table import Table

    from surveys.measures.base import Result
    from surveys.measures.composite import CompositeResult


def run(context: Context, *, period: str) -> int:
    """Print every measure with its interval and what it lacks. A wrong period ends with 2."""
    from bot.reports import visits
    from bot.reports.asking import read_options
    from surveys.periods import WordError

    async def work(here: Surroundings) -> tuple[list[Result], CompositeResult | None, int]:
        try:
            request = await read_options(here.store, here.firm, here.now, period=period)
        except WordError as error:
            raise WrongUseError(str(error)) from None
        over = visits.Surroundings(here.store, here.firm, here.config.measures, request.period)
        results = await visits.all_measures(over)
        definition = here.config.composite
        index = await visits.composite_report(over, definition, here.now) if definition else None
        return results, index, here.firm.minimum_answers

    results, index, minimum = with_store(context, work)
    if context.json:
        context.emit(as_json(results, index))
    else:
        show_table(context, table(results, minimum))
        if index is not None:
            show_table(context, composite_table(index))
            context.say(index.reason)
    return DONE


def as_json(results: list[Result], index: CompositeResult | None) -> dict[str, Any]:
    """Return the shape that the manual fixes; a composite index is one measure more."""
    listed = [
        {
            "id": result.id,
            "value": _number(result.value),
            "unit": result.unit,
            "better": result.better,
            "n": result.n,
            "low": _number(result.low),
            "high": _number(result.high),
            "note": result.note,
        }
        for result in results
    ]
    if index is not None:
        known = sum(row.level == "indicator" and row.actual is not None for row in index.rows)
        listed.append(
            {
                "id": "composite",
                "value": _number(index.total),
                "unit": "percent",
                "better": "up",
                "n": known,
                "low": None,
                "high": None,
                "note": index.reason,
            }
        )
    return {"measures": listed}


def table(results: list[Result], minimum: int) -> Table:
    """Lay the measures out; what is below the minimum has its count alone."""
    from bot.reports.visits import is_shown
    from bot.staff.commands.measures import name_of
    from bot.staff.phrases import figure, interval

    laid = new_table("measure", "value", "95% interval", "n", "note")
    for result in results:
        shown = is_shown(result, minimum)
        value = figure(result.value, result.unit, "en") if shown else "too few"
        ends = interval(result, "en").strip(" ()") if shown else ""
        laid.add_row(name_of(result, "en"), value, ends, str(result.n), result.note)
    return laid


def composite_table(index: CompositeResult) -> Table:
    """Lay the composite index out: weight, actual, weighted value, target, gap."""
    laid = new_table("", "weight", "actual", "weighted", "target", "gap", numbers_from=1)
    for row in index.rows:
        indent = "  " if row.level == "indicator" else ""
        cells = (row.actual, row.weighted, row.target, row.gap)
        shown = ["-" if cell is None else f"{cell:.1f}" for cell in cells]
        laid.add_row(f"{indent}{row.name}", f"{row.weight:g} %", *shown, style="" if indent else "bold")
    return laid


def _number(value: float | None) -> float | None:
    return None if value is None else round(value, 4) + 0.0
