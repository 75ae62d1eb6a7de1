"""Ask Twilio afterwards: what became of sends nobody knows about, and what came in while askwhy was down."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from bot.channels.base import Outgoing, SendFailed
from bot.channels.sms import SmsChannel
from bot.service import Service
from bot.statuses import found_absent
from storage.moments import micros, moment
from storage.rows import SenderRow

log = structlog.get_logger(__name__)

SURELY_ABSENT = timedelta(minutes=5)
"""A message that Twilio does not list so long after the attempt never reached it."""

LOOK_BACK = timedelta(days=2)
"""How far back sends of unknown outcome are asked about."""

OVERLAP = timedelta(minutes=10)
"""Inbound messages are listed from so long before the last look: clocks differ, and repeats are harmless."""

EVERY = timedelta(hours=1)
"""How often missed messages are asked for."""

FIRST_LOOK = timedelta(days=1)
"""How far back to look when nothing is known of an earlier look."""


async def settle_unknown(service: Service, channel: SmsChannel) -> None:
    """Find out what became of SMS of unknown outcome; what surely never arrived is sent once more."""
    now = service.clock.now()
    rows = await service.store.write(lambda tx: tx.outbox.unsure(channel.name, now - LOOK_BACK))
    known = [row.provider_id for row in rows if row.provider_id]
    for row in rows:
        if row.attempt_id is None:
            continue
        try:
            found = await channel.find_sent(
                Outgoing.from_dict(row.body), row.attempt_id, row.created_at, known
            )
        except SendFailed as failure:
            log.warning("reconciling_failed", code=failure.code, detail=failure.detail)
            return
        if found is not None:
            await service.on_status(found)
            known.append(found.provider_id)
        elif now - row.created_at >= SURELY_ABSENT:
            await service.store.write(
                lambda tx, number=row.outbox_id: found_absent(tx, service.firm, number, now)  # type: ignore[misc]
            )


class Missed:
    """What people wrote while nobody listened: asked for at start and every hour, sooner where asking failed."""

    def __init__(self, service: Service, channel: SmsChannel) -> None:
        self._service = service
        self._channel = channel
        self._next: datetime | None = None

    async def look(self) -> None:
        """Look, if it is time."""
        now = self._service.clock.now()
        if self._next is None or now >= self._next:
            await hear_missed(self._service, self._channel)
            self._next = now + EVERY


async def hear_missed(service: Service, channel: SmsChannel) -> int:
    """Take in what people wrote while nobody listened; each message once. Return how many were listed.

    Raises SendFailed where Twilio does not tell, StoreError where it could not be stored: then look again.
    """
    now = service.clock.now()
    name = f"missed:{channel.sender}"
    row = await service.store.write(lambda tx: tx.outbox.sender(name))
    since = (moment(row.position) - OVERLAP) if row.position is not None else now - FIRST_LOOK
    inbounds = await channel.missed(since)
    for inbound in inbounds:
        await service.on_inbound(inbound)
    await service.store.write(lambda tx: tx.outbox.put_sender(name, SenderRow(position=micros(now))))
    return len(inbounds)
