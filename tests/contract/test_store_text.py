"""Any text goes in and comes out the same, but for what UTF-8 or PostgreSQL cannot hold."""

from datetime import UTC, datetime
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.base import Store
from storage.moments import date_of, day_of, micros, moment
from storage.rows import CustomerRow
from storage.transaction import Transaction
from tests.contract.making import NOW, planned, visit

CAREFULLY = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

anything = st.text(st.characters(), max_size=40)  # every code point, halves of surrogate pairs too
writable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


def keep(tx: Transaction, text: str) -> tuple[str | None, str, object, str]:
    person_id = tx.people.resolve("c-1", {})
    tx.people.put_customer(CustomerRow("c-1", person_id, text, None, None, None))
    row = tx.people.customer("c-1")
    tx.inbox.add("sms", f"{text}!", text, NOW, {"text": text, text: [text]}, "retry")
    (inbound,) = tx.inbox.waiting("retry")
    tx.inbox.set(inbound.inbox_id, "handled")
    tx.outbox.forget_notice("n")
    assert row is not None
    return row.name, inbound.address, inbound.body, inbound.external_id


@CAREFULLY
@given(text=writable)
async def test_text_comes_back_as_it_went_in(store: Store, text: str) -> None:
    def undone(tx: Transaction) -> None:
        kept = keep(tx, text)
        raise LookupError(kept)

    with pytest.raises(LookupError) as raised:
        await store.write(undone)
    assert raised.value.args[0] == (text, text, {"text": text, text: [text]}, f"{text}!")


@CAREFULLY
@given(text=anything)
async def test_no_text_at_all_is_refused(store: Store, text: str) -> None:
    def undone(tx: Transaction) -> None:
        raise LookupError(keep(tx, text))

    with pytest.raises(LookupError) as raised:
        await store.write(undone)
    name = raised.value.args[0][0]
    assert "\0" not in name
    name.encode()
    assert await store.read.visit(text) is None


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("a\0b", "a�b"),
        ("half \ud83d", "half �"),
        ("\udc00", "�"),
        ("both \ud83d\ude00", "both 😀"),
        ("'; DROP TABLE people; --", "'; DROP TABLE people; --"),
        ("100 % :name %(name)s $name ?", "100 % :name %(name)s $name ?"),
        ("õ\u0301 \u202eabc\u200f 9️⃣ \ufdfa", "õ\u0301 \u202eabc\u200f 9️⃣ \ufdfa"),
        ("", ""),
        ("x" * 100_000, "x" * 100_000),
    ],
)
async def test_what_no_store_can_hold_is_replaced_in_every_store_alike(
    store: Store, given_text: str, kept: str
) -> None:
    name, *_ = await store.write(partial(keep, text=given_text))
    assert name == kept


@CAREFULLY
@given(amount=st.decimals(min_value=-(10**9), max_value=10**9, places=2))
async def test_amounts_keep_their_cents(store: Store, amount: object) -> None:
    def undone(tx: Transaction) -> None:
        planned(tx, visit(amount=amount))
        row = tx.visits.get("v-1")
        raise LookupError(row.visit.amount if row else None)

    with pytest.raises(LookupError) as raised:
        await store.write(undone)
    assert raised.value.args[0] == amount


@given(at=st.datetimes(timezones=st.timezones()))
def test_moments_come_back_to_the_microsecond(at: datetime) -> None:
    assert moment(micros(at)) == at.astimezone(UTC)
    assert date_of(day_of(at, UTC)) == at.astimezone(UTC).date()


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        micros(datetime(2026, 11, 24, 12, 0))  # noqa: DTZ001 -- the naive one is the subject
