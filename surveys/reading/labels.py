"""Answers that have a name: what a survey's author calls the values of a scale, and yes and no."""

from collections.abc import Mapping

from surveys.reading.kinds import Kind, Reading
from surveys.reading.tokens import Token, Type, normalise
from surveys.reading.vocabulary import Vocabulary, Word, phrase_key
from surveys.reading.rest import rest_of

_FOLLOWS = Word.REASON | Word.OPENER | Word.TAIL


def read_label(
    text: str,
    tokens: list[Token],
    words: Vocabulary,
    labels: Mapping[str, int],
    *,
    single_words_lead: bool = False,
) -> Reading | None:
    """SCORE for a whole message that is a label, or one that begins with a label of several words; None otherwise."""
    if not labels:
        return None
    said = [token.text for token in tokens if token.type <= Type.WORD]
    shown = "".join(dict.fromkeys(token.text for token in tokens if token.type is Type.EMOJI))
    best = -1, Reading(Kind.NOT_SCORE)
    for label, value in labels.items():
        key = phrase_key(label).split()
        if not key:
            if not said and shown and shown == _emoji(label):
                return Reading(Kind.SCORE, value)
            continue
        if (
            len(key) > best[0]
            and said[: len(key)] == key
            and (len(key) > 1 or single_words_lead or len(said) == 1)
        ):
            last = _position(tokens, len(key))
            if len(said) == len(key) or _may_follow(tokens, words, last):
                best = len(key), Reading(Kind.SCORE, value, rest_of(text, tokens, words, [(0, last)]))
    return best[1] if best[0] > 0 else None


def _emoji(label: str) -> str:
    return "".join(c for c in normalise(label) if not c.isspace() and not "\ufe00" <= c <= "\ufe0f")


def _position(tokens: list[Token], count: int) -> int:
    """The position after `count` words."""
    for at, token in enumerate(tokens):
        count -= token.type <= Type.WORD
        if not count:
            return at + 1
    return len(tokens)


def _may_follow(tokens: list[Token], words: Vocabulary, at: int) -> bool:
    """A mark, a reason or a word that opens a why: "very likely not" is not "very likely"."""
    if tokens[at].type is not Type.WORD:
        return True
    flags = words.words.get(tokens[at].text, 0)
    return bool(flags & _FOLLOWS) and not flags & (Word.NOT | Word.NO)
