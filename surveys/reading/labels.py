"""Answers that have a name: what a survey's author calls the values of a scale, and yes and no."""

from collections.abc import Mapping
from functools import lru_cache

from surveys.reading.kinds import Kind, Reading
from surveys.reading.phrase import Phrase
from surveys.reading.rest import rest_of
from surveys.reading.tokens import Type, normalise
from surveys.reading.vocabulary import phrase_key
from surveys.reading.words import Word

_FOLLOWS = Word.REASON | Word.OPENER | Word.TAIL


def read_label(
    phrase: Phrase, labels: Mapping[str, int], *, single_words_lead: bool = False
) -> Reading | None:
    """SCORE for a whole message that is a label, or one that begins with a label of several words; None otherwise.

    The longest label that fits wins. With `single_words_lead` a label of one word may begin the message too ("yes, all good").
    """
    if not labels:
        return None
    said = phrase.spoken
    if not said:
        return _read_emoji(phrase, labels)
    longest, reading = 0, None
    for label, value in labels.items():
        key = _words_of(label)
        if len(key) <= longest or said[: len(key)] != key:
            continue
        last = _position(phrase, len(key))
        leads = (len(key) > 1 or single_words_lead) and _may_follow(phrase, last)
        if len(said) == len(key) or leads:
            longest, reading = len(key), Reading(Kind.SCORE, value, rest_of(phrase, [(0, last)]))
    return reading


@lru_cache(maxsize=4096)
def _words_of(label: str) -> list[str]:
    return phrase_key(label).split()


def _read_emoji(phrase: Phrase, labels: Mapping[str, int]) -> Reading | None:
    """Read an emoji the author named, once or repeated, and no words."""
    shown = "".join(dict.fromkeys(token.text for token in phrase.tokens if token.type == Type.EMOJI))
    if not shown:
        return None
    return next(
        (Reading(Kind.SCORE, value) for label, value in labels.items() if _bare(label) == shown), None
    )


def _bare(label: str) -> str:
    """Without spaces and variation selectors: the colour of a heart is no other answer."""
    return "".join(c for c in normalise(label) if not c.isspace() and not "\ufe00" <= c <= "\ufe0f")


def _position(phrase: Phrase, words: int) -> int:
    """Find the position after so many words."""
    for at, token in enumerate(phrase.tokens):
        words -= token.type <= Type.WORD
        if not words:
            return at + 1
    return phrase.count


def _may_follow(phrase: Phrase, at: int) -> bool:
    """Whether a mark, a reason or a word that opens a why follows: "very likely not" is not "very likely"."""
    if phrase.type(at) != Type.WORD:
        return True
    flags = phrase.flags[at]
    return bool(flags & _FOLLOWS) and not flags & (Word.NOT | Word.NO)
