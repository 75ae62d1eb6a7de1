"""`askwhy demo`: the whole thing at work on made-up people, without any account."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commands.context import Context, WrongUseError
from bot.commands.outcome import DONE

if TYPE_CHECKING:
    from rich.console import Console

    from bot.config import Config
    from bot.demo.telling import Import
    from bot.demo.weeks import Weeks

MOST_VISITS = 1000
"""Visits of a file that are played; the demonstration is to end within seconds."""

ANY_TIME = datetime(9000, 1, 1, tzinfo=UTC)
"""The clock begins at the file's first visit, so that none lies in the future."""

OUT = Path("demo-out")

SETTINGS = {
    "ASKWHY_ORGANISATION__NAME": "Acme Auto",
    "ASKWHY_STAFF__TELEGRAM_IDS": "[1]",
}
"""The embedded configuration: the defaults, a name, and the staff member who asks."""


def run(context: Context, *, visits: Path | None, seed: int) -> int:
    """Play it; in a terminal, hand the keyboard over afterwards."""
    from bot.demo import telling
    from bot.demo.cast import Cast
    from bot.demo.keyboard import take_turns
    from bot.demo.showing import console
    from bot.demo.stage import Stage
    from bot.demo.weeks import Weeks

    config = _config(context)
    taken = _read(config, visits)
    out = console()
    out.print(
        "[bold]askwhy[/bold] asks customers a day after a visit whether they would recommend you, and why."
    )
    out.print(
        "[dim]Real code from end to end; made up are the clock, the wire and the people. Nothing is sent.[/dim]"
    )
    telling.tell_import(out, taken)
    stage = Stage(config, min(visit.occurred_at for visit in taken.visits))
    weeks = Weeks(stage, Cast(seed, {visit.branch for visit in taken.visits}), taken.visits, seed)
    with asyncio.Runner() as runner:
        runner.run(stage.app.open())
        try:
            runner.run(_play(out, weeks))
            if sys.stdin.isatty() and out.is_terminal:
                take_turns(out, stage, runner.run)
        finally:
            runner.run(stage.app.close())
    telling.tell_end(out)
    return DONE


async def _play(out: Console, weeks: Weeks) -> None:
    from bot.demo import telling

    await telling.tell_weeks(out, weeks)
    telling.tell_chats(out, weeks)
    await telling.tell_not_asked(out, weeks)
    await telling.tell_score(out, weeks, OUT)


def _config(context: Context) -> Config:
    """Return the embedded configuration, or the one that --config names: its texts, rules and hours."""
    from bot.config import load_config

    if context.config_file is None:
        return load_config(None, SETTINGS)
    return load_config(context.config_file, {**context.environ, "ASKWHY_STAFF__TELEGRAM_IDS": "[1]"})


def _read(config: Config, visits: Path | None) -> Import:
    """Read the visits to be played. Raises WrongUseError where there are none."""
    from bot.bootstrap import build_firm
    from bot.demo.telling import Import
    from bot.ingest.csv_file import CsvFile, CsvProblem
    from bot.ingest.visits import Reading, read_visits

    path = visits or example()
    firm = build_firm(config)
    found, rejected, rows = [], [], 0
    try:
        with CsvFile(path) as source:
            for batch in read_visits(source, Reading(firm.zone, firm.country, firm.languages, ANY_TIME), 100):
                rows += len(batch.visits) + len(batch.rejected)
                found += batch.visits
                rejected += [f"line {row.record.line}: {row.reason}" for row in batch.rejected]
                if len(found) >= MOST_VISITS:
                    break
    except CsvProblem as problem:
        raise WrongUseError(str(problem)) from None
    if not found:
        raise WrongUseError(
            f"{path} has no visit that can be used: {'; '.join(rejected[:3]) or 'it has no rows'}"
        )
    return Import(path.name, rows, tuple({visit.visit_id: visit for visit in found}.values()), rejected)


def example() -> Path:
    """Return the example file: of the checkout, else of the installed package."""
    checkout = Path(__file__).resolve().parents[2] / "examples" / "visits.csv"
    return checkout if checkout.exists() else Path(str(files("bot.demo").joinpath("visits.csv")))
