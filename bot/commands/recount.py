"""`askwhy recount`: make the roll-ups that `/score` reads equal to a count of the answers, where an older version left them unequal.

Day by day, so that nobody who answers meanwhile waits for long; what is counted is counted, stopped in the middle or not.
"""

from __future__ import annotations

from functools import partial

from bot.commands.context import Context
from bot.commands.copying import bar
from bot.commands.outcome import DONE
from bot.commands.using_store import Surroundings, with_store
from storage.base import Store, Told
from storage.transaction import Transaction


def run(context: Context) -> int:
    """Count everything anew and say on how many days that changed something."""

    async def work(here: Surroundings) -> tuple[int, int]:
        with bar(context, "Counting answers") as told:
            return await recount(here.store, told)

    counted, mended = with_store(context, work)
    if context.json:
        context.emit({"counted": counted, "mended": mended})
    elif mended:
        context.say(f"{counted:,} days of answers were counted anew, {mended:,} of them were put right.")
    else:
        context.say(f"{counted:,} days of answers were counted anew; nothing was wrong.")
    return DONE


async def recount(store: Store, told: Told) -> tuple[int, int]:
    """Put the roll-ups right, a question and a day in one unit of work; return how many there are, and how many were wrong."""
    days = [
        (row["survey"], row["question"], day)
        for row in await store.read.rows("recountable")
        for day in range(row["first"], row["last"] + 1)
    ]
    mended = 0
    for done, one in enumerate(days, start=1):
        mended += await store.write(partial(_recount, one=one))
        told(done, len(days))
    return len(days), mended


def _recount(tx: Transaction, one: tuple[str, str, int]) -> bool:
    return tx.answers.recount(*one)
