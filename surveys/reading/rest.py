"""What is left of a reply once the score is taken out: the why, word for word."""

from surveys.reading.tokens import Token, Type
from surveys.reading.vocabulary import Vocabulary, Word

_FILLER = (
    Word.LEAD
    | Word.SCORING
    | Word.TAIL
    | Word.POLITE
    | Word.CORRECTION
    | Word.NOT
    | Word.NO
    | Word.POINTS
    | Word.MINUS
)
_JOINING = frozenset(",;:.-–—…)]}(=/|*•+،、。~")


def rest_of(text: str, tokens: list[Token], words: Vocabulary, spans: list[tuple[int, int]]) -> str | None:
    """The text outside the token `spans`, joining marks at the cuts stripped; None when only lead-ins and fillers are left."""
    pieces: list[str] = []
    position = 0
    for first, last in [*sorted(spans), (len(tokens), len(tokens))]:
        if piece := _piece(text, tokens, words, position, first, cut_right=first < len(tokens)):
            pieces.append(piece)
        position = max(position, last)
    return " ".join(pieces) or None


def _piece(
    text: str, tokens: list[Token], words: Vocabulary, first: int, last: int, *, cut_right: bool
) -> str:
    kept = range(first, last)
    if not any(
        tokens[i].type is Type.WORD and not words.words.get(tokens[i].text, 0) & _FILLER for i in kept
    ) and not _says_something(tokens, words, first, last):
        return ""
    opened = False
    if first:
        first = _skip_filler(tokens, words, first, last)
        while first < last and tokens[first].text in _JOINING | {"!", "?", "\n"}:
            opened |= tokens[first].text == "("
            first += 1
    if cut_right:
        while last > first and (tokens[last - 1].text in _JOINING or tokens[last - 1].text == "\n"):
            last -= 1
    if first >= last:
        return ""
    end = len(text) if not cut_right and last == len(tokens) else tokens[last - 1].end
    piece = text[tokens[first].start : end].strip()
    return (
        piece[:-1].rstrip()
        if opened and piece.endswith(")") and piece.count("(") < piece.count(")")
        else piece
    )


def _says_something(tokens: list[Token], words: Vocabulary, first: int, last: int) -> bool:
    """Fillers alone, but so put that they are a reason: "because of you"."""
    return any(
        words.words.get(tokens[i].text, 0) & (Word.REASON | Word.PRAISE)
        for i in range(first, last)
        if tokens[i].type is Type.WORD
    )


def _skip_filler(tokens: list[Token], words: Vocabulary, first: int, last: int) -> int:
    """Past "I guess," and other fillers that a mark closes; fillers that run into the why belong to it."""
    at = first
    while at < last and (
        tokens[at].type is Type.QUOTE or words.words.get(tokens[at].text, 0) & (Word.TAIL | Word.POLITE)
    ):
        at += 1
    closed = at > first and at < last and tokens[at].type in {Type.STOP, Type.COMMA, Type.DASH}
    return at if closed else first
