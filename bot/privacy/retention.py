"""Words and addresses go by their age. Scores stay; a person of whom nothing was heard for long has no address any more.

It runs at night in small units of work, so that whoever writes at that hour waits for no more than one of them. What it
did is done: stopped in the middle, it goes on the next night.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from bot.config.sections import Retention
from bot.privacy.blank import BLANK_OUTGOING, blank_inbound, without_text
from storage.base import Store
from storage.moments import micros
from storage.transaction import Transaction

AT_ONCE: Final = 100
"""Rows of one unit of work."""

WINDOW: Final = 10_000
"""Ids, or links, of one read."""

HAS_WORDS: Final = '%"text": "%'
NO_TEXT: Final = '%"text": ""%'

Row = dict[str, Any]
Work = Callable[[Transaction, Row], None]


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
        sweep = _Sweep(store, now - retention.comments_after, stopped)
        answers = await sweep.each("responses", "old_words", _hide_words)
        await sweep.each("conversations", "old_conversations", _hide_said, pattern=HAS_WORDS)
        messages = await sweep.each("inbox", "old_texts", _hide_text, pattern=NO_TEXT)
    if retention.phones_after is not None:
        sweep = _Sweep(store, now - retention.phones_after, stopped)
        messages += await sweep.each("inbox", "old_inbox", _hide_inbound)
        messages += await sweep.each("outbox", "old_outbox", _hide_outbound)
        await sweep.each("conversations", "old_places", _hide_place)
        await sweep.links()
        people = await sweep.each("people", "quiet_people", _forget_addresses)
    return Gone(answers, messages, people)


@dataclass(frozen=True, slots=True)
class _Sweep:
    """Looks through a table for what is older than `before`, beside the writers, in many short reads.

    A snapshot of the store that lasted all night would keep SQLite's WAL from being cut.
    """

    store: Store
    before: datetime
    stopped: Callable[[], bool]

    async def each(self, table: str, query: str, work: Work, **values: object) -> int:
        """Do `work` on every row of a table that `query` finds; return how many there were."""
        count = 0
        last = (await self.store.read.rows("last_ids"))[0][table] or 0
        for after in range(0, last, WINDOW):
            ids = {"after": after, "until": after + WINDOW}
            rows = await self.store.read.rows(query, before=micros(self.before), **ids, **values)
            count += await self._do(work, rows)
            if self.stopped():
                break
        return count

    async def links(self) -> None:
        """Forget links that were used up, or out of date, for long."""
        after = ""
        while not self.stopped():
            before = micros(self.before)
            rows = await self.store.read.rows("old_links", before=before, after=after, limit=WINDOW)
            if not rows:
                return
            await self._do(_drop_link, rows)
            after = rows[-1]["hash"]

    async def _do(self, work: Work, rows: Sequence[Row]) -> int:
        """Do `work` on rows, some in one unit of work, until stopped; return on how many."""
        for first in range(0, len(rows), AT_ONCE):
            if self.stopped():
                return first
            await self.store.write(partial(_all, work=work, batch=rows[first : first + AT_ONCE]))
        return len(rows)


def _all(tx: Transaction, work: Work, batch: Sequence[Row]) -> None:
    for row in batch:
        work(tx, row)


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


def _drop_link(tx: Transaction, row: Row) -> None:
    tx.privacy.drop_link(row["hash"])


def _forget_addresses(tx: Transaction, row: Row) -> None:
    """Forget where a person can be reached; an opt-out stays as a hash, a later visit brings the address again."""
    person = tx.people.lock(row["person_id"])
    if person.opted_out_at is not None:
        tx.people.opt_out(person.person_id, person.opted_out_at, person.opted_out_how or "stop")
    tx.privacy.drop_addresses(person.person_id)
