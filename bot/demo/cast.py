"""Scripted people: who answers how. The same seed gives the same people.

A person is asked, and answers in the manner that was drawn for them: a button, a bare number, a number with its why, a
word, something that is no answer at all first, a correction afterwards, a stop, silence until the reminder, silence.
How content people are depends on the branch and on whether their trouble was solved.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from random import Random

from bot.channels.base import InboundKind
from bot.demo.stage import Message, Place
from surveys.visits import Visit

PROMOTER, PASSIVE, DETRACTOR = "promoter", "passive", "detractor"
SCORES = {PROMOTER: (9, 9, 10, 10, 10), PASSIVE: (7, 8, 8), DETRACTOR: (0, 2, 3, 4, 5, 6, 6)}

QUALITY = (0.66, 0.5, 0.38)
"""The share of promoters at the first, second … branch, in the order of their names, over and over."""


class Manner(StrEnum):
    """How somebody answers."""

    SILENT = "silent"
    LATE = "after the reminder"
    PLAIN = "a number"
    TOGETHER = "a number and why"
    WORD = "a word"
    MUMBLES = "something else first"
    NONSENSE = "nonsense"
    CORRECTS = "a correction"
    STOPS = "stop"
    LEAVES = "a number, then silence"


MANNERS = {
    Manner.SILENT: 75,
    Manner.LATE: 10,
    Manner.PLAIN: 24,
    Manner.TOGETHER: 12,
    Manner.WORD: 6,
    Manner.MUMBLES: 4,
    Manner.NONSENSE: 2,
    Manner.CORRECTS: 4,
    Manner.STOPS: 3,
    Manner.LEAVES: 5,
}
"""How often each is drawn, against each other."""


@dataclass(frozen=True, slots=True, order=True)
class Reply:
    """Something a person will do. `on` is the message whose button is pressed, `shown` its label.

    `means` is the score that it clearly says, `conversation` the one it is about.
    """

    at: datetime
    place: Place
    text: str
    kind: InboundKind = InboundKind.TEXT
    on: str | None = field(default=None, compare=False)
    shown: str = ""
    means: int | None = field(default=None, compare=False)
    conversation: int | None = field(default=None, compare=False)


@dataclass
class Actor:
    """One person in one conversation, as drawn."""

    conversation: int
    language: str
    manner: Manner
    score: int
    why: str
    asked: Counter[str] = field(default_factory=Counter)


class Cast:
    """All people. `react` says what a message makes its reader do."""

    def __init__(
        self, seed: int, branches: Collection[str | None], manners: Mapping[Manner, int] = MANNERS
    ) -> None:
        self._seed = seed
        self._manners = manners
        named = sorted({branch or "" for branch in branches})
        self._quality = {branch: QUALITY[place % len(QUALITY)] for place, branch in enumerate(named)}
        self._visits: dict[Place, Visit] = {}
        self.actors: dict[Place, Actor] = {}

    def meet(self, place: Place, visit: Visit) -> None:
        """Know who stands behind a visit; the latest one is what they think of."""
        self._visits[place] = visit

    def react(self, message: Message) -> list[Reply]:
        """Return what a message makes its reader do, if anything."""
        data = [button.data.split(":") for row in message.outgoing.buttons for button in row]
        visit = self._visits.get(message.place)
        if visit is None or not data or data[0][0] != "a":
            return []  # nobody we know, or no question
        conversation, question = int(data[0][1]), data[0][2]
        values = [int(value) for _, _, _, value in data if value]
        actor = self.actors.get(message.place)
        if actor is None or actor.conversation != conversation:
            actor = self.actors[message.place] = self._drawn(message.place, conversation, visit)
        first = not actor.asked
        actor.asked[question] += 1
        step = Step(actor, message, _dice(self._seed, message.place, message.at))
        if not values:
            return step.why(again=actor.asked[question] > 1)
        if next(iter(actor.asked)) == question:
            return step.score(first=first)
        return step.further(values)

    def _drawn(self, place: Place, conversation: int, visit: Visit) -> Actor:
        dice = _dice(self._seed, place, conversation)
        good = self._quality.get(visit.branch or "", QUALITY[0]) * (0.5 if visit.resolved is False else 1)
        band = dice.choices((PROMOTER, PASSIVE, DETRACTOR), (good, 0.24, max(0.05, 0.76 - good)))[0]
        language = visit.language if visit.language in phrases() else "en"
        manner = dice.choices(list(self._manners), list(self._manners.values()))[0]
        why = ", ".join(dice.sample(phrases()[language][band], 2 if dice.random() < 0.3 else 1))
        return Actor(conversation, language, manner, dice.choice(SCORES[band]), why)


@dataclass(frozen=True, slots=True)
class Step:
    """One person in front of one message."""

    actor: Actor
    message: Message
    dice: Random

    def score(self, *, first: bool) -> list[Reply]:
        """Answer the first question, its reminder, or the question asked again."""
        actor = self.actor
        said = str(actor.score)
        match actor.manner:
            case Manner.SILENT:
                return []
            case Manner.LATE if first:
                return []
            case Manner.STOPS:
                return [self._typed(self._one_of("stop"))]
            case Manner.MUMBLES | Manner.NONSENSE if first:
                return [
                    self._typed(self._one_of("mumbling" if actor.manner is Manner.MUMBLES else "nonsense"))
                ]
            case Manner.NONSENSE:
                return [self._typed(self._one_of("nonsense"))]
            case Manner.TOGETHER:
                return [self._typed(self._one_of("together").format(score=said, why=actor.why), actor.score)]
            case Manner.WORD:
                return [self._typed(phrases()[actor.language]["numbers"][actor.score] + "!!", actor.score)]
            case Manner.PLAIN | Manner.CORRECTS if pressed := self._pressed(said):
                return [pressed]
        return [self._typed(self._one_of("bare").format(score=said), actor.score)]

    def further(self, values: list[int]) -> list[Reply]:
        """Answer another question for a number, about as content as with the first."""
        value = values[round(self.actor.score / 10 * (len(values) - 1))]
        return [self._typed(str(value))]

    def why(self, *, again: bool) -> list[Reply]:
        """Answer the question why."""
        actor = self.actor
        if again or actor.manner is Manner.LEAVES:
            return []
        if actor.manner is Manner.CORRECTS:
            meant = actor.score - 1 if actor.score in {3, 6, 8, 10} else actor.score + 1  # in the same band
            return [
                self._typed(self._one_of("correction").format(score=meant), meant),
                self._typed(actor.why, after=timedelta(minutes=2)),
            ]
        if self.dice.random() < 0.12:
            return [self._typed(self._one_of("nothing_to_add"))]
        return [self._typed(actor.why)]

    def _one_of(self, name: str) -> str:
        return self.dice.choice(phrases()[self.actor.language][name])

    def _typed(self, text: str, means: int | None = None, *, after: timedelta = timedelta()) -> Reply:
        return Reply(
            self._soon() + after,
            self.message.place,
            text,
            means=means,
            conversation=self.actor.conversation,
        )

    def _pressed(self, label: str) -> Reply | None:
        """Press a button, where there are buttons and the person likes them."""
        buttons = [button for row in self.message.outgoing.buttons for button in row if button.label == label]
        if self.message.place[0] != "telegram" or not buttons or self.dice.random() < 0.25:
            return None
        return Reply(
            self._soon(),
            self.message.place,
            buttons[0].data,
            InboundKind.BUTTON,
            self.message.message_id,
            f"[{label}]",
            means=int(label),
            conversation=self.actor.conversation,
        )

    def _soon(self) -> datetime:
        """Most people answer within minutes, some after hours, once they have had a look."""
        minutes = min(300.0, 1 + self.dice.expovariate(1 / 20))
        return self.message.at + timedelta(minutes=round(minutes), seconds=self.dice.randrange(60))


def _dice(*seeds: object) -> Random:
    return Random(" ".join(map(str, seeds)))  # noqa: S311 -- a story, not a secret


@cache
def phrases() -> dict[str, dict[str, list[str]]]:
    """Return what people type, by language."""
    return tomllib.loads(files("bot.demo").joinpath("phrases.toml").read_text("utf-8"))
