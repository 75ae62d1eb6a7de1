"""The moves that a conversation is made of: take an answer in, ask on, correct, say something, end.

`conversation.py` decides which of them an event brings; here each leads to a conversation and its effects.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from surveys import wording
from surveys.asking import expires_at
from surveys.conversation_value import COMMENT, Conversation, Given, Setting
from surveys.definition import Question
from surveys.effects import Ask, Effect, RecordAnswer, Say, ShowChoice
from surveys.questions import QUESTION_TYPES, label_of
from surveys.questions.base import Choice
from surveys.states import Happening, State, move

Taken = tuple[Conversation, tuple[Effect, ...]]
"""A conversation with an answer taken in, and what is to be stored of it."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one event led to."""

    conversation: Conversation
    effects: tuple[Effect, ...] = ()


def current(setting: Setting, conversation: Conversation) -> Question:
    """Return the question asked last."""
    return setting.survey.question(conversation.questions[conversation.position])


# -- taking in --------------------------------------------------------------------------------------------------------


def record(conversation: Conversation, question: Question, value: int, message: str | None) -> Taken:
    """Take a value in, given by `message`."""
    before = conversation.given(question.id) or Given(question.id)
    moved = conversation.with_answer(replace(before, value=value, message=message))
    line = wording.chosen(question, value, conversation.language)
    return moved, (_recorded(moved, question.id), ShowChoice(question.id, line))


def record_words(
    conversation: Conversation, question: str, text: str, message: str | None, now: datetime
) -> Taken:
    """Take words in: a further piece, or the piece of an edited message in its new form. Blanks are nothing."""
    if not text.strip():
        return conversation, ()
    first = conversation.given(question) is None
    moved = conversation.with_words(question, text, message)
    if moved.text_of(question) == conversation.text_of(question):
        return conversation, ()
    if question != COMMENT:
        moved = replace(moved, heard_at=now)
    gone = (ShowChoice(question),) if first and question != COMMENT else ()
    return moved, (_recorded(moved, question), *gone)


def skip(conversation: Conversation, question: str) -> Taken:
    """Remember a question as answered by nothing; nothing is stored of it."""
    return conversation.with_answer(Given(question)), (ShowChoice(question),)


def why_about(setting: Setting, conversation: Conversation, question: Question) -> str:
    """Return the id of the question that asks why this was answered so, or COMMENT where the survey has none."""
    questions = (setting.survey.question(q) for q in conversation.questions)
    return next((q.id for q in questions if q.about == question.id), COMMENT)


def _recorded(conversation: Conversation, question: str) -> RecordAnswer:
    given = conversation.given(question)
    assert given is not None
    return RecordAnswer(question, given.value, given.text, late=conversation.state is State.EXPIRED)


# -- going on ---------------------------------------------------------------------------------------------------------


def go_on(
    setting: Setting,
    conversation: Conversation,
    effects: tuple[Effect, ...],
    now: datetime,
    *,
    preface: str = "",
) -> Step:
    """Ask the next question that is due, or thank. `preface` is said before it, in the same message."""
    following = _next(setting, conversation)
    if following is None:
        ended = end(conversation, Happening.ANSWERED_LAST)
        return Step(ended, (*effects, Say(f"{preface} {wording.thanks(setting, ended)}".strip())))
    ends = max(conversation.expires_at, expires_at(now, setting.policy))
    moved = replace(
        conversation,
        state=move(conversation.state, Happening.ANSWERED_MORE),
        position=conversation.questions.index(following.id),
        misunderstood=0,
        last_sent_at=now,
        expires_at=ends,
        wake_at=ends,
    )
    text = f"{preface} {wording.question(setting, moved, following)}".strip()
    return Step(moved, (*effects, ask(setting, moved, text)))


def corrected(
    setting: Setting,
    before: Conversation,
    conversation: Conversation,
    effects: tuple[Effect, ...],
    confirmation: str,
    now: datetime,
) -> Step:
    """Confirm a correction. Where it changes what is open or how that is asked ("what went wrong?"), ask anew."""
    if conversation.state is State.ANSWERING:
        open_question, following = current(setting, conversation), _next(setting, conversation)
        asked_so = wording.question(setting, before, open_question)
        if following is not open_question or wording.question(setting, conversation, following) != asked_so:
            return go_on(setting, conversation, effects, now, preface=confirmation)
    moved = replace(conversation, state=move(conversation.state, Happening.CORRECTED))
    return Step(moved, (*effects, Say(confirmation)) if confirmation else effects)


def talked(conversation: Conversation, text: str | None = None) -> Step:
    """Note that something was said that leads nowhere; answer it with `text`, if any."""
    moved = replace(conversation, state=move(conversation.state, Happening.TALKED), replied=True)
    return Step(moved, (Say(text),) if text else ())


def end(conversation: Conversation, happening: Happening) -> Conversation:
    """End a conversation: nothing wakes it any more."""
    return replace(conversation, state=move(conversation.state, happening), wake_at=None)


def ask(setting: Setting, conversation: Conversation, text: str, *, offers: tuple[int, ...] = ()) -> Ask:
    """Return the order to send `text` as the current question, with all its buttons or those of `offers` only."""
    question = current(setting, conversation)
    if offers:
        values = (Choice(label_of(question, value, conversation.language), value) for value in offers)
        return Ask(question.id, text, (tuple(values),))
    return Ask(question.id, text, QUESTION_TYPES[question.type].choices(question, conversation.language))


def _next(setting: Setting, conversation: Conversation) -> Question | None:
    """Return the first question without an answer whose condition holds."""
    if setting.asks_elsewhere:
        return None
    questions = (setting.survey.question(identifier) for identifier in conversation.questions)
    return next((q for q in questions if _is_due(setting, conversation, q)), None)


def _is_due(setting: Setting, conversation: Conversation, question: Question) -> bool:
    if conversation.given(question.id) is not None:
        return False
    for scored, bands in question.when.items():
        value = conversation.value_of(scored)
        if value is None or setting.survey.question(scored).band(value) not in bands:
            return False
    return True
