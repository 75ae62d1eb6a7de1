"""Units of work: all or nothing, one after the other, on the disk when `write()` returns."""

import asyncio
from functools import partial

import pytest

from storage import make_store
from storage.base import Store, StoreError, StoreUnavailable
from storage.rows import CustomerRow, SenderRow
from storage.transaction import Transaction


def person_called(tx: Transaction, customer_id: str) -> int:
    person_id = tx.people.resolve(customer_id, {})
    tx.people.put_customer(CustomerRow(customer_id, person_id, None, None, None, None))
    return person_id


async def is_there(store: Store, customer_id: str) -> bool:
    return await store.write(lambda tx: tx.people.customer(customer_id)) is not None


async def test_a_unit_returns_what_its_work_returns(store: Store) -> None:
    assert await store.write(lambda _tx: "done") == "done"


async def test_what_work_raises_comes_out_and_nothing_of_the_unit_is_stored(store: Store) -> None:
    def half(tx: Transaction) -> None:
        person_called(tx, "c-1")
        raise KeyError("halfway")

    with pytest.raises(KeyError, match="halfway"):
        await store.write(half)
    assert not await is_there(store, "c-1")


async def test_a_failing_unit_leaves_others_that_run_at_the_same_time_alone(store: Store) -> None:
    def work(number: int) -> object:
        def unit(tx: Transaction) -> int:
            person = person_called(tx, f"c-{number}")
            if number % 3 == 0:
                raise ValueError(number)
            return person

        return unit

    results = await asyncio.gather(
        *(store.write(work(number)) for number in range(30)),  # type: ignore[arg-type]
        return_exceptions=True,
    )
    assert [isinstance(result, ValueError) for result in results] == [n % 3 == 0 for n in range(30)]
    assert [await is_there(store, f"c-{n}") for n in range(30)] == [n % 3 != 0 for n in range(30)]


async def test_a_fault_inside_sql_is_the_units_own_and_undoes_only_it(store: Store) -> None:
    def broken(tx: Transaction) -> None:
        person_called(tx, "c-1")
        tx.staff.put_link("same", "customer", {}, None)
        tx.staff.put_link("same", "customer", {}, None)

    with pytest.raises(Exception, match=r"(?i)unique"):
        await store.write(broken)
    await store.write(lambda tx: person_called(tx, "c-2"))
    assert not await is_there(store, "c-1")
    assert await is_there(store, "c-2")


async def test_work_that_stops_an_iteration_is_a_fault_and_holds_nobody_up(store: Store) -> None:
    empty: list[int] = []
    with pytest.raises(RuntimeError):
        await store.write(lambda _tx: next(iter(empty)))
    assert await store.write(lambda _tx: 1) == 1


async def test_a_caller_that_no_longer_waits_disturbs_nobody(store: Store) -> None:
    waiting = asyncio.create_task(store.write(lambda tx: person_called(tx, "c-1")))
    await asyncio.sleep(0)
    waiting.cancel()
    await store.write(lambda tx: person_called(tx, "c-2"))
    assert await is_there(store, "c-2")


async def test_units_of_the_same_order_run_in_the_order_they_were_given(store: Store) -> None:
    ran: list[tuple[str, int]] = []

    def step(who: str, number: int) -> object:
        return lambda _tx: ran.append((who, number))

    await asyncio.gather(
        *(store.write(step(who, n), order=who) for n in range(20) for who in ("a", "b", "c"))  # type: ignore[arg-type]
    )
    for who in ("a", "b", "c"):
        assert [n for name, n in ran if name == who] == list(range(20))


async def test_a_unit_that_fails_does_not_stop_those_ordered_behind_it(store: Store) -> None:
    def fails(tx: Transaction) -> None:
        raise ValueError

    results = await asyncio.gather(
        store.write(fails, order="a"), store.write(lambda _tx: 2, order="a"), return_exceptions=True
    )
    assert results[1] == 2


async def test_readers_see_what_is_committed_and_nothing_else(store: Store) -> None:
    def undone(tx: Transaction) -> None:
        tx.outbox.put_sender("sms:undone", SenderRow(position=1))
        raise ValueError

    await store.write(lambda tx: tx.outbox.put_sender("sms:kept", SenderRow(position=1)))
    with pytest.raises(ValueError):
        await store.write(undone)
    assert [row["sender"] for row in await store.read.rows("all_senders")] == ["sms:kept"]


async def test_a_store_that_is_closed_refuses_and_may_be_closed_again(store: Store) -> None:
    await store.close()
    await store.close()
    with pytest.raises(StoreUnavailable):
        await store.write(lambda _tx: 1)


async def test_what_was_accepted_is_stored_before_the_store_closes(shared_url: str) -> None:
    store = make_store(shared_url)
    await store.open()
    units = [
        asyncio.create_task(store.write(partial(person_called, customer_id=f"c-{n}"))) for n in range(50)
    ]
    await asyncio.sleep(0)
    await store.close()
    assert all(isinstance(person, int) for person in await asyncio.gather(*units))
    again = make_store(shared_url)
    await again.open()
    assert await again.write(lambda tx: tx.people.customer("c-49")) is not None
    await again.close()


async def test_a_store_opened_again_says_that_it_was_there_already(shared_url: str) -> None:
    versions = []
    for _ in range(2):
        store = make_store(shared_url)
        await store.open()
        versions.append(store.schema)
        await store.close()
    assert versions[1].before == versions[1].now > 0


async def test_a_store_has_nothing_wrong_with_its_structure(store: Store) -> None:
    await store.write(lambda tx: person_called(tx, "c-1"))
    assert await store.check() == []


async def test_a_url_of_no_known_kind_is_refused_with_what_to_write() -> None:
    with pytest.raises(StoreError, match=r"sqlite:///FILE"):
        make_store("mysql://db.example.com/askwhy")
