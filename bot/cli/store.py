"""Commands about the store: copies, new versions, a new home, and messages that could not be handled."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import STORE, Json, examples, hand_over

Messages = Annotated[
    list[str] | None, typer.Argument(metavar="ID...", help="As `quarantine list` shows them.")
]
All = Annotated[bool, typer.Option("--all", help="All of them.")]


def add_to(app: typer.Typer) -> None:
    """List the commands of this file."""
    app.command(epilog=examples("askwhy backup askwhy-2026-11-22.db"), rich_help_panel=STORE)(backup)
    app.command(epilog=examples("askwhy restore askwhy-2026-11-22.db"), rich_help_panel=STORE)(restore)
    app.command(epilog=examples("askwhy migrate"), rich_help_panel=STORE)(migrate)
    app.command(epilog=examples("askwhy recount"), rich_help_panel=STORE)(recount)
    app.command(
        epilog=examples("askwhy move --to postgresql://askwhy@db.example.com/askwhy"), rich_help_panel=STORE
    )(move)
    group = typer.Typer(no_args_is_help=True, help="Messages whose handling failed, with the reason.")
    group.command(name="list", epilog=examples("askwhy quarantine list --json"))(quarantine_list)
    group.command(
        name="replay", epilog=examples("askwhy quarantine replay 17", "askwhy quarantine replay --all")
    )(quarantine_replay)
    group.command(name="drop", epilog=examples("askwhy quarantine drop 17"))(quarantine_drop)
    app.add_typer(group, name="quarantine", rich_help_panel=STORE)


def backup(
    options: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="The copy to write.")],
    as_json: Json = False,
) -> None:
    """Write a checked copy of the store, also while the service runs."""
    hand_over(options, "backup", as_json=as_json, file=file)


def restore(
    options: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A copy by `askwhy backup`.")
    ],
    nothing_sent: Annotated[
        bool,
        typer.Option(
            "--nothing-sent", help="The service did not run since the copy was made: send what is due."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Put a copy in the place of the store. A store in use is not overwritten; what may have been sent is not sent again."""
    hand_over(options, "restore", as_json=as_json, file=file, nothing_sent=nothing_sent)


def migrate(options: typer.Context, as_json: Json = False) -> None:
    """Create the store, or bring it to this version. Any other command does it by itself too."""
    hand_over(options, "migrate", as_json=as_json)


def recount(options: typer.Context, as_json: Json = False) -> None:
    """Make the scores equal to a count of the answers, also while the service runs: once after an upgrade that asks for it."""
    hand_over(options, "recount", as_json=as_json)


def move(
    options: typer.Context,
    to: Annotated[str, typer.Option("--to", metavar="URL", help="The new store.")],
    as_json: Json = False,
) -> None:
    """Copy everything into another store, and compare. It can be started again after a breakdown."""
    hand_over(options, "move", as_json=as_json, to=to)


def quarantine_list(options: typer.Context, as_json: Json = False) -> None:
    """Show the messages that could not be handled."""
    hand_over(options, "quarantine list", as_json=as_json)


def quarantine_replay(
    options: typer.Context, ids: Messages = None, every: All = False, as_json: Json = False
) -> None:
    """Handle them once more."""
    hand_over(options, "quarantine replay", as_json=as_json, ids=ids or [], every=every)


def quarantine_drop(
    options: typer.Context, ids: Messages = None, every: All = False, as_json: Json = False
) -> None:
    """Give them up; their text goes."""
    hand_over(options, "quarantine drop", as_json=as_json, ids=ids or [], every=every)
