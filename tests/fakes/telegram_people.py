"""What people do in Telegram, as the updates that a bot gets. Mixed into FakeTelegram."""

import itertools
import time
from typing import Any

Update = dict[str, Any]

BOT = {"id": 100200300, "is_bot": True, "first_name": "Acme asks", "username": "acme_asks_bot"}


class People:
    """Act as a person. A chat id of a private chat is its person's user id; ids of groups are negative.

    Every action returns the update_id under which the bot will hear of it.
    """

    blocked: set[int]
    known: set[int]
    messages: dict[tuple[int, int], dict[str, Any]]  # (chat_id, message_id) -> Message
    message_ids: "itertools.count[int]"

    def push(self, update: Update) -> int:
        raise NotImplementedError

    def say(self, chat_id: int, text: str, *, user_id: int | None = None, **more: Any) -> int:
        """Write a message. ``more``: further fields, as forward_origin, sender_chat, photo, caption."""
        return self.push({"message": self._message(chat_id, user_id, {"text": text, **more})})

    def start(self, chat_id: int, payload: str = "", **more: Any) -> int:
        """Open the bot, by a deep link if there is a payload."""
        return self.say(chat_id, f"/start {payload}".strip(), **more)

    def send_media(self, chat_id: int, **fields: Any) -> int:
        """Send something that is no text, for example ``voice={...}`` or ``photo=[...], caption="..."``."""
        return self.push({"message": self._message(chat_id, None, fields)})

    def share_contact(self, chat_id: int, phone: str, *, owner: int | None = None) -> int:
        """Share a phone number: one's own by the button, or somebody else's as ``owner``."""
        contact = {"phone_number": phone, "first_name": "Liis", "user_id": owner or chat_id}
        return self.push({"message": self._message(chat_id, None, {"contact": contact})})

    def edit(self, chat_id: int, message_id: int, text: str) -> int:
        """Change a message that this person wrote."""
        message = self.messages[chat_id, message_id]
        message.update(text=text, edit_date=int(time.time()))
        return self.push({"edited_message": dict(message)})

    def press(self, chat_id: int, message_id: int, data: str, *, user_id: int | None = None) -> int:
        """Press a button. Any data can be sent by a custom client; nothing checks that the button exists."""
        query = {
            "id": str(next(self.message_ids) + 4_000_000_000_000_000_000),
            "from": _user(user_id or chat_id),
            "chat_instance": "-77",
            "message": dict(self.messages[chat_id, message_id]),
            "data": data,
        }
        return self.push({"callback_query": query})

    def block(self, chat_id: int) -> int:
        """Block the bot; in a group (negative id): throw it out."""
        self.blocked.add(chat_id)
        return self._membership(chat_id, "member", "kicked")

    def unblock(self, chat_id: int) -> int:
        self.blocked.discard(chat_id)
        return self._membership(chat_id, "kicked", "member")

    def _membership(self, chat_id: int, old: str, new: str) -> int:
        change = {
            "chat": _chat(chat_id),
            "from": _user(abs(chat_id)),
            "date": int(time.time()),
            "old_chat_member": {"user": BOT, "status": old, **({"until_date": 0} if old == "kicked" else {})},
            "new_chat_member": {"user": BOT, "status": new, **({"until_date": 0} if new == "kicked" else {})},
        }
        return self.push({"my_chat_member": change})

    def _message(self, chat_id: int, user_id: int | None, fields: dict[str, Any]) -> dict[str, Any]:
        self.known.add(chat_id)
        message: dict[str, Any] = {
            "message_id": next(self.message_ids),
            "from": _user(user_id or abs(chat_id)),
            "chat": _chat(chat_id),
            "date": int(time.time()),
            **fields,
        }
        if str(message.get("text", "")).startswith("/"):
            length = len(message["text"].split()[0])
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        self.messages[chat_id, message["message_id"]] = message
        return message


def _user(user_id: int) -> dict[str, Any]:
    return {"id": user_id, "is_bot": False, "first_name": "Liis", "last_name": "Tamm", "language_code": "et"}


def _chat(chat_id: int) -> dict[str, Any]:
    if chat_id < 0:
        return {"id": chat_id, "type": "supergroup", "title": "Acme staff"}
    return {"id": chat_id, "type": "private", "first_name": "Liis", "last_name": "Tamm"}
