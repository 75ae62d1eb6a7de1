"""The fakes as processes of their own: what they took is on disk before their answer leaves, whoever is killed."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.channels.base import Outgoing
from bot.channels.sms import SmsChannel, SmsSettings
from bot.channels.telegram import TelegramChannel, TelegramSettings
from tests.fakes.log import read_log
from tests.fakes.telegram import TOKEN as BOT_TOKEN
from tests.fakes.twilio import ACCOUNT, NUMBER
from tests.fakes.twilio import TOKEN as AUTH_TOKEN

ROOT = Path(__file__).parent.parent


@contextmanager
def process(module: str, log: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", f"tests.fakes.{module}", "--log", str(log)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        try:
            yield running, running.stdout.readline().strip()
        finally:
            running.kill()


async def control(url: str, action: str, *args: object) -> object:
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.post(f"{url}/control", json={"do": action, "args": args})).json()


async def sent_by(url: str) -> list[dict[str, Any]]:
    async with httpx.AsyncClient(trust_env=False) as client:
        sent: list[dict[str, Any]] = (await client.get(f"{url}/control/sent")).json()
        return sent


async def test_a_telegram_that_is_killed_leaves_every_message_it_took(tmp_path: Path) -> None:
    log = tmp_path / "sent.jsonl"
    with process("telegram", log) as (running, url):
        await control(url, "start", 7001)
        channel = TelegramChannel(TelegramSettings(BOT_TOKEN, url))
        await channel.start()
        await channel.send(Outgoing("7001", "hello"), "attempt-1")
        await channel.close()
        assert (await sent_by(url))[0]["text"] == "hello"
        running.send_signal(signal.SIGKILL)
    assert [entry["text"] for entry in read_log(log)] == ["hello"]


async def test_a_twilio_stops_when_told_and_leaves_every_message_it_took(tmp_path: Path) -> None:
    log = tmp_path / "sent.jsonl"
    with process("twilio", log) as (running, url):
        channel = SmsChannel(SmsSettings(ACCOUNT, AUTH_TOKEN, from_number=NUMBER, api_base_url=url))
        await channel.start()
        await channel.send(Outgoing("+37255550101", "hello"), "attempt-1")
        await channel.close()
        assert await control(url, "text", "+37255550101", "9")
        running.terminate()
        assert running.wait(10) == 0
    assert [entry["body"] for entry in read_log(log)] == ["hello"]


@pytest.mark.parametrize("content", [b"", b'{"a": 1}\n{"a": 2', b'{"a": 1}\n'])
def test_a_line_torn_by_a_kill_is_left_out(tmp_path: Path, content: bytes) -> None:
    log = tmp_path / "sent.jsonl"
    log.write_bytes(content)
    assert read_log(log) == ([{"a": 1}] if content else [])
