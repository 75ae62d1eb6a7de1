"""Show how far a long copy of the store is: a bar in per cent, moved from the thread that copies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.commands.context import Context

if TYPE_CHECKING:
    from storage.base import Told


@contextmanager
def bar(context: Context, what: str) -> Iterator[Told]:
    """Show a bar while the block runs, if somebody sits at a terminal; yields what hears (done, of how many)."""
    shown = 0
    with context.progress(what, 100) as advance:

        def told(done: int, total: int) -> None:
            nonlocal shown
            percent = 100 * done // total if total else 100
            if percent > shown:
                advance(percent - shown)
                shown = percent

        yield told
