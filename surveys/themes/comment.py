"""The values that go into the search for themes and come out of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

OwnThemes = Mapping[str, Mapping[str, Sequence[str]]]
"""theme -> language -> words or short phrases: `{"waiting": {"en": ["wait", "queue"], "et": ["ootama"]}}`."""


@dataclass(frozen=True, slots=True)
class Comment:
    """One customer's words. `language` is a tag such as "et" or "ru-EE", "" when unknown; `band` as in the score."""

    text: str
    language: str
    band: str
    id: str


@dataclass(frozen=True, slots=True)
class Theme:
    """One thing that is said.

    `count` of the band's comments say it, `elsewhere` of those it is set against. `z` is the log-odds in
    standard errors (contrast.py), 0.0 for the owner's themes and where there is nothing to set it against.
    """

    name: str
    count: int
    elsewhere: int
    z: float
    verbatims: tuple[Comment, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """What the comments of one band say.

    `n` comments with text in the band, `n_against` in the bands it is set against. With fewer than the minimum
    there are no themes: `listed` holds the comments instead, and is empty otherwise. `contrasted` is False when the
    other side is too small; `phrases` are then simply the commonest.
    """

    n: int
    n_against: int
    contrasted: bool
    own: tuple[Theme, ...]
    phrases: tuple[Theme, ...]
    listed: tuple[Comment, ...]
