"""Several processes at the same thing in the same moment: as if they had come one after the other."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from functools import partial

import pytest

from storage import make_store
from storage.base import Store
from storage.rows import CustomerRow
from storage.transaction import Transaction
from surveys.states import State
from tests.contract.making import (
    CHAT,
    HOUR,
    NOW,
    OTHER_PHONE,
    PHONE,
    TODAY,
    conversation,
    counts,
    person,
    plan,
    planned,
    response,
    talk,
    visit,
)

LEASE = NOW + HOUR


@pytest.fixture
async def processes(shared_url: str) -> AsyncIterator[list[Store]]:
    """One store opened four times; what they do at once, they do on connections and threads of their own."""
    stores = [make_store(shared_url) for _ in range(4)]
    for store in stores:
        await store.open()
    yield stores
    for store in stores:
        await store.close()


def take(tx: Transaction, customer_id: str, phone: str) -> int:
    """What taking a visit in does to people."""
    person_id = tx.people.resolve(customer_id, {"sms": phone})
    tx.people.put_customer(CustomerRow(customer_id, person_id, None, None, None, None))
    return person_id


async def test_visits_for_one_new_phone_at_once_are_about_one_person(processes: list[Store]) -> None:
    for number in range(10):
        phone = f"+372555501{number:02}"
        found = await asyncio.gather(
            *(
                s.write(partial(take, customer_id=f"c-{number}-{n}", phone=phone))
                for n, s in enumerate(processes)
            )
        )
        assert len(set(found)) == 1
    (people,) = await processes[0].write(
        lambda tx: tx.db._connection.execute("SELECT count(*) AS n FROM people")
    )
    assert people["n"] == 10


async def test_visits_of_one_new_customer_at_once_are_about_one_person(processes: list[Store]) -> None:
    for number in range(10):
        found = await asyncio.gather(
            *(s.write(partial(person, customer_id=f"c-{number}", phone=None)) for s in processes)
        )
        assert len(set(found)) == 1


async def test_people_merged_from_both_sides_at_once_become_one(processes: list[Store]) -> None:
    for number in range(10):
        phones = [f"+3725555{number:02}0{n}" for n in range(4)]
        for n, phone in enumerate(phones):
            await processes[0].write(partial(take, customer_id=f"c-{number}-{n}", phone=phone))
        await asyncio.gather(
            *(
                store.write(partial(take, customer_id=f"c-{number}-{n}", phone=phones[(n + 1) % 4]))
                for n, store in enumerate(processes)
            )
        )
        found = {await processes[0].write(lambda tx, p=p: tx.people.by_address("sms", p)) for p in phones}  # type: ignore[misc]
        assert len(found) == 1


async def test_nothing_of_a_person_is_left_behind_by_a_merge_at_the_same_moment(
    processes: list[Store],
) -> None:
    first = await processes[0].write(partial(take, customer_id="c-1", phone=PHONE))
    await processes[0].write(partial(take, customer_id="c-2", phone=OTHER_PHONE))

    def adds(tx: Transaction, number: int) -> None:
        owner = take(tx, "c-2", OTHER_PHONE)
        tx.visits.add(visit(f"v-{number}", customer_id="c-2"), owner, NOW, 1, plan())

    await asyncio.gather(
        *(store.write(partial(adds, number=n)) for n, store in enumerate(processes * 3)),
        processes[1].write(lambda tx: tx.people.resolve("c-1", {"sms": OTHER_PHONE})),
    )
    waiting = await processes[0].write(lambda tx: tx.visits.waiting_of(first, ""))
    assert len(waiting) == 12


async def test_one_person_is_worked_on_by_one_unit_at_a_time(processes: list[Store]) -> None:
    number = await processes[0].write(person)

    def counts_up(tx: Transaction) -> None:
        tx.people.lock(number)
        row = tx.outbox.sender("counter")
        tx.outbox.put_sender("counter", type(row)(position=(row.position or 0) + 1))

    await asyncio.gather(*(store.write(counts_up) for store in processes for _ in range(25)))
    assert (await processes[0].write(lambda tx: tx.outbox.sender("counter"))).position == 100


async def test_of_two_conversations_begun_at_once_one_is_open(processes: list[Store]) -> None:
    number = await processes[0].write(person)

    def begins(tx: Transaction, name: str) -> bool:
        tx.people.lock(number)
        if tx.conversations.open_of(number) is not None:
            return False
        talk(tx, name, number, conversation(State.ASKED))
        return True

    begun = await asyncio.gather(*(s.write(partial(begins, name=f"v-{n}")) for n, s in enumerate(processes)))
    assert sum(begun) == 1


async def test_due_messages_claimed_by_many_are_each_claimed_once(processes: list[Store]) -> None:
    def queue(tx: Transaction) -> None:
        for number in range(200):
            tx.outbox.add("reply", "sms", PHONE, {}, NOW, priority=number % 3)

    def claim(tx: Transaction, owner: str) -> list[int]:
        rows = tx.outbox.due("sms", NOW, 10)
        return [
            r.outbox_id for r in rows if tx.outbox.claim(r.outbox_id, f"{owner}-{r.outbox_id}", owner, LEASE)
        ]

    async def work(store: Store, owner: str) -> list[int]:
        claimed: list[int] = []
        while some := await store.write(partial(claim, owner=owner)):
            claimed += some
        return claimed

    await processes[0].write(queue)
    claimed = await asyncio.gather(*(work(store, f"w{n}") for n, store in enumerate(processes)))
    assert sorted(number for some in claimed for number in some) == list(range(1, 201))


async def test_due_visits_are_each_claimed_once(processes: list[Store]) -> None:
    def plan_all(tx: Transaction) -> None:
        for number in range(100):
            planned(tx, visit(f"v-{number}", customer_id=f"c-{number}"))

    def claim(tx: Transaction) -> list[str]:
        claimed = []
        for visit_id, person_id, _ in tx.visits.due("sms", NOW, 15):
            if tx.people.lock_if_free(person_id) is not None:
                tx.visits.set_asked(visit_id, "sms", NOW)
                claimed.append(visit_id)
        return claimed

    async def work(store: Store) -> list[str]:
        claimed: list[str] = []
        while some := await store.write(claim):
            claimed += some
        return claimed

    await processes[0].write(plan_all)
    claimed = [v for some in await asyncio.gather(*map(work, processes)) for v in some]
    assert Counter(claimed) == Counter(f"v-{number}" for number in range(100))


async def test_a_claim_never_waits_for_a_person_who_is_writing(processes: list[Store]) -> None:
    """So that a STOP that is being handled and the claim of a message to the same person never wait for each other."""

    def queue(tx: Transaction) -> int:
        number = person(tx)
        tx.outbox.add("reply", "sms", PHONE, {}, NOW, priority=0, person_id=number)
        return number

    number = await processes[0].write(queue)

    def stops(tx: Transaction) -> int:
        tx.people.lock(number)
        tx.people.opt_out(number, NOW, "stop")
        return tx.outbox.cancel(number, "opted_out")

    def claims(tx: Transaction) -> int:
        rows = tx.outbox.due("sms", NOW, 10)
        free = [row for row in rows if row.person_id and tx.people.lock_if_free(row.person_id)]
        return sum(tx.outbox.claim(row.outbox_id, "a", "w", LEASE) is not None for row in free)

    async with asyncio.timeout(3):
        stopped, claimed = await asyncio.gather(processes[0].write(stops), processes[1].write(claims))
    assert stopped + claimed == 1


async def test_a_job_a_link_and_a_notice_go_to_one_process(processes: list[Store]) -> None:
    await processes[0].write(lambda tx: tx.staff.put_link("hash", "customer", {}, None))
    await processes[0].write(lambda tx: tx.upkeep.plan("night", NOW))
    took = await asyncio.gather(*(s.write(lambda tx: tx.upkeep.take("night", NOW, LEASE)) for s in processes))
    used = await asyncio.gather(
        *(s.write(lambda tx: tx.staff.use_link("hash", CHAT, NOW)) for s in processes)
    )
    told = await asyncio.gather(*(s.write(lambda tx: tx.outbox.notice("full", NOW)) for s in processes))
    came = await asyncio.gather(
        *(s.write(lambda tx: tx.inbox.add("sms", "SM1", PHONE, NOW, {}, "handled")) for s in processes)
    )
    assert (sum(took), sum(used), sum(told), len([n for n in came if n is not None])) == (1, 1, 1, 1)


async def test_answers_given_at_once_are_all_counted(processes: list[Store]) -> None:
    def answers(tx: Transaction, number: int) -> None:
        one = response(f"v-{number}")
        tx.answers.record(tx.answers.add(one), one, "recommend", number % 11, None, is_why=False)
        tx.answers.count_asked("nps", TODAY, {"branch": "Tartu"})

    await asyncio.gather(*(s.write(partial(answers, number=n)) for n, s in enumerate(processes * 22)))
    assert await counts(processes[0], "branch") == {"Tartu": dict.fromkeys(range(11), 8)}
    assert await processes[1].read.daily("nps", "recommend", 0, 99_999) == [
        (TODAY, dict.fromkeys(range(11), 8))
    ]
    assert await processes[2].read.asked("nps", 0, 99_999) == {"": 88}


async def test_stores_opened_for_the_first_time_at_once_make_one_schema(shared_url: str) -> None:
    stores = [make_store(shared_url) for _ in range(4)]
    await asyncio.gather(*(store.open() for store in stores))
    await stores[0].write(person)
    seen = [await store.write(lambda tx: tx.people.by_address("sms", PHONE)) for store in stores]
    assert seen == [1, 1, 1, 1]
    for store in stores:
        await store.close()


async def test_a_day_counted_anew_while_answers_come_in_equals_them(processes: list[Store]) -> None:
    def answers(tx: Transaction, number: int) -> None:
        tx.answers.record_about(response(f"v-{number}"), "recommend", number % 11, None, is_why=False)

    def recount(tx: Transaction) -> bool:
        return tx.answers.recount("nps", "recommend", TODAY)

    def wrong(tx: Transaction) -> None:
        tx.db._connection.execute("UPDATE tallies SET v5 = v5 + 1")

    for first in range(0, 160, 20):
        await processes[2].write(wrong)
        writes = [processes[n % 4].write(partial(answers, number=n)) for n in range(first, first + 20)]
        await asyncio.gather(
            *writes[:10], processes[0].write(recount), *writes[10:], processes[1].write(recount)
        )
        assert (await counts(processes[3]))[""] == Counter(number % 11 for number in range(first + 20))


async def test_roll_ups_put_together_while_answers_come_in_equal_a_recount(processes: list[Store]) -> None:
    def answers(tx: Transaction, number: int) -> None:
        one = response(f"v-{number}")
        tx.answers.record_about(one, "recommend", number % 11, None, is_why=False)
        tx.answers.count_asked("nps", TODAY, {"branch": "Tartu"})

    def fold(tx: Transaction) -> None:
        tx.answers.fold(TODAY)

    for first in range(0, 80, 20):
        writes = [processes[n % 4].write(partial(answers, number=n)) for n in range(first, first + 20)]
        await asyncio.gather(*writes[:10], processes[0].write(fold), *writes[10:], processes[1].write(fold))
    await processes[2].write(fold)
    assert (await counts(processes[3]))[""] == Counter(number % 11 for number in range(80))
    assert await processes[3].read.asked("nps", TODAY, TODAY + 1, "branch") == {"Tartu": 80}
    assert await processes[0].read.unfolded_days(TODAY + 1) == []
    shards = await processes[0].write(
        lambda tx: tx.db._connection.execute(
            "SELECT shard FROM tallies UNION SELECT shard FROM asked_tallies"
        ).fetchall()
    )
    assert [row["shard"] for row in shards] == [0]
