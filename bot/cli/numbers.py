"""Commands that answer with numbers."""

from datetime import datetime
from typing import Annotated

import typer

from bot.cli.options import NUMBERS, Json, Survey, examples, hand_over

Period = Annotated[
    str,
    typer.Argument(
        metavar="PERIOD",
        help="7d, 12w, 6m, today, last-week, this-month, 2026-10, 2026-Q3, 2026, 2026-10-01..2026-10-31, all.",
    ),
]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE")]


def add_to(app: typer.Typer) -> None:
    """List the commands of this file."""
    app.command(
        epilog=examples(
            "askwhy score",
            "askwhy score 12w --by branch",
            "askwhy score --from 2026-10-01 --to 2026-11-01 --where touchpoint=delivery --json",
        ),
        rich_help_panel=NUMBERS,
    )(score)
    app.command(
        epilog=examples("askwhy measures", "askwhy measures 2026-Q3 --json"), rich_help_panel=NUMBERS
    )(measures)


def score(
    options: typer.Context,
    period: Period = "30d",
    survey: Survey = None,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="DIMENSION",
            help="branch, employee, product, touchpoint, channel, language, month or a column.",
        ),
    ] = None,
    where: Annotated[
        list[str] | None, typer.Option(metavar="DIMENSION=VALUE", help="Only these; may be repeated.")
    ] = None,
    start: Annotated[
        datetime | None,
        typer.Option(
            "--from", formats=["%Y-%m-%d"], metavar="DATE", help="The first day, instead of PERIOD."
        ),
    ] = None,
    end: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], metavar="DATE", help="The day after the last."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show the score with its interval, the response rate, and the change on the period before."""
    hand_over(
        options,
        "score",
        as_json=as_json,
        period=None if start or end else period,
        survey=survey,
        by=by,
        where=where or [],
        start=start.date() if start else None,
        end=end.date() if end else None,
    )


def measures(options: typer.Context, period: Period = "30d", as_json: Json = False) -> None:
    """Show all measures over a period: those from answers and those from visits."""
    hand_over(options, "measures", as_json=as_json, period=period)
