"""Staff ask, askwhy answers: `/score` and the rest, in a private chat, a listed group, or by SMS.

    gate.py        who may ask; everybody else gets silence
    answering.py   StaffDesk.answer(): one stored request → audit → the command → one unit of work with the answer
    commands/      one file per command, listed in COMMANDS: `async def answer(asked: Asked) -> Reply`
    reply.py       an answer before it is known where it goes; asked.py: a request
    phrases.py     numbers as sentences in five languages; charting.py, charts.py: the same as pictures
    digests.py     the morning digest; detractors.py: alerts about new low scores

Invariant: below the minimum of answers nothing but their count is told, in every cell.
Invariant: a viewer gets numbers of their own branches alone.
Invariant: a customer's words reach a group only with names and numbers masked, and an SMS never.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from bot.staff.asked import Asked
    from bot.staff.reply import Reply

COMMANDS: Final = {
    "score": "bot.staff.commands.score:answer",
    "why": "bot.staff.commands.why:answer",
    "trend": "bot.staff.commands.trend:answer",
    "drivers": "bot.staff.commands.drivers:answer",
    "team": "bot.staff.commands.team:answer",
    "csi": "bot.staff.commands.csi:answer",
    "measures": "bot.staff.commands.measures:answer",
    "digest": "bot.staff.commands.digest:answer",
    "explain": "bot.staff.commands.explain:answer",
    "status": "bot.staff.commands.status:answer",
    "help": "bot.staff.commands.help:answer",
}


def load(command: str) -> Callable[[Asked], Awaitable[Reply | None]]:
    """Import the function that answers a command. Raises KeyError for what is no command."""
    module, _, attribute = COMMANDS[command].partition(":")
    function: Any = getattr(import_module(module), attribute)
    return function  # type: ignore[no-any-return]
