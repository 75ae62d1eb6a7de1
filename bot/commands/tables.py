"""Tables for people: as wide as they need to be where nobody's terminal limits them, because they are piped and searched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.commands.context import Context

if TYPE_CHECKING:
    from rich.table import Table

WIDEST = 1000


def new_table(*names: str, numbers_from: int | None = None) -> Table:
    """Return an empty table; columns from `numbers_from` on stand to the right."""
    from rich import box
    from rich.table import Table

    laid = Table(box=box.SIMPLE_HEAD)
    for index, name in enumerate(names):
        to_the_right = numbers_from is not None and index >= numbers_from
        laid.add_column(name, justify="right" if to_the_right else "left", overflow="fold")
    return laid


def show_table(context: Context, laid: Table) -> None:
    """Show a table; with --json nothing, because JSON says it."""
    from rich.measure import Measurement

    if not context.out.is_terminal:
        options = context.out.options.update(max_width=WIDEST)
        laid.width = Measurement.get(context.out, options, laid).maximum
    context.say(laid)
