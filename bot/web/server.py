"""uvicorn as we need it: on a socket of ours, without signal handlers of its own, patient with nobody.

uvicorn bounds neither the time nor the size of a request's head: who opens connections and sends a byte now and then
would hold them for ever. `ImpatientProtocol` does; bodies are bounded where they are read (bodies.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import structlog
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.bootstrap import App
from bot.commands.context import CommandError
from bot.web.app import build_watch, build_web

if TYPE_CHECKING:
    from bot.config.sections import Web

log = structlog.get_logger(__name__)

HEAD_TIME = 10.0
"""Seconds in which the head of a request must arrive, from the connection's start or the last answer."""

HEAD_SIZE = 32 * 1024
"""Bytes that a head may have."""

MOST_CONNECTIONS = 800
"""Connections at a time; more are closed at once. Together with the store and the providers they stay below the 1,024
open files that a process may have by default."""


def listen_beside(web: Web) -> socket.socket | None:
    """Return a socket on the port after the web's, for what a worker tells of itself; None where it is taken."""
    port = web.port + 1 if web.port else 0
    try:
        return listen(web.model_copy(update={"port": port}))
    except CommandError as error:
        log.warning("worker_not_watched", port=port, error=str(error))
        return None


def listen(web: Web) -> socket.socket:
    """Return a socket that listens where the configuration says. Raises CommandError, before anything is started."""
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    try:
        return socket.create_server((web.host, web.port), family=family, backlog=512)
    except OSError as error:
        raise CommandError(
            f"[web] host = {web.host!r}, port = {web.port}: cannot listen there ({error.strerror}). "
            "Stop the program that does, or choose another port."
        ) from error


async def serve(
    app: App,
    at: socket.socket,
    stopping: asyncio.Event,
    *,
    hears: bool = True,
    ready: asyncio.Event | None = None,
) -> None:
    """Serve HTTP until `stopping`; requests under way are answered first. Who does not hear tells only how it is.

    `ready` is set when requests are answered, or when there will be none.
    """
    config = uvicorn.Config(
        build_web(app) if hears else build_watch(app),
        http=ImpatientProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=5,
    )
    server = _Server(config, ready or asyncio.Event())
    serving = asyncio.create_task(server.serve(sockets=[at]))
    stop = asyncio.create_task(stopping.wait())
    await asyncio.wait({serving, stop}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    stop.cancel()
    await serving


class _Server(uvicorn.Server):
    """uvicorn without signal handlers: ours stop everything together. Sets `ready` when it answers."""

    def __init__(self, config: uvicorn.Config, ready: asyncio.Event) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self._ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


class ImpatientProtocol(HttpToolsProtocol):
    """Closes a connection whose next request's head does not arrive in time, or does not end."""

    _late: asyncio.TimerHandle | None = None
    _head = 0

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for a head, unless there are too many connections already."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.close()
            return
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse, and count the bytes of a head that does not end."""
        super().data_received(data)
        if self._late is not None and not self.transport.is_closing():
            self._head += len(data)
            if self._head > HEAD_SIZE:
                self.send_400_response("The head of the request is too large.")

    def on_headers_complete(self) -> None:
        """Hand the request over; its body has limits of its own."""
        self._stop_waiting()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Wait for the next head."""
        super().on_response_complete()
        if not self.transport.is_closing() and not self.pipeline:
            self._expect_head()

    def _expect_head(self) -> None:
        self._stop_waiting()
        self._head = 0
        self._late = self.loop.call_later(HEAD_TIME, self._give_up)

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _give_up(self) -> None:
        self._late = None
        if not self.transport.is_closing():
            self.transport.close()
