"""Run a fake as a process of its own, so that a test can kill the other side."""

import argparse
import asyncio
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol


class Fake(Protocol):
    async def serve(self, port: int = 0) -> None: ...

    async def stop(self) -> None: ...

    @property
    def url(self) -> str: ...


def run(build: Callable[[Any], Fake]) -> None:
    """Serve until SIGTERM or Ctrl-C. Prints the URL in one line when ready."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path, help="accepted sends, one JSON object a line, fsynced")
    parser.add_argument("--no-limits", action="store_true", help="no rate limits")
    parser.add_argument(
        "--mps", type=int, default=0, help="messages a second before 20429; 0 = no limit (Twilio)"
    )
    parser.add_argument("--app-url", default="", help="where webhooks are delivered (Twilio)")
    parser.add_argument(
        "--public-url", default="", help="what webhooks are signed for (Twilio); default: app-url"
    )
    args = parser.parse_args()
    asyncio.run(_serve(build, args))


async def _serve(build: Callable[[Any], Fake], args: argparse.Namespace) -> None:
    fake = build(args)
    await fake.serve(args.port)
    print(fake.url, flush=True)  # noqa: T201 -- how the parent learns the port
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    await stopped.wait()
    await fake.stop()
