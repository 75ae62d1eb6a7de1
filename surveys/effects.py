"""What a conversation wants done: orders in the imperative. Whoever carries them out decides nothing more."""

from __future__ import annotations

from dataclasses import dataclass

from surveys.questions.base import Choice


@dataclass(frozen=True, slots=True)
class Ask:
    """Send `text` as the question `question`, with rows of choices where the channel has buttons."""

    question: str
    text: str
    choices: tuple[tuple[Choice, ...], ...] = ()
    reminder: bool = False


@dataclass(frozen=True, slots=True)
class Say:
    """Send `text`; nothing is expected back. `confirms_stop` marks the one message an opted-out person may get."""

    text: str
    confirms_stop: bool = False


@dataclass(frozen=True, slots=True)
class RecordAnswer:
    """Store the answer to `question`: a value, or words; what stood there before goes to its history."""

    question: str
    value: int | None = None
    text: str | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class ShowChoice:
    """Where the channel can: take the buttons of `question` away; add `line`, what was chosen, if there is one."""

    question: str
    line: str | None = None


@dataclass(frozen=True, slots=True)
class OptOut:
    """The customer wants no more questions: learn it before anything else is sent."""


@dataclass(frozen=True, slots=True)
class OptIn:
    """The customer wants to be asked again."""


Effect = Ask | Say | RecordAnswer | ShowChoice | OptOut | OptIn
