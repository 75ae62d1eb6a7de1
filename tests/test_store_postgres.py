"""The PostgreSQL store when the server is away, slow, full or not what it was: refusals in time, recovery by itself."""

import asyncio
import gc
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from storage import make_store
from storage.base import Store, StoreError, StoreUnavailable
from storage.postgres import LAST_WORD, LIMIT, PostgresStore
from storage.postgres_server import without_password
from storage.transaction import Transaction
from tests.contract.making import NOW, PHONE, person
from tests.fakes.postgres import PostgresServer

SHORT = 2.0
"""Seconds that units of work may take here, so that the tests need not wait for the usual limit."""

WITHIN = SHORT + LAST_WORD + 1.5


@pytest.fixture
async def store(postgres_url: str) -> AsyncIterator[Store]:
    opened = PostgresStore(postgres_url, limit=SHORT)
    await opened.open()
    yield opened
    await opened.close()


@contextmanager
def in_time() -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < WITHIN


def run(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def backends(url: str) -> list[int]:
    """The processes of the server that serve this database."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
    return [pid for (pid,) in rows]


async def works(store: Store) -> bool:
    try:
        await store.write(person)
    except StoreUnavailable:
        return False
    return True


async def recovers(store: Store) -> bool:
    """Does the store work again within ten seconds, without being told?"""
    began = time.monotonic()
    while not await works(store):
        if time.monotonic() - began > 10:
            return False
        await asyncio.sleep(0.1)
    return True


def test_webhooks_get_their_answer_within_ten_seconds() -> None:
    assert LIMIT + LAST_WORD <= 9


async def test_a_server_that_restarted_is_used_again_without_anybody_noticing(
    store: Store, postgres: PostgresServer
) -> None:
    await asyncio.gather(*(works(store) for _ in range(30)))  # all connections are made
    await asyncio.gather(*(store.read.staff() for _ in range(30)))
    assert await store.hold("sms:1")
    await asyncio.to_thread(postgres.kill)
    await asyncio.to_thread(postgres.start)
    assert all(await asyncio.gather(*(works(store) for _ in range(30))))
    assert await asyncio.gather(*(store.read.staff() for _ in range(30))) == [[]] * 30
    assert await recovers(store)
    assert await store.hold("sms:1") or await store.hold("sms:1")


async def test_connections_that_the_server_ended_are_passed_over_by_all_who_use_one(
    store: Store, postgres_url: str
) -> None:
    number = await store.write(person)

    async def told() -> list[str]:
        return [row["customer_id"] async for row in store.read.stream("all_visits")]

    uses = (  # the second only writes: it could find out no sooner than by its commit
        lambda: store.write(lambda tx: tx.people.lock(number).person_id),
        lambda: store.write(lambda tx: tx.people.set_language(number, "et")),
        store.read.staff,
        told,
    )
    for use in uses:
        first = await asyncio.gather(*(use() for _ in range(30)))
        for pid in backends(postgres_url):
            run(postgres_url, f"SELECT pg_terminate_backend({pid})")
        assert await asyncio.gather(*(use() for _ in range(30))) == first


async def test_while_the_server_is_away_units_are_refused_in_time_and_then_taken_again(
    store: Store, postgres: PostgresServer
) -> None:
    assert await works(store)
    await asyncio.to_thread(postgres.kill)
    try:
        with in_time():
            assert not any(await asyncio.gather(*(works(store) for _ in range(40))))
        with in_time(), pytest.raises(StoreUnavailable):
            await store.read.staff()
        with in_time():
            assert not await store.hold("sms:1")
    finally:
        await asyncio.to_thread(postgres.start)
    assert await recovers(store)
    assert await store.hold("sms:1")


async def test_a_server_that_does_not_answer_is_hung_up_on_and_stores_nothing_later(
    store: Store, postgres_url: str
) -> None:
    assert await works(store)
    assert await store.hold("sms:1")
    frozen = backends(postgres_url)
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    try:
        with in_time(), pytest.raises(StoreUnavailable):
            await store.write(lambda tx: tx.outbox.notice("frozen", NOW))
        with in_time():
            assert not await store.hold("sms:1")
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
    assert await recovers(store)
    assert await store.write(lambda tx: tx.outbox.notice("frozen", NOW))


async def test_a_unit_that_stands_still_for_too_long_is_cut_by_the_server_and_refused(store: Store) -> None:
    def stands_still(tx: Transaction) -> None:
        tx.db._connection.execute(b"SET LOCAL idle_in_transaction_session_timeout = 200")
        person(tx)
        time.sleep(0.6)  # the server waits for the next statement
        person(tx)

    with in_time(), pytest.raises(StoreUnavailable):
        await store.write(stands_still)
    assert await works(store)


async def test_nobody_hears_of_a_unit_whose_caller_has_gone(
    store: Store, postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    number = await store.write(person)
    with psycopg.connect(postgres_url) as connection:
        connection.execute("SELECT 1 FROM people WHERE person_id = %s FOR UPDATE", (number,))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await store.write(lambda tx: tx.people.lock(number))
        await asyncio.sleep(SHORT + LAST_WORD)
        gc.collect()
    assert await works(store)
    assert [record for record in caplog.records if record.name == "asyncio"] == []


async def test_a_row_that_somebody_locks_for_long_holds_only_its_own_person_up(
    store: Store, postgres_url: str
) -> None:
    number = await store.write(person)
    with psycopg.connect(postgres_url) as connection:
        connection.execute("SELECT 1 FROM people WHERE person_id = %s FOR UPDATE", (number,))
        with in_time(), pytest.raises(StoreUnavailable):
            await store.write(lambda tx: tx.people.lock(number))
        assert await store.write(lambda tx: tx.people.resolve(None, {"sms": "+37255550199"})) > 0
    assert await works(store)


async def test_a_pile_of_work_behind_one_locked_person_is_refused_in_time(
    store: Store, postgres_url: str
) -> None:
    number = await store.write(person)
    with psycopg.connect(postgres_url) as connection:
        connection.execute("SELECT 1 FROM people WHERE person_id = %s FOR UPDATE", (number,))
        with in_time():
            results = await asyncio.gather(
                *(store.write(lambda tx: tx.people.lock(number), order=PHONE) for _ in range(50)),
                *(store.write(lambda tx: tx.people.lock(number)) for _ in range(50)),
                return_exceptions=True,
            )
    assert {type(result) for result in results} == {StoreUnavailable}
    assert await works(store)


async def test_tables_taken_away_under_the_service_are_trouble_and_never_made_anew(
    store: Store, postgres_url: str
) -> None:
    run(postgres_url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    with pytest.raises(StoreUnavailable, match="does not exist"):
        await store.write(person)
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchone() == (0,)


async def test_a_server_that_became_a_standby_refuses_and_is_used_again_when_it_takes_writes(
    store: Store, postgres_url: str
) -> None:
    assert await works(store)
    database = psycopg.conninfo.conninfo_to_dict(postgres_url)["dbname"]
    run(postgres_url, f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    for pid in backends(postgres_url):
        run(postgres_url, f"SELECT pg_terminate_backend({pid})")
    with in_time(), pytest.raises(StoreUnavailable):
        await store.write(person)
    run(
        f"{postgres_url}&options=-c%20default_transaction_read_only%3Doff",
        f"ALTER DATABASE {database} RESET ALL",
    )
    assert await recovers(store)


async def test_no_more_connections_than_promised_are_used(store: Store, postgres_url: str) -> None:
    assert all(await asyncio.gather(*(works(store) for _ in range(200))))
    await asyncio.gather(*(store.read.staff() for _ in range(50)), store.hold("sms:1"))
    assert len(backends(postgres_url)) <= 10


async def test_a_server_with_few_connections_left_carries_all_and_one_with_none_refuses_in_time(
    postgres: PostgresServer, postgres_url: str
) -> None:
    name = psycopg.conninfo.conninfo_to_dict(postgres_url)["dbname"]
    role = f"few_{name}"
    run(
        postgres_url,
        f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 3; GRANT ALL ON ALL TABLES IN SCHEMA public TO {role};"
        f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}; GRANT ALL ON SCHEMA public TO {role}",
    )
    store = PostgresStore(postgres_url.replace("//postgres:", f"//{role}:"), limit=SHORT)
    await store.open()
    try:
        assert all(await asyncio.gather(*(works(store) for _ in range(100))))
        run(postgres_url, f"ALTER ROLE {role} CONNECTION LIMIT 0")
        for pid in backends(postgres_url):
            run(postgres_url, f"SELECT pg_terminate_backend({pid})")
        with in_time(), pytest.raises(StoreUnavailable, match="has it connections left"):
            await store.write(person)
        run(postgres_url, f"ALTER ROLE {role} CONNECTION LIMIT 3")
        assert await recovers(store)
    finally:
        await store.close()
        run(postgres_url, f"DROP OWNED BY {role}; DROP ROLE {role}")


async def test_an_empty_database_gets_its_tables_whoever_comes_first(postgres: PostgresServer) -> None:
    with postgres.database(empty=True) as url:
        stores = [make_store(url) for _ in range(4)]
        await asyncio.gather(*(store.open() for store in stores))
        assert min(store.schema.before for store in stores) == 0
        assert len({store.schema.now for store in stores}) == 1
        assert await stores[0].write(person) == await stores[1].write(person)
        for store in stores:
            await store.close()


async def test_a_database_of_others_is_left_alone(postgres: PostgresServer) -> None:
    with postgres.database(empty=True) as url:
        run(url, "CREATE TABLE invoices (id int)")
        with pytest.raises(StoreError, match="not askwhy's"):
            await make_store(url).open()


async def test_a_newer_store_is_refused(postgres_url: str) -> None:
    run(postgres_url, "UPDATE meta SET value = '999' WHERE key = 'schema'")
    with pytest.raises(StoreError, match="newer askwhy"):
        await make_store(postgres_url).open()


@pytest.mark.parametrize(
    "url",
    ["postgresql://askwhy:hunter2@127.0.0.1:1/askwhy", "postgresql://askwhy:hunter2@/nowhere?host=/nowhere"],
)
async def test_a_server_that_cannot_be_reached_is_named_without_its_password(url: str) -> None:
    with in_time(), pytest.raises(StoreError) as raised:
        await make_store(url).open()
    assert "hunter2" not in str(raised.value)
    assert "[storage] url" in str(raised.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "postgresql://u:p@db.example.com:5433/askwhy?sslmode=require",
            "postgresql://u@db.example.com:5433/askwhy",
        ),
        ("postgresql://db.example.com/askwhy?password=p&user=u", "postgresql://db.example.com/askwhy"),
        (
            "postgresql://u:p%40ss:w@a.example.com,b.example.com/askwhy",
            "postgresql://u@a.example.com,b.example.com/askwhy",
        ),
        ("postgresql:///askwhy", "postgresql:///askwhy"),
    ],
)
def test_a_url_is_shown_without_password(url: str, shown: str) -> None:
    assert without_password(url) == shown
    assert PostgresStore(url).url == shown


async def test_keys_that_would_be_given_twice_are_found(store: Store, postgres_url: str) -> None:
    await store.write(person)
    run(postgres_url, "ALTER SEQUENCE people_person_id_seq RESTART")
    assert await store.check() == ["the table people would give the key 1 twice"]


async def test_a_unit_that_fails_with_statements_under_way_stores_nothing_and_is_told_once(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    number = await store.write(person)

    def breaks_off(tx: Transaction) -> None:
        tx.people.set_language(number, "et")
        tx.db.run("add_address", channel="sms", address=PHONE, person_id=None)  # refused by the server, later
        tx.people.set_language(number, "fi")
        raise LookupError("of our own")

    def goes_on(tx: Transaction) -> None:
        tx.people.set_language(number, "et")
        tx.db.run(
            "merge_people", kept=number, **dict.fromkeys(("opted_out_at", "opted_out_how"), "no moment")
        )

    with pytest.raises((LookupError, psycopg.errors.NotNullViolation)):  # whichever is faster
        await store.write(breaks_off)
    with pytest.raises(psycopg.Error):
        await store.write(goes_on)
    assert (await store.write(lambda tx: tx.people.lock(number))).language is None
    assert caplog.records == []
