"""People: the same address or customer id is one person, and an opt-out outlives everything."""

from typing import Any

import pytest

from storage.base import Store
from storage.rows import CustomerRow
from storage.transaction import Transaction
from surveys.states import State
from tests.contract.making import (
    CHAT,
    DAY,
    HOUR,
    NOW,
    OTHER_PHONE,
    PHONE,
    conversation,
    person,
    plan,
    planned,
    talk,
    visit,
)


async def test_the_same_customer_or_the_same_address_is_the_same_person(store: Store) -> None:
    first = await store.write(lambda tx: person(tx, "c-1", PHONE))
    assert await store.write(lambda tx: tx.people.resolve("c-1", {})) == first
    assert await store.write(lambda tx: tx.people.resolve("c-2", {"sms": PHONE})) == first
    assert await store.write(lambda tx: tx.people.by_address("sms", PHONE)) == first
    assert await store.write(lambda tx: tx.people.by_address("telegram", PHONE)) is None


async def test_nobody_known_is_a_new_person(store: Store) -> None:
    first = await store.write(lambda tx: tx.people.resolve(None, {"sms": PHONE}))
    second = await store.write(lambda tx: tx.people.resolve(None, {"sms": OTHER_PHONE}))
    assert first != second


async def test_what_a_newer_visit_does_not_say_about_a_customer_stays(store: Store) -> None:
    def work(tx: Transaction) -> CustomerRow | None:
        number = person(tx)
        tx.people.put_customer(CustomerRow("c-1", number, None, "ru", None, "22:00-08:00"))
        return tx.people.customer("c-1")

    row = await store.write(work)
    assert row is not None
    assert (row.name, row.language, row.timezone, row.quiet) == (
        "Liis Tamm",
        "ru",
        "Europe/Tallinn",
        "22:00-08:00",
    )


async def test_two_people_who_turn_out_to_be_one_are_merged_with_all_they_have(store: Store) -> None:
    def work(tx: Transaction) -> int:
        first = person(tx, "c-1", PHONE)
        second = person(tx, "c-2", OTHER_PHONE)
        planned(tx, visit("v-1", customer_id="c-1"))
        planned(tx, visit("v-2", customer_id="c-2", occurred_at=NOW - 2 * DAY))
        tx.visits.set_asked("v-2", "sms", NOW - DAY)
        tx.outbox.add("reply", "sms", OTHER_PHONE, {}, NOW, priority=0, person_id=second)
        tx.people.set_language(second, "ru")
        return first

    kept = await store.write(work)
    assert await store.write(lambda tx: tx.people.resolve("c-1", {"sms": OTHER_PHONE})) == kept

    def look(tx: Transaction) -> tuple[object, ...]:
        return (
            {row.address for row in tx.people.addresses(kept)},
            [asked.visit_id for asked in tx.visits.asked_of(kept, NOW - 9 * DAY)],
            [waiting.visit_id for waiting in tx.visits.waiting_of(kept, "")],
            tx.outbox.count_since(kept, NOW),
            tx.people.lock(kept).language,
            tx.people.resolve("c-2", {}),
        )

    assert await store.write(look) == ({PHONE, OTHER_PHONE}, ["v-2"], ["v-1"], 1, "ru", kept)


async def test_of_two_open_conversations_the_newest_stays_open_when_people_are_merged(store: Store) -> None:
    def work(tx: Transaction) -> None:
        for number, (state, phone) in enumerate(
            [(State.ANSWERING, PHONE), (State.ASKED, OTHER_PHONE), (State.ASKED, "+37255550102")]
        ):
            one = person(tx, f"c-{number}", phone)
            planned(tx, visit(f"v-{number}", customer_id=f"c-{number}"))
            tx.visits.set_state(f"v-{number}", str(state))
            talk(tx, f"v-{number}", one, conversation(state, NOW + number * HOUR, NOW + DAY), phone)
        tx.people.resolve("c-0", {"a": PHONE, "sms": OTHER_PHONE})
        tx.people.resolve("c-0", {"sms": "+37255550102"})

    await store.write(work)

    def look(tx: Transaction) -> list[tuple[str, str]]:
        return [
            (str(row.conversation.state), seen.state)
            for number in range(3)
            if (row := tx.conversations.about(f"v-{number}")) and (seen := tx.visits.get(f"v-{number}"))
        ]

    assert await store.write(look) == [("answered", "answered"), ("expired", "expired"), ("asked", "asked")]
    assert await store.write(lambda tx: tx.conversations.due(NOW + 9 * DAY, 10)) != []


async def test_an_opt_out_of_either_holds_for_both_and_the_first_one_counts(store: Store) -> None:
    def work(tx: Transaction) -> int:
        first, second = person(tx, "c-1", PHONE), person(tx, "c-2", OTHER_PHONE)
        tx.people.opt_out(second, NOW - DAY, "blocked")
        tx.people.opt_out(first, NOW, "stop")
        return tx.people.resolve("c-1", {"sms": OTHER_PHONE})

    merged = await store.write(work)
    row = await store.write(lambda tx: tx.people.lock(merged))
    assert (row.opted_out_at, row.opted_out_how) == (NOW - DAY, "blocked")


async def test_an_opt_out_follows_the_address_to_whoever_has_it_next(store: Store) -> None:
    def opts_out(tx: Transaction) -> None:
        tx.people.opt_out(person(tx, "c-1", PHONE), NOW, "stop")

    await store.write(opts_out)

    def erased_then_back(tx: Transaction) -> Any:
        gone = tx.people.by_address("sms", PHONE)
        tx.db.run("drop_addresses", person_id=gone)
        return tx.people.lock(tx.people.resolve("c-9", {"sms": PHONE}))

    row = await store.write(erased_then_back)
    assert (row.opted_out_at, row.opted_out_how) == (NOW, "stop")


@pytest.mark.parametrize("joined_first", [True, False])
async def test_an_opt_out_holds_on_addresses_that_join_later_too(store: Store, joined_first: bool) -> None:
    def work(tx: Transaction) -> None:
        number = person(tx, "c-1", PHONE)
        if joined_first:
            tx.people.resolve("c-1", {"telegram": CHAT})
        tx.people.opt_out(number, NOW, "stop")
        if not joined_first:
            tx.people.resolve("c-1", {"telegram": CHAT})
        tx.db.run("drop_addresses", person_id=number)

    await store.write(work)
    newcomer = await store.write(lambda tx: tx.people.lock(tx.people.resolve(None, {"telegram": CHAT})))
    assert newcomer.opted_out_at == NOW


async def test_who_opts_in_again_is_in_for_good(store: Store) -> None:
    def work(tx: Transaction) -> Any:
        number = person(tx, "c-1", PHONE)
        tx.people.opt_out(number, NOW, "stop")
        tx.people.opt_in(number)
        tx.db.run("drop_addresses", person_id=number)
        return tx.people.lock(tx.people.resolve("c-2", {"sms": PHONE})).opted_out_at

    assert await store.write(work) is None


async def test_an_address_remembers_that_it_never_works_and_when_it_was_reached_first(store: Store) -> None:
    def work(tx: Transaction) -> Any:
        number = person(tx)
        tx.people.set_unusable("sms", PHONE, "21211")
        tx.people.set_reached("sms", PHONE, NOW)
        tx.people.set_reached("sms", PHONE, NOW + DAY)
        return tx.people.addresses(number)

    (row,) = await store.write(work)
    assert (row.unusable, row.reached_at) == ("21211", NOW)


async def test_a_chat_that_got_a_new_id_keeps_its_person(store: Store) -> None:
    def work(tx: Transaction) -> tuple[int, int | None, int | None]:
        number = tx.people.resolve(None, {"telegram": CHAT})
        tx.people.move_address("telegram", CHAT, "-100770001")
        return number, tx.people.by_address("telegram", "-100770001"), tx.people.by_address("telegram", CHAT)

    number, new, old = await store.write(work)
    assert (new, old) == (number, None)


async def test_an_address_is_never_moved_onto_somebody_else(store: Store) -> None:
    def work(tx: Transaction) -> tuple[int | None, int]:
        tx.people.resolve(None, {"telegram": CHAT})
        other = tx.people.resolve(None, {"telegram": "770002"})
        tx.people.move_address("telegram", CHAT, "770002")
        return tx.people.by_address("telegram", "770002"), other

    found, other = await store.write(work)
    assert found == other


async def test_a_person_nobody_else_works_on_is_free_to_lock(store: Store) -> None:
    def work(tx: Transaction) -> Any:
        number = person(tx)
        return tx.people.lock_if_free(number), tx.people.lock(number), tx.people.lock_if_free(number + 1)

    free, locked, nobody = await store.write(work)
    assert free == locked
    assert nobody is None


async def test_the_visits_without_address_are_found_when_one_comes(store: Store) -> None:
    def work(tx: Transaction) -> list[str]:
        number = person(tx, phone=None)
        for name in ("v-2", "v-1"):
            tx.visits.add(visit(name), number, NOW, 1, plan())
            tx.visits.set_state(name, "suppressed", "no_address")
        tx.visits.add(visit("v-3"), number, NOW, 1, plan())
        return sorted(tx.visits.without_address(number))

    assert await store.write(work) == ["v-1", "v-2"]
