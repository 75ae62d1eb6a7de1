"""F8 to F11 on the running service: its store is locked, full, gone, read-only, damaged. Nothing is acknowledged that is
not stored, the process lives, goes on by itself, and makes no new store; at the start it refuses and names the way out.
"""

import asyncio
import os
import resource
import shutil
import sqlite3
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest

from tests.e2e.process import Askwhy
from tests.fakes.twilio import FakeTwilio
from tests.faults.people import can_mount, health, phone, small_disk, until_health
from tests.faults.sound import acknowledged, assert_service_sound

Make = Callable[..., Askwhy]

DEADLINE = 10.0
"""Seconds within which every webhook is answered."""


async def timed(twilio: FakeTwilio, number: int, body: str = "hello") -> tuple[str, float]:
    """Let somebody write; return the message's id and how long the answer took."""
    began = time.monotonic()
    sid = await twilio.text(phone(number), body)
    return sid, time.monotonic() - began


async def heard_after_all(service: Askwhy, twilio: FakeTwilio) -> None:
    """The fault is over: what was not acknowledged comes again, and all is well."""
    stored = acknowledged(twilio)
    for sid in {what for what, _ in twilio.webhooks.deliveries if " " not in what} - stored:
        assert await twilio.redeliver(sid) == 200
    await until_health(service, 200)
    assert await service.stop() == 0
    await assert_service_sound(service, twilio)


async def refused(service: Askwhy) -> str:
    """The service does not start: it ends with 2; return what it said."""
    before = len(service.log.read_text())
    code, _ = await service.command("run")
    said = service.log.read_text()[before:]
    assert code == 2, said
    assert "Traceback" not in said
    return said


# -- F8: locked -------------------------------------------------------------------------------------------------------


async def test_a_locked_store_is_waited_for_then_refused_in_time_and_used_again(
    askwhy: Make, twilio: FakeTwilio, full: bool
) -> None:
    service = askwhy(telegram=None, twilio=twilio)
    await service.start()
    numbers = iter(range(1_000))
    for seconds, patience_ends in ((1, False), (6, True), *(((30, True),) if full else ())):
        with closing(sqlite3.connect(service.store, isolation_level=None, timeout=30)) as other:
            other.execute("BEGIN EXCLUSIVE")
            over = asyncio.get_running_loop().time() + seconds
            before, people = len(acknowledged(twilio)), []
            while asyncio.get_running_loop().time() < over:
                people.append(asyncio.create_task(timed(twilio, next(numbers))))
                await asyncio.sleep(0.25)
            assert len(acknowledged(twilio)) == before  # a commit was not possible
            other.execute("ROLLBACK")
        took = [seconds for _, seconds in await asyncio.gather(*people)]
        assert max(took) < DEADLINE
        refusals = {status for _, status in twilio.webhooks.deliveries} - {200, 204}
        assert refusals == ({503} if patience_ends else set())
    await heard_after_all(service, twilio)


# -- F9: full ---------------------------------------------------------------------------------------------------------


@contextmanager
def filled_up(disk: Path) -> Iterator[None]:
    """Leave some 100 KB on a disk."""
    filler = disk / "somebody-elses-file"
    with filler.open("wb") as file:
        file.write(b"x" * (shutil.disk_usage(disk).free - 100_000))
    yield
    filler.unlink()


@contextmanager
def quota(service: Askwhy) -> Iterator[None]:
    """Let no file of the process grow by more than some 100 KB."""
    largest = max(file.stat().st_size for file in service.folder.glob("askwhy.db*"))
    before = resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (largest + 100_000, resource.RLIM_INFINITY))
    yield
    resource.prlimit(service.pid, resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("by", ["disk", "quota"])
async def test_a_full_disk_refuses_what_it_cannot_store_and_goes_on_when_it_is_freed(
    askwhy: Make, twilio: FakeTwilio, tmp_path: Path, by: str
) -> None:
    if by == "disk" and can_mount():
        with small_disk(tmp_path / "disk") as disk:
            service = askwhy(
                telegram=None, twilio=twilio, more=f"[storage]\nurl = 'sqlite:///{disk}/askwhy.db'"
            )
            service.store = disk / "askwhy.db"
            await service.start()
            with filled_up(disk):
                told = await _written_until_refused(service, twilio)
            await heard_after_all(service, twilio)
        assert "the disk is full. Free some space; askwhy goes on by itself" in told
        return
    service = askwhy(telegram=None, twilio=twilio)
    await service.start()
    with quota(service):
        told = await _written_until_refused(service, twilio)
    await heard_after_all(service, twilio)
    assert "Check the disk under it" in told


async def _written_until_refused(service: Askwhy, twilio: FakeTwilio) -> str:
    """Let people write until not even the smallest thing is stored any more; return what /health says then."""
    for number in range(1_000):
        await timed(twilio, number, "a long story " * 100)
        if [status for _, status in twilio.webhooks.deliveries[-5:]] == [503] * 5:
            status, told = await health(service)
            if status == 503:
                assert {status for _, status in twilio.webhooks.deliveries} <= {200, 204, 503}
                return told
    raise AssertionError("this disk never gets full")


# -- F10: gone, read-only ---------------------------------------------------------------------------------------------


async def test_a_store_that_vanishes_is_never_made_anew_and_is_used_again_when_it_is_back(
    askwhy: Make, twilio: FakeTwilio
) -> None:
    service = askwhy(telegram=None, twilio=twilio)
    await service.start()
    await timed(twilio, 1)
    away = service.store.rename(service.folder / "away.db")
    for number in range(2, 6):
        sid, seconds = await timed(twilio, number)
        assert sid not in acknowledged(twilio)
        assert seconds < DEADLINE
    assert "vanished or was replaced" in await until_health(service, 503)
    assert not service.store.exists()
    away.rename(service.store)
    await heard_after_all(service, twilio)


async def test_a_store_that_vanished_before_the_start_is_told_of_and_not_made_anew(
    askwhy: Make, twilio: FakeTwilio
) -> None:
    service = askwhy(telegram=None, twilio=twilio)
    await service.start()
    await timed(twilio, 1)
    await service.kill()
    away = service.store.rename(service.folder / "away.db")
    said = await refused(service)
    assert "a store was in use here" in said
    assert "askwhy restore BACKUP" in said
    assert not service.store.exists()
    away.rename(service.store)
    await service.start()
    await heard_after_all(service, twilio)


@asynccontextmanager
async def read_only(service: Askwhy, disk: Path) -> AsyncIterator[None]:
    """Let a store that nobody uses be read, not written."""
    if can_mount():
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True, capture_output=True)
        yield
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True, capture_output=True)
        return
    for path, mode in ((service.store, 0o400), (disk, 0o500)):
        path.chmod(mode)
    yield
    for path, mode in ((disk, 0o700), (service.store, 0o600)):
        path.chmod(mode)


async def test_a_store_that_cannot_be_written_is_refused_at_the_start(
    askwhy: Make, twilio: FakeTwilio, tmp_path: Path
) -> None:
    place = tmp_path / "disk"
    with small_disk(place, "size=20m") if can_mount() else _folder(place):
        service = askwhy(telegram=None, twilio=twilio, more=f"[storage]\nurl = 'sqlite:///{place}/askwhy.db'")
        service.store = place / "askwhy.db"
        await service.start()
        await timed(twilio, 1)
        assert await service.stop() == 0
        if can_mount() or os.geteuid() != 0:  # root writes whatever the modes say
            async with read_only(service, place):
                said = await refused(service)
            assert "cannot be opened for writing" in said
            assert "Check the owner and mode" in said
        await service.start()
        await heard_after_all(service, twilio)


@contextmanager
def _folder(path: Path) -> Iterator[None]:
    path.mkdir(mode=0o700)
    yield


# -- F11: damaged -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["a page", "cut short", "empty"])
async def test_a_damaged_store_is_refused_with_the_way_out_and_the_way_out_works(
    askwhy: Make, twilio: FakeTwilio, damage: str
) -> None:
    service = askwhy(telegram=None, twilio=twilio)
    await service.start()
    for number in range(20):
        await timed(twilio, number, "9 a story")
    await service.told("backup", "copy.db")
    assert await service.stop() == 0
    content = bytearray(service.store.read_bytes())
    content[4096:8192] = os.urandom(4096)
    broken = {"a page": bytes(content), "cut short": bytes(content[: len(content) // 2]), "empty": b""}[
        damage
    ]
    service.store.write_bytes(broken)
    said = await refused(service)
    assert "askwhy restore BACKUP" in said
    assert service.store.read_bytes() == broken
    kept = Path((await service.told("restore", "copy.db"))["kept"])
    assert kept.read_bytes() == broken
    await service.start()
    await heard_after_all(service, twilio)
