"""Commands about people: links for customers, rights of staff, a person's data."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.cli.options import PEOPLE, Json, examples, hand_over

Customer = Annotated[str, typer.Argument(metavar="CUSTOMER_ID", help="As in the visits file.")]

Person = Annotated[
    str,
    typer.Argument(
        metavar="CUSTOMER_ID", help="As in the visits file; or a phone such as +37255550101, or telegram:ID."
    ),
]


def add_to(app: typer.Typer) -> None:
    """List the commands of this file."""
    app.command(
        rich_help_panel=PEOPLE,
        epilog=examples(
            "askwhy link c-17",
            "askwhy link c-17 --qr c-17.png",
            "askwhy link --branch Tartu --qr counter.png",
        ),
    )(link)
    staff = typer.Typer(no_args_is_help=True, help="Who may ask for scores, with role and scope.")
    staff.command(
        name="add",
        epilog=examples(
            "askwhy staff add Mari --telegram-id 123456789 --role manager",
            "askwhy staff add Jaan --role viewer --branch Tartu",
        ),
    )(staff_add)
    staff.command(name="list", epilog=examples("askwhy staff list --json"))(staff_list)
    staff.command(
        name="remove", epilog=examples("askwhy staff remove 123456789", "askwhy staff remove Jaan")
    )(staff_remove)
    app.add_typer(staff, name="staff", rich_help_panel=PEOPLE)
    person = typer.Typer(no_args_is_help=True, help="A person's data: hand it out, or erase it.")
    person.command(name="export", epilog=examples("askwhy person export c-17 > c-17.json"))(person_export)
    person.command(
        name="forget", epilog=examples("askwhy person forget c-17", "askwhy person forget +37255550101 --yes")
    )(person_forget)
    app.add_typer(person, name="person", rich_help_panel=PEOPLE)


def link(
    options: typer.Context,
    customer_id: Annotated[
        str | None, typer.Argument(metavar="CUSTOMER_ID", help="As in the visits file.")
    ] = None,
    qr: Annotated[
        Path | None, typer.Option("--qr", metavar="FILE.png", dir_okay=False, help="Also write a QR code.")
    ] = None,
    branch: Annotated[
        str | None,
        typer.Option(metavar="BRANCH", help="Instead of a customer: for a counter of this branch."),
    ] = None,
    employee: Annotated[
        str | None, typer.Option(metavar="NAME", help="For the counter of this employee.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a one-time link that brings this customer into the Telegram chat.

    With --branch or --employee: a link for a counter, where whoever scans it is asked at once, once a day.
    """
    hand_over(
        options, "link", as_json=as_json, customer_id=customer_id, qr=qr, branch=branch, employee=employee
    )


def staff_add(
    options: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="For your own list.")],
    telegram_id: Annotated[
        int | None, typer.Option(min=1, metavar="ID", help="Their numeric Telegram id, if you know it.")
    ] = None,
    phone: Annotated[str | None, typer.Option(metavar="PHONE", help="For asking by SMS.")] = None,
    role: Annotated[
        Literal["viewer", "manager", "admin"], typer.Option(help="What they may see.")
    ] = "viewer",
    branch: Annotated[
        list[str] | None,
        typer.Option(metavar="BRANCH", help="Only this branch; may be repeated. Without it, all."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Let somebody ask for scores. Without --telegram-id and --phone a one-time invitation link is printed."""
    hand_over(
        options,
        "staff add",
        as_json=as_json,
        name=name,
        telegram_id=telegram_id,
        phone=phone,
        role=role,
        branches=branch or [],
    )


def staff_list(options: typer.Context, as_json: Json = False) -> None:
    """Show who may ask for scores."""
    hand_over(options, "staff list", as_json=as_json)


def staff_remove(
    options: typer.Context,
    who: Annotated[
        str, typer.Argument(metavar="WHO", help="Name, Telegram id or phone, as `staff list` shows it.")
    ],
    as_json: Json = False,
) -> None:
    """Take the right away again."""
    hand_over(options, "staff remove", as_json=as_json, who=who)


def person_export(options: typer.Context, customer_id: Person, as_json: Json = False) -> None:
    """Print everything that is kept about a customer, as JSON."""
    hand_over(options, "person export", as_json=as_json, customer_id=customer_id)


def person_forget(
    options: typer.Context,
    customer_id: Person,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask first; off a terminal nobody is asked.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Erase a customer's data everywhere. Scores stay without their person; an opt-out stays too."""
    hand_over(options, "person forget", as_json=as_json, customer_id=customer_id, yes=yes)
