"""/csi [PERIOD]: the firm's composite index, each part with weight, actual, weighted value, target and gap."""

from __future__ import annotations

from bot.reports.asking import read_words
from bot.reports.visits import Surroundings, composite_report
from bot.staff.asked import Asked
from bot.staff.phrases import figure
from bot.staff.reply import Line, Reply, bold, lines_of, quiet
from surveys.measures.composite import CompositeResult, Row
from surveys.texts import directed, is_right_to_left, isolate, number, percent, say


async def answer(asked: Asked) -> Reply:
    """Answer `/csi`. Raises WordError."""
    language, definition = asked.language, asked.config.composite
    request = await read_words(asked.store, asked.firm, asked.words, asked.now, language=language)
    if definition is None:
        none = say(
            language, "There is no composite index yet: describe it in config.toml, section [composite]."
        )
        return Reply(lines_of(none), short=(none,))
    here = Surroundings(asked.store, asked.firm, asked.config.measures, request.period, asked.branches)
    result = await composite_report(here, definition, asked.now)
    return csi_reply(result, request.period.label, language)


def csi_reply(result: CompositeResult, period: str, language: str) -> Reply:
    """Return the table as lines: the total first, then each block with its indicators."""
    *rows, total = result.rows
    first = (
        f"{total.name} {number(language, total.points, 1)}"
        if total.points is not None
        else f"{total.name}: {say(language, 'no total')}"
    )
    lines: list[Line | str] = [bold(first), _against_target(total, language)]
    lines += [
        bold(_line(row, language)) if row.level == "block" else f"  {_line(row, language)}" for row in rows
    ]
    missing = ", ".join(row.name for row in rows if row.level == "indicator" and row.actual is None)
    without = (
        say(language, "Without a value: {names}. So there is no total.", names=missing) if missing else ""
    )
    blocks = [_line(row, language) for row in rows if row.level == "block"]
    return Reply(
        lines=lines_of(*lines, without, quiet(period)), short=filter(None, (first, without, *blocks))
    )


def _line(row: Row, language: str) -> str:
    """Return "Service 60 %: 82.0 → 49.2 (target 95, -13.0)"."""
    named = f"{directed(language, row.name)} {percent(language, row.weight)}"
    if row.points is None or row.weighted is None:
        return f"{named}: {figure(None, '', language)}"
    points = number(language, row.points, 1)
    if row.level == "indicator" and row.actual is not None:
        points = f"{number(language, row.actual, 1)} → {points}"
        points = isolate(points) if is_right_to_left(language) else points  # an arrow has no other direction
    weighted = f"{say(language, 'weighted')} {number(language, row.weighted, 1)}"
    return f"{named}: {points}, {weighted}; {_against_target(row, language)}"


def _against_target(row: Row, language: str) -> str:
    target = say(language, "target {target}", target=number(language, row.target))
    return target if row.gap is None else f"{target} ({number(language, row.gap, 1, signed=True)})"
