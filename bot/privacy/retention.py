"""Words and addresses go by their age. Scores stay; a person of whom nothing was heard for long has no address any more.

It runs at night in small units of work, so that whoever writes at that hour waits for no more than one of them. What it
did is done: stopped in the middle, it goes on the next night.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.config.sections import Retention
from bot.privacy.blank import BLANK_OUTGOING, blank_inbound, without_text
from storage.base import Store
from storage.moments import micros
from storage.transaction import Transaction

AT_ONCE: Final = 100
"""Rows of one unit of work."""

HAS_WORDS: Final = '%"text": "%'
NO_TEXT: Final = '%"text": ""%'

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Gone:
    """How many rows lost something."""

    answers: int = 0
    messages: int = 0
    people: int = 0


async def let_go(
    store: Store, retention: Retention, now: datetime, stopped: Callable[[], bool] = bool
) -> Gone:
    """Take out what is older than `retention` allows, until `stopped()`. Raises StoreError."""
    answers = messages = people = 0
    if retention.comments_after is not None:
        before = now - retention.comments_after
        answers = await _each(store, stopped, _hide_words, "old_words", before)
        await _each(store, stopped, _hide_said, "old_conversations", before, pattern=HAS_WORDS)
        messages = await _each(store, stopped, _hide_text, "old_texts", before, pattern=NO_TEXT)
    if retention.phones_after is not None:
        before = now - retention.phones_after
        messages += await _each(store, stopped, _hide_inbound, "old_inbox", before)
        messages += await _each(store, stopped, _hide_outbound, "old_outbox", before)
        await _each(store, stopped, _hide_place, "old_places", before)
        await store.write(lambda tx: tx.privacy.drop_old_links(before))
        people = await _each(store, stopped, _forget_addresses, "quiet_people", before)
    return Gone(answers, messages, people)


async def _each(
    store: Store,
    stopped: Callable[[], bool],
    work: Callable[[Transaction, Row], None],
    query: str,
    before: datetime,
    **values: object,
) -> int:
    """Do `work` on every row that `query` finds, some in one unit of work; return how many there were."""
    count = 0
    rows = store.read.stream(query, before=micros(before), **values)
    async for batch in _batches(rows):
        if stopped():
            break
        await store.write(lambda tx: _all(tx, work, batch))  # noqa: B023 -- awaited here
        count += len(batch)
    return count


def _all(tx: Transaction, work: Callable[[Transaction, Row], None], batch: list[Row]) -> None:
    for row in batch:
        work(tx, row)


async def _batches(rows: AsyncIterator[Row]) -> AsyncIterator[list[Row]]:
    batch: list[Row] = []
    async for row in rows:
        batch.append(row)
        if len(batch) == AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _hide_words(tx: Transaction, row: Row) -> None:
    tx.privacy.hide_words(row["response_id"])


def _hide_said(tx: Transaction, row: Row) -> None:
    """Take the words out of an ended conversation, unless it was opened again meanwhile."""
    stored = tx.conversations.get(row["conversation_id"])
    if stored is None or stored.conversation.state.open:
        return
    tx.privacy.hide_said(row["conversation_id"], stored.conversation.without_words().to_dict())


def _hide_text(tx: Transaction, row: Row) -> None:
    tx.privacy.hide_text(row["inbox_id"], without_text(json.loads(row["body"])))


def _hide_inbound(tx: Transaction, row: Row) -> None:
    tx.privacy.hide_inbound(row["inbox_id"], blank_inbound(row["channel"], row["external_id"]))


def _hide_outbound(tx: Transaction, row: Row) -> None:
    tx.privacy.hide_outbound(row["outbox_id"], BLANK_OUTGOING)


def _hide_place(tx: Transaction, row: Row) -> None:
    tx.privacy.hide_place(row["conversation_id"])


def _forget_addresses(tx: Transaction, row: Row) -> None:
    """Forget where a person can be reached; an opt-out stays as a hash, a later visit brings the address again."""
    person = tx.people.lock(row["person_id"])
    if person.opted_out_at is not None:
        tx.people.opt_out(person.person_id, person.opted_out_at, person.opted_out_how or "stop")
    tx.privacy.drop_addresses(person.person_id)
