"""What a reply is a reply to: which question a number would answer, which one words, in which language, and as what."""

from __future__ import annotations

from dataclasses import dataclass, replace

from surveys.conversation_moves import current
from surveys.conversation_value import COMMENT, Conversation, Setting
from surveys.definition import Question
from surveys.events import Replied
from surveys.puzzled import is_puzzled
from surveys.questions import QUESTION_TYPES
from surveys.reading import Kind, Reading, Step, detect_language
from surveys.states import State


@dataclass(frozen=True, slots=True)
class Understood:
    """A reply in its place: the scored question that a number answers, the id that words answer where words are due."""

    scored: Question
    words: str | None
    reading: Reading


def understand(setting: Setting, conversation: Conversation, event: Replied) -> Understood:
    """Read a reply by what was asked. An edited message is about what it answered first, if it still answers that."""
    if edited := conversation.scored_by(event.message):
        scored = setting.survey.question(edited.question)
        reading = read(setting, conversation, scored, event.text, Step.SCORE)
        if reading.kind is Kind.SCORE:
            return Understood(scored, None, reading)
    scored, words = _asked(setting, conversation)
    step = Step.SCORE if words is None else Step.WHY
    reading = read(setting, conversation, scored, event.text, step)
    if words is None:
        scored, reading = _meant(setting, conversation, scored, reading, event.text)
    if reading.kind in {Kind.NOT_SCORE, Kind.WHY} and is_puzzled(event.text):
        reading = replace(reading, question=True)
    return Understood(scored, words, reading)


def read(setting: Setting, conversation: Conversation, question: Question, text: str, step: Step) -> Reading:
    """Read `text` as a reply to `question`, asked for a score or for the why of one."""
    return QUESTION_TYPES[question.type].read(
        question, text, step=step, language=conversation.language, languages=setting.languages
    )


def _asked(setting: Setting, conversation: Conversation) -> tuple[Question, str | None]:
    ended = conversation.state in {State.ANSWERED, State.COMMENTED}
    asked = current(setting, conversation)
    if asked.scored and not (ended and conversation.given(asked.id)):
        return asked, None
    # A number where words are due corrects the one before.
    last = conversation.last_scored()
    scored = setting.survey.question(last.question if last else setting.survey.primary)
    if not ended:
        return scored, asked.id
    whys = [q for q in conversation.questions if not setting.survey.question(q).scored]
    return scored, None if last is None else whys[-1] if whys else COMMENT


def _meant(
    setting: Setting, conversation: Conversation, question: Question, reading: Reading, text: str
) -> tuple[Question, Reading]:
    """Return what a reply is about: "sorry, I meant 4" before the question is answered is about the answer before."""
    last = conversation.last_scored()
    answers = reading.kind is Kind.SCORE and not reading.correction
    if last is None or answers or conversation.given(question.id) is not None:
        return question, reading
    before = setting.survey.question(last.question)
    corrected_so = read(setting, conversation, before, text, Step.SCORE)
    if corrected_so.kind is Kind.SCORE and corrected_so.correction:
        return before, corrected_so
    # A correction that cannot be one is no sure answer to this question either.
    return question, Reading(Kind.AMBIGUOUS) if reading.correction else reading


def in_their_language(setting: Setting, conversation: Conversation, text: str) -> Conversation:
    """Go on in the language of the reply when the customer's own is not known and the reply's is clear."""
    if setting.knows_language:
        return conversation
    language = detect_language(text, setting.languages)
    return replace(conversation, language=language) if language else conversation
