"""The same customer in two processes in the same moment: one person, one survey, and a STOP that wins."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.bootstrap import build_firm
from bot.channels.base import Inbound, InboundKind, Sent
from bot.claims import Batch, claim
from bot.config import load_config
from bot.firm import Firm
from bot.hearing import hear
from bot.outcomes import record_sent
from bot.taking import take_visit
from storage import make_store
from storage.base import Store
from storage.rows import PersonRow
from storage.transaction import Transaction
from surveys.visits import Visit

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1, hours=1)
CUSTOMERS = 12


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    (tmp_path / "config.toml").write_text('[organisation]\nname = "Acme Auto"\n', encoding="utf-8")
    return build_firm(load_config(tmp_path / "config.toml", {}), channels=("sms",))


@pytest.fixture
async def processes(shared_url: str) -> AsyncIterator[list[Store]]:
    stores = [make_store(shared_url) for _ in range(3)]
    for store in stores:
        await store.open()
    yield stores
    for store in stores:
        await store.close()


def phone(number: int) -> str:
    return f"+3725555{number:04}"


def visit(number: int, process: int) -> Visit:
    """A visit of a customer whom every process knows under another id."""
    return Visit(
        f"v-{number}-{process}",
        f"c-{number}-{process}",
        MONDAY,
        phone=phone(number),
        timezone="Europe/Tallinn",
    )


def sms(number: int, text: str, message: str) -> Inbound:
    return Inbound(
        channel="sms",
        external_id=message,
        address=phone(number),
        to="+12025550100",
        kind=InboundKind.TEXT,
        text=text,
    )


async def everything_sent(store: Store, firm: Firm, owner: str) -> list[tuple[str, str]]:
    """What one worker sends, without pace: kinds and addresses."""
    ids = (f"{owner}-{n}" for n in itertools.count())

    def work(tx: Transaction) -> Batch:
        return claim(tx, firm, "sms", "sms:1", TUESDAY, 3, owner, lambda: next(ids))

    sent = []
    while (batch := await store.write(work)).more:
        for one in batch.claimed:
            sent.append((one.row.kind, one.row.address))
            number, taken = one.row.outbox_id, Sent(f"SM-{one.row.outbox_id}", 1, None)
            await store.write(partial(record_sent, firm=firm, number=number, sent=taken, now=TUESDAY))
    return sent


async def states(store: Store) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in await store.read.rows("visits_by_state"):
        found[row["state"]] = found.get(row["state"], 0) + row["n"]
    return found


async def test_visits_of_one_customer_taken_and_claimed_at_once_end_in_one_survey(
    processes: list[Store], firm: Firm
) -> None:
    await asyncio.gather(
        *(
            store.write(partial(take_visit, firm=firm, visit=visit(number, process), now=MONDAY))
            for number in range(CUSTOMERS)
            for process, store in enumerate(processes)
        )
    )
    sent = await asyncio.gather(
        *(everything_sent(store, firm, f"w{process}") for process, store in enumerate(processes))
    )
    assert sorted(address for some in sent for _, address in some) == [phone(n) for n in range(CUSTOMERS)]
    assert await states(processes[0]) == {"asked": CUSTOMERS, "suppressed": 2 * CUSTOMERS}
    assert await processes[0].read.asked("nps", 0, 99_999) == {"": CUSTOMERS}


async def test_the_same_visit_taken_by_all_at_once_is_new_once(processes: list[Store], firm: Firm) -> None:
    for number in range(CUSTOMERS):
        taken = await asyncio.gather(
            *(
                store.write(partial(take_visit, firm=firm, visit=visit(number, 0), now=MONDAY))
                for store in processes
            )
        )
        assert sorted(taken) == ["known", "known", "new"]


async def test_replies_and_the_records_of_their_questions_never_undo_each_other(
    processes: list[Store], firm: Firm
) -> None:
    one, other, third = processes
    for number in range(CUSTOMERS):
        await one.write(partial(take_visit, firm=firm, visit=visit(number, 0), now=MONDAY))
    ids = (f"a-{n}" for n in itertools.count())
    batch = await one.write(
        lambda tx: claim(tx, firm, "sms", "sms:1", TUESDAY, CUSTOMERS, "w", lambda: next(ids))
    )
    assert len(batch.claimed) == CUSTOMERS
    numbers = {claimed.row.address: claimed.row.outbox_id for claimed in batch.claimed}
    await asyncio.gather(
        *(
            unit
            for number in range(CUSTOMERS)
            for unit in (
                one.write(
                    partial(
                        record_sent,
                        firm=firm,
                        number=numbers[phone(number)],
                        sent=Sent(f"SM-{number}", 1, None),
                        now=TUESDAY,
                    )
                ),
                other.write(
                    partial(hear, firm=firm, inbound=sms(number, "9 sest kiire", f"in-{number}"), now=TUESDAY)
                ),
                third.write(
                    partial(hear, firm=firm, inbound=sms(number, "9 sest kiire", f"in-{number}"), now=TUESDAY)
                ),
            )
        )
    )
    assert await states(one) == {"answered": CUSTOMERS}
    assert sum((await one.read.counts("nps", "recommend", 0, 99_999))[""].values()) == CUSTOMERS


async def test_who_stops_while_the_question_is_claimed_is_asked_once_at_most_and_never_again(
    processes: list[Store], firm: Firm
) -> None:
    one, other, _ = processes
    for number in range(CUSTOMERS):
        await one.write(partial(take_visit, firm=firm, visit=visit(number, 0), now=MONDAY))
    sent, *_ = await asyncio.gather(
        everything_sent(one, firm, "w"),
        *(
            other.write(partial(hear, firm=firm, inbound=sms(number, "STOP", f"in-{number}"), now=TUESDAY))
            for number in range(CUSTOMERS)
        ),
    )
    for number in range(CUSTOMERS):
        await one.write(partial(take_visit, firm=firm, visit=visit(number, 1), now=MONDAY))
    asked = [address for kind, address in sent if kind == "invitation"]
    assert len(asked) == len(set(asked))
    later = await everything_sent(one, firm, "w2")
    assert {kind for kind, _ in later} <= {"stop_confirmation"}
    assert (await states(one)).get("planned", 0) == 0
    for number in range(CUSTOMERS):
        person = await one.write(partial(_person_at, address=phone(number)))
        assert person.opted_out_at == TUESDAY


def _person_at(tx: Transaction, address: str) -> PersonRow:
    return tx.people.lock_at("sms", address)
