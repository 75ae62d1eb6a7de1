"""Runs a script through the real service: any store, a virtual clock, a channel in memory. Nothing is left in a queue."""

import itertools
from datetime import datetime, timedelta
from typing import Any

from bot.channels.base import Decision, Inbound, InboundKind, Outgoing
from bot.channels.console import ConsoleChannel
from bot.channels.sms_forms import StatusUpdate
from bot.clock import VirtualClock
from bot.outbox import Dispatcher
from bot.outgoing import read_button
from bot.service import Service
from storage import make_store
from storage.base import Store
from storage.rows import ConversationRow, CustomerRow
from storage.transaction import Transaction
from surveys.conversation_value import COMMENT
from surveys.policy import parse_duration
from surveys.visits import Visit
from tests.flows.script import CHAT, PHONE, VISITED_AT, Found, Script, find_survey

ADDRESSES = {"telegram": CHAT, "sms": PHONE}


async def run(script: Script, url: str) -> list[Found]:
    """Run a script on the new store at `url`."""
    store = make_store(url)
    await store.open()
    try:
        return await _Run(script, store).all()
    finally:
        await store.close()


class _Run:
    def __init__(self, script: Script, store: Store) -> None:
        self.script, self.store = script, store
        self.clock = VirtualClock(VISITED_AT)
        self.firm = script.firm()
        self.attempts: list[str] = []
        self.sent: list[tuple[str, int, Outgoing]] = []  # channel, number there, message
        numbers = itertools.count()
        self.channels = {
            name: ConsoleChannel(sender=name, on_send=lambda _, attempt: self.attempts.append(attempt))
            for name in ADDRESSES
        }
        self.dispatchers = {
            name: Dispatcher(
                store, self.firm, channel, self.clock, owner="test", new_id=lambda: f"attempt-{next(numbers)}"
            )
            for name, channel in self.channels.items()
        }
        for name, channel in self.channels.items():
            channel.name = name
        self.service = Service(store, self.firm, self.clock, self.dispatchers)
        self.inbound = itertools.count(1)
        self.messages: dict[str, str] = {}
        self.found = Found()

    async def all(self) -> list[Found]:
        await self._customer()
        return [await self._step(step) for step in self.script.steps]

    async def _customer(self) -> None:
        """Make the customer known, with the visits before this one: too old to be asked about."""
        addresses = {self.script.channel: ADDRESSES[self.script.channel]}
        addresses |= {"sms": PHONE} if self._uses("sms") else {}

        def work(tx: Transaction) -> None:
            person_id = tx.people.resolve(None, addresses)
            tx.people.put_customer(CustomerRow("c-1", person_id, None, None, None, None))

        await self.store.write(work)
        for number in range(1, self.script.visit_number):
            at = VISITED_AT - timedelta(days=300 - number)
            await self.service.on_visits([Visit(f"v-earlier-{number}", "c-1", at)])

    def _uses(self, channel: str) -> bool:
        return any(step.get("via") == channel for step in self.script.steps)

    async def _step(self, step: dict[str, Any]) -> Found:
        first = len(self.sent)
        if wait := step.get("after") or step.get("silence"):
            await self._wait(self.clock.now() + parse_duration(wait))
        if step.get("asked"):
            await self.service.on_visits([self.script.visit])
            due = await self._row(lambda tx: tx.visits.get("v-1"))
            await self._wait(due.due_at)
        elif "survey" in step:
            self._change_survey(step["survey"])
        elif step.get("reopened"):
            await self.service.on_visits([self.script.visit._replace(resolved=False)])
        elif step.get("undelivered"):
            await self.service.on_status(
                StatusUpdate("unknown", "undelivered", self.attempts[0], "30008", Decision.LATER)
            )
        elif "silence" not in step:
            await self.service.on_inbound(self._inbound(step))
        await self._drain()
        return await self._look(first)

    def _inbound(self, step: dict[str, Any]) -> Inbound:
        channel = step.get("via", self.script.channel)
        number = str(next(self.inbound))
        values: dict[str, Any] = {"user_id": ADDRESSES[channel]} if channel == "telegram" else {}
        match step:
            case {"text": text}:
                kind, message = InboundKind.TEXT, f"m{number}"
                self.messages[text] = message
            case {"edit": text}:
                kind = InboundKind.EDITED
                message = self.messages[step.get("of", next(reversed(self.messages), ""))]
                self.messages[text] = message
            case {"press": label}:
                kind = InboundKind.BUTTON
                message, text = self._button(channel, label, step.get("on"))
                values["callback_id"] = f"press-{number}"
            case {"media": _}:
                kind, message, text = InboundKind.MEDIA, f"m{number}", ""
            case _:
                raise AssertionError(f"nothing happens in {step}")
        if channel == "telegram":
            values["message_id"] = message
        return Inbound(channel, f"in-{number}", ADDRESSES[channel], kind, text, "us", **values)

    def _button(self, channel: str, label: str, question: str | None) -> tuple[str, str]:
        for where, number, message in reversed(self.sent):
            for button in (button for row in message.buttons for button in row):
                asked = read_button(button.data)
                assert asked is not None
                if where == channel and button.label == label and question in {None, asked[1]}:
                    return str(number), button.data
        raise AssertionError(f"no button {label!r}")

    def _change_survey(self, name: str) -> None:
        changed = find_survey(name)
        assert changed.id == self.script.survey.id
        assert isinstance(self.firm.surveys, dict)
        self.firm.surveys[changed.id] = changed

    async def _wait(self, until: datetime) -> None:
        """Let time pass, and do what falls due on the way at its own moment."""
        while (wake := await self._next_wake()) is not None and wake <= until:
            await self.clock.advance(max(wake, self.clock.now()))
            await self.service.on_tick()
            await self._drain()
        await self.clock.advance(until)
        await self._drain()

    async def _next_wake(self) -> datetime | None:
        row = await self._about()
        return row.conversation.wake_at if row else None

    async def _drain(self) -> None:
        for name, dispatcher in self.dispatchers.items():
            await dispatcher.drain()
            sent = self.channels[name].sent
            known = sum(channel == name for channel, _, _ in self.sent)
            self.sent += [(name, n, message) for n, message in enumerate(sent, start=1) if n > known]

    async def _look(self, first: int) -> Found:
        said = [one for one in self.sent[first:] if one[2].edit_message_id is None and one[2].text]
        found = Found(says=[message.text for _, _, message in said])
        if said and said[-1][0] != "sms" and said[-1][2].buttons:
            rows = (" ".join(button.label for button in row) for row in said[-1][2].buttons)
            found.buttons = " | ".join(rows)
        row, visit, person, answers, late, waiting = await self.store.write(self._stored)
        assert not waiting, f"handling failed: {waiting}"
        found.answers, found.late = answers, late
        found.state = str(row.conversation.state) if row else ""
        found.visit = visit.state if visit else ""
        found.opted_out = person.opted_out_at is not None
        return found

    def _stored(self, tx: Transaction) -> Any:
        row = self._last(tx)
        person_id = tx.people.by_address(self.script.channel, ADDRESSES[self.script.channel])
        assert person_id is not None
        visit = tx.visits.get(row.visit_id) if row else None
        number = tx.answers.response_about(row.visit_id) if row else None
        answers: dict[str, str] = {}
        late = False
        if number is not None:
            for question in (*(q.id for q in self.script.survey.questions), COMMENT):
                if answer := tx.db.one("answer", response_id=number, question=question):
                    answers[question] = str(answer["text"] if answer["value"] is None else answer["value"])
            stored = tx.db.one("response_by_id", response_id=number)
            late = bool(stored and stored["late"])
        waiting = [one.error for one in tx.inbox.waiting("retry")]
        return row, visit, tx.people.lock(person_id), answers, late, waiting

    def _last(self, tx: Transaction) -> ConversationRow | None:
        person_id = tx.people.by_address(self.script.channel, ADDRESSES[self.script.channel])
        return tx.conversations.last_of(person_id) if person_id is not None else None

    async def _about(self) -> ConversationRow | None:
        row: ConversationRow | None = await self._row(self._last)
        return row

    async def _row(self, work: Any) -> Any:
        return await self.store.write(work)
