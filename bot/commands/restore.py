"""`askwhy restore FILE`: put a copy in the place of the store. The old store is kept aside, and one in use is not touched."""

from __future__ import annotations

from pathlib import Path

from bot.clock import SystemClock
from bot.commands.context import Context
from bot.commands.copying import bar
from bot.commands.outcome import DONE
from bot.commands.using_store import Surroundings, with_store


def run(context: Context, *, file: Path) -> int:
    """Check the copy, replace the store, open it once: an older copy is brought to this version."""
    url = context.config().storage.url
    with bar(context, f"Restoring {file}") as told:
        if url.startswith("sqlite:///"):
            from storage.sqlite_copies import restore

            path = Path(url.removeprefix("sqlite:///"))
            aside = path.with_name(f"{path.name}.before-restore-{SystemClock().now():%Y%m%dT%H%M%SZ}")
            kept = str(aside) if restore(file, path, aside, told) else None
        else:
            from storage.transfer import restore_server

            restore_server(file, url, told)
            kept = None

    async def look(here: Surroundings) -> tuple[str, int]:
        return here.store.url, here.store.schema.now

    place, schema = with_store(context, look)
    if context.json:
        context.emit({"store": place, "file": str(file), "kept": kept, "schema": schema})
    else:
        context.say(f"{place} is what {file} held.")
        if kept:
            context.say(f"What was there before is kept in {kept}.")
    return DONE
