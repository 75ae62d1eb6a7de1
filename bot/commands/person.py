"""`askwhy person export|forget`: hand out everything that is kept about a customer, or erase it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from bot.commands.context import CommandError, Context, WrongUseError
from bot.commands.outcome import DONE
from bot.commands.using_store import Surroundings, with_store

if TYPE_CHECKING:
    from bot.config import Config
    from bot.privacy.finding import Elsewhere, Found


def export(context: Context, *, customer_id: str) -> int:
    """Print everything that is kept, as JSON; 1 for a customer nobody knows, or who was erased."""
    from bot.privacy.export import export_person

    async def work(here: Surroundings) -> dict[str, Any]:
        found, elsewhere = await _find(here, customer_id)
        if found.erased_at is not None and not found.customer_ids:
            raise CommandError(
                f'The data of "{customer_id}" was erased on {found.erased_at:%Y-%m-%d}. '
                "What is left is counted, and does not tell who it was."
            )
        data = await here.store.write(lambda tx: export_person(tx, found, elsewhere, here.now))
        return {"customer_id": customer_id, **data}

    data = with_store(context, work)
    if context.json:
        context.emit(data)
    else:
        sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2) + "\n")
    return DONE


def forget(context: Context, *, customer_id: str, yes: bool) -> int:
    """Erase a person; 1 for a customer nobody knows. Asks first where somebody sits at a terminal."""
    from bot.privacy.report import REWRITE, Report, forget_now, made_sure
    from storage.sqlite_traces import Traces

    if not (yes or context.json or _confirmed(context, customer_id)):
        raise WrongUseError("Nothing was erased.")

    async def work(here: Surroundings) -> tuple[Report, Config]:
        found, elsewhere = await _find(here, customer_id)
        report = await forget_now(here.store, here.firm, here.config, customer_id, found, elsewhere, here.now)
        return report, here.config

    report = made_sure(*with_store(context, work))
    if report.traces not in {None, Traces.NONE}:

        async def remember(here: Surroundings) -> None:
            await here.store.write(lambda tx: tx.upkeep.put(REWRITE, here.now))

        with_store(context, remember)
    if context.json:
        context.emit(report.to_dict())
    else:
        for line in report.lines():
            context.say(line)
    return DONE


async def _find(here: Surroundings, who: str) -> tuple[Found, Elsewhere]:
    from bot.privacy.finding import find_elsewhere, find_imported, find_person

    found = await here.store.write(lambda tx: find_person(tx, who, here.firm.country))
    if found is None:
        found = await find_imported(here.store, who)
    if found is None:
        raise CommandError(
            f'No customer "{who}" is known. Use the customer_id of the visits file, a phone with its + and country '
            "code, or telegram:ID."
        )
    return found, await find_elsewhere(here.store, found, here.now)


def _confirmed(context: Context, who: str) -> bool:
    """Ask whoever sits at a terminal; a script has decided already."""
    if not sys.stdin.isatty():
        return True
    context.note(
        f'Everything about "{who}" will be erased. Scores stay, without their person. There is no way back.'
    )
    context.note(f"Type {who} to go on: ")
    return sys.stdin.readline().strip() == who
