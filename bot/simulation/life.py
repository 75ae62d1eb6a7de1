"""Who says what when: the demonstration's cast answers, and life adds what real chats add.

Messages come twice, or in the other order; people answer after it is too late, come back after a stop, block the bot,
ask to be asked, or write out of the blue. What people clearly meant, and since when they want nothing more, is noted:
the second independent witness.
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Final

from bot.channels.base import Inbound, InboundKind
from bot.demo.cast import MANNERS, Cast, Manner, Reply
from bot.demo.stage import Message
from bot.simulation.invariants import Place, Silence
from bot.simulation.town import EMPLOYEES, Customer
from surveys.visits import Visit

DAY: Final = timedelta(days=1)

MOODS: Final = {**MANNERS, Manner.SILENT: 90, Manner.STOPS: 4}


@dataclass(order=True, slots=True)
class Coming:
    """A message on its way to us. Equal messages are repeats of one."""

    at: datetime
    number: int
    inbound: Inbound = field(compare=False)
    reply: Reply | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Meant:
    """A score that somebody clearly gave; `stopped`: after wanting nothing more."""

    at: datetime
    value: int
    stopped: bool


class Life:
    """Everybody who writes to us. `sent` tells how many messages went out so far."""

    def __init__(self, seed: int, dice: Random) -> None:
        self._dice = dice
        self._cast = Cast(seed, set(EMPLOYEES), MOODS)
        self._numbers = itertools.count(1)
        self._coming: list[Coming] = []
        self._people: dict[Place, Customer] = {}
        self.stopped: dict[Place, int] = {}
        self.silences: list[Silence] = []
        self.meant: dict[int, list[Meant]] = defaultdict(list)
        self.said: Counter[str] = Counter()

    # -- what brings people to say something ---------------------------------------------------------------------------

    def visited(self, customer: Customer, visit: Visit) -> None:
        """Somebody was served."""
        for place in customer.places:
            self._people[place] = customer
            self._cast.meet(place, visit)

    def reached(self, message: Message) -> None:
        """Somebody got a message, and may answer: at once, late, twice, in the other order."""
        replies = self._cast.react(message)
        if replies and self._dice.random() < 0.05:
            late = timedelta(days=self._dice.uniform(1, 12))
            replies = [replace(reply, at=reply.at + late) for reply in replies]
        if len(replies) > 1 and self._dice.random() < 0.1:
            first, second, *others = replies
            replies = [replace(first, at=second.at), replace(second, at=first.at), *others]
        for reply in replies:
            self._write(reply.at, reply.place, reply.text, reply.kind, reply=reply)
            if reply.means is None and self._cast.actors[reply.place].manner is Manner.STOPS:
                self._perhaps_come_back(reply)

    def _perhaps_come_back(self, reply: Reply) -> None:
        if self._dice.random() < 0.5:
            back = reply.at + timedelta(days=self._dice.uniform(0.01, 60))
            self._write(back, reply.place, "START", InboundKind.TEXT)

    def opens_bot(self, at: datetime, customer: Customer, token: str) -> None:
        """Somebody follows a one-time link."""
        assert customer.chat is not None
        self._write(at, ("telegram", customer.chat), token, InboundKind.START, language=customer.language)

    def day(self, morning: datetime) -> None:
        """Put in what happens out of the blue: wishes, blocks, strangers, staff."""
        dice, places = self._dice, list(self._people)
        for _ in range(2):
            at = morning + timedelta(hours=dice.uniform(0, 24))
            self._write(
                at, ("sms", f"+3726{dice.randrange(10**6):07}"), "hello, are you open?", InboundKind.TEXT
            )
            if not places:
                continue
            place = dice.choice(places)
            match dice.randrange(6):
                case 0 | 1:
                    self._write(at, place, "FEEDBACK", InboundKind.TEXT)
                case 2 if place[0] == "telegram":
                    self._write(at, place, "", InboundKind.BLOCKED)
                    self._write(at + dice.uniform(0.1, 30) * DAY, place, "", InboundKind.UNBLOCKED)
                case 3:
                    self._write(at, place, "STOP", InboundKind.TEXT)
                case 4:
                    self._write(at, place, "HELP", InboundKind.TEXT)
                case _:
                    self._write(at, place, "when is my car ready", InboundKind.TEXT)

    def _write(
        self,
        at: datetime,
        place: Place,
        text: str,
        kind: InboundKind,
        *,
        reply: Reply | None = None,
        language: str | None = None,
    ) -> None:
        number = next(self._numbers)
        telegram = place[0] == "telegram"
        pressed = kind is InboundKind.BUTTON
        inbound = Inbound(
            channel=place[0],
            external_id=str(number),
            address=place[1],
            kind=kind,
            text=text,
            to="us",
            user_id=place[1] if telegram else None,
            chat_id=place[1] if telegram else None,
            message_id=(reply.on if pressed and reply else str(number)) if telegram else None,
            callback_id=str(number) if pressed else None,
            language=language,
        )
        heapq.heappush(self._coming, Coming(at, number, inbound, reply))
        if self._dice.random() < 0.04:
            again = at + timedelta(seconds=self._dice.choice((0, 1, 30, 700_000)))
            heapq.heappush(self._coming, Coming(again, number, inbound, reply))

    # -- what comes in -------------------------------------------------------------------------------------------------

    @property
    def next_at(self) -> datetime | None:
        """When the next message comes in."""
        return self._coming[0].at if self._coming else None

    def take(self) -> Coming:
        """Return the next message."""
        return heapq.heappop(self._coming)

    def noted(self, coming: Coming, now: datetime, sent: int, *, repeat: bool) -> None:
        """Note what a message that was taken in means; `sent` messages had gone out before."""
        inbound, place = coming.inbound, (coming.inbound.channel, coming.inbound.address)
        self.said["repeats" if repeat else "messages"] += 1
        if repeat:
            return
        reply = coming.reply
        if reply is not None and reply.means is not None:
            meant = Meant(now, reply.means, stopped=place in self.stopped)
            self.meant[reply.conversation or 0].append(meant)
        if _stops(coming):
            self.said["stops"] += 1
            self.silence(place, sent)
        elif (
            inbound.kind is InboundKind.UNBLOCKED
            or inbound.text == "START"
            or inbound.kind is InboundKind.START
        ):
            self.speak_again(place, sent)

    def silence(self, place: Place, sent: int) -> None:
        """Somebody wants nothing more, wherever they can be reached."""
        for each in self._everywhere(place):
            self.stopped.setdefault(each, sent)

    def speak_again(self, place: Place, sent: int) -> None:
        """Somebody wants to be asked again."""
        for each in self._everywhere(place):
            since = self.stopped.pop(each, None)
            if since is not None:
                self.silences.append(Silence(each, since, sent))

    def all_silences(self) -> list[Silence]:
        """Return those that ended and those that last."""
        return [*self.silences, *(Silence(place, since) for place, since in self.stopped.items())]

    def _everywhere(self, place: Place) -> tuple[Place, ...]:
        customer = self._people.get(place)
        return customer.places if customer else (place,)


def _stops(coming: Coming) -> bool:
    """Tell whether this is a stop; among the cast's replies only a stop is neither a score nor a why of theirs."""
    inbound = coming.inbound
    return inbound.kind is InboundKind.BLOCKED or (inbound.kind is InboundKind.TEXT and inbound.text in STOPS)


def _stop_words() -> frozenset[str]:
    from bot.demo.cast import phrases

    return frozenset({"STOP", *(word for said in phrases().values() for word in said["stop"])})


STOPS: Final = _stop_words()
