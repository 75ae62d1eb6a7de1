"""`askwhy run` that kills itself at a chosen point of sending: `KILL_AT="after the call:3" python -m tests.faults.killing run`.

It is the real service; only at its third call (or claim, or record) it is gone, as a power cut would have it.
"""

import inspect
import os
import signal
from collections.abc import Awaitable
from typing import Any, Final

from bot import outbox
from bot.channels.sms import SmsChannel
from bot.claims import Batch

BEFORE, AFTER = "before", "after"

POINTS: Final[dict[str, tuple[object, str, str]]] = {
    "in the claim": (outbox, "claim", AFTER),  # claimed, not committed
    "before the call": (SmsChannel, "send", BEFORE),  # committed, the provider has heard nothing
    "after the call": (SmsChannel, "send", AFTER),  # the provider took it, nothing of that is recorded
    "in the record": (outbox, "record_sent", AFTER),  # recorded, not committed
    "after the record": (outbox.Dispatcher, "_log", BEFORE),  # committed
}
"""By name: the function that marks the point, and whether it is before or after it."""


def break_at(point: str, nth: int) -> None:
    """Let the process be killed when it comes to a point for the n-th time."""
    owner, name, when = POINTS[point]
    original, left = getattr(owner, name), nth

    def kill() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def after(result: Any) -> Any:
        if not isinstance(result, Batch) or result.claimed:  # a look that claims nothing is no claim
            kill()
        return result

    async def later(result: Awaitable[Any]) -> Any:
        return after(await result)

    def dies(*args: Any, **options: Any) -> Any:
        if when == BEFORE:
            kill()
            return original(*args, **options)
        result = original(*args, **options)
        return later(result) if inspect.isawaitable(result) else after(result)

    setattr(owner, name, dies)


if __name__ == "__main__":
    from bot.cli import main

    place, _, number = os.environ["KILL_AT"].partition(":")
    break_at(place, int(number))
    main()
