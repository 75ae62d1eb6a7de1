"""B8, outbound at the limit: how much of what a provider allows is used, and that it is never more, a kill included.

Ours is `askwhy run --role worker` on a pile of due questions, with `messages_per_second` at the limit; the provider on
loopback remembers every arrival. The naive way is a loop that sleeps 1/limit after every send.
"""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from benchmarks.harness import Report, Row, Size
from benchmarks.machine import SERVER_CORE, pin, unpin
from benchmarks.processes import ROOT, Server, free_port, module
from benchmarks.provider import Provider
from benchmarks.stores import SECRETS, offline_app, take_visits, write_config


@dataclass(frozen=True, slots=True)
class Amount:
    seconds: float
    limits: tuple[tuple[str, int], ...]  # (channel, messages a second)


AMOUNTS: dict[Size, Amount] = {
    "tiny": Amount(2.5, (("sms", 20),)),
    "quick": Amount(3.0, (("telegram", 30),)),
    "normal": Amount(20.0, (("telegram", 30), ("sms", 1), ("sms", 10), ("sms", 100))),
    "full": Amount(60.0, (("telegram", 30), ("sms", 1), ("sms", 10), ("sms", 100))),
}

NOTES = [
    "Departures are the moments that the service logs (left_at), arrivals those that the provider sees.",
    "The pacer keeps 1 % back, and counts a message from the latest moment at which it may have arrived.",
    "After a kill the new process waits one window, since the one before may just have used it up.",
    "PTB's AIORateLimiter needs a package that is not installed here; the naive loop stands for both.",
]


def run(size: Size) -> Report:
    amount = AMOUNTS[size]
    report = Report("limit", "B8 outbound at the provider's limit", notes=list(NOTES))
    for channel, limit in amount.limits:
        with tempfile.TemporaryDirectory(prefix="askwhy-bench-") as name, Provider() as provider:
            folder = Path(name)
            due = int(limit * (amount.seconds + 8) * 1.1) + 5
            config = _due(folder, due, channel)

            def worker() -> Server:
                port = free_port()
                write_config(folder, port=port, api=provider.url, mps=limit)  # noqa: B023 -- used in this round
                arguments = module("bot", "--config", config, "run", "--role", "worker")  # noqa: B023
                return Server(arguments, port + 1, environ=SECRETS)

            _kept_busy(report, provider, worker, channel, limit, amount.seconds)
    _naive(report, amount)
    return report


def _due(folder: Path, due: int, channel: str) -> Path:
    config = write_config(folder)

    async def take() -> None:
        app = offline_app(config, channel)
        await app.open()
        await take_visits(app, due, channel)
        await app.close()

    asyncio.run(take())
    return config


def _kept_busy(
    report: Report,
    provider: Provider,
    worker: Callable[[], Server],
    channel: str,
    limit: int,
    seconds: float,
) -> None:
    """Send for so many seconds; then kill, start anew, and look at the seconds around it."""
    label = f"{channel}, {limit}/s"
    with worker() as first:
        while not provider.sent():
            time.sleep(0.01)
        time.sleep(seconds + 0.5)
        times = [arrival.at for arrival in provider.sent()]
        first.kill()
        left = _departures(first)
    with worker() as second:
        time.sleep(3)
        every = provider.sent()
        left += _departures(second)
    used = used_share(times, limit, seconds)
    report.rows += [
        Row(f"{label}: sent ÷ allowed in {seconds:.0f} s", "", used, target=0.97),
        Row(
            f"{label}: most arrivals in one second ÷ limit",
            "",
            worst_second(times) / limit,
            target=1.0,
            at_least=False,
        ),
    ]
    report.check(
        f"{label}: departures in any second, the kill included, within the limit",
        worst_second(left) <= limit,
        True,
    )
    report.check(
        f"{label}: most arrivals in any second, the kill included, at most the limit",
        worst_second([a.at for a in every]) <= limit,
        True,
    )
    report.check(f"{label}: nobody got two", len({a.to for a in every}), len(every))


def _departures(server: Server) -> list[float]:
    """When each message left, by the log; wall-clock seconds."""
    sent = (record["left_at"] for record in server.records() if record["event"] == "sent")
    return [datetime.fromisoformat(at).timestamp() for at in sent]


def _naive(report: Report, amount: Amount) -> None:
    limit = amount.limits[0][1]
    with Provider() as provider:
        pin(SERVER_CORE)
        try:
            command = module("benchmarks.peers.sleeping", provider.url, limit, amount.seconds)
            subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        finally:
            unpin()
        times = [arrival.at for arrival in provider.sent()]
    used = used_share(times, limit, amount.seconds)
    report.rows.append(Row(f"the naive loop, {limit}/s: sent ÷ allowed", "", used))


def used_share(times: Sequence[float], limit: int, seconds: float) -> float:
    """How much of what is allowed was sent within `seconds` of the first message."""
    first = times[0]
    return sum(at < first + seconds for at in times) / (limit * seconds)


def worst_second(times: Sequence[float]) -> int:
    """The most messages in any window of one second that begins with a message and leaves its end out."""
    ordered = sorted(times)
    return max((bisect_left(ordered, at + 1.0) - place for place, at in enumerate(ordered)), default=0)
