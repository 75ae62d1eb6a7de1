"""A small HTTP/1.1 server on 127.0.0.1 whose answers may be no answers at all."""

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


class Misbehaviour(StrEnum):
    """What a broken peer does instead of answering."""

    HANG = "hang"  # reads the request, never answers
    RESET = "reset"  # reads the request, then RST
    CLOSE = "close"  # reads the request, then closes without a byte
    HALF = "half"  # half of the headers, then nothing
    HALF_BODY = "half_body"  # promises a body, sends a part of it, closes
    TRICKLE = "trickle"  # one byte a second, for ever
    GARBAGE = "garbage"  # 200 with what is not JSON
    EMPTY = "empty"  # 200 with JSON that says nothing
    ERROR_PAGE = "error_page"  # 502 with HTML, as a proxy does


@dataclass(frozen=True, slots=True)
class Request:
    """One request, read whole. Header names are in lower case."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes

    def form(self) -> dict[str, str]:
        """Fields of an urlencoded body, blanks kept; the last of equal names wins."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    def multipart(self) -> tuple[dict[str, str], dict[str, bytes]]:
        """Fields and files of a multipart body, files under the names of their fields."""
        head = f"content-type: {self.headers['content-type']}\r\n\r\n".encode()
        fields: dict[str, str] = {}
        files: dict[str, bytes] = {}
        for part in BytesParser(policy=HTTP).parsebytes(head + self.body).walk():
            name, content = (
                str(part.get_param("name", "", "content-disposition")),
                part.get_payload(decode=True),
            )
            if isinstance(content, bytes) and part.get_filename():
                files[name] = content
            elif isinstance(content, bytes):
                fields[name] = content.decode()
        return fields, files


@dataclass(frozen=True, slots=True)
class Reply:
    """One whole answer."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_json(cls, value: Any, status: int = 200, **headers: str) -> Self:
        return cls(status, json.dumps(value).encode(), {"content-type": "application/json", **headers})


Answer = Reply | Misbehaviour
Handler = Callable[[Request], Awaitable[Answer]]


class Loopback:
    """Serves ``handler`` on 127.0.0.1. Port 0 means any; ``url`` tells which."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        assert self._server, "start() first"
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def start(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._on_connect, "127.0.0.1", port, backlog=512)

    async def stop(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _on_connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._connections.add(task)
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the peer went away, or we are stopping
        finally:
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()
            self._connections.discard(task)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while request := await _read(reader):
            answer = await self._handler(request)
            if isinstance(answer, Misbehaviour):
                await _misbehave(answer, writer)
                return
            writer.write(_encode(answer))
            await writer.drain()
            if request.headers.get("connection", "").lower() == "close":
                return


async def _read(reader: asyncio.StreamReader) -> Request | None:
    """The next request of this connection; None when the peer is done."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    start, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, target, _ = start.split(" ", 2)
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = await _read_chunks(reader)
    url = urlsplit(target)
    return Request(method, url.path, parse_qsl(url.query, keep_blank_values=True), headers, body)


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int((await reader.readline()).split(b";")[0], 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readline()
    return body


def _encode(reply: Reply) -> bytes:
    headers = {"content-length": str(len(reply.body)), **reply.headers}
    lines = [f"HTTP/1.1 {reply.status} {_phrase(reply.status)}", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + reply.body


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else "Odd"


async def _misbehave(how: Misbehaviour, writer: asyncio.StreamWriter) -> None:
    match how:
        case Misbehaviour.HANG:
            await asyncio.Event().wait()
        case Misbehaviour.RESET:
            peer = writer.get_extra_info("socket")
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        case Misbehaviour.CLOSE:
            return
        case Misbehaviour.HALF:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-ty")
            await asyncio.Event().wait()
        case Misbehaviour.HALF_BODY:
            writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"ok": tr')
        case Misbehaviour.TRICKLE:
            for byte in b"HTTP/1.1 200 OK\r\nx-padding: " + b"x" * 10_000:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(1)
        case Misbehaviour.GARBAGE:
            writer.write(_encode(Reply(200, b"\xff\xfe<html>welcome to the hotel wifi")))
        case Misbehaviour.EMPTY:
            writer.write(_encode(Reply.of_json({})))
        case Misbehaviour.ERROR_PAGE:
            writer.write(_encode(Reply(502, b"<html>502 Bad Gateway</html>", {"content-type": "text/html"})))
    with contextlib.suppress(ConnectionError):
        await writer.drain()
