"""What Telegram's refusals mean. Telegram has few codes and tells the rest in words, so the words are in the table.

Sources: the Bot API's "Making requests" and what python-telegram-bot and its users report; the words are matched
without regard to case, and a refusal that no row knows falls back on its status.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.channels.base import Decision, SendFailed, scrub


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row: a status, words of the description ("" = any), and what they mean."""

    status: int
    words: str
    decision: Decision
    code: str
    meaning: str


# First match wins, so the general row of a status stands last.
REFUSALS: tuple[Refusal, ...] = (
    Refusal(400, "chat not found", Decision.ADDRESS_UNUSABLE, "chat_not_found", "No such chat, or it never opened the bot."),
    Refusal(400, "peer_id_invalid", Decision.ADDRESS_UNUSABLE, "chat_not_found", "No such chat."),
    Refusal(400, "user not found", Decision.ADDRESS_UNUSABLE, "chat_not_found", "No such user."),
    Refusal(400, "chat_write_forbidden", Decision.ADDRESS_UNUSABLE, "no_rights", "The bot may not write in this group."),
    Refusal(400, "not enough rights", Decision.ADDRESS_UNUSABLE, "no_rights", "The bot may not write in this group."),
    Refusal(400, "have no rights", Decision.ADDRESS_UNUSABLE, "no_rights", "The bot may not write in this group."),
    Refusal(400, "", Decision.LATER, "400", "Telegram did not accept the message."),
    Refusal(401, "", Decision.OPERATOR, "401", "The bot token is not valid. Ask @BotFather for it and set it again."),
    Refusal(403, "deactivated", Decision.ADDRESS_UNUSABLE, "deactivated", "The account was deleted."),
    Refusal(403, "can't initiate", Decision.ADDRESS_UNUSABLE, "not_started", "The person never opened the bot."),
    Refusal(403, "to bots", Decision.ADDRESS_UNUSABLE, "is_bot", "The address is a bot."),
    Refusal(403, "kicked", Decision.ADDRESS_UNUSABLE, "kicked", "The bot was removed from the group."),
    Refusal(403, "not a member", Decision.ADDRESS_UNUSABLE, "kicked", "The bot is not in the group."),
    Refusal(403, "was deleted", Decision.ADDRESS_UNUSABLE, "kicked", "The group was deleted."),
    Refusal(403, "", Decision.OPTED_OUT, "blocked", "The person blocked the bot."),
    Refusal(404, "", Decision.OPERATOR, "404", "Telegram knows no such bot. Check the token and api_base_url."),
    Refusal(409, "", Decision.OPERATOR, "409", "Another program polls this bot, or a webhook is set."),
    Refusal(429, "", Decision.LATER, "429", "Too many messages; Telegram asks to wait."),
    # RFC 9110: 503 means not now. Any other 5xx may come from a proxy after the message was taken.
    Refusal(503, "", Decision.LATER, "503", "Telegram is overloaded."),
)  # fmt: skip

# Editing and answering a button press: the wish is fulfilled, or can no more be; nothing to tell anybody.
HARMLESS = (
    "message is not modified",
    "query is too old",
    "query id is invalid",
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
)


def failure_of_reply(status: int, payload: bytes, *secrets: str) -> SendFailed:
    """Read an answer that is not 200. ``payload`` may be anything."""
    try:
        body = json.loads(payload)
    except (ValueError, RecursionError):
        body = {}
    said = str(body.get("description", "")) if isinstance(body, dict) else ""
    parameters = body.get("parameters") if isinstance(body, dict) else None
    parameters = parameters if isinstance(parameters, dict) else {}
    if (moved := parameters.get("migrate_to_chat_id")) and isinstance(moved, int):
        return SendFailed(Decision.MOVED, "moved", "The group became a supergroup.", new_address=str(moved))
    for row in REFUSALS:
        if row.status == status and row.words in said.casefold():
            return _refused(row, said, parameters, secrets)
    if status >= 500:
        return SendFailed(Decision.UNKNOWN, str(status), f"Telegram failed: {scrub(said, *secrets)}")
    return SendFailed(Decision.LATER, str(status), f"Telegram answered {status}: {scrub(said, *secrets)}")


def failure_of_break(error: BaseException) -> SendFailed:
    """Read a broken conversation: LATER only if surely not a byte of the request was read by Telegram."""
    import httpx

    for cause in _causes(error):
        match cause:
            case SendFailed():
                return cause
            case (
                httpx.ConnectError()
                | httpx.ConnectTimeout()
                | httpx.ProxyError()
                | httpx.UnsupportedProtocol()
            ):
                return SendFailed(
                    Decision.LATER, "no_connection", f"No connection to Telegram ({_kind(cause)})."
                )
            case httpx.PoolTimeout():
                return SendFailed(Decision.LATER, "busy", "All connections to Telegram are busy.")
            case TimeoutError() | httpx.TimeoutException():
                return SendFailed(Decision.UNKNOWN, "timeout", "Telegram did not answer in time.")
            case httpx.HTTPError():
                return SendFailed(
                    Decision.UNKNOWN, "broken", f"The connection to Telegram broke ({_kind(cause)})."
                )
    return SendFailed(Decision.UNKNOWN, "garbled", f"Telegram's answer could not be read ({_kind(error)}).")


def is_harmless(failure: SendFailed) -> bool:
    """Whether a refused edit or callback answer may be forgotten."""
    return any(words in failure.detail.casefold() for words in HARMLESS)


def _refused(row: Refusal, said: str, parameters: dict[str, Any], secrets: tuple[str, ...]) -> SendFailed:
    wait = parameters.get("retry_after")
    seconds = float(wait) if isinstance(wait, int | float) and 0 < wait < 1e7 else None
    # Only an unknown refusal needs Telegram's own words; ours are safe and say what to do.
    detail = f"{row.meaning} {scrub(said, *secrets)}" if row.code == "400" else row.meaning
    return SendFailed(row.decision, row.code, detail, retry_after=seconds)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _kind(error: BaseException) -> str:
    """Name only: the text of a foreign exception may hold the URL, and the URL holds the token."""
    return type(error).__name__
