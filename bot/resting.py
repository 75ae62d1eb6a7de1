"""When a sender rests: a provider that refuses or is away concerns all messages of a sender, not the one that met it.

Pure. A pause that the provider names is kept to the second; else pauses grow with each refusal in a row, and after a
pause one message at a time tries the way until one gets through. Refusals of messages that were under way together are
one refusal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.channels.base import Decision, SendFailed

BREAKER = (timedelta(seconds=5), timedelta(seconds=15), timedelta(minutes=1), timedelta(minutes=5))
"""How long a sender rests after the first, second … refusal in a row."""

OPERATOR_PAUSE = timedelta(minutes=15)
"""How long a sender that needs the operator rests before one message tries again."""

LONGEST = timedelta(days=1)
"""No pause that a provider asks for is longer than this."""

TOO_MUCH = frozenset({"429", "503", "20429", "21611", "30001"})
"""Codes that mean "not now, from you" and not "not this message"; most come with the time to wait."""

OF_A_DESTINATION = frozenset({"21408", "21608", "30007"})
"""Codes that need the operator, but for some receivers only: a country, an unverified number, a carrier's filter."""


def concerns_sender(failure: SendFailed) -> bool:
    """Tell whether a failure would have met any other message as well."""
    match failure.decision:
        case Decision.OPERATOR | Decision.UNKNOWN:
            return True
        case Decision.LATER:
            named = failure.retry_after is not None or failure.code in TOO_MUCH
            return named or not failure.code.isdecimal()
        case _:
            return False


@dataclass(slots=True)
class Rest:
    """One sender's pause. `refusals` in a row, 0 when the last message got through."""

    refusals: int = 0
    until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Tell whether nothing may leave now."""
        return self.until is not None and now < self.until

    def after(self, failure: SendFailed, now: datetime) -> bool:
        """Count a failure; tell whether the sender rests because of it."""
        if not concerns_sender(failure):
            return False
        if failure.decision is Decision.OPERATOR:
            self.refusals += not self.holds(now)
            self._rest(now + OPERATOR_PAUSE)
        elif failure.retry_after is not None:
            self._rest(now + min(timedelta(seconds=failure.retry_after), LONGEST))
        elif not self.holds(now):
            self.refusals += 1
            self._rest(now + BREAKER[min(self.refusals, len(BREAKER)) - 1])
        return True

    def got_through(self) -> bool:
        """Note that a message was taken; tell whether that ends a row of refusals."""
        recovered = self.refusals > 0
        self.refusals = 0
        if recovered:
            self.until = None
        return recovered

    def _rest(self, until: datetime) -> None:
        self.until = until if self.until is None else max(self.until, until)
