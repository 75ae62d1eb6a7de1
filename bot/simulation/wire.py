"""The providers at their worst: they take messages, refuse them, take them without saying so, and are away.

What surely or possibly reached somebody stands in `Log`, in the order of sending: the independent witness.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Final

from bot.channels.base import Decision, Outgoing, SendFailed, Sent
from bot.demo.stage import Message
from bot.simulation.invariants import Wired


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which a send ends badly: how often in 10,000, and whether the message may have arrived all the same."""

    decision: Decision
    code: str
    often: float
    retry_after: float | None = None
    may_arrive: bool = False


FAULTS: Final = (
    Fault(Decision.LATER, "429", 40, retry_after=40.0),
    Fault(Decision.LATER, "503", 30),
    Fault(Decision.LATER, "connect", 6),
    Fault(Decision.UNKNOWN, "timeout", 25, may_arrive=True),
    Fault(Decision.UNKNOWN, "500", 25, may_arrive=True),
    Fault(Decision.ADDRESS_UNUSABLE, "30005", 20),
    Fault(Decision.OPTED_OUT, "21610", 15),
    Fault(Decision.OPERATOR, "20003", 0.5),
)


@dataclass
class Log:
    """What went out, and how sends ended that did not go well."""

    sent: list[Wired] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)


class Wire:
    """One channel. `reached` is told of every message that somebody really got; `refused` of an opt-out at the provider."""

    def __init__(
        self,
        name: str,
        dice: Random,
        log: Log,
        now: Callable[[], datetime],
        reached: Callable[[Message], None],
        refused: Callable[[tuple[str, str]], None],
    ) -> None:
        self.name = name
        self.sender = f"simulated-{name}"
        self.dying = False
        self._dice = dice
        self._log = log
        self._now = now
        self._reached = reached
        self._refused = refused
        self._ids = itertools.count(1)

    async def start(self) -> None:
        """Build nothing."""

    async def verify(self) -> str:
        """Answer without asking anybody."""
        return f"{self.name}: simulated"

    async def close(self) -> None:
        """Free nothing."""

    async def send(self, message: Outgoing, attempt_id: str) -> Sent:
        """Take a message, or end in one of FAULTS; a dying process never hears how it ended."""
        if self.dying:
            if self._dice.random() < 0.5:
                self._deliver(message, attempt_id)
            self._log.faults["killed"] += 1
            raise asyncio.CancelledError
        fault = self._fault()
        if fault is None:
            return Sent(self._deliver(message, attempt_id), segments=1)
        self._log.faults[str(fault.decision)] += 1
        if fault.may_arrive and self._dice.random() < 0.5:
            self._deliver(message, attempt_id)
        if fault.decision is Decision.OPTED_OUT:
            self._refused((self.name, message.address))
        raise SendFailed(fault.decision, fault.code, "A simulated fault.", retry_after=fault.retry_after)

    def _fault(self) -> Fault | None:
        drawn = self._dice.random() * 10_000
        for fault in FAULTS:
            drawn -= fault.often
            if drawn < 0:
                return fault
        return None

    def _deliver(self, message: Outgoing, attempt_id: str) -> str:
        number = str(next(self._ids))
        now = self._now()
        self._log.sent.append(Wired(now, self.name, message.address, attempt_id, message.text))
        self._reached(Message((self.name, message.address), message, number, now))
        return number
