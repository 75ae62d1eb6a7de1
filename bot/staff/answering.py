"""From a stored request to its stored answer. Read, compute, then one unit of work: the answer and the inbox together.

A crash before that unit leaves the request waiting, so it is answered after the restart: staff messages are sent at
least once. Who has no right gets what an unknown command gets from anybody: silence, and a row in the audit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from bot.channels.base import Inbound, InboundKind, Outgoing
from bot.clock import Clock
from bot.commands_typed import STAFF_BUTTON
from bot.config import Config
from bot.firm import Firm
from bot.outgoing import Kind, queue
from bot.staff import COMMANDS, load
from bot.staff.asked import Asked
from bot.staff.gate import member_of
from bot.staff.reply import Reply, lines_of
from storage.base import Store
from storage.rows import InboundRow, StaffRow
from storage.transaction import Transaction
from surveys.periods import WordError, nearest_word
from surveys.requests import split_words
from surveys.texts import base_language, say

log = structlog.get_logger(__name__)

LONGEST_AUDIT = 200
"""Characters kept of a request."""


class StaffDesk:
    """Answers what staff ask; `answer` is what `bot.service.Service` calls for each stored request."""

    def __init__(self, store: Store, firm: Firm, clock: Clock, config: Config) -> None:
        self._store = store
        self._firm = firm
        self._clock = clock
        self._config = config

    async def answer(self, row: InboundRow) -> None:
        """Answer one stored request and mark it handled. Raises StoreError, and whatever is our own fault."""
        inbound = Inbound.from_dict(row.body)
        member = await self._store.write(lambda tx: member_of(tx, self._firm, inbound))
        if member is None:  # the right was taken away since
            await self._store.write(lambda tx: tx.inbox.set(row.inbox_id, "handled", row.tries))
            return
        asked = self._asked(inbound, member)
        reply = await self._reply(asked)
        photo = None if asked.sms else await drawn(reply)
        await self._store.write(lambda tx: self._keep(tx, row, asked, reply, photo))

    def _asked(self, inbound: Inbound, member: StaffRow) -> Asked:
        command, words = read_command(inbound)
        wishes = (member.language, inbound.language)
        language = self._firm.language_of(*(base_language(wish) if wish else None for wish in wishes))
        pressed = inbound.kind is InboundKind.BUTTON
        return Asked(
            self._store,
            self._firm,
            self._config,
            member,
            inbound,
            command,
            words,
            language,
            self._clock.now(),
            pressed,
        )

    async def _reply(self, asked: Asked) -> Reply | None:
        if asked.command not in COMMANDS:
            return unknown_command(asked)
        try:
            return await load(asked.command)(asked)
        except WordError as error:
            return not_understood(error, asked.language)

    def _keep(
        self, tx: Transaction, row: InboundRow, asked: Asked, reply: Reply | None, photo: bytes | None
    ) -> None:
        """Store the answer, what was asked, and that it is done."""
        now = self._clock.now()
        inbound = asked.inbound
        command = " ".join((asked.command, *asked.words))[:LONGEST_AUDIT]
        address = asked.member.address
        tx.staff.audit(now, inbound.channel, address, command, allowed=reply is not None)
        message = outgoing(reply, inbound, photo)
        if message is not None:
            queue(tx, Kind.STAFF, inbound.channel, message, now)
        tx.inbox.set(row.inbox_id, "handled", row.tries)


def read_command(inbound: Inbound) -> tuple[str, tuple[str, ...]]:
    """Return the command and its words: of "/score@bot 30d", "SCORE 30d", or a button's data."""
    text = inbound.text.removeprefix(STAFF_BUTTON) if inbound.kind is InboundKind.BUTTON else inbound.text
    first, *rest = split_words(text) or [""]
    return first.removeprefix("/").partition("@")[0].lower(), tuple(rest)


def outgoing(reply: Reply | None, inbound: Inbound, photo: bytes | None) -> Outgoing | None:
    """Return the message for the channel that was asked by; None for silence."""
    if inbound.channel == "sms":
        text = reply.sms() if reply else ""
        return Outgoing(address=inbound.address, text=text) if text else None
    if reply is None:
        silent = Outgoing(address=inbound.address, text="", answer_callback=inbound.callback_id)
        return silent if inbound.callback_id else None
    return Outgoing(
        address=inbound.address,
        text=reply.html(),
        buttons=reply.buttons,
        html=True,
        photo=photo,
        edit_message_id=inbound.message_id if reply.edits and inbound.kind is InboundKind.BUTTON else None,
        answer_callback=inbound.callback_id,
    )


def not_understood(error: WordError, language: str) -> Reply:
    """Name the wrong word, the nearest right one and an example."""
    problem = say(language, "I do not understand “{word}”.", word=error.word)
    nearest = say(language, "Did you mean “{word}”?", word=error.nearest) if error.nearest else ""
    example = say(language, "Example: {example}", example=error.example)
    return Reply(lines_of(problem, nearest, example), short=tuple(filter(None, (problem, nearest, example))))


def unknown_command(asked: Asked) -> Reply | None:
    """Help with a slip; a word that is like no command gets what it gets from anybody."""
    nearest = nearest_word(asked.command, COMMANDS, 60.0)
    if nearest is None or asked.sms:
        return None
    return Reply(lines_of(say(asked.language, "Did you mean “{word}”?", word=f"/{nearest}")))


async def drawn(reply: Reply | None) -> bytes | None:
    """Draw the chart on another thread. A chart that fails is missed, not the answer."""
    draw: Callable[[], bytes] | None = reply.draw if reply else None
    if draw is None:
        return None
    try:
        return await asyncio.to_thread(draw)
    except Exception:
        log.exception("chart_failed")
        return None
