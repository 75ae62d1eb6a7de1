"""Send what is due on one channel: claim, pace, send, record. One dispatcher per sender.

The order is the delivery contract: the claim is committed before the call, so a crash in between leaves the message
`unknown` and never sends it twice. A provider that refuses or is away pauses the sender, not the messages.

Invariant: messages to one address leave one after the other, in their order.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.alerts import alert_admins
from bot.channels.base import Channel, Decision, SendFailed, Sent
from bot.claims import claim
from bot.clock import Clock
from bot.firm import Firm
from bot.outcomes import record_failed, record_sent
from bot.outgoing import Claimed
from storage.base import Store, StoreError
from storage.rows import SenderRow
from storage.transaction import Transaction
from surveys.segments import measure_sms

log = structlog.get_logger(__name__)

POLL = 1.0
"""Seconds between two looks for due messages, unless something wakes the dispatcher."""

BREAKER = (5.0, 15.0, 60.0, 300.0)
"""Seconds that a sender rests after the first, second … refusal in a row."""

TAKE_OVER_PAUSE = 1.1
"""Seconds that a sender rests after a change of processes, so that both together stay under the limit."""

OPERATOR_PAUSE = 900.0
"""Seconds until a sender that needs the operator is tried again with one message."""

MOST_AT_ONCE = 64
"""Sends under way at the same time, at most."""


class Pace(Protocol):
    """When a message may leave; bot.pacing.Pacer."""

    def next_at(self, now: float, address: str) -> float:
        """Return the first moment a message to `address` may leave."""
        ...

    def take(self, now: float, address: str) -> None:
        """Count a message that leaves now."""
        ...

    def pause(self, until: float) -> None:
        """Let nothing leave before `until`."""
        ...


class Dispatcher:
    """Sends for one channel. `pace` None: as fast as the channel takes it (console, simulation)."""

    def __init__(
        self,
        store: Store,
        firm: Firm,
        channel: Channel,
        clock: Clock,
        *,
        owner: str,
        new_id: Callable[[], str],
        per_second: float | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.channel = channel
        self.paused_until: datetime | None = None
        self.refusals = 0
        self._store = store
        self._firm = firm
        self._clock = clock
        self._owner = owner
        self._new_id = new_id
        self._pace = pace
        rate = MOST_AT_ONCE if per_second is None else per_second
        self._batch = max(1, min(MOST_AT_ONCE, math.ceil(rate)))
        self._most = max(2, min(MOST_AT_ONCE, math.ceil(rate * 2)))
        self._flying: set[asyncio.Task[None]] = set()
        self._tails: dict[str, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Look for due messages at once."""
        self._wake.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Send until `stopping` is set, then let what is under way end."""
        leading = False
        while not stopping.is_set():
            self._wake.clear()
            try:
                led, leading = leading, await self._store.hold(f"sender:{self.channel.sender}")
                if leading and not led:
                    await self._take_over()
                busy = leading and await self.step()
            except StoreError as error:
                log.warning("store_unavailable", channel=self.channel.name, error=str(error))
                busy = False
            if not busy:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), POLL)
        await self.settle()

    async def drain(self) -> None:
        """Send everything that is due now; for demonstrations, simulations and tests."""
        while await self.step():
            await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        while self._flying:
            await asyncio.wait(self._flying)

    async def step(self) -> bool:
        """Claim what is due and let it go; False when there is nothing to do now."""
        now = self._clock.now()
        if self.paused_until is not None and now < self.paused_until:
            return False
        if len(self._flying) >= self._most:
            await asyncio.wait(self._flying, return_when=asyncio.FIRST_COMPLETED)
        probing = self.refusals > 0
        if probing and self._flying:
            return False
        limit = 1 if probing else min(self._batch, self._most - len(self._flying))
        claimed, more = await self._store.write(
            lambda tx: claim(tx, self._firm, self.channel.name, now, limit, self._owner, self._new_id)
        )
        for one in claimed:
            self._launch(one)
        return more

    def _launch(self, one: Claimed) -> None:
        before = self._tails.get(one.row.address)
        task = asyncio.create_task(self._deliver(one, before))
        self._flying.add(task)
        self._tails[one.row.address] = task
        task.add_done_callback(lambda done: self._landed(one.row.address, done))

    def _landed(self, address: str, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        if self._tails.get(address) is task:
            del self._tails[address]
        if not task.cancelled() and task.exception() is not None:
            log.error("send_not_recorded", channel=self.channel.name, exc_info=task.exception())

    async def _deliver(self, one: Claimed, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait({before})
        await self._slot(one.row.address)
        try:
            sent = await self.channel.send(one.message, one.attempt_id)
        except SendFailed as failure:
            await self._failed(one, failure)
        else:
            await self._sent(one, sent)

    async def _slot(self, address: str) -> None:
        if self._pace is None:
            return
        while (at := self._pace.next_at(now := self._clock.monotonic(), address)) > now:
            await self._clock.sleep(at - now)
        self._pace.take(now, address)

    async def _sent(self, one: Claimed, sent: Sent) -> None:
        if self.channel.name == "sms" and not sent.segments:
            sent = replace(sent, segments=measure_sms(one.message.text).segments)
        now = self._clock.now()
        recovered = self.refusals > 0
        self.refusals = 0
        self.paused_until = None

        def record(tx: Transaction) -> None:
            record_sent(tx, self._firm, one.row.outbox_id, sent, now)
            if recovered:
                tx.outbox.put_sender(self.channel.sender, SenderRow())
                tx.outbox.forget_notice(f"sender:{self.channel.sender}")

        await self._recorded(record)

    async def _failed(self, one: Claimed, failure: SendFailed) -> None:
        now = self._clock.now()
        pause = self._pause_for(failure)
        if pause is not None:
            self.paused_until = max(self.paused_until or now, now + timedelta(seconds=pause))
        log.info("send_failed", channel=self.channel.name, decision=failure.decision, code=failure.code)

        def record(tx: Transaction) -> None:
            record_failed(tx, self._firm, one.row.outbox_id, failure, now)
            if pause is not None:
                stopped = failure.detail if failure.decision is Decision.OPERATOR else None
                tx.outbox.put_sender(self.channel.sender, SenderRow(self.paused_until, stopped))
            if failure.decision is Decision.OPERATOR or self.refusals == len(BREAKER):
                text = f"askwhy: {self.channel.name} does not send ({failure.code}): {failure.detail}"
                notice = f"sender:{self.channel.sender}"
                alert_admins(tx, self._firm, notice, text, now, not_by=self.channel.name)

        await self._recorded(record)

    def _pause_for(self, failure: SendFailed) -> float | None:
        """Return for how long the sender rests after a failure; None: the next message may go."""
        match failure.decision:
            case Decision.OPERATOR:
                self.refusals += 1
                return OPERATOR_PAUSE
            case Decision.LATER if failure.retry_after is not None:
                if self._pace is not None:
                    self._pace.pause(self._clock.monotonic() + failure.retry_after)
                return failure.retry_after
            case Decision.LATER | Decision.UNKNOWN if not failure.code.isdecimal():
                self.refusals += 1
                return BREAKER[min(self.refusals, len(BREAKER)) - 1]
            case _:
                return None

    async def _recorded(self, record: Callable[[Transaction], None]) -> None:
        """Store an outcome; while the store is away, keep trying for as long as the claim's lease may still hold."""
        for wait in (0.2, 1.0, 5.0, 15.0, None):
            try:
                await self._store.write(record)
            except StoreError:
                if wait is None:
                    raise
                await self._clock.sleep(wait)
            else:
                return

    async def _take_over(self) -> None:
        """Go on where an earlier process left off: its pause holds, and what it sent last counts against the pace.

        A stop that waited for the operator ends: whoever restarts askwhy has acted.
        """
        if self._pace is not None:
            self._pace.pause(self._clock.monotonic() + TAKE_OVER_PAUSE)
        row = await self._store.write(lambda tx: tx.outbox.sender(self.channel.sender))
        if row.stopped is None:
            self.paused_until = row.paused_until
