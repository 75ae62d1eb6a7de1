"""Send what is due on one channel: claim, pace, send, record. One dispatcher per sender.

The order is the delivery contract: the claim is committed before the call, so a crash in between leaves the message
`unknown` and never sends it twice. A provider that refuses or is away pauses the sender, not the messages. What had to
wait after its claim is looked at again before it leaves: a stop, or the end of the window, may have come meanwhile.

Invariant: messages to one address leave one after the other, in their order.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

import structlog

from bot.alerts import tell_of_trouble
from bot.channels.base import Channel, Decision, SendFailed, Sent
from bot.claims import Batch, Candidate, claim, claim_one, confirm, give_back, next_candidates, set_aside
from bot.clock import Clock
from bot.firm import Firm
from bot.metrics import PACING_SECONDS, SENDS
from bot.outcomes import record_failed, record_sent
from bot.outgoing import Claimed, Kind
from bot.resting import BREAKER, Rest
from storage.base import Store, StoreError
from storage.rows import SenderRow
from storage.transaction import Transaction
from surveys.segments import measure_sms

log = structlog.get_logger(__name__)

POLL = 1.0
"""Seconds between two looks for due messages, unless something wakes the dispatcher."""

MOST_AT_ONCE = 64
"""Sends under way at the same time, at most."""

IN_LINE = 0.1
"""Seconds of sending that are claimed ahead: whoever waits for an answer is never behind more than that."""

AT_ONCE = 0.5
"""Seconds after its claim within which a message leaves without another look at it."""

TAKE_OVER_PAUSE = 1.1
"""Seconds that a sender rests after a change of processes, so that both together stay under the limit."""

MOST_WAIT = 5.0
"""Seconds that a claimed message waits for its turn; then its claim is given back."""

ANSWERS = frozenset({Kind.QUESTION, Kind.REPLY, Kind.STOP_CONFIRMATION, Kind.EDIT, Kind.STAFF})
"""Kinds that answer a message."""


class Pace(Protocol):
    """When a message may leave; bot.pacing.Pacer."""

    def next_at(self, now: float, address: str) -> float:
        """Return the first moment a message to `address` may leave."""
        ...

    def take(self, now: float, address: str) -> None:
        """Count a message that leaves now."""
        ...

    def answered(self, left: float, now: float, address: str) -> None:
        """Learn that the send of a message that left at `left` ended now."""
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
        self.rest = Rest()
        self._store = store
        self._firm = firm
        self._clock = clock
        self._owner = owner
        self._new_id = new_id
        self._pace = pace
        rate = MOST_AT_ONCE if per_second is None else per_second
        self._batch = max(1, math.ceil(rate * IN_LINE)) if pace else MOST_AT_ONCE
        self._most = max(2, min(MOST_AT_ONCE, math.ceil(rate * 2)))
        self._in_line = 0
        self._look_again = POLL
        self._flying: set[asyncio.Task[None]] = set()
        self._tails: dict[str, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._moved = asyncio.Event()

    def wake(self) -> None:
        """Look for due messages at once."""
        self._wake.set()

    async def run(self, stopping: asyncio.Event, beat: Callable[[], None] = lambda: None) -> None:
        """Send until `stopping` is set, then let what is under way end; `beat` is called at every look."""
        leading = False
        while not stopping.is_set():
            beat()
            self._wake.clear()
            busy = False
            try:
                led, leading = leading, await self.leads()
                if leading and not led:
                    await self._take_over()
                busy = leading and await self.step()
            except StoreError as error:
                log.warning("store_unavailable", channel=self.channel.name, error=str(error))
            if not busy:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), self._look_again)
        await self.settle()

    async def leads(self) -> bool:
        """Tell whether this process is the one that sends for this sender; it becomes it if no other is."""
        return await self._store.hold(f"sender:{self.channel.sender}")

    async def drain(self) -> None:
        """Send everything that is due now; for demonstrations, simulations and tests."""
        while await self.step():
            await self.settle()
        await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        while self._flying:
            await asyncio.wait(self._flying)

    async def step(self) -> bool:
        """Claim what is due and let it go; False when there is nothing to do now."""
        while self._in_line > self._batch // 2 or len(self._flying) >= self._most:
            self._moved.clear()
            await self._moved.wait()
        now = self._clock.now()
        probing = self.rest.refusals > 0
        self._look_again = POLL
        if self.rest.holds(now) or (probing and self._flying):
            return False
        if (wait := self._until_turn()) > AT_ONCE:
            self._look_again = min(POLL, wait - AT_ONCE / 2)
            return False
        limit = 1 if probing else min(self._batch, self._most - len(self._flying))
        batch = await self._claim(limit)
        if batch.paused_until is not None:  # by another process: a status told of trouble
            self.rest.until = batch.paused_until
        for one in batch.claimed:
            self._launch(one)
        return batch.more

    def _until_turn(self) -> float:
        """Return how many seconds the sender's own pace has still to wait."""
        now = self._clock.monotonic()
        return self._pace.next_at(now, "") - now if self._pace else 0.0

    async def _claim(self, limit: int) -> Batch:
        """Claim up to `limit` messages together; where one of them cannot be handled, each by itself."""
        now, name, sender = self._clock.now(), self.channel.name, self.channel.sender
        try:
            return await self._store.write(
                lambda tx: claim(tx, self._firm, name, sender, now, limit, self._owner, self._new_id),
                order=sender,
            )
        except StoreError:
            raise
        except Exception:
            log.exception("claim_failed", channel=name)
        candidates = await self._store.write(lambda tx: next_candidates(tx, name, now, limit))
        claimed = [await self._claim_alone(candidate) for candidate in candidates]
        return Batch([one for one in claimed if one], more=bool(candidates))

    async def _claim_alone(self, candidate: Candidate) -> Claimed | None:
        """Claim one message; set it aside where even looking at it fails, so that it holds up nobody."""
        now, ticket = self._clock.now(), (self._new_id(), self._owner)
        try:
            return await self._store.write(
                lambda tx: claim_one(
                    tx, self._firm, self.channel.name, candidate, now, ticket, tx.outbox.restored_at()
                )
            )
        except StoreError:
            raise
        except Exception as error:
            log.exception("set_aside", channel=self.channel.name)
            why = type(error).__name__
            await self._store.write(lambda tx: set_aside(tx, self._firm, candidate, now, why))
            return None

    def _launch(self, one: Claimed) -> None:
        before = self._tails.get(one.row.address)
        task = asyncio.create_task(self._deliver(one, before))
        self._in_line += 1
        self._flying.add(task)
        self._tails[one.row.address] = task
        task.add_done_callback(lambda done: self._landed(one.row.address, done))

    def _landed(self, address: str, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        if self._tails.get(address) is task:
            del self._tails[address]
        self._moved.set()
        self._wake.set()
        if not task.cancelled() and task.exception() is not None:
            log.error("send_not_recorded", channel=self.channel.name, exc_info=task.exception())

    async def _deliver(self, one: Claimed, before: asyncio.Task[None] | None) -> None:
        claimed_at = self._clock.monotonic()
        try:
            if before is not None:
                with self._aside():
                    await asyncio.wait({before})
            left = await self._turn(one, claimed_at)
        finally:
            self._in_line -= 1
            self._moved.set()
        if left is None:
            return
        PACING_SECONDS.labels(self.channel.name).observe(left - claimed_at)
        left_at = (self._clock.now() - timedelta(seconds=self._clock.monotonic() - left)).isoformat()
        try:
            sent = await self._send(one, left)
        except SendFailed as failure:
            SENDS.labels(self.channel.name, one.row.kind, str(failure.decision)).inc()
            await self._failed(one, failure, left_at)
        else:
            SENDS.labels(self.channel.name, one.row.kind, "sent").inc()
            await self._sent(one, sent, left_at)

    async def _send(self, one: Claimed, left: float) -> Sent:
        """Send, and tell the pace when that ended."""
        try:
            return await self.channel.send(one.message, one.attempt_id)
        finally:
            if self._pace:
                self._pace.answered(left, self._clock.monotonic(), one.row.address)

    async def _turn(self, one: Claimed, looked_at: float) -> float | None:
        """Wait until this message may leave, and return when that is; None when its claim was given back instead."""
        while True:
            if self.rest.holds(self._clock.now()):
                await self._given_back(one)
                return None
            if self._clock.monotonic() - looked_at > AT_ONCE:
                if not await self._confirmed(one):
                    return None
                looked_at = self._clock.monotonic()
            now = self._clock.monotonic()
            at = self._pace.next_at(now, one.row.address) if self._pace else now
            senders = self._pace.next_at(now, "") if self._pace else now
            if at <= now:
                break
            if at - now > MOST_WAIT:
                await self._given_back(one, at - now)
                return None
            # A chat's own pace holds nobody else up.
            with self._aside() if at > senders else contextlib.nullcontext():
                await self._clock.sleep(at - now)
        if self._pace:
            self._pace.take(now, one.row.address)
        return now

    @contextlib.contextmanager
    def _aside(self) -> Iterator[None]:
        """Step out of the line for a while: others may be claimed meanwhile."""
        self._in_line -= 1
        self._moved.set()
        try:
            yield
        finally:
            self._in_line += 1

    async def _confirmed(self, one: Claimed) -> bool:
        now = self._clock.now()
        return await self._store.write(lambda tx: confirm(tx, self._firm, one, now))

    async def _given_back(self, one: Claimed, seconds: float = 0.0) -> None:
        now = self._clock.now()
        at = max(now + timedelta(seconds=seconds), self.rest.until or now)
        await self._store.write(lambda tx: give_back(tx, self._firm, one, at, now))

    async def _sent(self, one: Claimed, sent: Sent, left_at: str) -> None:
        if self.channel.name == "sms" and not sent.segments:
            sent = replace(sent, segments=measure_sms(one.message.text).segments)
        now = self._clock.now()
        recovered = self.rest.got_through()

        def record(tx: Transaction) -> str | None:
            record_sent(tx, self._firm, one.row.outbox_id, sent, now)
            if recovered:
                tx.outbox.put_sender(self.channel.sender, SenderRow())
                tx.outbox.forget_notice(f"sender:{self.channel.sender}")
            return _answered(tx, one)

        answered = await self._recorded(record)
        self._log("sent", one, answered, provider_id=sent.provider_id, left_at=left_at)

    async def _failed(self, one: Claimed, failure: SendFailed, left_at: str) -> None:
        now = self._clock.now()
        before = self.rest.refusals
        rests = self.rest.after(failure, now)
        away = self.rest.refusals == len(BREAKER) > before

        def record(tx: Transaction) -> str | None:
            record_failed(tx, self._firm, one.row.outbox_id, failure, now)
            if rests:
                stopped = failure.detail if failure.decision is Decision.OPERATOR else None
                tx.outbox.put_sender(self.channel.sender, SenderRow(self.rest.until, stopped))
            if away or failure.decision is Decision.OPERATOR:
                tell_of_trouble(tx, self._firm, self.channel.name, self.channel.sender, failure, now)
            return _answered(tx, one)

        answered = await self._recorded(record)
        decision = str(failure.decision)
        self._log("send_failed", one, answered, decision=decision, code=failure.code, left_at=left_at)

    def _log(self, event: str, one: Claimed, answered: str | None, **fields: str | None) -> None:
        """Write how a send ended; `message_id` is the message that came in and is answered by it."""
        about = {"message_id": answered, "visit_id": one.row.visit_id, "attempt_id": one.attempt_id, **fields}
        known = {key: value for key, value in about.items() if value is not None}
        log.info(event, channel=self.channel.name, kind=one.row.kind, **known)

    async def _recorded(self, record: Callable[[Transaction], str | None]) -> str | None:
        """Store an outcome; while the store is away, keep trying for as long as the claim's lease may still hold."""
        for wait in (0.2, 1.0, 5.0, 15.0):
            try:
                return await self._store.write(record, order=self.channel.sender)
            except StoreError:
                await self._clock.sleep(wait)
        return await self._store.write(record, order=self.channel.sender)

    async def _take_over(self) -> None:
        """Go on where an earlier process left off: its pause holds, and what it sent last counts against the pace.

        A stop that waited for the operator ends, whoever restarts askwhy has acted: one message tries the way.
        """
        if self._pace is not None:
            self._pace.pause(self._clock.monotonic() + TAKE_OVER_PAUSE)

        def begin(tx: Transaction) -> SenderRow:
            row = tx.outbox.sender(self.channel.sender)
            if row.stopped is not None:
                tx.outbox.put_sender(self.channel.sender, SenderRow())
            return row

        row = await self._store.write(begin)
        self.rest = Rest(refusals=1) if row.stopped else Rest(until=row.paused_until)


def _answered(tx: Transaction, one: Claimed) -> str | None:
    """Return the id of the message that came in and is answered by this one: the log tells them together."""
    if one.row.kind not in ANSWERS:
        return None
    return tx.upkeep.answered(one.row.channel, one.row.address, one.row.created_at)
