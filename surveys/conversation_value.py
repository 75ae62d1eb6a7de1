"""The values a conversation is made of: its setting, the answers given, and all that is remembered between replies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from surveys.definition import Survey
from surveys.opening import Opening
from surveys.policy import Policy
from surveys.states import State


@dataclass(frozen=True, slots=True)
class Setting:
    """What stays the same while one conversation moves: the survey, the firm, the rules, the customer's visit."""

    survey: Survey
    organisation: str
    language: str  # the organisation's own, the last resort
    languages: tuple[str, ...]  # all that the organisation's customers speak
    policy: Policy
    opening: Opening
    values: Mapping[str, str] = field(
        default_factory=dict
    )  # for templates: name, branch, employee, product …
    occurred_at: datetime | None = None
    visit_number: int = 1
    first_contact: bool = False  # nothing was ever sent to this person: say how to stop
    opted_out: bool = False  # so that a word like "yes" can be the way back
    knows_language: bool = True  # the customer's language was given, not guessed


@dataclass(frozen=True, slots=True)
class Given:
    """One answer so far."""

    question: str
    value: int | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Conversation:
    """Everything that must be remembered between two replies. `to_dict()` and `from_dict()` are inverse."""

    state: State
    language: str
    questions: tuple[str, ...]
    position: int
    started_at: datetime
    last_sent_at: datetime
    expires_at: datetime
    wake_at: datetime | None
    answers: tuple[Given, ...] = ()
    misunderstood: int = 0  # how often the current question was not understood
    reminders: int = 0
    replied: bool = False
    heard_at: datetime | None = None  # the last piece of a why, for joining pieces

    def given(self, question: str) -> Given | None:
        """Return the answer to `question` so far."""
        return next((a for a in self.answers if a.question == question), None)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; moments as ISO 8601."""
        plain = asdict(self)
        for key in _MOMENTS:
            plain[key] = plain[key].isoformat() if plain[key] else None
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Conversation:
        """Rebuild what `to_dict()` gave."""
        moments = {key: datetime.fromisoformat(plain[key]) if plain[key] else None for key in _MOMENTS}
        answers = tuple(Given(**answer) for answer in plain["answers"])
        return cls(
            **{
                **plain,
                **moments,
                "state": State(plain["state"]),
                "questions": tuple(plain["questions"]),
                "answers": answers,
            }
        )


_MOMENTS = ("started_at", "last_sent_at", "expires_at", "wake_at", "heard_at")
