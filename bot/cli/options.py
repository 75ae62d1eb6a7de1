"""Options that several commands share, and the way from a command's options to its body."""

from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer

from bot.commands.context import Context
from bot.commands.outcome import finish

SET_UP: Final = "Set up and run"
VISITS: Final = "Visits and answers"
NUMBERS: Final = "Numbers"
PEOPLE: Final = "People"
TRY: Final = "Try things out"
STORE: Final = "The store"

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")]
InputFile = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True)]
Survey = Annotated[
    str | None,
    typer.Option("--survey", metavar="ID", help="The survey; default: the one that asking.survey names."),
]


def examples(*lines: str) -> str:
    """Lay out examples for the end of a command's help."""
    return "Examples:\n\n" + "\n\n".join(f"  {line}" for line in lines)


def hand_over(options: typer.Context, command: str, *, as_json: bool, **arguments: Any) -> NoReturn:
    """Run the body of a command and end with its exit code."""
    settings: dict[str, Any] = options.find_root().obj
    context = Context(settings["environ"], settings["config_file"], json=as_json)
    raise typer.Exit(finish(context, command, arguments))
