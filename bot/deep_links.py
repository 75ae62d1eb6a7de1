"""Links that bring a customer into the Telegram chat: made where a text by SMS shows one, and for the firm's own systems.

Texts are rendered by pure code, so they show a place for the token (`PLACE`), which gets its token when the message is
stored. Only the hash of a token is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.channels.base import Outgoing
from storage.rows import ConversationRow
from storage.transaction import Transaction

PLACE = "_" * 24
"""Stands in a text for a token of 144 bits, and is as long."""


@dataclass(frozen=True, slots=True)
class DeepLinks:
    """How links are made. `name`: the bot's, without @, None while nobody knows it. `new_token`: 24 of `A-Za-z0-9_-`."""

    name: Callable[[], str | None]
    new_token: Callable[[], str]
    expire_after: timedelta

    def shown(self) -> dict[str, str]:
        """Return what a text by SMS may show."""
        name = self.name()
        return {"telegram_link": link_to(name, PLACE)} if name else {}


def link_to(name: str, token: str) -> str:
    """Return the address that opens the bot and hands it a token."""
    return f"https://t.me/{name}?start={token}"


def token_hash(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def put_customer_link(
    tx: Transaction, links: DeepLinks, customer_id: str, now: datetime
) -> tuple[str, datetime]:
    """Store a link that works once; return its token, and until when it works."""
    token, until = links.new_token(), now + links.expire_after
    tx.staff.put_link(token_hash(token), "customer", {"customer_id": customer_id}, until)
    return token, until


def with_link(
    tx: Transaction, links: DeepLinks | None, row: ConversationRow, message: Outgoing, now: datetime
) -> Outgoing:
    """Put a token of the visit's customer into a message that shows a link."""
    if links is None or PLACE not in message.text:
        return message
    visit = tx.visits.get(row.visit_id)
    assert visit is not None, f"conversation {row.conversation_id} is about no visit"
    token, _ = put_customer_link(tx, links, visit.visit.customer_id, now)
    return replace(message, text=message.text.replace(PLACE, token))
