"""Which parts of this process still move. A part that stands still for long is not well, whatever else works."""

from __future__ import annotations

from typing import Final

LIMIT: Final = 120.0
"""Seconds of silence that every part may need: a send and its record, with the store away meanwhile."""


class Pulse:
    """Moments are monotonic seconds (`bot.clock.Clock.monotonic`). A part is watched from its first beat on."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def beat(self, part: str, now: float, *, rests: float = 0.0) -> None:
        """Note that a part moved; it may be silent for LIMIT, and for as long as it `rests` on purpose."""
        self._until[part] = now + rests + LIMIT

    def stop(self, part: str) -> None:
        """Watch a part no more: it ended, as it should."""
        self._until.pop(part, None)

    def silent(self, now: float) -> list[str]:
        """Return the parts that should have moved by now."""
        return sorted(part for part, until in self._until.items() if now > until)
