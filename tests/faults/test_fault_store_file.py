"""The SQLite store when its file is locked, gone, replaced, damaged, read-only, or its disk is full."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from storage.base import Store, StoreError, StoreUnavailable
from storage.sqlite import PATIENCE, SqliteStore
from storage.transaction import Transaction
from tests.contract.making import NOW, PHONE, person
from tests.faults.people import can_mount, small_disk

MANY = 300


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "askwhy.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    opened = SqliteStore(path)
    await opened.open()
    yield opened
    await opened.close()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program that holds the store."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


async def seen(store: Store) -> int | None:
    return await store.write(lambda tx: tx.people.by_address("sms", PHONE))


# -- F8: locked -------------------------------------------------------------------------------------------------------


async def test_a_short_lock_by_another_program_is_waited_for(store: SqliteStore, path: Path) -> None:
    with locked(path):
        unit = asyncio.create_task(store.write(person))
        await asyncio.sleep(0.2)
        assert not unit.done()
    assert await unit == await seen(store)


async def test_under_a_long_lock_everything_is_refused_within_the_webhooks_deadline(
    path: Path,
) -> None:
    patience = 1.0  # not the usual one, so that the test is quick
    store = SqliteStore(path, patience=patience)
    await store.open()

    async def timed(delay: float) -> float:
        await asyncio.sleep(delay)
        began = time.monotonic()
        with pytest.raises(StoreUnavailable, match="held by another program"):
            await store.write(person)
        return time.monotonic() - began

    with locked(path):
        took = await asyncio.gather(*(timed(n * patience / MANY) for n in range(MANY)), timed(patience + 0.1))
    assert max(took) < 2 * patience + 0.5
    assert 2 * PATIENCE < 9
    assert await seen(store) is None  # refused means not stored
    assert await store.write(person) == await seen(store)
    await store.close()


async def test_readers_do_not_wait_for_a_writer(store: SqliteStore, path: Path) -> None:
    await store.write(person)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(1):
            assert await store.read.staff() == []


# -- F9: full ---------------------------------------------------------------------------------------------------------


async def test_a_full_disk_refuses_and_goes_on_by_itself_when_it_is_freed(tmp_path: Path) -> None:
    if not can_mount():
        return await _a_file_that_may_not_grow(tmp_path / "askwhy.db")
    with small_disk(tmp_path / "disk") as disk:
        path = disk / "askwhy.db"
        store = SqliteStore(path)
        await store.open()
        stored, refused = await _fill(store)
        assert stored > 10
        assert refused > 0
        with pytest.raises(StoreUnavailable, match="full"):
            await store.write(partial(_long, number=10**6))
        await _grow(disk, store, stored)
        await store.close()
    return None


async def _fill(store: Store, units: int = 4000) -> tuple[int, int]:
    """Store until the disk is full, and some more; return how many units were stored and refused."""
    stored = refused = 0
    for number in range(units):
        try:
            await store.write(partial(_long, number=number))
        except StoreUnavailable:
            refused += 1
            if refused > 20:
                break
        else:
            assert not refused, "a full disk does not shrink by itself"
            stored += 1
    return stored, refused


def _long(tx: Transaction, number: int) -> None:
    tx.inbox.add("sms", f"SM{number}", PHONE, NOW, {"text": "x" * 3000}, "retry")


async def _grow(disk: Path, store: SqliteStore, stored: int) -> None:
    subprocess.run(["mount", "-o", "remount,size=40m", str(disk)], check=True, capture_output=True)
    await store.write(partial(_long, number=10**6))
    kept = await store.write(lambda tx: len(tx.inbox.waiting("retry", 10**6)))
    assert kept == stored + 1  # what was acknowledged, no more and no less
    assert await store.check() == []


async def _a_file_that_may_not_grow(path: Path) -> None:
    """Without the right to mount: SQLite's own limit on the file's size, which ends in the same error."""
    store = SqliteStore(path)
    await store.open()
    await store.write(lambda tx: tx.db._connection.execute("PRAGMA max_page_count = 400").fetchall())
    stored, refused = await _fill(store)
    assert stored > 10
    assert refused > 0
    await store.write(lambda tx: tx.db._connection.execute("PRAGMA max_page_count = 4000000").fetchall())
    await store.write(partial(_long, number=10**6))
    assert await store.write(lambda tx: len(tx.inbox.waiting("retry", 10**6))) == stored + 1
    assert await store.check() == []
    await store.close()


# -- F10: gone, replaced, read-only -----------------------------------------------------------------------------------


async def test_a_file_that_vanishes_under_the_service_is_never_made_anew(
    store: SqliteStore, path: Path
) -> None:
    await store.write(person)
    path.unlink()
    for _ in range(3):
        with pytest.raises(StoreUnavailable, match="vanished or was replaced"):
            await store.write(person)
    assert not path.exists()


async def test_a_file_that_was_replaced_is_not_written_to(store: SqliteStore, path: Path) -> None:
    other = SqliteStore(path.with_name("other.db"))
    await other.open()
    await other.close()
    other.path.replace(path)
    with pytest.raises(StoreUnavailable, match="vanished or was replaced"):
        await store.write(person)


async def test_a_file_that_is_put_back_is_used_again(store: SqliteStore, path: Path) -> None:
    moved = path.rename(path.with_name("moved.db"))
    with pytest.raises(StoreUnavailable):
        await store.write(person)
    moved.rename(path)
    assert await store.write(person) == await seen(store)


async def test_a_store_that_vanished_in_use_is_not_made_anew_at_the_next_start(path: Path) -> None:
    store = SqliteStore(path)
    await store.open()
    await store.write(person)
    kept = path.with_name("kept-wal")
    shutil.copy(path.with_name("askwhy.db-wal"), kept)  # as a kill leaves it
    await store.close()
    path.unlink()
    kept.rename(path.with_name("askwhy.db-wal"))
    with pytest.raises(StoreError, match="-wal is still there"):
        await SqliteStore(path).open()
    assert not path.exists()


async def test_a_first_start_makes_a_store_for_its_owner_only(path: Path) -> None:
    store = SqliteStore(path)
    await store.open()
    assert store.schema.before == 0
    await store.close()
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["askwhy.db"]


@pytest.mark.parametrize("name", ["a b.db", "100%.db", "what?.db", "#1.db", "õ&ü=1.db", "file:x.db"])
async def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    store = SqliteStore(tmp_path / name)
    await store.open()
    await store.write(person)
    assert await store.read.staff() == []
    await store.backup(str(tmp_path / "copy.db"))
    await store.close()
    assert {file.name for file in tmp_path.iterdir()} == {name, "copy.db"}


async def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"The folder .*nowhere"):
        await SqliteStore(tmp_path / "nowhere" / "askwhy.db").open()


async def test_a_folder_in_the_place_of_the_file_is_refused(path: Path) -> None:
    path.mkdir()
    with pytest.raises(StoreError, match="is a folder"):
        await SqliteStore(path).open()


async def test_a_disk_that_is_mounted_read_only_is_refused_at_the_start_and_in_flight(tmp_path: Path) -> None:
    if not can_mount():
        return
    with small_disk(tmp_path / "disk", "size=20m") as disk:
        store = SqliteStore(disk / "askwhy.db")
        await store.open()
        await store.write(person)
        await store.close()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True, capture_output=True)
        for name in ("askwhy.db", "new.db"):
            with pytest.raises(StoreError, match=r"(?i)read-only"):
                await SqliteStore(disk / name).open()
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True, capture_output=True)
        await store.open()
        assert await seen(store) is not None
        await store.close()


# -- F11: damaged -----------------------------------------------------------------------------------------------------


async def _made(path: Path) -> None:
    store = SqliteStore(path)
    await store.open()
    for number in range(100):
        await store.write(partial(_long, number=number))
    await store.close()


@pytest.mark.parametrize("page", [0, 1, 2, 7, 20])
async def test_a_page_of_rubbish_is_refused_with_the_way_out(path: Path, page: int) -> None:
    await _made(path)
    content = bytearray(path.read_bytes())
    content[page * 4096 : page * 4096 + 4096] = os.urandom(4096)
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"damaged.*askwhy restore"):
        await SqliteStore(path).open()
    assert path.read_bytes() == bytes(content)


@pytest.mark.parametrize("length", [0, 100, 4096, 50_000])
async def test_a_file_cut_short_is_refused_with_the_way_out(path: Path, length: int) -> None:
    await _made(path)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(StoreError, match=r"askwhy restore"):
        await SqliteStore(path).open()


async def test_something_else_in_the_place_of_the_store_is_refused(path: Path) -> None:
    path.write_text("visit_id,customer_id\n" * 1000)
    with pytest.raises(StoreError, match=r"damaged|not a database"):
        await SqliteStore(path).open()


async def test_another_programs_database_is_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE invoices (id INTEGER)")
    with pytest.raises(StoreError, match="not askwhy's"):
        await SqliteStore(path).open()


async def test_a_torn_wal_loses_no_commit_before_the_tear(path: Path) -> None:
    store = SqliteStore(path)
    await store.open()
    for number in range(20):
        await store.write(partial(_long, number=number))
    wal, copy = path.with_name("askwhy.db-wal"), path.with_name("copy.db")
    shutil.copy(path, copy)
    copy.with_name("copy.db-wal").write_bytes(wal.read_bytes()[:-7000])
    await store.close()
    torn = SqliteStore(copy)
    await torn.open()
    kept = [row.external_id for row in await torn.write(lambda tx: tx.inbox.waiting("retry", 100))]
    assert kept == [f"SM{n}" for n in range(len(kept))]
    assert 0 < len(kept) < 20
    assert await torn.check() == []
    await torn.close()
