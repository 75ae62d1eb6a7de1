"""Visits: from planned to claimed, and the story of how they got there."""

from decimal import Decimal
from typing import Any

from storage.base import Store
from storage.tables.visits import Plan
from storage.transaction import Transaction
from tests.contract.making import DAY, HOUR, MINUTE, NOW, person, plan, planned, visit


async def test_a_visit_comes_back_as_it_was_with_the_facts_of_its_customer(store: Store) -> None:
    def work(tx: Transaction) -> Any:
        number = person(tx)
        tx.visits.add(visit(), number, NOW, 3, plan(NOW + DAY))
        return tx.visits.get("v-1")

    row = await store.write(work)
    assert row.visit == visit()._replace(name="Liis Tamm", language="et", timezone="Europe/Tallinn")
    assert (row.state, row.channel, row.due_at, row.visit_number) == ("planned", "sms", NOW + DAY, 3)
    assert await store.read.visit("v-1") == row
    assert await store.read.visit("v-2") is None


async def test_what_a_visit_does_not_say_stays_unsaid(store: Store) -> None:
    bare = visit(
        touchpoint=None, branch=None, employee=None, product=None, amount=None, resolved=None, extra={}
    )
    await store.write(lambda tx: planned(tx, bare))
    row = await store.read.visit("v-1")
    assert row is not None
    assert row.visit == bare


async def test_new_facts_replace_the_old_ones(store: Store) -> None:
    changed = visit(
        branch="Tallinn", amount=Decimal(0), resolved=False, extra={"season": "summer", "lift": "2"}
    )

    def work(tx: Transaction) -> Any:
        planned(tx, visit())
        tx.visits.change(changed)
        row = tx.visits.get("v-1")
        return row.visit if row else None

    assert await store.write(work) == changed


async def test_a_decision_carries_its_reason_and_detail(store: Store) -> None:
    def work(tx: Transaction) -> Any:
        planned(tx, visit())
        tx.visits.plan("v-1", Plan("suppressed", "nps", reason="cap", detail={"days": 90, "other": "v-0"}))
        return tx.visits.get("v-1")

    row = await store.write(work)
    assert (row.state, row.reason, row.detail) == ("suppressed", "cap", {"days": 90, "other": "v-0"})
    assert row.due_at is None


async def test_due_visits_come_oldest_first_and_only_for_their_channel(store: Store) -> None:
    def work(tx: Transaction) -> list[str]:
        for minutes, channel in ((5, "sms"), (30, "sms"), (10, "telegram"), (-5, "sms"), (0, "sms")):
            planned(tx, visit(f"v{minutes}", customer_id=f"c{minutes}"), NOW - minutes * MINUTE, channel)
        planned(tx, visit("v-asked", customer_id="c-asked"), NOW - DAY)
        tx.visits.set_asked("v-asked", "sms", NOW)
        return [visit_id for visit_id, _, _ in tx.visits.due("sms", NOW, 10)]

    assert await store.write(work) == ["v30", "v5", "v0"]
    assert await store.write(lambda tx: len(tx.visits.due("sms", NOW, 2))) == 2
    assert await store.write(lambda tx: tx.visits.next_due("telegram")) == NOW - 10 * MINUTE
    assert await store.write(lambda tx: tx.visits.next_due("console")) is None


async def test_a_claimed_visit_counts_against_the_cap_until_it_surely_was_not_asked(store: Store) -> None:
    def work(tx: Transaction) -> int:
        number = planned(tx, visit())
        tx.visits.set_asked("v-1", "sms", NOW)
        return number

    number = await store.write(work)
    (asked,) = await store.write(lambda tx: tx.visits.asked_of(number, NOW - DAY))
    assert (asked.visit_id, asked.at, asked.survey) == ("v-1", NOW, "nps")
    assert asked.attributes == {
        "touchpoint": "counter",
        "branch": "Tartu",
        "employee": "Mari",
        "product": "tyres",
        "season": "winter",
    }
    assert await store.write(lambda tx: tx.visits.asked_of(number, NOW + HOUR)) == ()
    await store.write(lambda tx: tx.visits.set_not_asked("v-1"))
    assert await store.write(lambda tx: tx.visits.asked_of(number, NOW - DAY)) == ()


async def test_the_other_waiting_visits_of_a_person_are_known(store: Store) -> None:
    def work(tx: Transaction) -> list[str]:
        number = planned(tx, visit("v-1", occurred_at=NOW - 3 * DAY))
        planned(tx, visit("v-2", occurred_at=NOW - DAY))
        planned(tx, visit("v-3", occurred_at=NOW - 2 * DAY))
        planned(tx, visit("v-4"))
        tx.visits.set_asked("v-4", "sms", NOW)
        planned(tx, visit("v-5", customer_id="c-5"))
        return [waiting.visit_id for waiting in tx.visits.waiting_of(number, "v-3")]

    assert await store.write(work) == ["v-2", "v-1"]


async def test_a_visit_knows_which_of_the_persons_visits_it_is(store: Store) -> None:
    def work(tx: Transaction) -> list[int]:
        number = planned(tx, visit("v-1", occurred_at=NOW - 3 * DAY))
        planned(tx, visit("v-2", occurred_at=NOW - DAY))
        return [tx.visits.number_of(number, NOW - days * DAY) for days in (5, 2, 0)]

    assert await store.write(work) == [1, 2, 3]


async def test_a_story_is_told_in_order(store: Store) -> None:
    def work(tx: Transaction) -> None:
        planned(tx, visit())
        tx.visits.tell("v-1", NOW, "asking", channel="sms")
        tx.visits.tell("v-1", NOW, "asked", channel="sms", note="õ ❄ 9️⃣")
        tx.visits.tell("v-2", NOW, "asked")

    await store.write(work)
    told = [(NOW, "asking", {"channel": "sms"}), (NOW, "asked", {"channel": "sms", "note": "õ ❄ 9️⃣"})]
    assert await store.write(lambda tx: tx.visits.story("v-1")) == told
    assert await store.read.story("v-1") == told
