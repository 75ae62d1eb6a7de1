"""A provider that takes everything: Twilio's and Telegram's way to send, on loopback, in a process of its own.

    python -m benchmarks.provider PORT DELAY_MS

It remembers when each message came and to whom; GET /sent tells, DELETE /sent forgets. It refuses nothing: whether a
sender kept within a limit is counted afterwards from the times.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
import urllib.request
from dataclasses import dataclass
from typing import Self, cast
from urllib.parse import parse_qs

import uvloop

from benchmarks.machine import LOAD_CORE
from benchmarks.processes import Server, free_port, module


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that came: when (monotonic seconds), to which phone or chat."""

    at: float
    to: str


class _Http(asyncio.Protocol):
    def __init__(self, sent: list[tuple[float, str]], delay: float) -> None:
        self._sent = sent
        self._delay = delay
        self._seen = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._seen += data
        while True:
            head, found, rest = self._seen.partition(b"\r\n\r\n")
            length = _length(head) if found else 0
            if not found or len(rest) < length:
                return
            self._seen = rest[length:]
            self._answer(head.split(b" ", 2), head, rest[:length])

    def _answer(self, start: list[bytes], head: bytes, body: bytes) -> None:
        method, path = start[0], start[1]
        if path.startswith(b"/sent"):
            answer = json.dumps(self._sent)
            if method == b"DELETE":
                self._sent.clear()
            self._write(200, answer)
        elif method == b"POST" and b"/Messages.json" in path:
            to = parse_qs(body.decode()).get("To", [""])[0]
            self._took(to, 201, json.dumps(_sms(next(_NUMBERS), to)))
        elif b"/sendMessage" in path:
            to = _chat(head, body)
            self._took(to, 200, json.dumps(_telegram(next(_NUMBERS), to)))
        elif b"/Messages.json" in path:
            self._write(200, json.dumps({"messages": [], "page_size": 50, "uri": "", "next_page_uri": None}))
        else:
            self._write(200, json.dumps({"ok": True, "result": True}))

    def _took(self, to: str, status: int, answer: str) -> None:
        self._sent.append((time.monotonic(), to))
        if self._delay:
            asyncio.get_running_loop().call_later(self._delay, self._write, status, answer)
        else:
            self._write(status, answer)

    def _write(self, status: int, answer: str) -> None:
        body = answer.encode()
        head = (
            f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._transport.write(head.encode() + body)


_NUMBERS = itertools.count(1)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


def _chat(head: bytes, body: bytes) -> str:
    if b"json" in head.lower():
        return str(json.loads(body)["chat_id"])
    return parse_qs(body.decode(errors="replace")).get("chat_id", [""])[0]


def _sms(number: int, to: str) -> dict[str, object]:
    return {"sid": f"SM{number:032x}", "status": "queued", "to": to, "num_segments": "1", "price": None}


def _telegram(number: int, chat: str) -> dict[str, object]:
    message = {"message_id": number, "date": 1_700_000_000, "chat": {"id": int(chat or 0), "type": "private"}}
    return {"ok": True, "result": message}


async def _serve(port: int, delay: float) -> None:
    sent: list[tuple[float, str]] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Http(sent, delay), "127.0.0.1", port)
    await server.serve_forever()


class Provider:
    """The provider as a process on the load's core; use it in a `with`."""

    def __init__(self, delay_ms: int = 0) -> None:
        port = free_port()
        self._server = Server(module("benchmarks.provider", port, delay_ms), port, core=LOAD_CORE)
        self.url = f"http://127.0.0.1:{port}"

    def sent(self) -> list[Arrival]:
        """What came so far."""
        with urllib.request.urlopen(f"{self.url}/sent") as answer:
            return [Arrival(at, to) for at, to in json.load(answer)]

    def wait_for(self, count: int, patience: float = 120.0) -> list[Arrival]:
        """Wait until so many messages came, and a little longer for any that should not; TimeoutError if they do not come."""
        deadline = time.monotonic() + patience
        while len(came := self.sent()) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(came)} of {count} messages came within {patience:.0f} s.")
            time.sleep(0.1)
        time.sleep(0.3)
        return self.sent()

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *how: object) -> None:
        self._server.__exit__(*how)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(int(sys.argv[1]), int(sys.argv[2]) / 1000))
