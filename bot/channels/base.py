"""The words that all channels share: what comes in, what goes out, and what a refusal means."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Protocol, Self, runtime_checkable
from urllib.parse import urlsplit

MAX_TEXT = 4096
"""Longest text kept of an incoming message: Telegram's own limit; an SMS has at most 1,600 characters."""


class InboundKind(StrEnum):
    """What a person did."""

    TEXT = "text"
    BUTTON = "button"  # pressed an inline button; text is its data
    EDITED = "edited"  # changed an earlier message; text is the new text
    MEDIA = "media"  # photo, voice, sticker, somebody else's contact ...; text is the caption
    CONTACT = "contact"  # shared the own phone; text is the phone in E.164
    START = "start"  # opened the bot; text is the deep link's payload, may be empty
    BLOCKED = "blocked"  # blocked the bot (private) or threw it out of the group
    UNBLOCKED = "unblocked"  # took it back
    OTHER = "other"  # anything else; kept, not understood


def clean_text(text: object, limit: int = MAX_TEXT) -> str:
    """Text that any store takes: no NUL (PostgreSQL refuses it), no lone surrogates, at most ``limit`` long.

    Whatever is not a string becomes "". Nothing is trimmed: blanks may matter to a signature or a reader.
    """
    if not isinstance(text, str):
        return ""
    return text[:limit].replace("\x00", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message from outside, as the inbox stores it. (channel, external_id) is unique for ever."""

    channel: str
    external_id: str  # MessageSid, or update_id as text
    address: str  # E.164 phone, or Telegram chat id as text (in a private chat it is the user's id)
    kind: InboundKind
    text: str = field(repr=False)  # what the person typed; see InboundKind for the other kinds
    to: str  # our number, or our bot's id
    user_id: str | None = None  # Telegram's numeric id of the sender; None for SMS
    chat_id: str | None = None  # Telegram chat that it came from; ids of groups are negative
    private: bool = True  # False: a group or a channel
    anonymous: bool = False  # sent as a chat, a channel post, by a bot, or forwarded: never staff
    message_id: str | None = None  # the Telegram message written, edited, or bearing the button
    callback_id: str | None = None  # a button press waits for an answer under this id
    language: str | None = None  # Telegram's language_code
    name: str | None = field(default=None, repr=False)
    opt_out_type: str | None = None  # Twilio's OptOutType STOP, START or HELP: Twilio has replied already

    def to_dict(self) -> dict[str, Any]:
        """Values that JSON can hold; defaults are left out."""
        return _to_dict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Undo to_dict()."""
        return cls(**{**data, "kind": InboundKind(data["kind"])})


@dataclass(frozen=True, slots=True)
class Button:
    """One button under a message. ``data`` comes back as the text of a BUTTON; at most 64 bytes of UTF-8."""

    label: str
    data: str

    def __post_init__(self) -> None:
        if not 1 <= len(self.data.encode()) <= 64:
            raise ValueError(f"Button {self.label!r}: data {self.data!r} must have 1 to 64 bytes of UTF-8.")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to send, as the outbox stores it. Channels ignore what they cannot show."""

    address: str
    text: str = field(repr=False)
    buttons: tuple[tuple[Button, ...], ...] = ()  # rows
    request_contact: str | None = None  # label of Telegram's button that shares the phone
    html: bool = False  # staff answers only: foreign text in it is already escaped
    photo: bytes | None = field(default=None, repr=False)  # PNG; the text becomes its caption
    valid_for: int | None = None  # seconds after which the provider must not deliver it any more (SMS)
    edit_message_id: str | None = (
        None  # change this message instead: new text, or only its buttons if text is ""
    )
    answer_callback: str | None = None  # stop the button's spinner first; with no text nothing else is sent

    def to_dict(self) -> dict[str, Any]:
        """Values that JSON can hold, defaults left out; a photo as base64, so that a stored answer is whole."""
        return _to_dict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Undo to_dict()."""
        values = dict(data)
        if "buttons" in values:
            values["buttons"] = tuple(tuple(Button(*pair) for pair in row) for row in values["buttons"])
        if "photo" in values:
            values["photo"] = base64.b64decode(values["photo"])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took it. ``price`` is positive money in the account's currency, known late if at all."""

    provider_id: str | None
    segments: int | None = None
    price: Decimal | None = None


class Decision(StrEnum):
    """What to do about a message that was not (surely) sent. The outbox acts on nothing else."""

    ADDRESS_UNUSABLE = "address_unusable"  # never works for this address: try the customer's next channel
    OPTED_OUT = "opted_out"  # the person stopped us at the provider: learn it
    LATER = "later"  # surely not accepted: safe to try again, after retry_after if given
    OPERATOR = "operator"  # nothing works before a human acts: stop this sender, tell the admins once
    UNKNOWN = "unknown"  # may have been accepted: never resend blindly
    MOVED = "moved"  # a group has the id new_address now


class SendFailed(Exception):  # noqa: N818 -- says what happened, as the outbox reads it
    """A message was not, or not surely, sent. ``detail`` is in our words or scrubbed: safe to log and to show."""

    def __init__(
        self,
        decision: Decision,
        code: str,
        detail: str,
        *,
        retry_after: float | None = None,
        new_address: str | None = None,
    ) -> None:
        super().__init__(f"{decision} ({code}): {detail}")
        self.decision = decision
        self.code = code
        self.detail = detail
        self.retry_after = retry_after
        self.new_address = new_address

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.decision, self.code, self.detail), self.__dict__)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds that each phase of one request may take. ``total`` bounds a peer that sends a byte a second."""

    connect: float = 5.0
    write: float = 10.0
    read: float = 10.0
    total: float = 20.0


class Channel(Protocol):
    """A way to reach people. ``sender`` names the paced thing: the bot's id or our number."""

    name: str
    sender: str

    async def start(self) -> None:
        """Build the client. No network: askwhy starts while a provider is down."""

    async def verify(self) -> str:
        """Ask the provider who we are, for ``askwhy check``; one line for people. Raises SendFailed."""

    async def send(self, message: Outgoing, attempt_id: str) -> Sent:
        """Send within a bounded time. Raises SendFailed only."""

    async def close(self) -> None:
        """Free the connections; may be called twice, or without start()."""


@runtime_checkable
class Hears(Protocol):
    """A channel whose provider posts what people write to `/webhooks/NAME`. Telegram and SMS have routes of their own."""

    def read_posted(self, query: str, headers: Mapping[str, str], body: bytes) -> list[Inbound] | None:
        """Read a POST: raw query, lower-case header names. [] = nothing for us; None = not the provider, 403."""

    def answer_to_proof(self, query: Mapping[str, str]) -> str | None:
        """Answer a GET by which a provider asks whether the address is ours; None = 403."""


@runtime_checkable
class SetByHand(Protocol):
    """A channel whose provider must be told things by hand, so that `askwhy check` can compare them."""

    async def wrongly_set(self) -> list[tuple[str, str]]:
        """Compare what is set at the provider with what we need: (problem, fix) each. Raises SendFailed."""


def by_proxy(api_base_url: str) -> bool:
    """Tell whether the proxies of the environment apply: to the provider, never to a fake on this machine."""
    return urlsplit(api_base_url).hostname not in ("127.0.0.1", "localhost", "::1")


def scrub(text: object, *secrets: str, limit: int = 200) -> str:
    """Make a provider's own words safe to keep: no secrets, no phone numbers or ids, one short line."""
    line = " ".join(str(text).split())
    for secret in filter(None, secrets):
        line = line.replace(secret, "[secret]")
    return re.sub(r"\+?\d{5,}", "…", line)[:limit]


def _to_dict(value: Inbound | Outgoing) -> dict[str, Any]:
    """Fields that differ from their defaults, in JSON's types."""
    return {
        name: _plain(set_to)
        for name, default in _defaults(type(value))  # type: ignore[arg-type]  # a class can be hashed
        if (set_to := getattr(value, name)) != default
    }


@cache
def _defaults(kind: Any) -> tuple[tuple[str, Any], ...]:
    """Names of the fields with their defaults; MISSING, which equals nothing, for those without."""
    return tuple((f.name, f.default) for f in fields(kind))


def _plain(value: Any) -> Any:
    match value:
        case StrEnum():
            return str(value)
        case bytes():
            return base64.b64encode(value).decode()
        case Button():
            return [value.label, value.data]
        case tuple():
            return [_plain(item) for item in value]
        case _:
            return value
