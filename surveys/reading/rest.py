"""What is left of a reply once the score is taken out: the why, word for word."""

from surveys.reading.phrase import Phrase
from surveys.reading.tokens import Type
from surveys.reading.words import Word

# What is no why on its own: after the score, between two scores ("9, no wait, 8"), and before the first.
_AFTER = Word.TAIL | Word.POLITE | Word.POINTS
_BETWEEN = _AFTER | Word.CORRECTION | Word.NOT | Word.NO | Word.LEAD
_BEFORE = _BETWEEN | Word.SCORING | Word.MINUS
_SAYS = Word.REASON | Word.PRAISE | Word.ASPECT  # a filler that is one of these as well may be a why
_PRAISING = Word.PRAISE | Word.ASPECT
_PRAISED = Word.PRAISE | Word.TAIL
_POLITE_PRAISE = _PRAISED | Word.LEAD
_JOINING = frozenset(",;:.-–—…)]}(=/|*•+،、。~")
_CLOSING = frozenset({Type.STOP, Type.COMMA, Type.DASH})


def rest_of(phrase: Phrase, spans: list[tuple[int, int]]) -> str | None:
    """Give the text outside the token `spans`, joining marks at the cuts stripped; None when only lead-ins and fillers are left.

    Where the words before a score run into it, they are half a sentence: only when a reason follows the score can they be left out,
    else the whole text is kept as it was typed; so it is where something is said on both sides of the score.
    """
    pieces: list[str] = []
    position = 0
    after = _AFTER | Word.CORRECTION if len(spans) > 1 else _AFTER
    for first, last in [*sorted(spans), (phrase.count, phrase.count)]:
        filler = _BEFORE if not position else after if first == phrase.count else _BETWEEN
        if not position and _runs_into(phrase, first, last):
            announced = any(flags & Word.SCORING for flags in phrase.flags[first:last])
            if announced and not _tells(phrase, 0, first, filler | Word.FREQUENT):
                position = last
                continue
            if _says_something(phrase, range(last, phrase.count), _AFTER):
                reason = phrase.flag(last) & Word.REASON and not _tells(phrase, 0, first, ~_PRAISING)
                if not reason:
                    return phrase.text.strip()
                position = last
                continue
        said = range(position, first)
        if _says_something(phrase, said, filler) or (position and _only_praises(phrase, said)):
            pieces.append(_cut(phrase, position, first))
        position = max(position, last)
    pieces = [piece for piece in pieces if piece]
    if len(pieces) > 1:
        return phrase.text.strip()  # two halves make no sentence
    return pieces[0] if pieces else None


def _runs_into(phrase: Phrase, first: int, last: int) -> bool:
    """Whether words stand before the score at `first`, in its own clause."""
    return 0 < first < last <= phrase.count and phrase.type(first - 1) == Type.WORD


def _tells(phrase: Phrase, first: int, last: int, filler: int) -> bool:
    """Whether a word that is none of `filler` stands there."""
    return any(
        phrase.tokens[at].type == Type.WORD and not phrase.flags[at] & filler for at in range(first, last)
    )


def _says_something(phrase: Phrase, piece: range, filler: int) -> bool:
    for at in piece:
        flags = phrase.flags[at]
        if phrase.tokens[at].type == Type.WORD and (
            not flags & filler or (flags & _SAYS and not flags & Word.POLITE)
        ):
            return True
    return False


def _only_praises(phrase: Phrase, piece: range) -> bool:
    """Whether a polite word is praise here, since nothing else is said: "8. hyvä", though "olkaa hyvä" is "please"; not "8, ok"."""
    words = [phrase.flags[at] for at in piece if phrase.tokens[at].type == Type.WORD]
    return bool(
        words
        and words[0] & _POLITE_PRAISE == Word.PRAISE | Word.LEAD
        and all(flags & _PRAISED for flags in words)
    )


def _cut(phrase: Phrase, first: int, last: int) -> str:
    """Give the text of tokens `first` to `last`, without what joined it to the score."""
    tokens, opened = phrase.tokens, False
    if first:
        first = _skip_filler(phrase, first, last)
        while first < last and (tokens[first].text in _JOINING or tokens[first].text in "!?\n"):
            opened = opened or tokens[first].text == "("
            first += 1
    if last < phrase.count:
        while last > first and (tokens[last - 1].text in _JOINING or tokens[last - 1].text == "\n"):
            last -= 1
        while last - 1 > first and phrase.flags[last - 1] & Word.JOIN and phrase.flags[last - 1] & Word.OR:
            last -= 1  # "been here 5 years and" (I give 10)
    if first >= last:
        return ""
    end = tokens[last - 1].end if last < phrase.count else len(phrase.text)
    piece = phrase.text[tokens[first].start : end].strip()
    return (
        piece[:-1].rstrip()
        if opened and piece.endswith(")") and piece.count("(") < piece.count(")")
        else piece
    )


def _skip_filler(phrase: Phrase, first: int, last: int) -> int:
    """Past "I guess," and other fillers that a mark closes; fillers that run into the why belong to it."""
    at = first
    while at < last and (
        phrase.tokens[at].type == Type.QUOTE
        or (
            phrase.flags[at] & (Word.TAIL | Word.POLITE)
            and phrase.flags[at] & _POLITE_PRAISE != Word.PRAISE | Word.LEAD
        )
    ):
        at += 1
    return at if first < at < last and phrase.tokens[at].type in _CLOSING else first
