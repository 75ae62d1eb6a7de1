"""Tell commands from answers: Telegram's by a slash, an SMS's by its first word."""

from __future__ import annotations

import re

from bot.channels.base import Inbound, InboundKind

CUSTOMER_WORDS = {"stop": "STOP", "start": "START", "help": "HELP", "feedback": "FEEDBACK"}
"""Commands that customers have on Telegram, and the word each stands for."""

STAFF_WORDS = frozenset(
    {"score", "why", "trend", "drivers", "team", "csi", "digest", "explain", "status", "help", "measures"}
)
"""Words that staff use; bot.staff.COMMANDS carries them out, and a test keeps the two alike."""

STAFF_BUTTON = "s:"
"""Data of buttons under a staff answer begin so."""

_SLASH = re.compile(r"/([A-Za-z_]{1,32})(@\w{1,64})?(?:\s|$)")


def is_command(inbound: Inbound) -> bool:
    """Tell whether this is a command by its form, whoever sent it."""
    if inbound.kind is InboundKind.BUTTON:
        return inbound.text.startswith(STAFF_BUTTON)
    if inbound.kind is not InboundKind.TEXT:
        return False
    if inbound.channel == "sms":
        first = inbound.text.split(maxsplit=1)[:1]
        return (
            first != [] and first[0].lower().removeprefix("/") in STAFF_WORDS
        )  # a slash by habit is no other word
    return _SLASH.match(inbound.text) is not None


def customer_word(text: str) -> str | None:
    """Return the word that a customer's command stands for ("/stop" → "STOP"), None for anything else."""
    found = _SLASH.match(text)
    return CUSTOMER_WORDS.get(found[1].lower()) if found else None
