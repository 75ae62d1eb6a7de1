"""SIGTERM: the process ends within ten seconds, and everything it acknowledged is stored, once."""

import asyncio
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.process import Askwhy, until
from tests.fakes.loopback import Misbehaviour
from tests.fakes.twilio import FakeTwilio
from tests.faults.sound import acknowledged, assert_service_sound

DEADLINE = 10.0

PEOPLE = 48


def phone(number: int) -> str:
    return f"+372555501{number:02d}"


def visits(count: int) -> list[dict[str, Any]]:
    now = datetime.now(UTC).isoformat()
    return [
        {"visit_id": f"v-{n}", "customer_id": f"c-{n}", "occurred_at": now, "phone": phone(n)}
        for n in range(count)
    ]


@asynccontextmanager
async def service(folder: Path, twilio: FakeTwilio, more: str = "") -> AsyncIterator[Askwhy]:
    folder.mkdir(exist_ok=True)
    one = Askwhy(folder, telegram=None, twilio=twilio, more=more)
    await one.start()
    yield one
    await one.kill()
    one.check_log()


def rows(store: Path, sql: str) -> list[Any]:
    connection = sqlite3.connect(store)
    found = connection.execute(sql).fetchall()
    connection.close()
    return found


async def ended(one: Askwhy, *, again: bool = False) -> tuple[int, float]:
    """Send SIGTERM, perhaps twice; return the exit code and how long it took."""
    assert one._process
    began = time.monotonic()
    one._process.send_signal(signal.SIGTERM)
    if again:
        await asyncio.sleep(0)
        one._process.send_signal(signal.SIGTERM)
    code = await asyncio.wait_for(one._process.wait(), DEADLINE + 20)
    return code, time.monotonic() - began


@pytest.mark.parametrize("again", [False, True])
async def test_sigterm_under_load_loses_nothing_that_was_acknowledged(
    tmp_path: Path, twilio: FakeTwilio, again: bool
) -> None:
    async with service(tmp_path / "one", twilio) as one:
        await one.visits(*visits(PEOPLE))
        await until(lambda: len(twilio.sent) >= PEOPLE, "all questions")
        stopping = asyncio.Event()

        async def chat(number: int) -> None:
            for turn in range(1000):
                if stopping.is_set():
                    return
                await twilio.text(phone(number), str((number + turn) % 11))

        people = [asyncio.create_task(chat(number)) for number in range(16)]
        await until(lambda: len(twilio.webhooks.deliveries) > 300, "three hundred messages")
        code, seconds = await ended(one, again=again)
        stopping.set()
        await asyncio.gather(*people)
        assert (code, seconds < DEADLINE) == (0, True), seconds
        assert len(acknowledged(twilio)) > 60
        await assert_service_sound(one, twilio)
        before = len(rows(one.store, "SELECT 1 FROM inbox"))
        await one.start()  # and it goes on: what was not acknowledged comes again
        unheard = [what for what, status in twilio.webhooks.deliveries if status != 200 and " " not in what]
        for sid in unheard[:20]:
            assert await twilio.redeliver(sid) == 200
        assert await one.stop() == 0
        assert len(rows(one.store, "SELECT 1 FROM inbox")) >= before
        assert rows(one.store, "SELECT count(*) FROM outbox WHERE kind = 'invitation'") == [(PEOPLE,)]
        await assert_service_sound(one, twilio)


async def test_sigterm_while_a_provider_hangs_ends_in_time_and_the_outcome_is_unknown(
    tmp_path: Path, twilio: FakeTwilio
) -> None:
    async with service(tmp_path / "one", twilio) as one:
        twilio.fail(Misbehaviour.HANG, times=None)
        await one.visits(*visits(3))
        await until(
            lambda: rows(one.store, "SELECT 1 FROM outbox WHERE state = 'claimed'"), "a send under way"
        )
        code, seconds = await ended(one)
        assert (code, seconds < DEADLINE) == (0, True), seconds
        states = {state for (state,) in rows(one.store, "SELECT state FROM outbox")}
        assert states <= {"claimed", "unknown"}  # a lapsed claim becomes unknown at the next start
        assert not twilio.sent
        await assert_service_sound(one, twilio)


async def test_sigterm_during_a_backup_ends_in_time_and_leaves_no_half_copy_to_restore(
    tmp_path: Path, twilio: FakeTwilio
) -> None:
    folder = tmp_path / "one"
    async with service(folder, twilio, "[backup]\nenabled = true") as one:
        await one.visits(*visits(3))
        assert await one.stop() == 0
        with sqlite3.connect(one.store) as store:  # as if the program had slept through the night
            store.execute("UPDATE jobs SET due_at = 0 WHERE job = 'night'")
        store.close()
        await one.start()
        code, seconds = await ended(one)
        assert (code, seconds < DEADLINE) == (0, True), seconds
        for copy in folder.glob("backups/askwhy-*.db"):
            assert rows(copy, "PRAGMA integrity_check") == [("ok",)]
        await assert_service_sound(one, twilio)
