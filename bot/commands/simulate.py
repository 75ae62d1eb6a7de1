"""`askwhy simulate`: the whole service on a virtual clock, and whether it kept its promises."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING

from bot.commands.context import Context
from bot.commands.outcome import DONE, FAILED
from bot.reasons import REASONS
from bot.simulation.year import Outcome, Year

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

MOST_TOLD = 20
"""Broken promises told with the story of their visit."""


def run(context: Context, *, days: int, seed: int) -> int:
    """Run it; 1 where a promise was broken."""
    gc.set_threshold(50_000, 20, 20)  # a whole year stays in memory: looking through it often finds nothing
    with context.progress("days", days) as advance:
        outcome = asyncio.run(Year(seed, days).play(advance))
    if context.json:
        context.emit(as_json(outcome))
    else:
        context.say(table(outcome))
    for broken in outcome.violations[:MOST_TOLD]:
        context.note(broken, style="red")
    if outcome.violations:
        context.note(f"The same again: askwhy simulate --days {days} --seed {seed}", style="red")
    if not context.json:
        context.say(
            f"violations: {len(outcome.violations)}", style="bold red" if outcome.violations else "bold green"
        )
    return FAILED if outcome.violations else DONE


def as_json(outcome: Outcome) -> dict[str, object]:
    """Give the keys that scripts rely on."""
    return {
        "visits": outcome.visits,
        "asked": outcome.asked,
        "answered": outcome.answered,
        "suppressed": dict(outcome.suppressed.most_common()),
        "score": None if outcome.score is None else round(outcome.score, 4),
        "violations": len(outcome.violations),
    }


def table(outcome: Outcome) -> Table:
    """Lay out what happened."""
    from rich.table import Table

    laid = Table.grid(padding=(0, 2))
    laid.add_column()
    laid.add_column(justify="right")
    for title, rows in _sections(outcome):
        laid.add_row(title, style="bold")
        for words, n in rows:
            laid.add_row(f"  {words}", n if isinstance(n, str) else f"{n:,}")
    return laid


def _sections(outcome: Outcome) -> Iterable[tuple[str, list[tuple[str, int | str]]]]:
    said, faults = outcome.said, outcome.faults
    score = "none" if outcome.score is None else f"{outcome.score:+.0f}"
    days = "1 day" if outcome.days == 1 else f"{outcome.days} days"
    yield (
        f"{days} of made-up visits, seed {outcome.seed}",
        [
            ("visits", outcome.visits),
            ("asked", outcome.asked),
            ("answered", outcome.answered),
            ("NPS", score),
        ],
    )
    yield "not asked", [(REASONS[reason], n) for reason, n in outcome.suppressed.most_common()]
    yield (
        "how it was made hard",
        [
            ("messages that went out", outcome.sent),
            ("messages that came in", said["messages"]),
            ("… and came once more", said["repeats"]),
            ("stops", said["stops"]),
            *((f"sends that ended as {name}", n) for name, n in sorted(faults.items())),
            ("processes killed in the middle of sending", outcome.restarts),
            ("clocks set", outcome.jumps),
            ("questions whose outcome stayed unknown", outcome.states["unknown"]),
        ],
    )
