"""What can happen to a conversation: facts in the past tense, already stripped of any provider's format."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Replied:
    """The customer typed `text`. A `message` id that was heard before says that this edits that message."""

    text: str
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Pressed:
    """The customer pressed a button of `question`; no value means "skip"."""

    question: str
    value: int | None


@dataclass(frozen=True, slots=True)
class SentMedia:
    """The customer sent a picture, a voice message or the like, without any words."""


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The moment the conversation waited for has come."""


@dataclass(frozen=True, slots=True)
class Reopened:
    """The firm reported that the visit is not settled after all."""


@dataclass(frozen=True, slots=True)
class NotSent:
    """The first question could not be delivered, for good."""


Event = Replied | Pressed | SentMedia | TimedOut | Reopened | NotSent
