"""F3: the power goes. What was acknowledged is in the files at every moment, and was synced before it was acknowledged."""

import asyncio
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from storage import make_store
from tests.e2e.process import Askwhy, until
from tests.fakes.twilio import FakeTwilio
from tests.faults.people import PATIENT, people_writing, phone, until_health
from tests.faults.sound import acknowledged, assert_service_sound, assert_sound, firm_of, stored_ids

Make = Callable[..., Askwhy]


async def test_a_copy_of_the_files_at_any_moment_holds_all_that_was_acknowledged_by_then(
    askwhy: Make, twilio: FakeTwilio, tmp_path: Path, full: bool
) -> None:
    service = askwhy(telegram=None, twilio=twilio, more=PATIENT)
    await service.start()
    chance = random.Random(3)
    copies: list[tuple[Path, set[str]]] = []
    async with people_writing(twilio):
        for cut in range(60 if full else 6):
            before = len(acknowledged(twilio))
            await until(lambda: len(acknowledged(twilio)) > before, "messages")  # noqa: B023 -- awaited here
            await asyncio.sleep(chance.uniform(0, 0.3))
            service.freeze()
            time.sleep(0.02)  # noqa: ASYNC251 -- every thread has stopped; nothing here goes on either
            copy = tmp_path / f"cut-{cut}"
            copy.mkdir()
            for name in ("askwhy.db", "askwhy.db-wal"):
                shutil.copy(service.folder / name, copy / name)
            copies.append((copy / "askwhy.db", acknowledged(twilio)))
            service.thaw()
    assert await service.stop() == 0
    assert len(copies[-1][1]) > len(copies[0][1]) > 0
    for path, heard in copies:
        assert heard <= set(await stored_ids(path))
        await assert_sound(path, firm_of(service), heard=heard)
    await assert_service_sound(service, twilio)


async def test_on_a_disk_that_cannot_sync_nothing_is_acknowledged(
    askwhy: Make, twilio: FakeTwilio, tmp_path: Path
) -> None:
    service = askwhy(telegram=None, twilio=twilio)
    service.module, sign = "tests.faults.unsyncing", tmp_path / "no-sync"
    service.environ = {"BREAK_SYNC": str(sign)}
    await service.start()
    assert await twilio.text(phone(1), "hello") in acknowledged(twilio)
    sign.touch()
    done = tmp_path / "no-sync.done"
    await until(done.exists, "the filter is in place")
    if done.read_text() != "ok":  # only Linux can do this; the settings are looked at below
        return
    unheard = [await twilio.text(phone(number), "hello") for number in range(2, 30)]
    assert not set(unheard) & acknowledged(twilio)
    assert {status for what, status in twilio.webhooks.deliveries if what in unheard} == {503}
    assert "Check the disk" in await until_health(service, 503)
    await service.kill()
    service.module = "bot"
    await service.start()
    for sid in unheard:
        assert await twilio.redeliver(sid) == 200
    assert await service.stop() == 0
    await assert_service_sound(service, twilio)


async def test_every_commit_waits_for_the_disk(tmp_path: Path) -> None:
    store = make_store(f"sqlite:///{tmp_path / 'askwhy.db'}")
    await store.open()
    wanted = {"journal_mode": "wal", "synchronous": 2, "fullfsync": 1}
    for name, value in wanted.items():
        row = await store.write(
            lambda tx: tx.db._connection.execute(f"PRAGMA {name}").fetchone()  # noqa: B023 -- awaited here
        )
        assert tuple(row) == (value,), name
    await store.close()


async def test_a_postgresql_that_was_told_not_to_wait_for_its_disk_waits_for_askwhys_commits(
    postgres_url: str,
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off".encode())
    store = make_store(postgres_url)
    await store.open()
    row = await store.write(lambda tx: tx.db._connection.execute("SHOW synchronous_commit").fetchone())
    await store.close()
    assert row == {"synchronous_commit": "on"}
