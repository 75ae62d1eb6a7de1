"""The program `askwhy` and its global options."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import numbers, people, setup, store, trying, visits


def _version(wanted: bool) -> None:
    """Show the version of the installed package and end."""
    if wanted:
        from importlib.metadata import PackageNotFoundError
        from importlib.metadata import version as installed

        try:
            sys.stdout.write(f"askwhy {installed('askwhy')}\n")
        except PackageNotFoundError:
            sys.stdout.write("askwhy from a checkout that is not installed: make test sets it up\n")
        raise typer.Exit


app = typer.Typer(
    name="askwhy",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,  # they print local variables, and so secrets
    context_settings={"help_option_names": ["--help", "-h"]},
)


@app.callback()
def askwhy(
    options: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            metavar="FILE",
            envvar="ASKWHY_CONFIG",
            help="The configuration.",
            show_default="./config.toml",
        ),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Ask customers a day after a visit how likely they are to recommend you, and why. Telegram and SMS.

    Start with [bold]askwhy demo[/], then [bold]askwhy init[/].
    """
    options.obj = {"config_file": config, "environ": dict(os.environ)}


for part in (setup, visits, numbers, trying, people, store):
    part.add_to(app)


def main() -> None:
    """Be the console script. With --json a command line that cannot be read, too, is told as one object on standard output."""
    # Else pydantic looks for plugins in the description of every installed package, at every start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        app(prog_name="askwhy")
    except SystemExit as ending:
        told = getattr(ending.__context__, "format_message", None)  # typer ends so after a wrong use
        if told is not None and "--json" in sys.argv:
            sys.stdout.write(json.dumps({"error": told()}, ensure_ascii=False) + "\n")
        raise
