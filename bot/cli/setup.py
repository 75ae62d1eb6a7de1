"""Commands to set up, check and run the service, and to see it work."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.cli.options import SET_UP, Json, examples, hand_over


def add_to(app: typer.Typer) -> None:
    """List the commands of this file."""
    app.command(epilog=examples("askwhy demo", "askwhy demo --visits visits.csv"), rich_help_panel=SET_UP)(
        demo
    )
    app.command(epilog=examples("askwhy init", "askwhy init /etc/askwhy"), rich_help_panel=SET_UP)(init)
    app.command(epilog=examples("askwhy check", "askwhy check --offline --json"), rich_help_panel=SET_UP)(
        check
    )
    app.command(epilog=examples("askwhy run", "askwhy run --role worker"), rich_help_panel=SET_UP)(run)


def demo(
    options: typer.Context,
    visits: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", exists=True, dir_okay=False, readable=True, help="Your own visits file."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same replies.")] = 7,
) -> None:
    """See the whole thing work, without any account.

    Real visits are planned, the day after comes, customers are asked and answer, staff ask for the score.
    In a terminal you then chat yourself: as a customer and as staff.
    """
    hand_over(options, "demo", as_json=False, visits=visits, seed=seed)


def init(
    options: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", file_okay=False, help="Where to.")] = Path(),
    as_json: Json = False,
) -> None:
    """Write a commented config.toml, a survey to edit, and .env.example for the secrets.

    Nothing is overwritten.
    """
    hand_over(options, "init", as_json=as_json, folder=folder)


def check(
    options: typer.Context,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no provider.")] = False,
    as_json: Json = False,
) -> None:
    """Find mistakes before customers do: configuration, surveys, SMS length and cost, store, accounts."""
    hand_over(options, "check", as_json=as_json, offline=offline)


def run(
    options: typer.Context,
    role: Annotated[
        Literal["all", "web", "worker"],
        typer.Option(help="web: webhooks and API only; worker: asking and sending only."),
    ] = "all",
) -> None:
    """Run the service: channels, scheduler, web. SIGTERM (or Ctrl-C) stops it cleanly."""
    hand_over(options, "run", as_json=False, role=role)
