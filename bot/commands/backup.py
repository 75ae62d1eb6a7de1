"""`askwhy backup FILE`: a complete, checked copy of the store as of one moment, also while the service runs.

The copy is a SQLite file whatever the store is: `askwhy restore` puts it in a file's place or into an empty PostgreSQL
database, and no program of the server's own version is needed for either.
"""

from __future__ import annotations

from pathlib import Path

from bot.commands.context import Context
from bot.commands.copying import bar
from bot.commands.outcome import DONE
from bot.commands.using_store import Surroundings, with_store


def run(context: Context, *, file: Path) -> int:
    """Write the copy; an existing file is never overwritten."""

    async def work(here: Surroundings) -> str:
        with bar(context, f"Copying to {file}") as told:
            await here.store.backup(str(file), told)
        return here.store.url

    url = with_store(context, work)
    size = file.stat().st_size
    if context.json:
        context.emit({"file": str(file), "store": url, "bytes": size})
    else:
        context.say(f"{file}: {size / 1e6:.1f} MB, a complete and checked copy of {url}.")
    return DONE
