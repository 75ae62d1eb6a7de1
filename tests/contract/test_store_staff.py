"""Staff, links and the figures of the firm."""

from datetime import time
from typing import Any

from storage.base import Store
from storage.rows import StaffRow
from storage.transaction import Transaction
from tests.contract.making import CHAT, DAY, HOUR, NOW

MARI = StaffRow("telegram", CHAT, "Mari", "manager", ("Tartu", "Põlva"), "et", "daily", NOW, time(7, 30))


async def test_a_member_comes_back_as_it_was_and_is_replaced_by_the_next(store: Store) -> None:
    await store.write(lambda tx: tx.staff.put(MARI))
    assert await store.write(lambda tx: tx.staff.get("telegram", CHAT)) == MARI
    viewer = StaffRow("telegram", CHAT, None, "viewer", (), None, "off", None)
    await store.write(lambda tx: tx.staff.put(viewer))
    assert await store.write(lambda tx: tx.staff.all()) == [viewer]
    assert await store.read.staff() == [viewer]


async def test_a_member_is_removed_once(store: Store) -> None:
    await store.write(lambda tx: tx.staff.put(MARI))
    assert [await store.write(lambda tx: tx.staff.drop("telegram", CHAT)) for _ in range(2)] == [True, False]
    assert await store.write(lambda tx: tx.staff.get("telegram", CHAT)) is None


async def test_digests_are_due_by_their_moment(store: Store) -> None:
    def work(tx: Transaction) -> list[list[str]]:
        for name, digest, at in (
            ("a", "daily", NOW),
            ("b", "weekly", NOW - HOUR),
            ("c", "off", NOW),
            ("d", "daily", None),
        ):
            tx.staff.put(StaffRow("sms", name, None, "viewer", (), None, digest, at))
        first = [row.address for row in tx.staff.due_digests(NOW)]
        tx.staff.set_digest("sms", "b", NOW + DAY)
        return [first, [row.address for row in tx.staff.due_digests(NOW)]]

    assert await store.write(work) == [["b", "a"], ["a"]]


async def test_a_link_is_used_once_and_before_it_expires(store: Store) -> None:
    def work(tx: Transaction) -> list[object]:
        tx.staff.put_link("hash", "customer", {"customer_id": "c-õ"}, NOW + HOUR)
        return [
            tx.staff.link("other", NOW),
            tx.staff.link("hash", NOW + HOUR),
            tx.staff.link("hash", NOW + DAY),
            tx.staff.use_link("hash", CHAT, NOW),
            tx.staff.use_link("hash", "770002", NOW),
            tx.staff.link("hash", NOW),
        ]

    body = {"customer_id": "c-õ"}
    assert await store.write(work) == [
        None,
        ("customer", body, True),
        ("customer", body, False),
        True,
        False,
        ("customer", body, False),
    ]


async def test_a_link_without_an_end_never_expires(store: Store) -> None:
    await store.write(lambda tx: tx.staff.put_link("hash", "counter", {}, None))
    assert await store.write(lambda tx: tx.staff.link("hash", NOW + 9999 * DAY)) == ("counter", {}, True)


async def test_a_figure_is_new_known_or_updated(store: Store) -> None:
    def put(value: float) -> Any:
        return lambda tx: tx.staff.put_metric("first_fix_rate", "2026-10", "Tartu", "", value)

    said = [await store.write(put(value)) for value in (0.1, 0.1, 0.30000000000000004)]
    assert said == ["new", "known", "updated"]
    (row,) = await store.read.rows("metric_values")
    assert row["value"] == 0.30000000000000004


async def test_requests_are_kept_for_the_audit(store: Store) -> None:
    await store.write(lambda tx: tx.staff.audit(NOW, "telegram", CHAT, "/score", allowed=False))
    (row,) = await store.write(lambda tx: tx.db.all("addresses_requests", channel="telegram", address=CHAT))
    assert (row["command"], row["allowed"]) == ("/score", 0)
