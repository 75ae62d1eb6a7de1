"""`askwhy run`: the service."""

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from bot.commands.context import Context

LEAVE_AFTER = 1.0
"""Seconds after the service let go of everything until the process ends, whatever a thread of a library still does."""


def run(context: Context, *, role: str) -> int:
    """Run the service until SIGTERM or Ctrl-C."""
    from bot.bootstrap import build_app
    from bot.commands.outcome import DONE
    from bot.logs import set_up
    from bot.running import run as run_app

    config = context.config(for_service=True)
    set_up(secrets=config.secrets())
    app = build_app(config)
    with asyncio.Runner(loop_factory=_fastest_loop()) as runner:
        runner.run(_then_leave(run_app(app, role)))
    return DONE


async def _then_leave(service: Coroutine[Any, Any, None]) -> None:
    """Run, and then do not wait for a thread that checks a copy of ten gigabytes: everything is stored by now."""
    await service
    timer = threading.Timer(LEAVE_AFTER, os._exit, (0,))
    timer.daemon = True
    timer.start()


def _fastest_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return uvloop's where it is installed; None is Python's own."""
    try:
        from uvloop import new_event_loop
    except ImportError:
        return None
    return new_event_loop
