"""Visits come in as they happen, a day at a time; time passes; the cast answers; every day is counted."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from bot.channels.base import InboundKind
from bot.deep_links import token_hash
from bot.demo.cast import Cast, Reply
from bot.demo.stage import STEP, Message, Place, Stage
from storage.moments import day_of
from storage.transaction import Transaction
from surveys.visits import Visit

EVENING = 20
"""The hour at which the day's visits come in, by the organisation's clock."""

AFTERWARDS = 8
"""Days that are shown after the last visit: until everybody was asked, reminded, and given up on."""

OPENED_THE_BOT = 0.4
"""The share of customers who followed a link to the chat before their visit."""

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on one local day."""

    day: date
    visits: int
    asked: int
    answered: int


@dataclass
class Weeks:
    """The whole time: a stage, the visits of a file, the people behind them."""

    stage: Stage
    cast: Cast
    visits: Sequence[Visit]
    seed: int
    chats: dict[str, Place] = field(default_factory=dict)
    _replies: list[Reply] = field(default_factory=list)

    async def play(self, seen: Callable[[Day], None]) -> None:
        """Let it all happen; `seen` is called at the end of each day on which something did."""
        self.stage.heard = self._heard
        await self._open_the_bot()
        zone = self.stage.app.firm.zone
        by_day: dict[date, list[Visit]] = {}
        for visit in self.visits:
            local = visit.occurred_at.astimezone(zone)
            by_day.setdefault(local.date() + ONE_DAY * (local.hour >= EVENING), []).append(visit)
        for day in sorted({day + ONE_DAY * later for day in by_day for later in range(AFTERWARDS + 1)}):
            midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
            if midnight - self.stage.clock.now() > ONE_DAY:
                await self.stage.pass_to(midnight)  # nothing waits, and nobody will say anything
            await self._pass_time(midnight.replace(hour=EVENING))
            today = by_day.get(day, [])
            for visit in today:
                self._meet(visit)
            if today:
                await self.stage.app.service.on_visits(today)
            await self._pass_time(midnight + ONE_DAY)
            if (count := await self._count(day, len(today))) != Day(day, 0, 0, 0):
                seen(count)

    async def _pass_time(self, until: datetime) -> None:
        """Let time pass, and let people say what they will say at its moment."""
        while (now := self.stage.clock.now()) < until:
            while self._replies and self._replies[0].at <= now:
                reply = heapq.heappop(self._replies)
                await self.stage.say(reply.place, reply.text, reply.kind, on=reply.on, shown=reply.shown)
            next_reply = [self._replies[0].at] if self._replies else []
            await self.stage.pass_to(min(until, now + STEP, *next_reply))

    def _heard(self, message: Message) -> None:
        for reply in self.cast.react(message):
            heapq.heappush(self._replies, reply)

    def _meet(self, visit: Visit) -> None:
        """Make up whoever stands behind a visit, at every place where a message may reach them."""
        places = [("sms", visit.phone)] if visit.phone else []
        for place in (*places, *([self.chats[visit.customer_id]] if visit.customer_id in self.chats else [])):
            self.cast.meet(place, visit)

    async def _open_the_bot(self) -> None:
        """Let some customers follow their one-time link to the chat, as from a receipt."""
        dice = Random(self.seed)  # noqa: S311 -- a story, not a secret
        customers = {visit.customer_id: visit for visit in self.visits}
        for number, (customer_id, visit) in enumerate(customers.items(), start=1):
            if dice.random() >= OPENED_THE_BOT:
                continue
            place = ("telegram", str(700_000_000 + number))
            self.chats[customer_id] = place
            await join(self.stage, customer_id, place, visit.language)

    async def _count(self, day: date, visits: int) -> Day:
        app = self.stage.app
        survey = app.firm.surveys[app.firm.rules.base.survey]
        number = day_of(datetime(day.year, day.month, day.day, 12, tzinfo=app.firm.zone), app.firm.zone)
        asked = await app.store.read.asked(survey.id, number, number + 1)
        answers = await app.store.read.counts(survey.id, survey.primary, number, number + 1)
        return Day(day, visits, asked.get("", 0), sum(answers.get("", {}).values()))


async def join(stage: Stage, customer_id: str, place: Place, language: str | None) -> None:
    """Let a customer follow a one-time link into the chat."""
    token = f"to-{customer_id}"

    def put(tx: Transaction) -> None:
        tx.staff.put_link(token_hash(token), "customer", {"customer_id": customer_id}, None)

    await stage.app.store.write(put)
    await stage.say(place, token, InboundKind.START, shown="/start", language=language)
