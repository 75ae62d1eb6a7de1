"""Commands about visits and answers: in, out, and what became of one."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.cli.options import VISITS, InputFile, Json, examples, hand_over


def add_to(app: typer.Typer) -> None:
    """List the commands of this file."""
    group = typer.Typer(no_args_is_help=True, help="Bring in visits, past answers, or operational figures.")
    group.command(name="visits", epilog=examples("askwhy import visits visits.csv"))(import_visits)
    group.command(
        name="answers",
        epilog=examples(
            "askwhy import answers old.csv --survey nps",
            'askwhy import answers old.csv --survey nps --column score="How likely?" --blank NA --blank 11',
        ),
    )(import_answers)
    group.command(name="metrics", epilog=examples("askwhy import metrics metrics.csv"))(import_metrics)
    app.add_typer(group, name="import", rich_help_panel=VISITS)
    app.command(
        epilog=examples("askwhy forecast visits.csv", "askwhy forecast visits.csv --json"),
        rich_help_panel=VISITS,
    )(forecast)
    app.command(epilog=examples("askwhy explain v-881"), rich_help_panel=VISITS)(explain)
    app.command(
        epilog=examples(
            "askwhy export answers > answers.csv", "askwhy export visits --format parquet --output v.parquet"
        ),
        rich_help_panel=VISITS,
    )(export)


def import_visits(options: typer.Context, file: InputFile, as_json: Json = False) -> None:
    """Bring in visits and their customers from a CSV file; the same file again changes nothing.

    Columns, in any order: visit_id, customer_id, occurred_at (these three are required), name, phone, language,
    timezone, touchpoint, branch, employee, product, amount, resolved. Further columns are kept and can be reported by.
    Rows that cannot be used go to FILE.rejected.csv with their reason; the exit code is then 3.
    """
    hand_over(options, "import visits", as_json=as_json, file=file)


def import_answers(
    options: typer.Context,
    file: InputFile,
    survey: Annotated[str, typer.Option(metavar="ID", help="The survey these are answers to.")],
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD=HEADER", help="Which header holds a field; may be repeated."),
    ] = None,
    blank: Annotated[
        list[str] | None, typer.Option(metavar="VALUE", help="A value that is no answer; may be repeated.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Bring in past answers from another tool.

    Fields: score, comment, answered_at (required), customer_id, branch, employee, product, channel, language.
    """
    hand_over(
        options,
        "import answers",
        as_json=as_json,
        file=file,
        survey=survey,
        column=column or [],
        blank=blank or [],
    )


def import_metrics(options: typer.Context, file: InputFile, as_json: Json = False) -> None:
    """Bring in operational figures for the composite index: metric, value, period, branch, product."""
    hand_over(options, "import metrics", as_json=as_json, file=file)


def forecast(options: typer.Context, file: InputFile, as_json: Json = False) -> None:
    """Try a visits file before it costs anything: who would be asked, when, who not and why, SMS and their cost.

    Nothing is written. Each visit is decided as at its own time, so a past file can be tried.
    """
    hand_over(options, "forecast", as_json=as_json, file=file)


def explain(
    options: typer.Context,
    visit_id: Annotated[str, typer.Argument(metavar="VISIT_ID", help="As in the visits file.")],
    as_json: Json = False,
) -> None:
    """Tell the whole story of one visit: planned, asked, answered, or why not."""
    hand_over(options, "explain", as_json=as_json, visit_id=visit_id)


def export(
    options: typer.Context,
    what: Annotated[Literal["answers", "visits"], typer.Argument(help="What to write.")],
    form: Annotated[
        Literal["csv", "jsonl", "parquet"], typer.Option("--format", help="How to write it.")
    ] = "csv",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            dir_okay=False,
            help="Default: standard output, not for parquet.",
        ),
    ] = None,
) -> None:
    """Write all answers or visits. A csv is safe to open in a spreadsheet."""
    hand_over(options, "export", as_json=False, what=what, form=form, output=output)
