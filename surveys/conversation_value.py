"""The values a conversation is made of: its setting, the answers given, and all that is remembered between replies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from surveys.definition import Survey
from surveys.opening import Opening
from surveys.policy import Policy
from surveys.states import State

COMMENT = "comment"
"""The question that words answer which answer no question."""


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
    asks_elsewhere: bool = False  # another conversation with this person is open: ask nothing here


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one message; `message` is the provider's id of it, where messages can be edited."""

    text: str
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """One answer so far: a value and the message that gave it, or words in pieces, or nothing (skipped)."""

    question: str
    value: int | None = None
    message: str | None = None
    pieces: tuple[Piece, ...] = ()

    @property
    def text(self) -> str | None:
        """All words, one line a message; None where there are none."""
        return "\n".join(piece.text for piece in self.pieces) or None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        pieces = [{"text": piece.text, "message": piece.message} for piece in self.pieces]
        return {"question": self.question, "value": self.value, "message": self.message, "pieces": pieces}


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
    introduced: bool = False  # the customer asked who we are, and was told
    saw_media: bool = False  # a picture or voice message was answered
    acknowledged: bool = False  # the customer was told that words outside any question are kept
    heard_at: datetime | None = None  # the last piece of a why, for joining pieces

    def given(self, question: str) -> Given | None:
        """Return the answer to `question` so far; one that was skipped has neither value nor words."""
        return next((a for a in self.answers if a.question == question), None)

    def value_of(self, question: str) -> int | None:
        """Return the value that answers `question`, if there is one."""
        given = self.given(question)
        return given.value if given else None

    def text_of(self, question: str) -> str | None:
        """Return the words that answer `question`, if there are any."""
        given = self.given(question)
        return given.text if given else None

    def last_scored(self) -> Given | None:
        """Return the value that was given last."""
        return next((given for given in reversed(self.answers) if given.value is not None), None)

    def scored_by(self, message: str | None) -> Given | None:
        """Return the value that this message gave, so that an edited message corrects what it said first."""
        return next((given for given in self.answers if message and given.message == message), None)

    def worded_by(self, message: str | None) -> Given | None:
        """Return the words that this message is a piece of."""
        return next(
            (a for a in self.answers if message and any(p.message == message for p in a.pieces)), None
        )

    def with_answer(self, given: Given) -> Conversation:
        """Put an answer in, as the newest, in the place of the one before."""
        others = tuple(other for other in self.answers if other.question != given.question)
        return replace(self, answers=(*others, given), replied=True)

    def with_words(self, question: str, text: str, message: str | None) -> Conversation:
        """Add a piece to the words about `question`; an edited message changes its own piece."""
        given = self.given(question) or Given(question)
        piece = Piece(text.strip(), message)
        known = message is not None and any(p.message == message for p in given.pieces)
        pieces = (
            tuple(piece if p.message == message else p for p in given.pieces)
            if known
            else (*given.pieces, piece)
        )
        return self.with_answer(replace(given, pieces=pieces))

    def without_words(self) -> Conversation:
        """Forget what the customer wrote, for when words are no longer kept; values stay."""
        return replace(self, answers=tuple(replace(given, pieces=()) for given in self.answers))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; moments as ISO 8601."""
        # By hand: asdict() copies every value deeply and was a sixth of all the work of a reply.
        plain = {name: getattr(self, name) for name in _PLAIN}
        moments = {key: at.isoformat() if (at := getattr(self, key)) else None for key in _MOMENTS}
        return {**plain, **moments, "answers": [given.to_dict() for given in self.answers]}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Conversation:
        """Rebuild what `to_dict()` gave."""
        moments = {key: datetime.fromisoformat(plain[key]) if plain[key] else None for key in _MOMENTS}
        answers = tuple(
            Given(**{**answer, "pieces": tuple(Piece(**piece) for piece in answer["pieces"])})
            for answer in plain["answers"]
        )
        return cls(
            **{
                **plain,
                **moments,
                "state": State(plain["state"]),
                "questions": tuple(plain["questions"]),
                "answers": answers,
            }
        )


def count_words(text: str) -> int:
    """Count what has a letter in it: "7 or 8" is one word."""
    return sum(any(character.isalpha() for character in word) for word in text.split())


_MOMENTS = ("started_at", "last_sent_at", "expires_at", "wake_at", "heard_at")
_PLAIN = tuple(f.name for f in fields(Conversation) if f.name not in {*_MOMENTS, "answers"})
