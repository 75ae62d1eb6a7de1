"""`askwhy migrate`: create the store, or bring it to this program's version."""

from __future__ import annotations

from bot.commands.context import Context
from bot.commands.outcome import DONE
from bot.commands.using_store import Surroundings, with_store


def run(context: Context) -> int:
    """Open the store, which is all it takes, and say what that did."""

    async def work(here: Surroundings) -> tuple[str, int, int]:
        return here.store.url, here.store.schema.before, here.store.schema.now

    url, before, now = with_store(context, work)
    if context.json:
        context.emit({"store": url, "before": before, "schema": now})
    elif before == 0:
        context.say(f"Created {url}, schema {now}.")
    elif before < now:
        context.say(f"Brought {url} from schema {before} to {now}.")
    else:
        context.say(f"{url} is up to date, schema {now}.")
    return DONE
