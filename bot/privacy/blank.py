"""What stays of a message when its people are taken out: empty forms that the program can still read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from bot.channels.base import Inbound, InboundKind, Outgoing

BLANK_OUTGOING: Final = Outgoing(address="", text="").to_dict()
"""A message that went, without anything that was in it."""


def blank_inbound(channel: str, external_id: str) -> dict[str, Any]:
    """Return a message that came, with nothing but its id."""
    return Inbound(channel, external_id, "", InboundKind.OTHER, "", "").to_dict()


def without_text(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message that came without the words in it."""
    return replace(Inbound.from_dict(body), text="", name=None).to_dict()


def as_stored(body: Mapping[str, Any]) -> str:
    """Return a body as the store writes it."""
    return json.dumps(dict(body), ensure_ascii=False)
