"""Commands to try things out: how a text would be taken, as a reply or as an SMS; a made-up year."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.cli.options import TRY, Json, examples, hand_over

# A text may begin with a dash ("-1"): what is no option of ours is text.
ANY_TEXT = {"ignore_unknown_options": True}
Lines = Annotated[
    Path | None,
    typer.Option("--jsonl", metavar="FILE", help="Many, one JSON object a line; - is standard input."),
]


def add_to(app: typer.Typer) -> None:
    """List the commands of this file."""
    app.command(
        rich_help_panel=TRY,
        context_settings=ANY_TEXT,
        epilog=examples(
            'askwhy read "9 sest kiire" --scale 0-10 --lang et', "askwhy read --jsonl replies.jsonl"
        ),
    )(read)
    app.command(
        rich_help_panel=TRY,
        context_settings=ANY_TEXT,
        epilog=examples(
            'askwhy segments "Kui tõenäoliselt soovitate meid?"', "askwhy segments --jsonl texts.jsonl"
        ),
    )(segments)
    app.command(rich_help_panel=TRY, epilog=examples("askwhy simulate --days 365 --seed 7"))(simulate)


def read(
    options: typer.Context,
    text: Annotated[str | None, typer.Argument(metavar="TEXT", help="The reply.")] = None,
    scale: Annotated[str, typer.Option(metavar="LOW-HIGH", help="The numbers one may answer with.")] = "0-10",
    language: Annotated[
        str | None, typer.Option("--lang", metavar="CODE", help="The customer's language.")
    ] = None,
    step: Annotated[Literal["score", "why"], typer.Option(help="What was asked last.")] = "score",
    lines: Lines = None,
    as_json: Json = False,
) -> None:
    """Show how a reply would be understood.

    A line of --jsonl is {"id", "text", "scale", "lang", "step"}; what it leaves out is taken from the options.
    """
    hand_over(
        options, "read", as_json=as_json, text=text, scale=scale, language=language, step=step, lines=lines
    )


def segments(
    options: typer.Context,
    text: Annotated[str | None, typer.Argument(metavar="TEXT", help="The text of an SMS.")] = None,
    lines: Lines = None,
    as_json: Json = False,
) -> None:
    """Show how an SMS is encoded and billed, and what makes it dear.

    A line of --jsonl is {"id", "text"}.
    """
    hand_over(options, "segments", as_json=as_json, text=text, lines=lines)


def simulate(
    options: typer.Context,
    days: Annotated[int, typer.Option(min=1, help="How long.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same story.")] = 1,
    as_json: Json = False,
) -> None:
    """Run the whole service on a virtual clock with made customers, and look for broken promises."""
    hand_over(options, "simulate", as_json=as_json, days=days, seed=seed)
