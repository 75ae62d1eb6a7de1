"""F25: long work. Memory, open files and the write-ahead log stay bounded, whatever has passed through."""

import logging
import resource
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.bootstrap import App, build_app
from bot.channels.base import Inbound, InboundKind
from bot.clock import VirtualClock
from bot.config import Config
from storage.sqlite import SqliteStore
from surveys.visits import Visit
from tests.faults.sound import assert_sound
from tests.faults.worker import Sms, opened

MONDAY = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
MEBIBYTE = 1 << 20


def _memory() -> int:
    """Return the largest resident memory of this process so far, in bytes; Linux tells it in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _open_files() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())


async def _round(app: App, first: int, count: int) -> None:
    """Let `count` new customers visit, be asked, answer, and be thanked."""
    clock = app.clock
    assert isinstance(clock, VirtualClock)
    phones = [f"+37256{number:06d}" for number in range(first, first + count)]
    visits = [Visit(f"v{p}", f"c{p}", clock.now(), phone=p, language="en", branch="Tartu") for p in phones]
    await app.service.on_visits(visits)
    clock.jump(timedelta(days=1))
    await app.pass_time()
    for phone in phones:
        text = "9 quick and friendly"
        await app.service.on_inbound(
            Inbound("sms", f"SM{phone}", phone, InboundKind.TEXT, text, "+12025550100")
        )
    await app.pass_time()


async def test_memory_files_and_log_do_not_grow_with_what_has_passed(
    tmp_path: Path, full: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)  # else the test run keeps every line in memory
    path = tmp_path / "askwhy.db"
    rounds, count = (200, 1_000) if full else (6, 150)
    config = Config.model_validate(
        {
            "organisation": {"name": "Acme Auto"},
            "asking": {"weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]},
        }
    )
    sms = Sms(keep=10)
    app = build_app(
        config, clock=VirtualClock(MONDAY), store=SqliteStore(path), channels={"sms": sms}, paced=False
    )
    async with opened(app):
        await _round(app, 0, count)
        await _round(app, count, count)
        memory, files = _memory(), _open_files()
        for number in range(2, rounds):
            await _round(app, number * count, count)
        grown, log = _memory() - memory, Path(f"{path}-wal").stat().st_size
        assert (
            grown < 64 * MEBIBYTE + 16 * MEBIBYTE
        )  # the page cache of the store, and what an allocator keeps
        assert _open_files() <= files + 2
        assert log < 64 * MEBIBYTE
    await assert_sound(path, app.firm, now=app.clock.now())
