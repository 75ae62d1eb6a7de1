"""Backup while the service writes, restore into an empty place or over an old store: whole, checked, as of one moment."""

import asyncio
import os
import sqlite3
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from storage import make_store
from storage.base import Store, StoreError, StoreUnavailable
from storage.sqlite import SqliteStore
from storage.sqlite_copies import restore
from storage.transaction import Transaction
from storage.transfer import restore_server
from tests.contract.making import NOW, TODAY, counts, response
from tests.fakes.postgres import PostgresServer


def answers(tx: Transaction, number: int) -> None:
    """A reply: a message, an answer and its roll-ups belong together."""
    tx.inbox.add("sms", f"SM{number}", "+1", NOW + timedelta(seconds=number), {}, "handled")
    one = response(f"v-{number}", day=TODAY)
    tx.answers.record(tx.answers.add(one), one, "recommend", number % 11, None, is_why=False)


async def whole(store: Store) -> int:
    """Check that a copy is nothing torn; gives how many replies it holds."""
    rows = await store.read.recent("inbox", NOW - timedelta(days=1))
    heard: int = sum(row["n"] for row in rows)
    raw = await store.read.raw_values("nps", "recommend", 0, 99_999)
    assert heard == len(raw) == sum((await counts(store)).get("", {}).values())
    assert await store.check() == []
    return heard


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'askwhy.db'}"
    found: str = request.getfixturevalue("postgres_url")
    return found


async def test_a_copy_made_under_load_is_whole_and_as_of_one_moment(url: str, tmp_path: Path) -> None:
    store = make_store(url)
    await store.open()
    await asyncio.gather(*(store.write(partial(answers, number=n)) for n in range(200)))
    stopping = asyncio.Event()
    written = 200

    async def load() -> None:
        nonlocal written
        while not stopping.is_set():
            await asyncio.gather(*(store.write(partial(answers, number=written + n)) for n in range(20)))
            written += 20

    loading = asyncio.create_task(load())
    for number in range(3):
        await store.backup(str(tmp_path / f"copy-{number}.db"))
    stopping.set()
    await loading
    await store.close()

    held = []
    for number in range(3):
        copy = make_store(f"sqlite:///{tmp_path / f'copy-{number}.db'}")
        await copy.open()
        held.append(await whole(copy))
        await copy.close()
    assert held == sorted(held)
    assert 200 <= held[0] <= held[-1] <= written


async def test_a_copy_is_for_its_owner_only_and_never_overwrites(url: str, tmp_path: Path) -> None:
    store = make_store(url)
    await store.open()
    copy = tmp_path / "copy.db"
    await store.backup(str(copy))
    assert copy.stat().st_mode & 0o777 == 0o600
    before = copy.read_bytes()
    with pytest.raises(StoreError, match="never overwrites"):
        await store.backup(str(copy))
    assert copy.read_bytes() == before
    with pytest.raises(StoreError, match="folder"):
        await store.backup(str(tmp_path / "nowhere" / "copy.db"))
    await store.close()
    assert not [name for name in os.listdir(tmp_path) if "part" in name]  # noqa: PTH208 -- names are what matters


async def test_a_copy_of_either_store_fills_either_store(
    url: str, tmp_path: Path, postgres: PostgresServer
) -> None:
    store = make_store(url)
    await store.open()
    await asyncio.gather(*(store.write(partial(answers, number=n)) for n in range(50)))
    told = await counts(store, "branch")
    await store.backup(str(tmp_path / "copy.db"))
    await store.close()

    restore(tmp_path / "copy.db", tmp_path / "restored.db", tmp_path / "aside")
    with postgres.database(empty=True) as empty:
        await asyncio.to_thread(restore_server, tmp_path / "copy.db", empty)
        for place in (f"sqlite:///{tmp_path / 'restored.db'}", empty):
            restored = make_store(place)
            await restored.open()
            assert await whole(restored) == 50
            assert await counts(restored, "branch") == told
            await restored.write(partial(answers, number=999))
            await restored.close()


async def test_a_database_that_holds_something_is_not_restored_over(
    tmp_path: Path, postgres_url: str
) -> None:
    store = make_store(postgres_url)
    await store.open()
    await store.write(partial(answers, number=1))
    await store.backup(str(tmp_path / "copy.db"))
    with pytest.raises(StoreError, match="not empty"):
        await asyncio.to_thread(restore_server, tmp_path / "copy.db", postgres_url)
    assert await whole(store) == 1
    await store.close()


async def _made(path: Path, replies: int) -> SqliteStore:
    store = SqliteStore(path)
    await store.open()
    await asyncio.gather(*(store.write(partial(answers, number=n)) for n in range(replies)))
    return store


async def test_a_store_in_use_is_not_restored_over(tmp_path: Path) -> None:
    store = await _made(tmp_path / "askwhy.db", 5)
    await store.backup(str(tmp_path / "copy.db"))
    await store.write(partial(answers, number=77))
    with pytest.raises(StoreUnavailable, match="in use"):
        restore(tmp_path / "copy.db", tmp_path / "askwhy.db", tmp_path / "aside")
    assert await whole(store) == 6
    await store.close()


async def test_the_old_store_is_kept_whole_with_what_was_only_in_its_wal(tmp_path: Path) -> None:
    path, aside = tmp_path / "askwhy.db", tmp_path / "aside.db"
    store = await _made(path, 5)
    await store.backup(str(tmp_path / "copy.db"))
    await store.write(partial(answers, number=77))
    killed = {name: (tmp_path / name).read_bytes() for name in ("askwhy.db", "askwhy.db-wal")}
    await store.close()
    for name, content in killed.items():  # as kill -9 leaves it
        (tmp_path / name).write_bytes(content)

    assert restore(tmp_path / "copy.db", path, aside)
    for place, replies in ((path, 5), (aside, 6)):
        opened = SqliteStore(place)
        await opened.open()
        assert await whole(opened) == replies
        await opened.close()


@pytest.mark.parametrize("rubbish", [b"", b"no store", bytes(range(256)) * 800])
async def test_a_damaged_store_is_replaced_and_kept_as_it_was(tmp_path: Path, rubbish: bytes) -> None:
    store = await _made(tmp_path / "good.db", 5)
    await store.backup(str(tmp_path / "copy.db"))
    await store.close()
    path = tmp_path / "askwhy.db"
    path.write_bytes(rubbish)
    path.with_name("askwhy.db-wal").write_bytes(b"left over" * 1000)
    assert restore(tmp_path / "copy.db", path, tmp_path / "aside.db")
    assert (tmp_path / "aside.db").read_bytes() == rubbish
    opened = SqliteStore(path)
    await opened.open()
    assert await whole(opened) == 5
    await opened.close()


async def test_a_vanished_store_is_restored(tmp_path: Path) -> None:
    store = await _made(tmp_path / "askwhy.db", 5)
    await store.backup(str(tmp_path / "copy.db"))
    await store.close()
    (tmp_path / "askwhy.db").unlink()
    (tmp_path / "askwhy.db-wal").write_bytes(b"left over" * 1000)
    assert not restore(tmp_path / "copy.db", tmp_path / "askwhy.db", tmp_path / "aside.db")
    opened = SqliteStore(tmp_path / "askwhy.db")
    await opened.open()
    assert await whole(opened) == 5
    await opened.close()


async def test_what_is_no_sound_copy_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    path = tmp_path / "askwhy.db"
    await (await _made(path, 5)).close()
    await (await _made(tmp_path / "bad.db", 50)).close()
    bad = bytearray((tmp_path / "bad.db").read_bytes())
    bad[8192:12288] = os.urandom(4096)
    newer = tmp_path / "newer.db"
    await (await _made(newer, 1)).close()
    with closing(sqlite3.connect(newer, isolation_level=None)) as connection:
        connection.execute("UPDATE meta SET value = '999' WHERE key = 'schema'")
    foreign = tmp_path / "foreign.db"
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE invoices (id)")
    for name, content in (("bad.db", bytes(bad)), ("text.db", b"text" * 5000), ("empty.db", b"")):
        (tmp_path / name).write_bytes(content)
    before = path.read_bytes()
    for name in ("bad.db", "text.db", "empty.db", "newer.db", "foreign.db"):
        with pytest.raises(StoreError, match=name):
            restore(tmp_path / name, path, tmp_path / "aside.db")
    assert path.read_bytes() == before
    assert not (tmp_path / "aside.db").exists()


async def test_how_far_a_copy_is_is_told_to_the_end(url: str, tmp_path: Path) -> None:
    store = make_store(url)
    await store.open()
    await asyncio.gather(*(store.write(partial(answers, number=n)) for n in range(50)))
    told: list[tuple[int, int]] = []
    await store.backup(str(tmp_path / "copy.db"), lambda done, total: told.append((done, total)))
    assert told
    assert told[-1][0] == told[-1][1]
    await store.close()
