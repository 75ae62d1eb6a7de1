"""After an older copy was put in the place of a store: what was due since may have gone out, and nobody is asked twice.

A question that was due before the restore counts as sent, with unknown outcome: here for the visits that the copy knew,
in `bot.claims` for those handed in again later. What customers answered meanwhile then finds its question, and
`bot.reconciling` finds out from Twilio what was sent.
"""

from __future__ import annotations

from datetime import datetime
from secrets import token_urlsafe
from typing import Final

from bot.claims import LOOK_AT, take_as_asked
from bot.firm import Firm
from storage.base import Store
from storage.transaction import Transaction

CHANNELS: Final = ("telegram", "sms")


async def hold_back(store: Store, firm: Firm, now: datetime) -> int:
    """Note that the store was restored, and call questions that were due before unknown; return how many."""

    def some(tx: Transaction, channel: str) -> list[bool]:
        tx.outbox.note_restored(now)
        found = tx.visits.due(channel, now, LOOK_AT)
        return [take_as_asked(tx, firm, channel, due, tx.people.lock(due[1]), now, ticket()) for due in found]

    def ticket() -> tuple[str, str]:
        return token_urlsafe(16), "restore"

    held_back = 0
    for channel in CHANNELS:
        while settled := await store.write(lambda tx: some(tx, channel)):  # noqa: B023 -- awaited here
            held_back += sum(settled)
    return held_back
