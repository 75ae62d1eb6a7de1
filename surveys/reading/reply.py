"""Read one reply. The order: opt-out and help, then what the survey's author named, then numbers; at each step the same."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from surveys.reading.corrections import corrected
from surveys.reading.kinds import Kind, Reading, Step
from surveys.reading.labels import read_label
from surveys.reading.phrase import QUESTION_MARKS, Phrase, make_phrase
from surveys.reading.questions import asks, asks_what_a_number_means
from surveys.reading.scores import read_score
from surveys.reading.tokens import Type, tokenise
from surveys.reading.vocabulary import Vocabulary, spoken, vocabulary
from surveys.reading.wishes import read_keyword, whole_message
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
    """Read `text` as the reply to a question on `scale`.

    `language` is the conversation's, `languages` the organisation's others; a language without spelling rules and word file is read by
    digits alone. `labels` are the survey author's own names for values. Only the first 1,600 characters are read. Never raises.
    """
    phrase = make_phrase(text[:LONGEST], _vocabulary(language, languages))
    keyword = read_keyword(phrase)
    if keyword and keyword.kind is Kind.OPT_OUT:
        return keyword
    if step is Step.WHY:
        return keyword or _with_question(phrase, _read_why(phrase, scale))
    # A name the author gave to a value is an answer, even where it is also a word for help.
    reading = read_label(phrase, labels) or keyword or _read_zero(phrase, scale) or read_score(phrase, scale)
    return _with_question(phrase, reading)


def read_yes_no(text: str, *, language: str | None = None, languages: Sequence[str] = ()) -> Reading:
    """Read `text` as the reply to a yes-or-no question: yes is SCORE 1, no is SCORE 0; opt-out and help come first."""
    phrase = make_phrase(text[:LONGEST], _vocabulary(language, languages))
    words = phrase.words
    keyword = read_keyword(phrase)
    answers = {**dict.fromkeys(words.keywords["no"], 0), **dict.fromkeys(words.keywords["yes"], 1)}
    if keyword and (keyword.kind is not Kind.OPT_IN or " ".join(phrase.spoken) not in answers):
        return keyword
    reading = read_label(phrase, answers, single_words_lead=True) or Reading(Kind.NOT_SCORE)
    if reading.score is not None and _turns(phrase, words.keywords["no" if reading.score else "yes"]):
        reading = Reading(Kind.AMBIGUOUS, offers=(1, 0))
    return _with_question(phrase, reading)


def is_feedback_wish(text: str, languages: Sequence[str]) -> bool:
    """Whether the whole message asks to give feedback: FEEDBACK, or its equal in any language."""
    said = [token.text for token in tokenise(text[:LONGEST]) if token.type <= Type.WORD]
    wishes = _vocabulary(None, languages).keywords["feedback"]
    return any(form in wishes for form in whole_message(said))


def _vocabulary(language: str | None, languages: Sequence[str]) -> Vocabulary:
    return vocabulary(spoken(language, tuple(languages)))


def _turns(phrase: Phrase, opposite: frozenset[str]) -> bool:
    """Whether the other answer follows and ends the reply: "yes and no", "no, yes"; not "yes, no problem"."""
    return len(phrase.spoken) in {2, 3} and phrase.spoken[-1] in opposite


def _with_question(phrase: Phrase, reading: Reading) -> Reading:
    if not asks(phrase):
        return reading
    if reading.kind is Kind.SCORE and asks_what_a_number_means(phrase):
        offers = () if reading.score is None else (reading.score,)
        return Reading(Kind.AMBIGUOUS, offers=offers, question=True)
    return replace(reading, question=True)


def _read_zero(phrase: Phrase, scale: Scale) -> Reading | None:
    """Read the letter O, "zero" and "null" alone, where a zero can be meant."""
    if len(phrase.spoken) != 1 or phrase.spoken[0] not in _ZERO:
        return None
    if 0 in scale:
        return Reading(Kind.SCORE, 0)
    return Reading(Kind.NOT_SCORE if len(phrase.spoken[0]) == 1 else Kind.OUT_OF_RANGE)


def _read_why(phrase: Phrase, scale: Scale) -> Reading:
    """Read the reply to "why?": a bare number corrects the score, a clear "no" declines, all else is the why, word for word."""
    said = " ".join(phrase.spoken)
    if said in phrase.words.keywords["decline"]:
        return Reading(Kind.WHY_SKIPPED)
    if not said and not any(t.type == Type.EMOJI or t.text in QUESTION_MARKS for t in phrase.tokens):
        return Reading(Kind.WHY_SKIPPED)  # nothing but marks: "-"
    # A word for zero is as often "nothing" as a score.
    reading = read_score(phrase, scale) if phrase.words.value_of(said) != 0 else Reading(Kind.NOT_SCORE)
    if (value := corrected(phrase, scale)) is not None:
        return Reading(Kind.SCORE, value, correction=True)
    if reading.kind is Kind.SCORE and (reading.why is None or reading.correction):
        return Reading(Kind.SCORE, reading.score, reading.why, correction=True)
    return Reading(Kind.WHY, why=phrase.text.strip())
