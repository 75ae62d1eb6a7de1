"""`askwhy move`: everything arrives, in either direction, also when the move is killed again and again."""

import asyncio
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import psycopg
import pytest

from storage import make_store
from storage.base import Store, StoreError, StoreUnavailable
from storage.transaction import Transaction
from storage.transfer import move
from surveys.states import State
from tests.contract.making import (
    CHAT,
    DAY,
    HOUR,
    NOW,
    TODAY,
    conversation,
    counts,
    person,
    planned,
    response,
    talk,
    visit,
)
from tests.fakes.postgres import PostgresServer

KILLED_AT = """
import os, signal, sys
from storage import transfer
transfer.PAGE = 40
calls = 0

def told(done: int, total: int) -> None:
    global calls
    calls += 1
    if calls == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)

transfer.move(sys.argv[1], sys.argv[2], told)
"""


def a_bit_of_everything(tx: Transaction, number: int) -> None:
    """One customer's whole story."""
    name = f"c-õ{number:03}"
    person_id = person(tx, name, f"+3725555{number:04}")
    if number % 5 == 0:
        tx.people.resolve(name, {"telegram": f"{CHAT}{number}"})
        tx.people.opt_out(person_id, NOW, "stop")
    planned(tx, visit(f"v-{number}", customer_id=name, amount=None if number % 3 else number / 7))
    tx.visits.set_asked(f"v-{number}", "sms", NOW)
    tx.visits.tell(f"v-{number}", NOW, "asked", channel="sms", note="9️⃣ '\"\\\t\n\r \\N")
    talk(tx, f"v-{number}", person_id, conversation(State.ASKED, NOW + number * HOUR, NOW + DAY))
    tx.outbox.add("invitation", "sms", "+1", {"text": "õ"}, NOW, priority=1, claim=(f"a-{number}", "w", NOW))
    tx.inbox.add("sms", f"SM{number}", "+1", NOW, {"text": "9"}, "handled")
    one = response(f"v-{number}", day=TODAY + number % 7, person_id=person_id, customer_id=name)
    response_id = tx.answers.add(one)
    for value in (number % 11, (number + 3) % 11):
        tx.answers.record(response_id, one, "recommend", value, None, is_why=False)
    tx.answers.record(response_id, one, "why", None, "sest kiire", is_why=True)
    tx.staff.put_metric("first_fix_rate", f"2026-{number}", "Tartu", "", number / 3)


async def fill(url: str, people: int) -> None:
    store = make_store(url)
    await store.open()
    await asyncio.gather(*(store.write(partial(a_bit_of_everything, number=n)) for n in range(people)))
    await store.close()


async def seen(store: Store) -> object:
    """What people ask a store about."""
    return (
        await counts(store),
        await counts(store, "branch"),
        await store.read.daily("nps", "recommend", 0, 99_999),
        await store.read.rows("visits_by_state"),
        [row async for row in store.read.stream("all_responses")],
        [row async for row in store.read.stream("all_visits")],
        await store.read.story("v-5"),
    )


async def seen_at(url: str) -> object:
    store = make_store(url)
    await store.open()
    try:
        return await seen(store)
    finally:
        await store.close()


def at(folder: Path) -> str:
    return f"sqlite:///{folder / 'askwhy.db'}"


async def test_a_moved_store_tells_the_same_and_goes_on(tmp_path: Path, postgres_url: str) -> None:
    await fill(at(tmp_path), 60)
    before = await seen_at(at(tmp_path))
    copied = {one.table: one.rows for one in await asyncio.to_thread(move, at(tmp_path), postgres_url)}
    assert (copied["people"], copied["visits"], copied["answers"], copied["answer_history"]) == (
        60,
        60,
        120,
        60,
    )
    assert await seen_at(postgres_url) == before == await seen_at(at(tmp_path))

    store = make_store(postgres_url)
    await store.open()
    await store.write(partial(a_bit_of_everything, number=777))
    opted_out = await store.write(lambda tx: tx.people.lock(tx.people.resolve(None, {"sms": "+37255550005"})))
    assert opted_out.opted_out_at == NOW
    assert await store.check() == []
    await store.close()


async def test_a_store_moves_back_again(tmp_path: Path, postgres_url: str) -> None:
    await fill(at(tmp_path), 30)
    back = f"sqlite:///{tmp_path / 'back.db'}"
    await asyncio.to_thread(move, at(tmp_path), postgres_url)
    await asyncio.to_thread(move, postgres_url, back)
    assert await seen_at(back) == await seen_at(at(tmp_path))


@pytest.mark.parametrize("to", ["postgresql", "sqlite"])
async def test_a_move_that_is_killed_goes_on_where_it_stopped(
    tmp_path: Path, postgres: PostgresServer, to: str
) -> None:
    await fill(at(tmp_path), 100)
    with postgres.database(empty=True) as database:
        target = database if to == "postgresql" else f"sqlite:///{tmp_path / 'new.db'}"
        ends = []
        for kill_at in (1, 4, 7, 12, 2, 9, 15, 999):
            command = [sys.executable, "-c", KILLED_AT, at(tmp_path), target, str(kill_at)]
            process = await asyncio.create_subprocess_exec(*command)
            ends.append(await process.wait())
            if ends[-1] != 0:
                with pytest.raises(StoreError, match="not finished"):
                    await make_store(target).open()
        assert set(ends[:4]) == {-signal.SIGKILL}
        assert ends[-1] == 0
        assert await seen_at(target) == await seen_at(at(tmp_path))


async def test_a_store_in_use_is_not_moved(tmp_path: Path, postgres_url: str) -> None:
    await fill(at(tmp_path), 3)
    running = make_store(at(tmp_path))
    await running.open()
    with pytest.raises(StoreUnavailable, match="in use"):
        await asyncio.to_thread(move, at(tmp_path), postgres_url)
    assert await running.write(lambda tx: tx.people.by_address("sms", "+37255550001")) is not None
    await running.close()


async def test_a_postgresql_store_in_use_is_not_moved(tmp_path: Path, postgres_url: str) -> None:
    running = make_store(postgres_url)
    await running.open()
    await running.write(partial(a_bit_of_everything, number=1))
    with pytest.raises(StoreUnavailable, match="in use"):
        await asyncio.to_thread(move, postgres_url, at(tmp_path))
    await running.close()


async def test_no_service_starts_on_a_store_that_is_being_moved(tmp_path: Path, postgres_url: str) -> None:
    await fill(at(tmp_path), 50)
    started: list[str] = []

    def told(done: int, total: int) -> None:
        if not started:
            started.append("tried")
            code = "import asyncio, sys; from storage import make_store; asyncio.run(make_store(sys.argv[1]).open())"
            end = subprocess.run([sys.executable, "-c", code, at(tmp_path)], capture_output=True, check=False)
            started.append(end.stderr.decode())

    await asyncio.to_thread(move, at(tmp_path), postgres_url, told)
    assert "held by another program" in started[1]


async def test_a_target_that_holds_something_is_left_alone(tmp_path: Path, postgres_url: str) -> None:
    await fill(at(tmp_path), 3)
    await fill(postgres_url, 1)
    with pytest.raises(StoreError, match="not empty"):
        await asyncio.to_thread(move, at(tmp_path), postgres_url)
    store = make_store(postgres_url)
    await store.open()
    await store.close()


async def test_a_copy_that_differs_by_one_value_is_refused(tmp_path: Path, postgres_url: str) -> None:
    await fill(at(tmp_path), 30)

    def told(done: int, total: int) -> None:
        with psycopg.connect(postgres_url, autocommit=True) as meddler:
            meddler.execute("UPDATE answers SET value = 1 WHERE response_id = 7 AND question = 'recommend'")

    with pytest.raises(StoreError, match=r"answers is not what it is"):
        await asyncio.to_thread(move, at(tmp_path), postgres_url, told)
    with pytest.raises(StoreError, match="not finished"):
        await make_store(postgres_url).open()


async def test_a_move_from_another_store_is_not_continued(tmp_path: Path, postgres_url: str) -> None:
    await fill(at(tmp_path), 3)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            """INSERT INTO meta VALUES ('moving', '{"from": "sqlite:///elsewhere.db", "table": "people", "after": null}')"""
        )
    with pytest.raises(StoreError, match=r"elsewhere\.db"):
        await asyncio.to_thread(move, at(tmp_path), postgres_url)


async def test_there_must_be_a_store_to_move(tmp_path: Path, postgres_url: str) -> None:
    with pytest.raises(StoreError, match="no store at"):
        await asyncio.to_thread(move, at(tmp_path), postgres_url)
    with pytest.raises(StoreError, match="no store at"):  # and none was made
        await asyncio.to_thread(move, at(tmp_path), postgres_url)


async def test_how_far_a_move_is_only_ever_grows_to_the_end(tmp_path: Path, postgres_url: str) -> None:
    await fill(at(tmp_path), 40)
    told: list[tuple[int, int]] = []
    await asyncio.to_thread(move, at(tmp_path), postgres_url, lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == told[-1][1] > 0
