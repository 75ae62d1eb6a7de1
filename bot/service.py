"""The use cases: a visit comes in, a message comes in, time passes. Each is one unit of work after another.

The service decides nothing about customers: it loads, asks `surveys`, and stores what comes of it with the messages to
be sent, in one transaction. What it acknowledges is stored.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

import structlog

from bot.alerts import alert_admins
from bot.arriving import take_visits
from bot.channels.base import Inbound
from bot.channels.sms_forms import StatusUpdate
from bot.clock import Clock
from bot.firm import Firm
from bot.hearing import Heard, handle, hear, keep_unhandled
from bot.logs import bind
from bot.metrics import REPLIES
from bot.outbox import Dispatcher
from bot.statuses import take_status
from bot.taking import Taken
from bot.timers import give_up_lapsed, wake
from storage.base import Store, StoreError
from storage.rows import InboundRow
from storage.transaction import Transaction
from surveys.visits import Visit

log = structlog.get_logger(__name__)

TRIES = 3
"""How often handling a stored message is tried before it is put into quarantine."""

AT_ONCE = 100
"""Rows of one kind looked at in one tick."""

StaffAnswers = Callable[[InboundRow], Awaitable[None]]


class Service:
    """All that happens, whatever brought it in. `staff` answers the stored request of a staff member."""

    def __init__(
        self,
        store: Store,
        firm: Firm,
        clock: Clock,
        dispatchers: Mapping[str, Dispatcher],
        staff: StaffAnswers | None = None,
    ) -> None:
        self.store = store
        self.firm = firm
        self.clock = clock
        self.dispatchers = dispatchers
        self.staff = staff
        self._staff_lock = asyncio.Lock()
        self._staff_asked = False  # since the last look

    async def on_visits(self, visits: Sequence[Visit]) -> list[Taken]:
        """Take visits in, in one transaction; all of them are stored when this returns, or none."""
        now = self.clock.now()
        return await self.store.write(lambda tx: take_visits(tx, self.firm, visits, now))

    async def on_each_visit(self, visits: Sequence[Visit]) -> list[Taken | None]:
        """Take visits in like `on_visits`; None for one that a fault of ours keeps out, which takes no other with it."""
        try:
            return list(await self.on_visits(visits))
        except StoreError:
            raise
        except Exception:
            if len(visits) == 1:
                log.exception("visit_failed")
                return [None]
        return [taken for visit in visits for taken in await self.on_each_visit([visit])]

    async def on_inbound(self, inbound: Inbound) -> Heard:
        """Take a message in; it is stored when this returns. Raises StoreError where it could not be."""
        with bind(message_id=inbound.external_id):
            outcome = "not_stored"
            try:
                heard, outcome = await self._hear(inbound)
            finally:
                REPLIES.labels(inbound.channel, outcome).inc()
            log.info("heard", channel=inbound.channel, kind=str(inbound.kind), outcome=outcome)
        if heard is not Heard.REPEAT:
            self._wake_sender(inbound.channel)
        return heard

    async def _hear(self, inbound: Inbound) -> tuple[Heard, str]:
        """Store a message and what it means; where that fails for a fault of ours, store it to be tried again."""
        now = self.clock.now()
        try:
            heard = await self.store.write(
                lambda tx: hear(tx, self.firm, inbound, now), order=(inbound.channel, inbound.address)
            )
        except StoreError:
            raise
        except Exception as error:
            log.exception("handling_failed", channel=inbound.channel)
            reason = f"{type(error).__name__}: {error}"
            await self.store.write(lambda tx: keep_unhandled(tx, inbound, now, reason))
            return Heard.HANDLED, "failed"
        return heard, str(heard)

    async def on_status(self, update: StatusUpdate) -> bool:
        """Take what a provider tells after a send; False for a message nobody knows."""
        now = self.clock.now()
        dispatcher = self.dispatchers.get("sms")
        sender = dispatcher.channel.sender if dispatcher else None
        return await self.store.write(lambda tx: take_status(tx, self.firm, update, now, sender=sender))

    async def on_tick(self) -> None:
        """Do what time has made due, but for sending. What fails in one part holds up no other."""
        for part in (self._give_up_lapsed, self._wake_conversations, self._retry_inbound, self.answer_staff):
            try:
                await part()
            except StoreError:
                raise
            except Exception:
                log.exception("tick_failed", part=part.__name__)

    async def _give_up_lapsed(self) -> None:
        await self.store.write(lambda tx: give_up_lapsed(tx, self.clock.now()))

    async def answer_staff(self) -> None:
        """Answer what staff asked, oldest first; a question that was not answered before a crash is answered now."""
        self._staff_asked = True
        if self.staff is None or self._staff_lock.locked():
            return
        async with self._staff_lock:
            if not await self.store.hold("staff"):
                return
            while self._staff_asked:
                self._staff_asked = False
                rows = await self.store.write(lambda tx: tx.inbox.waiting("staff", AT_ONCE))
                self._staff_asked |= len(rows) == AT_ONCE
                for row in rows:
                    with bind(message_id=row.external_id):
                        await self._answer_one(self.staff, row)

    async def _answer_one(self, staff: StaffAnswers, row: InboundRow) -> None:
        try:
            await staff(row)
            self._wake_sender(row.channel)
        except StoreError:
            raise
        except Exception as error:
            log.exception("staff_answer_failed", inbox_id=row.inbox_id)
            await self._quarantine(row, error)

    def _wake_sender(self, channel: str) -> None:
        if channel in self.dispatchers:
            self.dispatchers[channel].wake()

    async def _wake_conversations(self) -> None:
        while True:
            now = self.clock.now()
            due = await self.store.write(lambda tx: tx.conversations.due(now, AT_ONCE))  # noqa: B023 -- awaited here
            results = await asyncio.gather(*(self._wake(conversation_id) for conversation_id, _ in due))
            if len(due) < AT_ONCE or not any(results):
                return

    async def _wake(self, conversation_id: int) -> bool:
        now = self.clock.now()
        try:
            await self.store.write(lambda tx: wake(tx, self.firm, conversation_id, now))
        except StoreError:
            raise
        except Exception:
            log.exception("timer_failed", conversation_id=conversation_id)
            later = now + timedelta(hours=1)
            await self.store.write(lambda tx: tx.conversations.postpone(conversation_id, later))
            return False
        return True

    async def _retry_inbound(self) -> None:
        for row in await self.store.write(lambda tx: tx.inbox.waiting("retry", AT_ONCE)):
            await self.try_again(row)

    async def try_again(self, row: InboundRow) -> bool:
        """Handle a stored message once more; True when it went well."""
        with bind(message_id=row.external_id):
            return await self._try_again(row)

    async def _try_again(self, row: InboundRow) -> bool:
        now = self.clock.now()

        def work(tx: Transaction) -> None:
            stored = tx.inbox.get(row.inbox_id)
            if stored is None or stored.state != row.state:
                return  # another process was faster
            handle(tx, self.firm, Inbound.from_dict(row.body), now)
            tx.inbox.set(row.inbox_id, "handled", row.tries + 1)

        try:
            await self.store.write(work)
        except StoreError:
            raise
        except Exception as error:
            log.exception("handling_failed", inbox_id=row.inbox_id)
            if row.tries + 1 >= TRIES:
                await self._quarantine(row, error)
            else:
                reason = f"{type(error).__name__}: {error}"
                await self.store.write(lambda tx: tx.inbox.set(row.inbox_id, "retry", row.tries + 1, reason))
            return False
        return True

    async def _quarantine(self, row: InboundRow, error: Exception) -> None:
        """Put a message aside with its reason; the rest flows, the admins are told once."""
        now = self.clock.now()
        reason = f"{type(error).__name__}: {error}"

        def work(tx: Transaction) -> None:
            tx.inbox.set(row.inbox_id, "quarantined", row.tries + 1, reason)
            text = "askwhy: a message could not be handled. See `askwhy quarantine list`."
            alert_admins(tx, self.firm, "quarantine", text, now)

        await self.store.write(work)
