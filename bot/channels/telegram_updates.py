"""An update of Telegram, whatever is in it, becomes an Inbound or nothing. Pure, and never raises."""

import json
import re
from collections.abc import Mapping
from typing import Any

from bot.channels.base import Inbound, InboundKind, clean_text

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
"""What we ask Telegram for; the last tells at once of a block. A kind left out here is never sent to us."""

# fmt: off
_MEDIA = frozenset((
    "animation", "audio", "contact", "dice", "document", "game", "live_photo", "location", "paid_media", "photo",
    "poll", "sticker", "story", "venue", "video", "video_note", "voice",
))
# fmt: on
_COMMAND_FOR = re.compile(r"^(/\w+)@(\w+)")  # /score@acme_bot, as groups write it
_START = re.compile(r"^/start(?:\s+(.*))?$", re.DOTALL)


def decode_update(body: bytes) -> dict[str, Any] | None:
    """JSON of a webhook's body; None if it is no JSON object, or nested deeper than Python reads."""
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return update if isinstance(update, dict) else None


def parse_update(update: object, *, to: str, username: str | None = None) -> Inbound | None:
    """Read what a person did. ``to`` is our bot's id, ``username`` its name without @ if known.

    None for what has no update_id or no chat, and for commands to other bots in a group: nobody spoke to us.
    """
    fields = _object(update)
    update_id = _id(fields.get("update_id"))
    if update_id is None:
        return None
    base: dict[str, Any] = {"channel": "telegram", "external_id": update_id, "to": to}
    for name, read in (
        ("message", _message),
        ("edited_message", _edited),
        ("callback_query", _pressed),
        ("my_chat_member", _membership),
    ):
        if name in fields:
            return read(_object(fields[name]), base, username)
    posts = (_object(value) for value in fields.values())
    post = next((post for post in posts if _id(_object(post.get("chat")).get("id"))), None)
    return _inbound(post, base, kind=InboundKind.OTHER, text="", anonymous=True) if post else None


def _message(message: Mapping[str, Any], base: dict[str, Any], username: str | None) -> Inbound | None:
    private = _object(message.get("chat")).get("type") == "private"
    text = clean_text(message.get("text"))
    if command := _COMMAND_FOR.match(text):
        if username and command[2].casefold() != username.casefold():
            return None
        text = command[1] + text[command.end() :]
    if private and (phone := _own_phone(message)):
        return _inbound(message, base, kind=InboundKind.CONTACT, text=phone)
    if private and (start := _START.match(text)):
        return _inbound(message, base, kind=InboundKind.START, text=(start[1] or "").strip())
    if text:
        return _inbound(message, base, kind=InboundKind.TEXT, text=text)
    kind = InboundKind.MEDIA if _MEDIA & message.keys() else InboundKind.OTHER
    return _inbound(message, base, kind=kind, text=clean_text(message.get("caption")))


def _edited(message: Mapping[str, Any], base: dict[str, Any], username: str | None) -> Inbound | None:
    text = clean_text(message.get("text")) or clean_text(message.get("caption"))
    return _inbound(message, base, kind=InboundKind.EDITED, text=text)


def _pressed(query: Mapping[str, Any], base: dict[str, Any], username: str | None) -> Inbound | None:
    """Read a button press. The message that bears it may be too old to be shown, but has its chat and its id."""
    data = query.get("data")
    message = {**_object(query.get("message")), "from": query.get("from")}
    message.pop("sender_chat", None)  # that is who wrote the message, not who pressed
    kind = InboundKind.BUTTON if isinstance(data, str) and data else InboundKind.OTHER
    return _inbound(
        message, base, kind=kind, text=clean_text(data), callback_id=clean_text(query.get("id")) or None
    )


def _membership(change: Mapping[str, Any], base: dict[str, Any], username: str | None) -> Inbound | None:
    match _object(change.get("new_chat_member")).get("status"):
        case "kicked" | "left":
            kind = InboundKind.BLOCKED
        case "member" | "administrator":
            kind = InboundKind.UNBLOCKED
        case _:
            kind = InboundKind.OTHER
    return _inbound(change, base, kind=kind, text="")


def _inbound(
    message: Mapping[str, Any],
    base: dict[str, Any],
    *,
    kind: InboundKind,
    text: str,
    callback_id: str | None = None,
    anonymous: bool = False,
) -> Inbound | None:
    chat, sender = _object(message.get("chat")), _object(message.get("from"))
    chat_id = _id(chat.get("id"))
    if chat_id is None:
        return None
    names = (clean_text(sender.get(part), 64) for part in ("first_name", "last_name"))
    return Inbound(
        **base,
        address=chat_id,
        kind=kind,
        text=text,
        user_id=_id(sender.get("id")),
        chat_id=chat_id,
        private=chat.get("type") == "private",
        anonymous=anonymous or _is_anonymous(message, chat, sender),
        message_id=_id(message.get("message_id")),
        callback_id=callback_id,
        language=clean_text(sender.get("language_code"), 16) or None,
        name=" ".join(filter(None, names)) or None,
    )


def _is_anonymous(message: Mapping[str, Any], chat: Mapping[str, Any], sender: Mapping[str, Any]) -> bool:
    """Tell whether ``from`` does not surely say who wrote: sent as a chat, a channel post, a bot, forwarded."""
    forwarded = any(key.startswith("forward_") for key in message) or message.get("is_automatic_forward")
    as_chat = "sender_chat" in message or chat.get("type") == "channel"
    return bool(forwarded or as_chat or sender.get("is_bot") or not sender)


def _own_phone(message: Mapping[str, Any]) -> str | None:
    """Return the phone of a shared contact in E.164, only if it is the sender's own: anybody can share anybody's."""
    contact = _object(message.get("contact"))
    owner, sender = _id(contact.get("user_id")), _id(_object(message.get("from")).get("id"))
    digits = re.sub(r"\D", "", clean_text(contact.get("phone_number"), 32))
    own = owner is not None and owner == sender and not any(key.startswith("forward_") for key in message)
    return f"+{digits}" if own and 7 <= len(digits) <= 15 and digits.isascii() else None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _id(value: object) -> str | None:
    """Return an id as text. Ids have at most 52 significant bits today; more than 63 would fit no store."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return str(value) if -(2**63) < value < 2**63 else None
