"""`askwhy quarantine list|replay|drop`: stored messages whose handling failed for a fault of ours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from bot.channels.base import Inbound
from bot.clock import SystemClock
from bot.commands.context import Context, WrongUseError
from bot.commands.outcome import DONE, FAILED
from bot.commands.tables import new_table, show_table
from bot.commands.using_store import Surroundings, with_store
from bot.firm import Firm
from bot.service import Service
from bot.staff.gate import asks_as_staff
from storage.rows import InboundRow
from storage.transaction import Transaction

QUARANTINED = "quarantined"

Deal = Callable[[Surroundings, InboundRow], Awaitable[str]]
"""Does something about one message; returns the word for what became of it."""


def show(context: Context) -> int:
    """List them."""
    rows = with_store(context, lambda here: _chosen(here, [], every=True))
    if context.json:
        context.emit({"messages": [_told(row) for row in rows]})
    elif rows:
        laid = new_table("id", "received", "channel", "tries", "reason", "text")
        for row in rows:
            told = _told(row)
            received = f"{row.received_at:%Y-%m-%d %H:%M}"
            cells = (received, row.channel, str(row.tries), row.error or "", str(told["text"])[:60])
            laid.add_row(str(row.inbox_id), *cells)
        show_table(context, laid)
    else:
        context.say("None: every message could be handled.")
    return DONE


def replay(context: Context, *, ids: list[str], every: bool) -> int:
    """Handle messages once more; 1 where one fails again."""
    results = _deal(context, ids, _again, every=every)
    return FAILED if QUARANTINED in results else DONE


def drop(context: Context, *, ids: list[str], every: bool) -> int:
    """Give messages up; that they came is all that stays."""
    _deal(context, ids, _given_up, every=every)
    return DONE


async def _again(here: Surroundings, row: InboundRow) -> str:
    """Handle a message; what staff asked is left to the running service, which answers it."""
    if await here.store.write(lambda tx: _asks_as_staff(tx, here.firm, row)):
        await here.store.write(lambda tx: tx.inbox.set(row.inbox_id, "staff", 0))
        return "waiting"
    service = Service(here.store, here.firm, SystemClock(), {})
    return "handled" if await service.try_again(row) else QUARANTINED


def _asks_as_staff(tx: Transaction, firm: Firm, row: InboundRow) -> bool:
    """Tell whether staff asked it: a customer's "help" looks alike, and is answered to the customer."""
    try:
        return asks_as_staff(tx, firm, Inbound.from_dict(row.body))
    except (TypeError, ValueError, KeyError):  # it may be here because nobody can read it
        return False


async def _given_up(here: Surroundings, row: InboundRow) -> str:
    body = {key: value for key, value in row.body.items() if key != "name"} | {"text": ""}
    await here.store.write(lambda tx: tx.privacy.hide_inbound(row.inbox_id, body))
    return "dropped"


def _deal(context: Context, ids: list[str], deal: Deal, *, every: bool) -> list[str]:
    """Do something about the chosen messages, and tell what became of each."""

    async def work(here: Surroundings) -> list[tuple[InboundRow, str]]:
        rows = await _chosen(here, ids, every=every)
        results = [(row, await deal(here, row)) for row in rows]
        await here.store.write(_end_notice)
        return results

    if not ids and not every:
        raise WrongUseError("Which ones? Give ids as `askwhy quarantine list` shows them, or --all.")
    results = with_store(context, work)
    if context.json:
        context.emit({"messages": [{**_told(row), "state": state} for row, state in results]})
    for row, state in results:
        context.say(f"{row.inbox_id}: {state}")
    if not results:
        context.say("None is in quarantine.")
    return [state for _, state in results]


async def _chosen(here: Surroundings, ids: list[str], *, every: bool) -> list[InboundRow]:
    """Return the messages in quarantine that are meant. Raises WrongUseError for an id that is not among them."""
    limit = 1_000_000
    rows = await here.store.write(lambda tx: tx.inbox.waiting(QUARANTINED, limit))
    if every:
        return rows
    known = {str(row.inbox_id): row for row in rows}
    for one in ids:
        if one not in known:
            raise WrongUseError(
                f"There is no message {one!r} in quarantine. `askwhy quarantine list` shows them."
            )
    return [known[one] for one in dict.fromkeys(ids)]


def _end_notice(tx: Transaction) -> None:
    """Let the admins be told again next time, once nothing is left."""
    if not tx.inbox.waiting(QUARANTINED, 1):
        tx.outbox.forget_notice("quarantine")


def _told(row: InboundRow) -> dict[str, Any]:
    return {
        "id": row.inbox_id,
        "received_at": row.received_at.isoformat(),
        "channel": row.channel,
        "kind": row.body.get("kind"),
        "tries": row.tries,
        "reason": row.error,
        "text": row.body.get("text", ""),
    }
