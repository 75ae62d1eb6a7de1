"""Servers as processes of their own on a core of their own: started, waited for, stopped or killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Self

from benchmarks.machine import SERVER_CORE, peak_bytes, pin, resident_bytes, unpin

PATIENCE = 60.0
"""Seconds in which a server must take connections."""

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on now, nor on the next: a worker tells there how it is."""
    while True:
        with socket.socket() as found, socket.socket() as following:
            found.bind(("127.0.0.1", 0))
            port = int(found.getsockname()[1])
            try:
                following.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


class Server:
    """One process that listens on `port`; use it in a `with`, which stops it with SIGTERM."""

    def __init__(
        self,
        arguments: Sequence[str],
        port: int,
        *,
        environ: Mapping[str, str] | None = None,
        core: int | None = SERVER_CORE,
    ) -> None:
        self.port = port
        self._arguments = list(arguments)
        self._environ = {**os.environ, **(environ or {})}
        self._core = core
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[Any] = tempfile.TemporaryFile()  # noqa: SIM115 -- closed with the server

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process, "start() first"
        return self._process

    def start(self) -> Self:
        """Start it and return when it takes connections; RuntimeError with its log where it does not."""
        if self._core is not None:
            pin(self._core)  # inherited by the child
        try:
            self._process = subprocess.Popen(
                self._arguments, cwd=ROOT, env=self._environ, stdout=self._log, stderr=self._log
            )
        finally:
            if self._core is not None:
                unpin()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.005)
        self.kill()
        raise RuntimeError(f"{' '.join(self._arguments)} does not listen on {self.port}:\n{self.log()}")

    def log(self) -> str:
        """Return the end of what it wrote."""
        self._log.seek(0)
        return bytes(self._log.read()).decode(errors="replace")[-4000:]

    def records(self) -> list[dict[str, Any]]:
        """Return every record of its log so far; a line torn by a kill is left out."""
        self._log.seek(0)
        lines = bytes(self._log.read()).decode(errors="replace").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]

    def wait_for(self, event: str) -> None:
        """Return when it has logged an event; RuntimeError with its log where it does not."""
        deadline = time.monotonic() + PATIENCE
        while not any(record["event"] == event for record in self.records()):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{event!r} is not in the log:\n{self.log()}")
            time.sleep(0.05)

    def memory(self) -> int:
        """Bytes it holds now."""
        return resident_bytes(self.process.pid)

    def peak(self) -> int:
        """Most bytes it ever held."""
        return peak_bytes(self.process.pid)

    def stop(self) -> int:
        """Ask it to stop, wait, and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait()

    def kill(self) -> None:
        """Kill it as a power cut would."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def __enter__(self) -> Self:
        return self.start() if self._process is None else self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._log.close()


def module(name: str, *arguments: object) -> list[str]:
    """Return the command line that runs one of our modules."""
    return [sys.executable, "-m", name, *(str(argument) for argument in arguments)]
