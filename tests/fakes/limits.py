"""Rate limits as a provider keeps them: so many accepted calls in any window of so many seconds."""

from collections import deque


class Window:
    """At most ``limit`` accepted calls in any ``seconds``."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._accepted: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Seconds until a call would be accepted; 0 = now. Changes nothing but the memory of what is past."""
        while self._accepted and self._accepted[0] <= now - self.seconds:
            self._accepted.popleft()
        return self._accepted[0] + self.seconds - now if len(self._accepted) >= self.limit else 0.0

    def accept(self, now: float) -> None:
        self._accepted.append(now)
