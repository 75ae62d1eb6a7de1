"""A service on a virtual clock, with both ends of the wire in memory, and a record of what was said."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.bootstrap import App, build_app
from bot.channels.base import Inbound, InboundKind, Outgoing
from bot.channels.console import ConsoleChannel
from bot.clock import VirtualClock
from bot.config import Config
from storage.memory import MemoryStore

STEP = timedelta(minutes=15)
"""How finely time passes while nothing is known to happen."""

Place = tuple[str, str]
"""A channel and an address."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message as a reader of the chat sees it. `buttons` are labels; `photo` is a PNG."""

    at: datetime
    by_bot: bool
    text: str
    buttons: tuple[str, ...] = ()
    photo: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """A message that reached a person, with the id under which its buttons are pressed."""

    place: Place
    outgoing: Outgoing
    message_id: str
    at: datetime


class Stage:
    """The service and its wire. `heard` is called with every message that goes out."""

    def __init__(self, config: Config, start: datetime) -> None:
        self.clock = VirtualClock(start)
        self.said: dict[Place, list[Said]] = defaultdict(list)
        self.heard: Callable[[Message], None] = lambda _: None
        self._numbers = itertools.count(1)
        channels = {name: self._channel(name) for name in ("telegram", "sms")}
        self.app: App = build_app(
            config, clock=self.clock, store=MemoryStore(), channels=channels, paced=False
        )

    async def say(
        self,
        place: Place,
        text: str,
        kind: InboundKind = InboundKind.TEXT,
        *,
        on: str | None = None,
        shown: str = "",
        language: str | None = None,
    ) -> None:
        """Let a person say something, or press a button of the message `on`; `shown` is how the chat shows it."""
        channel, address = place
        number = str(next(self._numbers))
        pressed = kind is InboundKind.BUTTON
        self.said[place].append(Said(self.clock.now(), by_bot=False, text=shown or text))
        await self.app.service.on_inbound(
            Inbound(
                channel=channel,
                external_id=number,
                address=address,
                kind=kind,
                text=text,
                to="askwhy",
                user_id=address if channel == "telegram" else None,
                chat_id=address if channel == "telegram" else None,
                message_id=on if pressed else number,
                callback_id=number if pressed else None,
                language=language,
            )
        )
        await self.app.pass_time()

    async def pass_to(self, moment: datetime) -> None:
        """Let time pass in one step, then do what is due."""
        await self.clock.advance(max(moment, self.clock.now()))
        await self.app.pass_time()

    def _channel(self, name: str) -> ConsoleChannel:
        count = itertools.count(1)

        def sent(message: Outgoing, _attempt: str) -> None:
            self._sent((name, message.address), message, str(next(count)))

        channel = ConsoleChannel(sender=f"demo-{name}", on_send=sent, keep=1)
        channel.name = name
        return channel

    def _sent(self, place: Place, message: Outgoing, message_id: str) -> None:
        now = self.clock.now()
        if message.edit_message_id is None and (message.text or message.photo):
            labels = (
                tuple(button.label for row in message.buttons for button in row)
                if place[0] == "telegram"
                else ()
            )
            self.said[place].append(
                Said(now, by_bot=True, text=message.text, buttons=labels, photo=message.photo)
            )
        self.heard(Message(place, message, message_id, now))
