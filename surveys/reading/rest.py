"""What is left of a reply once the score is taken out: the why, word for word."""

from surveys.reading.tokens import Token, Type
from surveys.reading.vocabulary import Vocabulary, Word

# What is no why on its own: around the score, between two scores ("9, no wait, 8"), and before the first.
_AFTER = Word.TAIL | Word.POLITE | Word.POINTS
_BETWEEN = _AFTER | Word.CORRECTION | Word.NOT | Word.NO | Word.LEAD
_BEFORE = _BETWEEN | Word.SCORING | Word.MINUS
_SAYS = Word.REASON | Word.PRAISE  # a filler that is one of these as well may be a why
_JOINING = frozenset(",;:.-–—…)]}(=/|*•+،、。~")


def rest_of(text: str, tokens: list[Token], words: Vocabulary, spans: list[tuple[int, int]]) -> str | None:
    """The text outside the token `spans`, joining marks at the cuts stripped; None when only lead-ins and fillers are left."""
    pieces: list[str] = []
    position = 0
    for first, last in [*sorted(spans), (len(tokens), len(tokens))]:
        filler = _BEFORE if not position else _AFTER if first == len(tokens) else _BETWEEN
        if _says_something(tokens, words, range(position, first), filler):
            pieces.append(_cut(text, tokens, words, position, first))
        position = max(position, last)
    return " ".join(filter(None, pieces)) or None


def _says_something(tokens: list[Token], words: Vocabulary, piece: range, filler: int) -> bool:
    for at in piece:
        if tokens[at].type is Type.WORD:
            flags = words.words.get(tokens[at].text, 0)
            if not flags & filler or (flags & _SAYS and not flags & Word.POLITE):
                return True
    return False


def _cut(text: str, tokens: list[Token], words: Vocabulary, first: int, last: int) -> str:
    """The text of tokens `first` to `last`, without what joined it to the score."""
    opened = False
    if first:
        first = _skip_filler(tokens, words, first, last)
        while first < last and (tokens[first].text in _JOINING or tokens[first].text in "!?\n"):
            opened |= tokens[first].text == "("
            first += 1
    if last == len(tokens):
        piece = text[tokens[first].start :].strip() if first < last else ""
    else:
        while last > first and (tokens[last - 1].text in _JOINING or tokens[last - 1].text == "\n"):
            last -= 1
        piece = text[tokens[first].start : tokens[last - 1].end] if first < last else ""
    return (
        piece[:-1].rstrip()
        if opened and piece.endswith(")") and piece.count("(") < piece.count(")")
        else piece
    )


def _skip_filler(tokens: list[Token], words: Vocabulary, first: int, last: int) -> int:
    """Past "I guess," and other fillers that a mark closes; fillers that run into the why belong to it."""
    at = first
    while at < last and (
        tokens[at].type is Type.QUOTE or words.words.get(tokens[at].text, 0) & (Word.TAIL | Word.POLITE)
    ):
        at += 1
    closed = first < at < last and tokens[at].type in {Type.STOP, Type.COMMA, Type.DASH}
    return at if closed else first
