"""`askwhy forecast`: what a visits file would lead to, before it costs anything. Nothing is written."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.bootstrap import build_firm, open_store
from bot.clock import SystemClock
from bot.commands.context import Context, WrongUseError
from bot.commands.outcome import DONE, SOME_REJECTED
from bot.forecasting import USUAL_RATE, Experience, Outcome, Trial, experience
from bot.ingest.csv_file import CsvFile, CsvProblem
from bot.ingest.visits import Reading, read_visits
from bot.reasons import REASONS
from storage.base import Store
from storage.memory import MemoryStore
from surveys.visits import Visit

if TYPE_CHECKING:
    from rich.table import Table

    from bot.config import Config
    from bot.firm import Firm

PART = 100
"""Visits tried in one unit of work, so that the progress bar moves."""

MOST_BARS = 31


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the command tells."""

    outcome: Outcome
    experience: Experience
    price: float | None
    rejected: int

    @property
    def cost(self) -> float | None:
        """Return the price of all questions by SMS; None where no price is configured."""
        return None if self.price is None else round(self.outcome.sms_segments * self.price, 4)


def run(context: Context, *, file: Path) -> int:
    """Try a file; 3 where some rows were rejected, 2 where its header cannot be used."""
    config = context.config(needs_file=False)
    try:
        told = asyncio.run(_forecast(context, config, file))
    except CsvProblem as problem:
        raise WrongUseError(str(problem)) from None
    if context.json:
        context.emit(as_json(told))
    else:
        show(context, file, told)
    return SOME_REJECTED if told.rejected else DONE


async def _forecast(context: Context, config: Config, file: Path) -> Forecast:
    firm = build_firm(config)
    now = SystemClock().now()
    visits, rejected = _read(context, file, firm)
    store: Store = open_store(config) if _is_there(config) else MemoryStore()
    await store.open()
    try:
        known = await experience(store, firm, now)
        outcome = await _try(context, store, Trial(firm, visits), len(visits)) if visits else Outcome()
    finally:
        await store.close()
    return Forecast(outcome, known, config.sms.price_per_segment if config.sms else None, rejected)


def _read(context: Context, file: Path, firm: Firm) -> tuple[list[Visit], int]:
    """Return the visits of a file, and how many rows are none; those are told on standard error."""
    now = SystemClock().now()
    visits: list[Visit] = []
    rejected = 0
    with CsvFile(file) as source:
        for batch in read_visits(source, Reading(firm.zone, firm.country, firm.languages, now)):
            visits += batch.visits
            rejected += len(batch.rejected)
            for row in batch.rejected:
                context.note(f"line {row.record.line}: {row.reason}", style="yellow")
        if changed := source.changed():
            context.note(f"{file} changed while it was read: {changed}.", style="yellow")
    return visits, rejected


def _is_there(config: Config) -> bool:
    """Tell whether there is a store to ask: one that was never made is not made by a forecast."""
    kind, _, path = config.storage.url.partition(":///")
    return kind != "sqlite" or Path(path).exists()


async def _try(context: Context, store: Store, trial: Trial, visits: int) -> Outcome:
    copy = await trial.copy(store)
    try:
        with context.progress("visits", visits) as advance:
            for start in range(0, visits, PART):
                stop = min(start + PART, visits)
                await copy.write(lambda tx: trial.step(tx, start, stop))  # noqa: B023 -- awaited here
                advance(stop - start)
        return await copy.write(trial.finish)
    finally:
        await copy.close()


def as_json(told: Forecast) -> dict[str, object]:
    """Give the keys that scripts rely on."""
    outcome, known = told.outcome, told.experience
    margin = known.margin(outcome.would_ask)
    return {
        "visits": outcome.visits,
        "would_ask": outcome.would_ask,
        "not_asked": dict(outcome.not_asked.most_common()),
        "by_day": {day.isoformat(): n for day, n in sorted(outcome.by_day.items())},
        "sms_segments": outcome.sms_segments,
        "sms_cost": told.cost,
        "expected_answers": round(known.answers(outcome.would_ask), 4),
        "expected_margin": None if margin is None else round(margin, 4),
    }


def show(context: Context, file: Path, told: Forecast) -> None:
    """Lay it out for people."""
    outcome, known = told.outcome, told.experience
    if not outcome.visits:
        context.say(f"{file}: no visits.")
        return
    context.say(f"{file}, tried out. Nothing was stored and nobody was asked.\n")
    context.say(_counts(outcome))
    if outcome.by_day:
        context.say(_bars(outcome.by_day))
    if outcome.sms_segments:
        cost = "" if told.cost is None else f", {told.cost:,.2f} at {told.price:g} each"
        context.say(
            f"SMS      {outcome.by_channel['sms']:,} questions are {outcome.sms_segments:,} segments{cost}."
            " Reminders, whys and thanks come on top."
        )
    if (margin := known.margin(outcome.would_ask)) is not None:
        rate = USUAL_RATE if known.rate is None else known.rate
        whence = (
            "the usual rate, as there are too few answers to go by"
            if known.rate is None
            else "your rate of late"
        )
        context.say(
            f"Answers  about {known.answers(outcome.would_ask):,.0f} at {rate:.0%} ({whence});"
            f" the score would be known to ±{margin:.0f} points."
        )


def _counts(outcome: Outcome) -> Table:
    from rich.table import Table

    laid = Table.grid(padding=(0, 2))
    laid.add_column()
    laid.add_column(justify="right")
    laid.add_column(justify="right", style="dim")
    rows = [("visits", outcome.visits), ("would be asked", outcome.would_ask)]
    rows.append(("would not be asked", outcome.visits - outcome.would_ask))
    for words, n in rows:
        laid.add_row(
            words, f"{n:,}", f"{n / outcome.visits:.0%}", style="bold" if n == outcome.would_ask else None
        )
    for reason, n in outcome.not_asked.most_common():
        laid.add_row(f"  {REASONS[reason]}", f"{n:,}", f"{n / outcome.visits:.0%}")
    return laid


def _bars(by_day: Counter[date]) -> Table:
    """Draw invitations by day, or by week, month or year where there are too many days."""
    from rich.bar import Bar
    from rich.table import Table

    groups = grouped(by_day)
    most = max(groups.values())
    laid = Table.grid(padding=(0, 1))
    laid.add_column(style="dim")
    laid.add_column(justify="right")
    laid.add_column(width=40)
    laid.add_row()
    for label, n in groups.items():
        laid.add_row(label, f"{n:,}", Bar(most, 0, n, color="cyan") if n else "")
    laid.add_row()
    return laid


def grouped(by_day: Counter[date]) -> dict[str, int]:
    """Count by the finest unit of time that makes few enough bars; those without any stand between."""
    first, last = min(by_day), max(by_day)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    groups: dict[str, int] = {}
    for label in _LABELS:
        groups = dict.fromkeys(map(label, days), 0)
        if len(groups) <= MOST_BARS:
            break
    for day, n in by_day.items():
        groups[label(day)] += n
    return groups


_LABELS: Final[tuple[Callable[[date], str], ...]] = (
    lambda day: f"{day:%a %d %b}",
    lambda day: f"week of {day - timedelta(days=day.weekday()):%d %b}",
    lambda day: f"{day:%b %Y}",
    lambda day: f"{day:%Y}",
)
"""What a bar stands for, the finest first."""
