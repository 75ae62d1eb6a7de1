"""A process that does one thing to a store beside others: `python -m tests.faults.worker send|visit URL LOG NOW [ID …]`.

`send` sends everything that is due at NOW; each send is a line in LOG, written by one call, so that lines never mix.
`visit` brings in the visits named, all of one customer, at the moment that all processes agree on.

A store that is held too long by the others is tried again, as the service and every provider do.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

from bot.bootstrap import App, build_app
from bot.channels.base import Outgoing
from bot.channels.console import ConsoleChannel
from bot.clock import VirtualClock
from bot.config import Config
from storage import make_store
from storage.base import StoreUnavailable
from surveys.visits import Visit


class Sms(ConsoleChannel):
    """The console in the place of Twilio."""

    name = "sms"


class Standing(VirtualClock):
    """A clock that stands at one moment, on which waiting still takes its time."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


@asynccontextmanager
async def opened(app: App) -> AsyncIterator[App]:
    """Open an application, and close it however the test ends: an open store would keep the test run from ending."""
    await app.open()
    try:
        yield app
    finally:
        await app.close()


def build(url: str, now: datetime, log: Path | None = None) -> App:
    """Return an application on the store at `url` whose clock stands at `now`."""

    def write(message: Outgoing, attempt_id: str) -> None:
        if log is not None:
            handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            os.write(handle, f"{message.address}\n".encode())
            os.close(handle)

    return build_app(
        Config.model_validate({"organisation": {"name": "Acme Auto"}}),
        clock=Standing(now),
        store=make_store(url),
        channels={"sms": Sms(on_send=write)},
        paced=False,
    )


async def main(what: str, url: str, log: Path, now: datetime, ids: list[str]) -> None:
    """Do it."""
    app = build(url, now, log)
    await app.open()
    start = float(os.environ["START_AT"])
    await asyncio.sleep(start - time.monotonic())
    if what == "send":
        await _patiently(app.dispatchers["sms"].drain)
    else:
        for visit_id in ids:
            visit = Visit(visit_id, f"c-{visit_id}", now, phone="+37256000001", language="en")
            await _patiently(partial(app.service.on_visits, [visit]))
    await app.close()


async def _patiently(work: Callable[[], Awaitable[object]]) -> None:
    while True:
        try:
            await work()
        except StoreUnavailable:
            await asyncio.sleep(0.2)
        else:
            return


if __name__ == "__main__":
    _, task, store_url, log_file, moment, *names = sys.argv
    asyncio.run(main(task, store_url, Path(log_file), datetime.fromisoformat(moment), names))
