"""Conversations: one per visit, at most one open per person, each on the survey version it began with."""

from dataclasses import replace
from typing import Any

import pytest

from storage.base import Store
from storage.transaction import Transaction
from surveys.conversation_value import Conversation, Given, Piece
from surveys.states import State
from tests.contract.making import DAY, HOUR, NOW, PHONE, conversation, person, talk


async def test_a_conversation_comes_back_as_it_was(store: Store) -> None:
    rich = replace(
        conversation(State.ANSWERING, wake_at=NOW + HOUR),
        answers=(Given("recommend", 9, "m-1"), Given("why", None, None, (Piece("sest kiire ❤", "m-2"),))),
        reminders=1,
        replied=True,
        heard_at=NOW,
    )

    def work(tx: Transaction) -> Any:
        number = talk(tx, "v-1", person(tx), rich)
        return tx.conversations.get(number), tx.conversations.about("v-1")

    one, about = await store.write(work)
    assert one == about
    assert (one.conversation, one.channel, one.address, one.survey, one.version) == (
        rich,
        "sms",
        PHONE,
        "nps",
        "abc",
    )


async def test_a_person_has_one_open_conversation_at_most(store: Store) -> None:
    def two(tx: Transaction) -> None:
        number = person(tx)
        talk(tx, "v-1", number, conversation())
        talk(tx, "v-2", number, conversation(State.ANSWERING))

    with pytest.raises(Exception, match=r"(?i)unique"):
        await store.write(two)


async def test_a_visit_has_one_conversation(store: Store) -> None:
    def two(tx: Transaction) -> None:
        talk(tx, "v-1", person(tx, "c-1"), conversation())
        talk(tx, "v-1", person(tx, "c-2", None), conversation())

    with pytest.raises(Exception, match=r"(?i)unique"):
        await store.write(two)


async def test_the_open_conversation_is_found_and_else_the_last(store: Store) -> None:
    def work(tx: Transaction) -> tuple[object, ...]:
        number = person(tx)
        talk(tx, "v-1", number, conversation(State.EXPIRED, NOW))
        talk(tx, "v-2", number, conversation(State.ANSWERED, NOW + HOUR))
        before = tx.conversations.open_of(number), _visit(tx.conversations.last_of(number))
        talk(tx, "v-3", number, conversation(State.ASKED, NOW - HOUR))
        return (*before, _visit(tx.conversations.open_of(number)), tx.conversations.last_of(number + 1))

    assert await store.write(work) == (None, "v-2", "v-3", None)


async def test_a_saved_conversation_is_no_longer_what_it_was(store: Store) -> None:
    def work(tx: Transaction) -> Any:
        number = talk(tx, "v-1", person(tx), conversation(wake_at=NOW))
        row = tx.conversations.get(number)
        assert row is not None
        tx.conversations.save(
            replace(row, channel="telegram", address="770001", conversation=conversation(State.STOPPED))
        )
        return tx.conversations.get(number), tx.conversations.open_of(row.person_id)

    row, open_row = await store.write(work)
    assert (row.channel, row.conversation.state, open_row) == ("telegram", State.STOPPED, None)


async def test_conversations_wake_oldest_first_and_can_be_put_off(store: Store) -> None:
    def work(tx: Transaction) -> list[list[str]]:
        numbers = {}
        for name, wake in {"a": NOW, "b": NOW - HOUR, "c": NOW + HOUR, "d": None}.items():
            one: Conversation = conversation(wake_at=wake)
            numbers[talk(tx, name, person(tx, name, None), one)] = name
        first = [numbers[number] for number, _ in tx.conversations.due(NOW, 10)]
        tx.conversations.postpone(next(n for n, name in numbers.items() if name == "b"), NOW + DAY)
        return [first, [numbers[number] for number, _ in tx.conversations.due(NOW + HOUR, 1)]]

    assert await store.write(work) == [["b", "a"], ["a"]]


async def test_a_conversation_that_never_began_is_forgotten(store: Store) -> None:
    def work(tx: Transaction) -> Any:
        number = talk(tx, "v-1", person(tx), conversation())
        tx.conversations.drop(number)
        return tx.conversations.get(number)

    assert await store.write(work) is None


async def test_a_version_of_a_survey_is_kept_as_it_was_first(store: Store) -> None:
    def work(tx: Transaction) -> list[str | None]:
        tx.conversations.put_survey("nps", "abc", "id = 'nps' # õ")
        tx.conversations.put_survey("nps", "abc", "something else")
        return [tx.conversations.survey_source("nps", version) for version in ("abc", "def")]

    assert await store.write(work) == ["id = 'nps' # õ", None]


def _visit(row: object) -> Any:
    return getattr(row, "visit_id", None)
