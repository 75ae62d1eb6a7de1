"""F14 and F15: several processes want the same. Each invitation goes out once; two visits of one person are one survey."""

import asyncio
import os
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import make_store
from surveys.visits import Visit
from tests.faults.sound import assert_sound
from tests.faults.worker import build, opened

MONDAY = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)


async def _together(*commands: tuple[str, ...]) -> None:
    """Run one process per command; all begin their work at the same moment."""
    environ = {
        **os.environ,
        "START_AT": str(time.monotonic() + 2.5),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.faults.worker", *command, env=environ
        )
        for command in commands
    ]
    codes = await asyncio.gather(*(process.wait() for process in processes))
    assert codes == [0] * len(commands)


@pytest.mark.parametrize("processes", [2, 8])
async def test_each_due_invitation_is_sent_once(
    shared_url: str, processes: int, tmp_path: Path, full: bool
) -> None:
    count = 10_000 if full else 150
    app = build(shared_url, MONDAY)
    async with opened(app):
        for first in range(0, count, 500):
            numbers = range(first, min(first + 500, count))
            visits = [Visit(f"v{n}", f"c{n}", MONDAY, phone=f"+37256{n:06d}", language="en") for n in numbers]
            await app.service.on_visits(visits)
    log = tmp_path / "sent.log"
    await _together(*[("send", shared_url, str(log), TUESDAY.isoformat())] * processes)
    sent = Counter(log.read_text().splitlines())
    assert len(sent) == count
    assert set(sent.values()) == {1}
    await assert_sound(shared_url, app.firm, now=TUESDAY)


async def test_visits_of_one_person_in_one_millisecond_are_one_survey(
    shared_url: str, tmp_path: Path
) -> None:
    log = tmp_path / "sent.log"
    names = [[f"v{process}-{n}" for n in range(5)] for process in range(4)]
    store = make_store(shared_url)
    await store.open()
    await store.close()
    await _together(*(("visit", shared_url, str(log), MONDAY.isoformat(), *ids) for ids in names))
    await _together(*[("send", shared_url, str(log), TUESDAY.isoformat())] * 4)
    assert log.read_text().splitlines() == ["+37256000001"]
    store = make_store(shared_url)
    await store.open()
    states = {(row["state"], row["reason"]): row["n"] for row in await store.read.rows("visits_by_state")}
    await store.close()
    assert states == {("asked", None): 1, ("suppressed", "another_visit"): 19}
    await assert_sound(shared_url, now=TUESDAY)
