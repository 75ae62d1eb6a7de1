"""`askwhy restore FILE`: put a copy in the place of the store. The old store is kept aside, and one in use is not touched.

Nobody is asked twice: questions that were due since the copy was made may have gone out, so they count as sent, their
outcome unknown, and what customers answered meanwhile finds them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bot.clock import SystemClock
from bot.commands.context import Context
from bot.commands.copying import bar
from bot.commands.outcome import DONE
from bot.commands.using_store import Surroundings, with_store

HELD_BACK: Final = (
    "{held_back:,} questions that were due since may have gone out. They count as sent, outcome unknown: nobody is asked"
    " twice. By SMS askwhy finds out from Twilio within minutes of its start, and sends what never left."
)


def run(context: Context, *, file: Path, nothing_sent: bool = False) -> int:
    """Check the copy, replace the store, open it once: an older copy is brought to this version.

    `nothing_sent`: the service did not run since the copy was made, so that what is due can be sent.
    """
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

    async def look(here: Surroundings) -> tuple[str, int, int]:
        from bot.restoring import hold_back

        held_back = 0 if nothing_sent else await hold_back(here.store, here.firm, here.now)
        return here.store.url, here.store.schema.now, held_back

    place, schema, held_back = with_store(context, look)
    if context.json:
        answer = {"store": place, "file": str(file), "kept": kept, "schema": schema, "held_back": held_back}
        context.emit(answer)
    else:
        context.say(f"{place} is what {file} held.")
        if kept:
            context.say(f"What was there before is kept in {kept}.")
        if held_back:
            context.say(HELD_BACK.format(held_back=held_back), style="yellow")
    return DONE
