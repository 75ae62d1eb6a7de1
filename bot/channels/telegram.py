"""Telegram: sending by python-telegram-bot's Bot, hearing by webhook or by our own polling.

PTB's Updater confirms updates to Telegram before anybody has handled them, so a crash loses them. Here poll() only
fetches: the caller stores a batch and then asks for the next offset, which is what confirms it.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlencode

from bot.channels.base import Decision, Inbound, Outgoing, SendFailed, Sent, Timeouts
from bot.channels.telegram_errors import failure_of_break, is_harmless
from bot.channels.telegram_text import MAX_CAPTION, length_of, split_text
from bot.channels.telegram_updates import ALLOWED_UPDATES, parse_update

if TYPE_CHECKING:
    from telegram import Bot, InlineKeyboardMarkup, ReplyKeyboardMarkup

    from bot.channels.telegram_request import BotRequest
    from bot.config import Config

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """What the channel needs. ``part_gap``: seconds between the parts of one long text (1 message/s in a chat)."""

    token: str = field(repr=False)
    api_base_url: str = "https://api.telegram.org"
    timeouts: Timeouts = field(default_factory=Timeouts)
    part_gap: float = 1.05


class TelegramChannel:
    """One bot. ``sender`` is its id, the part of the token before the colon; the rest is the secret."""

    name = "telegram"
    per_chat = 1.0
    per_group = 20

    @classmethod
    def from_config(cls, config: "Config") -> Self:
        """Build it as `[telegram]` says."""
        section = config.telegram
        assert section, "[telegram] is off"
        token = section.token.get_secret_value() if section.token else ""
        return cls(TelegramSettings(token=token, api_base_url=section.api_base_url))

    def __init__(self, settings: TelegramSettings) -> None:
        self.sender = settings.token.partition(":")[0]
        self.username: str | None = None  # known after verify()
        self._settings = settings
        self._base = settings.api_base_url.rstrip("/")
        self._bot: Bot | None = None
        self._polling: BotRequest | None = None

    async def start(self) -> None:
        """Build the clients: one for sending, one for polling, so that neither waits for the other."""
        for library in ("telegram", "bot.channels.telegram_request"):
            await asyncio.to_thread(import_module, library)
        from telegram import Bot

        from bot.channels.telegram_request import BotRequest

        # These log whole URLs, with the token in them, and whole messages.
        for logger in ("httpx", "httpcore", "telegram"):
            logging.getLogger(logger).setLevel(logging.WARNING)
        token, timeouts = self._settings.token, self._settings.timeouts
        request, self._polling = (BotRequest(self._base, timeouts, token) for _ in range(2))
        self._bot = Bot(
            token, base_url=f"{self._base}/bot", request=request, get_updates_request=self._polling
        )

    async def close(self) -> None:
        """Close both clients."""
        bot, self._bot = self._bot, None
        for request in (*(bot.request for bot in [bot] if bot), *filter(None, [self._polling])):
            await request.shutdown()

    async def verify(self) -> str:
        """Ask Telegram who we are; learns ``username``. Raises SendFailed."""
        me = await self._call(self._client.get_me())
        self.username = me.username
        return f"telegram: @{me.username} (id {me.id})"

    async def known_as(self) -> str | None:
        """Return our name without @, asked for once; None while Telegram does not tell."""
        if self.username is None:
            with suppress(SendFailed):
                await self.verify()
        return self.username

    async def deep_link(self, payload: str) -> str:
        """Return the link that opens the bot with this payload: at most 64 of ``A-Za-z0-9_-``. Raises SendFailed."""
        from telegram.helpers import create_deep_linked_url

        if self.username is None:
            await self.verify()
        return create_deep_linked_url(str(self.username), payload)

    def parse_update(self, update: object) -> Inbound | None:
        """Read an update of poll() or of the webhook; see telegram_updates.parse_update. Never raises."""
        return parse_update(update, to=self.sender, username=self.username)

    async def poll(self, offset: int | None, timeout: float) -> list[dict[str, Any]]:  # noqa: ASYNC109 -- Telegram's own word
        """Fetch up to 100 updates as they are, waiting up to ``timeout`` seconds for the first.

        Updates before ``offset`` are gone for ever: pass the highest stored update_id + 1, None at first.
        Raises SendFailed; OPERATOR 409 means a webhook is set or somebody else polls this bot.
        """
        query: dict[str, Any] = {"timeout": int(timeout), "allowed_updates": json.dumps(ALLOWED_UPDATES)}
        if offset is not None:
            query["offset"] = offset
        assert self._polling, "start() first"
        url = f"{self._base}/bot{self._settings.token}/getUpdates?{urlencode(query)}"
        timeouts = self._settings.timeouts
        call = self._polling.do_request(url, "POST", read_timeout=timeout + timeouts.read)
        _, payload = await self._call(call, timeout + timeouts.total)
        try:
            updates = json.loads(payload)["result"]
        except (ValueError, KeyError, TypeError, RecursionError):
            updates = None
        if not isinstance(updates, list):
            raise SendFailed(Decision.UNKNOWN, "garbled", "Telegram's answer could not be read.")
        return [update for update in updates if isinstance(update, dict)]

    async def set_webhook(self, url: str, secret: str, max_connections: int = 40) -> None:
        """Have updates posted to ``url`` with this secret in a header (1-256 of ``A-Za-z0-9_-``). Raises SendFailed."""
        allowed = list(ALLOWED_UPDATES)
        await self._call(
            self._client.set_webhook(
                url, secret_token=secret, allowed_updates=allowed, max_connections=max_connections
            )
        )

    async def delete_webhook(self) -> None:
        """Go back to polling; updates that wait stay. Raises SendFailed."""
        await self._call(self._client.delete_webhook())

    async def send(self, message: Outgoing, attempt_id: str) -> Sent:
        """Send, edit or answer, as the message says. Raises SendFailed.

        A text too long becomes several messages; once one of them is out, a failure is UNKNOWN. Telegram cannot be
        asked afterwards what it took: ``attempt_id`` stays here.
        """
        if message.answer_callback:
            with suppress(SendFailed):  # only the spinner on the button
                await self._call(self._client.answer_callback_query(message.answer_callback))
        if message.edit_message_id:
            return await self._edit(message, message.edit_message_id)
        if not message.text and message.photo is None:
            return Sent(None)
        return await self._send_parts(message)

    async def _edit(self, message: Outgoing, message_id: str) -> Sent:
        markup = _inline_keyboard(message)
        where: dict[str, Any] = {
            "chat_id": message.address,
            "message_id": message_id,
            "reply_markup": markup,
        }
        try:
            if message.text:
                await self._call(self._client.edit_message_text(message.text, **where, **_style(message)))
            else:
                await self._call(self._client.edit_message_reply_markup(**where))
        except SendFailed as failure:
            if not is_harmless(failure):
                raise
        return Sent(message_id)

    async def _send_parts(self, message: Outgoing) -> Sent:
        parts = split_text(message.text, html=message.html)
        if message.photo is not None and (not parts or length_of(message.text) > MAX_CAPTION):
            parts.insert(0, "")  # the photo goes alone before a long text
        sent = Sent(None)
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            try:
                sent = await self._send_part(
                    message, part, photo=message.photo if number == 0 else None, last=last
                )
            except SendFailed as failure:
                if number and failure.decision not in (Decision.OPTED_OUT, Decision.ADDRESS_UNUSABLE):
                    raise SendFailed(
                        Decision.UNKNOWN, failure.code, f"Sent in part. {failure.detail}"
                    ) from None
                raise
            if not last:
                await asyncio.sleep(self._settings.part_gap)
        return sent

    async def _send_part(self, message: Outgoing, text: str, *, photo: bytes | None, last: bool) -> Sent:
        markup = (_inline_keyboard(message) or _contact_keyboard(message)) if last else None
        if photo is None:
            call = self._client.send_message(message.address, text, reply_markup=markup, **_style(message))
        else:
            mode = "HTML" if message.html else None
            call = self._client.send_photo(
                message.address,
                photo,
                caption=text or None,
                parse_mode=mode,
                reply_markup=markup,
                filename="chart.png",
            )
        message_id = getattr(await self._call(call), "message_id", None)
        if message_id is None:
            raise SendFailed(Decision.UNKNOWN, "garbled", "Telegram's answer names no message.")
        return Sent(str(message_id))

    @property
    def _client(self) -> "Bot":
        assert self._bot, "start() first"
        return self._bot

    async def _call(self, call: Awaitable[T], seconds: float | None = None) -> T:
        """Await one request within its time. Whatever happens becomes a SendFailed, without a cause to be printed."""
        try:
            async with asyncio.timeout(seconds or self._settings.timeouts.total):
                return await call
        except Exception as error:  # noqa: BLE001 -- the client may raise anything; send() raises SendFailed only
            failure = failure_of_break(error)
        raise failure.with_traceback(None)  # the old one leads through frames that hold the URL


def _style(message: Outgoing) -> dict[str, Any]:
    """Say how a text looks: customers' words are never markup; links have no preview."""
    from telegram import LinkPreviewOptions

    return {
        "parse_mode": "HTML" if message.html else None,
        "link_preview_options": LinkPreviewOptions(is_disabled=True),
    }


def _inline_keyboard(message: Outgoing) -> "InlineKeyboardMarkup | None":
    from telegram import InlineKeyboardButton, InlineKeyboardMarkup

    rows = [[InlineKeyboardButton(b.label, callback_data=b.data) for b in row] for row in message.buttons]
    return InlineKeyboardMarkup(rows) if rows else None


def _contact_keyboard(message: Outgoing) -> "ReplyKeyboardMarkup | None":
    from telegram import KeyboardButton, ReplyKeyboardMarkup

    if not message.request_contact:
        return None
    button = KeyboardButton(message.request_contact, request_contact=True)
    return ReplyKeyboardMarkup([[button]], one_time_keyboard=True, resize_keyboard=True)
