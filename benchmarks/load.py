"""The load: requests made beforehand, sent over some connections as fast as answers come. One process, one core."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import uvloop

from benchmarks.harness import Run, percentile
from benchmarks.machine import LOAD_CORE, pin, unpin

CONNECTIONS = 32


@dataclass
class Answers:
    """What came back: one status a request (0: none came), how long each took, how long all took (seconds)."""

    statuses: list[int]
    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def run(self) -> Run:
        """Requests a second and percentiles in ms."""
        told = [1000 * seconds for seconds in self.latencies]
        return Run(len(told) / self.seconds, percentile(told, 0.5), percentile(told, 0.99))


class _Connection(asyncio.Protocol):
    """Sends the next request when the answer to the last is whole; HTTP/1.1 with Content-Length."""

    def __init__(self, todo: Iterator[tuple[int, bytes]], answers: Answers, over: asyncio.Event) -> None:
        self._todo = todo
        self._answers = answers
        self._over = over
        self._seen = b""
        self._number = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class is no subclass
        self._next()

    def data_received(self, data: bytes) -> None:
        self._seen += data
        head, found, rest = self._seen.partition(b"\r\n\r\n")
        if not found:
            return
        length = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line[15:])
        if len(rest) < length:
            return
        self._answers.statuses[self._number] = int(head[9:12])
        self._answers.latencies.append(time.perf_counter() - self._sent)
        self._seen = b""
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        self._over.set()

    def _next(self) -> None:
        try:
            self._number, request = next(self._todo)
        except StopIteration:
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)


async def _send(port: int, requests: Sequence[bytes], connections: int) -> Answers:
    answers = Answers([0] * len(requests))
    todo = iter(enumerate(requests))
    loop = asyncio.get_running_loop()
    ends = [asyncio.Event() for _ in range(min(connections, len(requests)))]
    started = time.perf_counter()
    for over in ends:
        await loop.create_connection(partial(_Connection, todo, answers, over), "127.0.0.1", port)
    await asyncio.gather(*(end.wait() for end in ends))
    answers.seconds = time.perf_counter() - started
    return answers


def send_all(
    port: int, requests: Sequence[bytes], *, connections: int = CONNECTIONS, pinned: bool = True
) -> Answers:
    """Send every request in order over `connections`; returns when all are answered, or the server is gone."""
    if pinned:
        pin(LOAD_CORE)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_send(port, requests, connections))
    finally:
        if pinned:
            unpin()
