"""`askwhy move --to URL`: everything into another store, compared row by row. After a breakdown, run it again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.commands.context import Context, WrongUseError
from bot.commands.copying import bar
from bot.commands.outcome import DONE

if TYPE_CHECKING:
    from storage.transfer import Copied


def run(context: Context, *, to: str) -> int:
    """Copy the configured store to `to`; the source stays as it is."""
    from storage import make_store
    from storage.transfer import move

    source = context.config().storage.url
    target = _whole(to)
    here, there = make_store(source).url, make_store(target).url
    if here == there:
        raise WrongUseError(f"--to {there} is the store that is configured already. Name another one.")
    with bar(context, f"Moving to {there}") as told:
        copied = move(source, target, told)
    if context.json:
        context.emit(
            {
                "from": here,
                "to": there,
                "rows": sum(c.rows for c in copied),
                "tables": [_plain(c) for c in copied],
            }
        )
        return DONE
    for one in copied:
        if one.rows:
            context.say(f"{one.rows:>12,}  {one.table}")
    context.say(
        f"\n{there} now holds all of {here}: every table has the same number of rows and the same contents.\n"
        f"Set [storage] url to it and start the service. The old store was left as it is; do not start on it again."
    )
    return DONE


def _whole(to: str) -> str:
    """Return the URL as [storage] url may hold it from any folder."""
    path = to.removeprefix("sqlite:///")
    if path not in {to, ":memory:"}:
        return f"sqlite:///{Path(path).resolve()}"
    return to.replace("postgres://", "postgresql://", 1) if to.startswith("postgres://") else to


def _plain(copied: Copied) -> dict[str, Any]:
    return {"table": copied.table, "rows": copied.rows, "checksum": copied.checksum}
