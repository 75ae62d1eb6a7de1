"""A channel in memory: what the demo and the simulation talk through, and what tests read."""

from collections import deque
from collections.abc import Callable

from bot.channels.base import Decision, Outgoing, SendFailed, Sent


class ConsoleChannel:
    """Keeps what was sent in ``sent`` and shows it to ``on_send``, if given, before send() returns.

    ``keep`` bounds the memory of a long simulation: only that many of the newest messages stay in ``sent``.
    """

    name = "console"

    def __init__(
        self,
        *,
        sender: str = "console",
        on_send: Callable[[Outgoing, str], None] | None = None,
        keep: int | None = None,
    ) -> None:
        self.sender = sender
        self.sent: deque[Outgoing] = deque(maxlen=keep)
        self._on_send = on_send
        self._failures: deque[SendFailed] = deque()
        self._numbers = 0

    def fail_next(self, decision: Decision, code: str = "told", *, retry_after: float | None = None) -> None:
        """Make the next send fail so; several calls queue up."""
        self._failures.append(
            SendFailed(decision, code, "The console was told to fail.", retry_after=retry_after)
        )

    async def start(self) -> None:
        """Nothing to build."""

    async def verify(self) -> str:
        """Answer without asking anybody."""
        return "console: messages stay in memory"

    async def send(self, message: Outgoing, attempt_id: str) -> Sent:
        """Keep the message; raises the SendFailed that fail_next() told."""
        if self._failures:
            raise self._failures.popleft()
        self._numbers += 1
        self.sent.append(message)
        if self._on_send:
            self._on_send(message, attempt_id)
        return Sent(str(self._numbers), segments=1)

    async def close(self) -> None:
        """Nothing to free."""
