"""Inbox and outbox: every message in once for ever, every message out claimed before it is sent."""

from typing import Any

import pytest

from storage.base import Store
from storage.rows import OutboundRow, SenderRow
from storage.transaction import Transaction
from tests.contract.making import CHAT, DAY, HOUR, MINUTE, NOW, PHONE, SECOND, person

LEASE = NOW + 45 * SECOND


def due(tx: Transaction, address: str = PHONE, kind: str = "reply", priority: int = 5, **changes: Any) -> int:
    return tx.outbox.add(kind, "sms", address, {"text": "Aitäh!"}, NOW, priority=priority, **changes)


async def one(store: Store, number: int) -> OutboundRow:
    row = await store.write(lambda tx: tx.outbox.get(number))
    assert row is not None
    return row


async def test_a_message_that_comes_again_is_a_repeat_for_ever(store: Store) -> None:
    def comes(at_days: int, body: str) -> int | None:
        return None

    first = await store.write(lambda tx: tx.inbox.add("sms", "SM1", PHONE, NOW, {"text": "9"}, "handled"))
    again = await store.write(
        lambda tx: tx.inbox.add("sms", "SM1", PHONE, NOW + 400 * DAY, {"text": "3"}, "handled")
    )
    other = await store.write(lambda tx: tx.inbox.add("telegram", "SM1", CHAT, NOW, {}, "handled"))
    assert first is not None
    assert again is None
    assert other is not None
    row = await store.write(lambda tx: tx.inbox.get(first))
    assert row is not None
    assert (row.body, row.received_at, row.tries, row.error) == ({"text": "9"}, NOW, 0, None)


async def test_messages_that_wait_come_oldest_first_with_how_it_went(store: Store) -> None:
    def work(tx: Transaction) -> list[tuple[str, int, str | None]]:
        for number in range(3):
            tx.inbox.add("sms", f"SM{number}", PHONE, NOW, {}, "retry")
        first = tx.inbox.waiting("retry")[0]
        tx.inbox.set(first.inbox_id, "quarantined", 5, "KeyError: 'x'")
        return [
            (row.external_id, row.tries, row.error)
            for s in ("retry", "quarantined")
            for row in tx.inbox.waiting(s)
        ]

    assert await store.write(work) == [("SM1", 0, None), ("SM2", 0, None), ("SM0", 5, "KeyError: 'x'")]


async def test_the_messages_of_an_address_are_counted(store: Store) -> None:
    def work(tx: Transaction) -> list[int]:
        for hours in range(3):
            tx.inbox.add("sms", f"SM{hours}", PHONE, NOW - hours * HOUR, {}, "handled")
        return [tx.inbox.count_since("sms", PHONE, NOW - HOUR), tx.inbox.count_since("sms", "+1", NOW - HOUR)]

    assert await store.write(work) == [2, 0]


async def test_what_is_due_comes_by_priority_then_age(store: Store) -> None:
    def work(tx: Transaction) -> dict[int, str]:
        return {
            due(tx, priority=5, due_at=NOW - MINUTE): "old",
            due(tx, priority=5, due_at=NOW - HOUR): "older",
            due(tx, priority=1): "urgent",
            due(tx, priority=5, due_at=NOW + SECOND): "later",
            due(tx, priority=9, due_at=NOW - DAY): "bulk",
            tx.outbox.add("reply", "telegram", CHAT, {}, NOW, priority=0): "elsewhere",
        }

    names = await store.write(work)
    rows = await store.write(lambda tx: tx.outbox.due("sms", NOW, 10))
    assert [names[row.outbox_id] for row in rows] == ["urgent", "older", "old", "bulk"]
    rows = await store.write(lambda tx: tx.outbox.due("sms", NOW, 2, priority=5))
    assert [names[row.outbox_id] for row in rows] == ["urgent", "older"]
    assert await store.write(lambda tx: tx.outbox.next_due("sms")) == NOW - DAY
    assert await store.write(lambda tx: tx.outbox.next_due("console")) is None


async def test_a_message_is_claimed_once(store: Store) -> None:
    number = await store.write(due)
    claims = [await store.write(lambda tx, a=a: tx.outbox.claim(number, a, "worker", LEASE)) for a in "ab"]  # type: ignore[misc]
    row = await one(store, number)
    assert claims == [row, None]
    assert (row.state, row.attempt_id, row.owner, row.lease_until, row.tries) == (
        "claimed",
        "a",
        "worker",
        LEASE,
        1,
    )
    assert await store.write(lambda tx: tx.outbox.due("sms", NOW + DAY, 10)) == []


async def test_a_message_may_enter_claimed(store: Store) -> None:
    number = await store.write(lambda tx: due(tx, claim=("a-1", "worker", LEASE)))
    row = await store.write(lambda tx: tx.outbox.by_attempt("a-1"))
    assert row is not None
    assert (row.outbox_id, row.state, row.tries, row.body) == (number, "claimed", 1, {"text": "Aitäh!"})


async def test_a_lease_that_ran_out_is_found_and_one_that_holds_is_not(store: Store) -> None:
    def work(tx: Transaction) -> None:
        due(tx, claim=("a-1", "worker", LEASE))
        due(tx, claim=("a-2", "worker", LEASE + HOUR))
        due(tx)

    await store.write(work)
    rows = await store.write(lambda tx: tx.outbox.lapsed(LEASE + SECOND))
    assert [row.attempt_id for row in rows] == ["a-1"]


async def test_the_end_of_an_attempt_is_stored_and_ends_its_lease(store: Store) -> None:
    number = await store.write(lambda tx: due(tx, claim=("a-1", "worker", LEASE)))

    def sent(tx: Transaction) -> None:
        tx.outbox.set(number, "sent", due_at=NOW, provider_id="SM9", segments=2, price="0.08", sent_at=NOW)

    await store.write(sent)
    row = await store.write(lambda tx: tx.outbox.by_provider("SM9"))
    assert row is not None
    assert (row.state, row.segments, row.price, row.sent_at, row.lease_until) == (
        "sent",
        2,
        "0.08",
        NOW,
        None,
    )
    await store.write(lambda tx: tx.outbox.set(number, "unknown", due_at=NOW, code="lease"))
    row = await one(store, number)
    assert (row.provider_id, row.segments, row.code) == ("SM9", 2, "lease")


async def test_a_delivery_status_only_moves_forward(store: Store) -> None:
    number = await store.write(due)

    def status(name: str, rank: int) -> Any:
        return lambda tx: tx.outbox.set_status(number, name, rank, provider_id="SM9", segments=1)

    moved = [
        await store.write(status(*s)) for s in (("sent", 2), ("delivered", 4), ("sent", 2), ("delivered", 4))
    ]
    row = await one(store, number)
    assert moved == [True, True, False, False]
    assert (row.provider_status, row.provider_rank, row.provider_id) == ("delivered", 4, "SM9")


async def test_what_waits_for_a_person_is_taken_back_but_not_the_word_that_it_was(store: Store) -> None:
    def work(tx: Transaction) -> int:
        number = person(tx)
        other = person(tx, "c-2", "+37255550101")
        due(tx, person_id=number)
        due(tx, person_id=number, claim=("a-1", "worker", LEASE))
        due(tx, kind="stop_confirmation", person_id=number)
        due(tx, person_id=other)
        return tx.outbox.cancel(number, "opted_out")

    assert await store.write(work) == 1
    rows = await store.read.recent("outbox", NOW)
    assert [(row["kind"], row["state"], row["n"]) for row in rows] == [
        ("reply", "claimed", 1),
        ("reply", "due", 1),
        ("reply", "suppressed", 1),
        ("stop_confirmation", "due", 1),
    ]


async def test_segments_that_were_or_may_have_been_sent_are_summed(store: Store) -> None:
    def work(tx: Transaction) -> int:
        for state, segments in (("sent", 2), ("unknown", 3), ("failed", 7), ("sent", None)):
            number = due(tx, claim=(f"{state}{segments}", "worker", LEASE))
            tx.outbox.set(number, state, due_at=NOW, segments=segments)
        return tx.outbox.segments_since("sms", NOW - HOUR)

    assert await store.write(work) == 5
    assert await store.write(lambda tx: tx.outbox.segments_since("telegram", NOW)) == 0


async def test_messages_of_unknown_outcome_are_listed(store: Store) -> None:
    def work(tx: Transaction) -> list[str | None]:
        for name in ("a", "b"):
            tx.outbox.set(due(tx, claim=(name, "worker", LEASE)), "unknown", due_at=NOW)
        due(tx)
        return [row.attempt_id for row in tx.outbox.unsure("sms", NOW)]

    assert await store.write(work) == ["a", "b"]
    assert await store.write(lambda tx: tx.outbox.unsure("sms", NOW + SECOND)) == []


async def test_a_sender_keeps_its_position_when_only_its_pause_changes(store: Store) -> None:
    assert await store.write(lambda tx: tx.outbox.sender("sms:1")) == SenderRow()
    await store.write(lambda tx: tx.outbox.put_sender("sms:1", SenderRow(position=2**53)))
    await store.write(lambda tx: tx.outbox.put_sender("sms:1", SenderRow(NOW, "no funds")))
    assert await store.write(lambda tx: tx.outbox.sender("sms:1")) == SenderRow(NOW, "no funds", 2**53)


async def test_admins_are_told_once_until_the_trouble_is_over(store: Store) -> None:
    def told(tx: Transaction) -> bool:
        return tx.outbox.notice("sender:sms", NOW)

    assert [await store.write(told), await store.write(told)] == [True, False]
    await store.write(lambda tx: tx.outbox.forget_notice("sender:sms"))
    assert await store.write(told)


async def test_a_job_is_taken_once_each_time_it_is_due(store: Store) -> None:
    def take(minutes: int) -> Any:
        def work(tx: Transaction) -> bool:
            tx.upkeep.plan("night", NOW)
            return tx.upkeep.take("night", NOW + minutes * MINUTE, NOW + (minutes + 60) * MINUTE)

        return work

    assert [await store.write(take(m)) for m in (0, 0, 30, 60, 60, 500)] == [
        True,
        False,
        False,
        True,
        False,
        True,
    ]


@pytest.mark.parametrize("end", ["sent", "failed"])
async def test_failures_about_a_visit_are_remembered_by_their_codes(store: Store, end: str) -> None:
    def work(tx: Transaction) -> list[str]:
        for code in ("30003", "30008"):
            number = due(tx, kind="invitation", visit_id="v-1", claim=(code, "worker", LEASE))
            tx.outbox.set(number, end, due_at=NOW, code=code)
        return sorted(tx.outbox.failures_about("v-1"))

    assert await store.write(work) == (["30003", "30008"] if end == "failed" else [])


async def test_recent_messages_are_counted_by_state_whatever_came_before(store: Store) -> None:
    def work(tx: Transaction) -> None:
        for number in range(2_500):
            at = NOW - HOUR if number < 1_300 else NOW
            tx.inbox.add("sms", f"SM{number}", PHONE, at, {}, "handled" if number % 2 else "staff")

    assert await store.read.recent("inbox", NOW) == []
    await store.write(work)
    counts = [{"channel": "sms", "state": state, "n": 600} for state in ("handled", "staff")]
    assert await store.read.recent("inbox", NOW) == counts
    assert sum(row["n"] for row in await store.read.recent("inbox", NOW - HOUR)) == 2_500
