"""One `askwhy run` as a process: its folder, configuration, log; started, stopped, killed, and asked by command line."""

import asyncio
import json
import os
import random
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx

from tests.fakes.telegram import FakeTelegram
from tests.fakes.twilio import FakeTwilio

API_TOKEN = "fake-api-token-that-no-log-may-show"
WEBHOOK_SECRET = "fake-webhook-secret-that-no-log-may-show"
PATIENCE = 90.0
"""Seconds that anything may take on a loaded machine before a test gives up."""

BASE = """
[organisation]
name = "Acme Auto"
language = "en"

[asking]
delay = "0 seconds"
window = "00:00-23:59"
weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
skip_public_holidays = false
min_gap = "0 seconds"
max_per_year = 1000
"""


async def until(look: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Wait until `look()`, or what it awaits, is true; fail when it is not in time."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                seen = look()
                if await seen if isinstance(seen, Awaitable) else seen:
                    return
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"not within {seconds:.0f} s: {what}") from None


def free_port() -> int:
    """Return a port that nobody listens on, outside the range that outgoing connections use."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")


class Askwhy:
    """A service in `folder`, and its command line. `more` is appended to the configuration."""

    def __init__(
        self,
        folder: Path,
        *,
        telegram: FakeTelegram | None,
        twilio: FakeTwilio | None,
        more: str = "",
        mode: str = "polling",
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "askwhy.log"
        self.store = folder / "askwhy.db"
        self.may_log_tracebacks = False
        self.module = "bot"  # or one that breaks something, and then runs it
        self.environ: dict[str, str] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._watch = self.url
        parts = [BASE, f"[web]\nport = {self.port}\npublic_base_url = '{self.url}'"]
        if telegram:
            parts.append(f"[telegram]\nmode = '{mode}'\napi_base_url = '{telegram.url}'")
        if twilio:
            twilio.webhooks.app_url = twilio.webhooks.app_url or self.url
            parts.append(
                f"[sms]\naccount_sid = '{twilio.account_sid}'\nfrom_number = '{twilio.number}'\n"
                f"api_base_url = '{twilio.url}'\nmessages_per_second = 50"
            )
        (folder / "config.toml").write_text("\n\n".join([*parts, more]))
        self.secrets = {
            "ASKWHY_WEB__API_TOKEN": API_TOKEN,
            **({"ASKWHY_TELEGRAM__TOKEN": telegram.token} if telegram else {}),
            **({"ASKWHY_TELEGRAM__WEBHOOK_SECRET": WEBHOOK_SECRET} if telegram and mode == "webhook" else {}),
            **({"ASKWHY_SMS__AUTH_TOKEN": twilio.token} if twilio else {}),
        }

    async def start(self, *options: str) -> None:
        """Start, and wait until it answers: a worker does on the port after the web's."""
        self._watch = f"http://127.0.0.1:{self.port + ('worker' in options)}"
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._program(),
                "run",
                *options,
                stdout=log,
                stderr=log,
                env=self._environ(),
                cwd=self.folder,
            )
        await until(self._healthy, f"/health of {self.url}")

    async def _healthy(self) -> bool:
        assert self._process
        if self._process.returncode is not None:
            raise AssertionError(
                f"askwhy ended with {self._process.returncode}:\n{self.log.read_text()[-4000:]}"
            )
        try:
            async with self.client() as client:
                return (await client.get(f"{self._watch}/health")).status_code == 200
        except httpx.TransportError:
            return False

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    async def stop(self) -> int:
        """Ask it to end, as an operator does; return the exit code."""
        assert self._process
        self._process.terminate()
        return await self._ended()

    async def kill(self) -> None:
        """End it as a power cut does."""
        if self._process and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)
            await self._ended()

    async def ended(self) -> int:
        """Wait until it ends by itself; return the exit code."""
        return await self._ended()

    def freeze(self) -> None:
        """Let nothing of it go on, in the middle of whatever it does."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._process
        self._process.send_signal(signal.SIGCONT)

    async def _ended(self) -> int:
        assert self._process
        async with asyncio.timeout(PATIENCE):
            return await self._process.wait()

    def client(self) -> httpx.AsyncClient:
        """Return a client with the right to use the API."""
        headers = {"Authorization": f"Bearer {API_TOKEN}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=PATIENCE, trust_env=False)

    async def visits(self, *visits: dict[str, Any]) -> dict[str, Any]:
        """Hand visits in, as a CRM does."""
        async with self.client() as client:
            answer = await client.post("/api/v1/visits", json=list(visits))
        assert answer.status_code == 202, answer.text
        taken: dict[str, Any] = answer.json()
        return taken

    async def command(self, *arguments: str) -> tuple[int, str]:
        """Run a command of the command line beside the service; its exit code and standard output."""
        with self.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *self._program(),
                *arguments,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=self._environ(),
                cwd=self.folder,
            )
        async with asyncio.timeout(PATIENCE):
            out, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode()

    async def told(self, *arguments: str) -> dict[str, Any]:
        """Return the JSON object of a command that ends well."""
        code, out = await self.command(*arguments, "--json")
        assert code == 0, (code, out, self.log.read_text()[-4000:])
        answer: dict[str, Any] = json.loads(out)
        return answer

    def records(self) -> list[dict[str, Any]]:
        """Return the log."""
        lines = self.log.read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def check_log(self) -> None:
        """Fail when the log has a secret in it, a whole phone number, or a traceback."""
        text = self.log.read_text()
        for secret in self.secrets.values():
            assert secret not in text
            assert secret.rpartition(":")[2] not in text
        assert "+3725555" not in text
        assert self.may_log_tracebacks or "Traceback" not in text, text[-6000:]

    def _program(self) -> list[str]:
        return [sys.executable, "-m", self.module]

    def _environ(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("ASKWHY_")}
        root = str(Path(__file__).parents[2])
        return {
            **kept, **self.secrets, **self.environ, "PYTHONPATH": root, "PYTHONWARNINGS": "default",
        }  # fmt: skip


class Apart(Askwhy):
    """Web and worker as two processes of one configuration; started, stopped and killed together."""

    _web: asyncio.subprocess.Process | None = None

    async def start(self, *options: str) -> None:
        """Start both, and wait until both answer."""
        await super().start("--role", "web", *options)
        self._web = self._process
        await super().start("--role", "worker", *options)

    async def stop(self) -> int:
        """Ask both to end; return the first exit code that is not 0."""
        code = await super().stop()
        self._process = self._web
        return code or await super().stop()

    async def kill(self) -> None:
        """End both as a power cut does."""
        await super().kill()
        self._process = self._web
        await super().kill()
