"""Read one reply. The order: opt-out and help, then what the survey's author named, then numbers, at each step the same."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from surveys.reading.kinds import Kind, Reading, Step
from surveys.reading.labels import read_label
from surveys.reading.scores import read_score
from surveys.reading.tokens import Token, Type, tokenise
from surveys.reading.vocabulary import Vocabulary, Word, spoken, vocabulary
from surveys.reading.wishes import all_wishes, read_keyword, whole_message
from surveys.scale import Scale

LONGEST = 1600  # characters of a reply that are read: the longest SMS a provider hands over
NO_LABELS: Mapping[str, int] = MappingProxyType({})
_ZERO = frozenset({"o", "о", "ο", "zero", "null"})  # Latin, Cyrillic and Greek o


def read_reply(
    text: str,
    scale: Scale,
    *,
    step: Step = Step.SCORE,
    language: str | None = None,
    languages: Sequence[str] = (),
    labels: Mapping[str, int] = NO_LABELS,
) -> Reading:
    """What `text` means as the reply to a question on `scale`.

    `language` is the conversation's, `languages` the organisation's others; a language without spelling rules and word file is read by
    digits alone. `labels` are the survey author's own names for values. Only the first 1,600 characters are read. Never raises.
    """
    text = text[:LONGEST]
    tokens = tokenise(text)
    words = vocabulary(spoken(language, tuple(languages)))
    if keyword := read_keyword(text, tokens, words):
        return keyword
    asks = _asks(tokens, words)
    if step is Step.WHY:
        return _with_question(_read_why(text, tokens, words, scale), asks)
    reading = (
        read_label(text, tokens, words, labels)
        or _read_zero(tokens, scale)
        or read_score(text, tokens, words, scale)
    )
    return _with_question(reading, asks)


def read_yes_no(text: str, *, language: str | None = None, languages: Sequence[str] = ()) -> Reading:
    """What `text` means as the reply to a yes-or-no question: yes is SCORE 1, no is SCORE 0; opt-out and help come first."""
    text = text[:LONGEST]
    tokens = tokenise(text)
    words = vocabulary(spoken(language, tuple(languages)))
    yes_no = {**dict.fromkeys(words.keywords["no"], 0), **dict.fromkeys(words.keywords["yes"], 1)}
    keyword = read_keyword(text, tokens, words)
    if keyword and (keyword.kind is not Kind.OPT_IN or _said(tokens) not in yes_no):
        return keyword
    asks = _asks(tokens, words)
    found = read_label(text, tokens, words, yes_no, single_words_lead=True)
    if found and found.why and _turns(found.why, words):
        return Reading(Kind.AMBIGUOUS, offers=(1, 0), question=asks)
    return _with_question(found or Reading(Kind.NOT_SCORE), asks)


def is_feedback_wish(text: str, languages: Sequence[str]) -> bool:
    """Whether the whole message asks to give feedback: FEEDBACK, or its equal in any language."""
    tokens = tokenise(text[:LONGEST])
    phrases = vocabulary(spoken(None, tuple(languages))).keywords["feedback"]
    return any(form in phrases for form in whole_message([t.text for t in tokens if t.type <= Type.WORD]))


def _said(tokens: list[Token]) -> str:
    return " ".join(token.text for token in tokens if token.type <= Type.WORD)


def _turns(why: str, words: Vocabulary) -> bool:
    """ "Yes and no", "no, yes": the other answer follows."""
    both = words.keywords["yes"] | words.keywords["no"]
    said = [token.text for token in tokenise(why) if token.type is Type.WORD]
    return bool(said) and any(word in both for word in said[:2])


def _with_question(reading: Reading, asks: bool) -> Reading:
    if not asks:
        return reading
    return Reading(
        reading.kind, reading.score, reading.why, reading.offers, question=True, correction=reading.correction
    )


def _asks(tokens: list[Token], words: Vocabulary) -> bool:
    """The text asks us something: words with a question mark, or a beginning like "who is". "9?" asks nothing."""
    said = [token for token in tokens if token.type is Type.WORD]
    if any(token.text in "?？؟" for token in tokens):
        return not tokens[0].type is Type.NUMBER or bool(said)
    polite = all_wishes().polite
    first = next((token.text for token in said if token.text not in polite), "")
    return bool(words.words.get(first, 0) & Word.QUESTION) and len(said) > 1


def _read_zero(tokens: list[Token], scale: Scale) -> Reading | None:
    """The letter O, "zero" and "null" alone, where a zero can be meant."""
    said = [token.text for token in tokens if token.type <= Type.WORD]
    if len(said) != 1 or said[0] not in _ZERO:
        return None
    if 0 in scale:
        return Reading(Kind.SCORE, 0)
    return Reading(Kind.NOT_SCORE) if len(said[0]) == 1 else Reading(Kind.OUT_OF_RANGE)


def _read_why(text: str, tokens: list[Token], words: Vocabulary, scale: Scale) -> Reading:
    """The reply to "why?": a bare number corrects the score, a clear "no" declines, all else is the why, word for word."""
    said = _said(tokens)
    if said in words.keywords["decline"] or not (
        said or any(t.type is Type.EMOJI or t.text in "?？؟" for t in tokens)
    ):
        return Reading(Kind.WHY_SKIPPED)
    # A word for zero is as often "nothing" as a score.
    reading = (
        read_score(text, tokens, words, scale) if words.numbers.get(said) != 0 else Reading(Kind.NOT_SCORE)
    )
    if reading.kind is Kind.SCORE and (reading.why is None or reading.correction):
        return Reading(Kind.SCORE, reading.score, reading.why, correction=True)
    return Reading(Kind.WHY, why=text.strip())
