"""People who write all the time, disks that are small, a service that tells of it: what several faults need."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from tests.e2e.process import Askwhy, until
from tests.fakes.twilio import FakeTwilio

PATIENT = "[limits]\nreplies_per_customer_per_day = 100000"
"""Configuration of a service to which few people write very much."""


def phone(number: int) -> str:
    """Return the phone of one of them; none begins as the log's own check looks for."""
    return f"+37256{number:06d}"


@asynccontextmanager
async def people_writing(twilio: FakeTwilio, people: int = 16) -> AsyncIterator[None]:
    """Let people write all the time, each the next message as soon as the last one is answered, by 200 or not."""
    stopping = asyncio.Event()

    async def writes(number: int) -> None:
        turn = 0
        while not stopping.is_set():
            await twilio.text(phone(number), f"{(number + turn) % 11} it went as it went")
            turn += 1

    writers = [asyncio.create_task(writes(number)) for number in range(people)]
    try:
        yield
    finally:
        stopping.set()
        await asyncio.gather(*writers)


async def health(service: Askwhy) -> tuple[int, str]:
    """Return what /health says at this moment."""
    async with service.client() as client:
        answer = await client.get("/health")
    return answer.status_code, answer.text


async def until_health(service: Askwhy, status: int) -> str:
    """Wait until /health, which looks every few seconds, has noticed; return what it says."""
    told = ""

    async def seen() -> bool:
        nonlocal told
        now, told = await health(service)
        return now == status

    await until(seen, f"/health tells {status}")
    return told


def can_mount() -> bool:
    """Only root may, and not in every container."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    return subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode == 0


@contextmanager
def small_disk(folder: Path, options: str = "size=6m") -> Iterator[Path]:
    """A file system of its own; as root a small tmpfs."""
    folder.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True, capture_output=True
    )
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True, capture_output=True)
