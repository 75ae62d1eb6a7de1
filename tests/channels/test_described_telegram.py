"""What we ask of Telegram is what python-telegram-bot knows, whose types are written from the Bot API's manual.

This shows that every method, field, markup and enumeration of ours is one of theirs, and that the recorded updates and
those of the fake have no field that the client does not know. It cannot show what Telegram does with a good request.
"""

import inspect
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from telegram import (
    Bot,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
    TelegramObject,
    Update,
    constants,
)

from bot.channels.base import Button, Outgoing, SendFailed
from bot.channels.telegram import TelegramChannel, TelegramSettings
from bot.channels.telegram_text import rows_of
from bot.channels.telegram_updates import ALLOWED_UPDATES
from tests.channels.test_channels_samples import load, paths
from tests.fakes.loopback import Answer, Request
from tests.fakes.telegram import FakeTelegram

CHAT = 7001
SCORES = rows_of([Button(str(n), f"a:1:recommend:{n}") for n in range(11)], 6, 5)
MESSAGES = [
    Outgoing(str(CHAT), "How likely?", buttons=SCORES),
    Outgoing(str(CHAT), "May I know your phone?", request_contact="Share my phone"),
    Outgoing(str(CHAT), "<b>NPS</b> +42", html=True),
    Outgoing(str(CHAT), "NPS +42", photo=b"\x89PNG"),
    Outgoing(str(CHAT), "word " * 1500, html=True, buttons=SCORES),
    Outgoing(str(CHAT), "How likely?\nYou chose 9", edit_message_id="1", answer_callback="77"),
    Outgoing(str(CHAT), "", edit_message_id="1"),
]


class WatchedTelegram(FakeTelegram):
    """A Telegram that compares every request with what the client's types say of its method."""

    def __init__(self) -> None:
        super().__init__(limits=False)
        self.wrong: list[str] = []
        self.called: set[str] = set()

    async def _handle(self, request: Request) -> Answer:
        method = request.path.rpartition("/")[2]
        self.called.add(method)
        self.wrong += [f"{method}: {problem}" for problem in wrong_in_call(method, given(request))]
        return await super()._handle(request)


def given(request: Request) -> dict[str, str]:
    if request.headers.get("content-type", "").startswith("multipart/"):
        fields, files = request.multipart()
        return {**fields, **dict.fromkeys(files, "(file)")}
    return {**dict(request.query), **request.form()}


READ_AS: dict[str, Callable[[Any], object]] = {
    "link_preview_options": lambda value: LinkPreviewOptions.de_json(value, None),
    "allowed_updates": lambda kinds: {constants.UpdateType(kind) for kind in kinds},
}
LIMITS = {
    "text": constants.MessageLimit.MAX_TEXT_LENGTH,
    "caption": constants.MessageLimit.CAPTION_LENGTH,
    "secret_token": constants.WebhookLimit.MAX_SECRET_TOKEN_LENGTH,
}


def wrong_in_call(method: str, fields: dict[str, str]) -> Iterator[str]:
    """Say what a call has that the client's method of that name does not know."""
    name = re.sub(r"(?<!^)([A-Z])", r"_\1", method).lower()
    known = inspect.signature(getattr(Bot, name)).parameters
    yield from (f"{field} is not described" for field in fields.keys() - known.keys())
    yield from (f"{key} is too long" for key, limit in LIMITS.items() if len(fields.get(key, "")) > limit)
    if "parse_mode" in fields and fields["parse_mode"] not in set(constants.ParseMode):
        yield f"parse_mode {fields['parse_mode']}"
    for field, read in READ_AS.items():
        if field in fields:
            read(json.loads(fields[field]))
    if markup := json.loads(fields.get("reply_markup", "null")):
        yield from wrong_in_markup(markup)


def wrong_in_markup(markup: dict[str, Any]) -> Iterator[str]:
    kind = InlineKeyboardMarkup if "inline_keyboard" in markup else ReplyKeyboardMarkup
    read = kind.de_json(markup, None)
    if read.to_dict() != markup or not is_known(read):
        yield f"{kind.__name__} reads {read.to_dict()}"
    rows = markup.get("inline_keyboard", ())
    if any(len(row) > constants.InlineKeyboardMarkupLimit.BUTTONS_PER_ROW for row in rows):
        yield "a row of too many buttons"


def is_known(thing: object) -> bool:
    """Tell whether the client knew every field of an object and of all in it: the unknown ones it keeps apart."""
    match thing:
        case TelegramObject():
            fields = (getattr(thing, name, None) for name in thing._get_attrs_names(include_private=False))
            return not thing.api_kwargs and all(map(is_known, fields))
        case list() | tuple():
            return all(map(is_known, thing))
        case _:
            return True


async def test_all_that_we_ask_of_telegram_is_described() -> None:
    async with WatchedTelegram() as telegram:
        telegram.known.add(CHAT)
        channel = TelegramChannel(TelegramSettings(telegram.token, telegram.url, part_gap=0))
        await channel.start()
        await channel.verify()
        for message in MESSAGES:
            await channel.send(message, "attempt")
        await channel.poll(None, 0)
        await channel.poll(12, 0)
        await channel.set_webhook("https://feedback.example.com/webhooks/telegram", "s" * 256)
        await channel.delete_webhook()
        with pytest.raises(SendFailed):
            await channel.send(Outgoing("404", "nobody"), "attempt")
        await channel.close()
    assert telegram.wrong == []
    assert telegram.called == {
        "answerCallbackQuery", "deleteWebhook", "editMessageReplyMarkup", "editMessageText", "getMe", "getUpdates",
        "sendMessage", "sendPhoto", "setWebhook",
    }  # fmt: skip


@pytest.mark.parametrize(
    "fields",
    [
        {"chat": "1"},
        {"parse_mode": "MarkdownV3"},
        {"text": "x" * 4097},
        {"reply_markup": '{"inline_keyboard": [[{"text": "9", "callback": "9"}]]}'},
        {"reply_markup": json.dumps({"inline_keyboard": [[{"text": "9", "callback_data": "9"}] * 9]})},
    ],
)
def test_a_call_that_is_not_described_is_seen(fields: dict[str, str]) -> None:
    assert list(wrong_in_call("sendMessage", {"chat_id": "1", "text": "hi"})) == []
    assert len(list(wrong_in_call("sendMessage", {"chat_id": "1", "text": "hi", **fields}))) == 1


@pytest.mark.parametrize("path", paths("telegram/in-*.json"))
def test_a_recorded_update_is_one_that_the_client_knows(path: Path) -> None:
    update = load(path)["request"]["json"]
    read = Update.de_json(update, None)
    assert read is not None
    assert is_known(read)
    kinds = [kind for kind in ALLOWED_UPDATES if kind in update]
    assert kinds or "channel_post" in update


def test_a_field_that_the_client_does_not_know_is_seen_however_deep() -> None:
    chat = {"id": CHAT, "type": "private", "colour": "red"}
    read = Update.de_json({"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": chat}}, None)
    assert not is_known(read)


async def test_the_updates_of_the_fake_are_ones_that_the_client_knows(telegram: FakeTelegram) -> None:
    telegram.start(CHAT, "token")
    telegram.say(CHAT, "9", user_id=42)
    telegram.say(-100, "/score@acme_asks_bot")
    telegram.share_contact(CHAT, "+37255550101")
    telegram.send_media(CHAT, voice={"file_id": "v", "file_unique_id": "u", "duration": 3})
    channel = TelegramChannel(TelegramSettings(telegram.token, telegram.url))
    await channel.start()
    sent = await channel.send(Outgoing(str(CHAT), "How likely?", buttons=SCORES), "attempt")
    telegram.press(CHAT, int(str(sent.provider_id)), "a:1:recommend:9")
    telegram.block(CHAT)
    telegram.unblock(CHAT)
    updates = await channel.poll(None, 0)
    await channel.close()
    assert len(updates) == 8
    for update in updates:
        read = Update.de_json(update, None)
        assert read is not None
        assert is_known(read), update
