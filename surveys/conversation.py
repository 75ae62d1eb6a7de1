"""A conversation is a value; `start()` and `advance()` move it. They send nothing, store nothing, read no clock.

`start(setting, language, now)` gives the first question; `advance(setting, conversation, event, now)` takes what
happened and gives the conversation as it is afterwards, with the effects to be carried out. Opt-out is read before the
answer, at every step. What is not surely an answer is asked again, once, in other words; after that the words are kept
and the conversation ends kindly. Answers to an expired conversation still count, marked late, while the grace lasts.

Invariants: an event never raises, whatever the customer wrote; no text of a customer is dropped (it is an answer, a
comment, or stays in the stored message); one event brings at most one message, a correction and its thanks included.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from surveys import wording
from surveys.asking import expires_at, reminder_at
from surveys.conversation_moves import (
    Step,
    ask,
    corrected,
    current,
    end,
    go_on,
    record,
    record_words,
    skip,
    talked,
    why_about,
)
from surveys.conversation_reading import in_their_language, read, understand
from surveys.conversation_value import COMMENT, Conversation, Setting, count_words
from surveys.definition import Question
from surveys.effects import Ask, Effect, OptIn, OptOut, Say, ShowChoice
from surveys.events import Event, NotSent, Pressed, Reopened, Replied, SentMedia, TimedOut
from surveys.puzzled import is_puzzled
from surveys.reading import Kind, Reading
from surveys.reading import Step as Hearing
from surveys.states import Happening, State, move

__all__ = ["COMMENT", "Step", "advance", "ask_again", "listening", "start"]

ONE_WHY = timedelta(minutes=2)
"""Pieces of a why that follow each other within this time are one why."""

WORDS_OF_A_WHY = 3
"""Words without a score, from this many on, are taken as the why, so that it is not asked for again. Not those that ask
us something or say that the question was not understood (`puzzled.py`); what is neither, like "sorry, I was away", is
taken as the why too: a wrong why costs less than asking an unhappy customer twice what went wrong."""

WORDS_OF_A_QUESTION = 4
"""A question of up to so many words where a why is due ("who is this?") is for us; a longer one is the why ("Why did I
have to wait for two hours?")."""

WORDS_OF_A_MESSAGE = 5
"""Words after the end, from this many on, are a message that the customer may expect to be taken note of."""

CORRECTABLE = timedelta(days=30)
"""How long after the visit an answer may still be replaced, and words are still kept with it."""


def start(setting: Setting, language: str, now: datetime) -> Step:
    """Begin: the first question, in `language`, sent at `now` (aware)."""
    questions = tuple(q.id for q in setting.survey.questions_for(setting.visit_number))
    ends = expires_at(now, setting.policy)
    conversation = Conversation(
        state=State.ASKED,
        language=language,
        questions=questions,
        position=0,
        started_at=now,
        last_sent_at=now,
        expires_at=ends,
        wake_at=_reminder(setting, 0, now, ends) or ends,
    )
    text = wording.question(setting, conversation, current(setting, conversation))
    if setting.first_contact:
        text = wording.with_stop_hint(text, language)
    return Step(conversation, (ask(setting, conversation, text),))


def advance(setting: Setting, conversation: Conversation, event: Event, now: datetime) -> Step:
    """Move `conversation` by `event` at `now` (aware). What has no meaning in its state changes nothing."""
    match event:
        case Replied():
            return _replied(setting, in_their_language(setting, conversation, event.text), event, now)
        case Pressed():
            return _pressed(setting, conversation, event, now)
        case SentMedia():
            return _sent_media(setting, conversation)
        case TimedOut():
            return _timed_out(setting, conversation, now)
        case Reopened() if conversation.state is State.ASKED:
            return Step(end(conversation, Happening.WITHDRAWN))
        case NotSent() if conversation.state is State.ASKED:
            return Step(end(conversation, Happening.NOT_SENT))
        case Reopened() | NotSent():
            return Step(conversation)


def ask_again(setting: Setting, conversation: Conversation) -> Ask:
    """Return the open question as it stands, for somebody who wants to be asked. Nothing moves."""
    return ask(setting, conversation, wording.question(setting, conversation, current(setting, conversation)))


def listening(setting: Setting, conversation: Conversation, now: datetime) -> bool:
    """Do words count? Open: yes. Expired or withdrawn: within the grace. Finished: while the visit is young."""
    match conversation.state:
        case State.ASKED | State.ANSWERING:
            return True
        case State.EXPIRED | State.WITHDRAWN:
            return now <= conversation.expires_at + setting.policy.accept_late
        case State.ANSWERED | State.COMMENTED:
            return now - (setting.occurred_at or conversation.started_at) < CORRECTABLE
        case State.STOPPED | State.FAILED:
            return False


# -- a typed reply ----------------------------------------------------------------------------------------------------


def _replied(setting: Setting, conversation: Conversation, event: Replied, now: datetime) -> Step:
    understood = understand(setting, conversation, event)
    reading, why = understood.reading, understood.words
    match reading.kind:
        case Kind.OPT_OUT:
            return _stopped(setting, conversation, reading, event, now)
        case Kind.OPT_IN if setting.opted_out:
            welcome = wording.welcome_back(setting.organisation, conversation.language)
            return Step(conversation, (OptIn(), Say(welcome)))
        case Kind.HELP:
            asked = current(setting, conversation) if conversation.state.open else None
            return talked(conversation, wording.help_text(setting.organisation, conversation.language, asked))
    if not listening(setting, conversation, now):
        return talked(conversation)
    if conversation.state is State.WITHDRAWN:
        return _said_though_withdrawn(conversation, event, now)
    if reading.kind is Kind.SCORE:
        return _scored(setting, conversation, understood.scored, reading, event, now)
    if edited := conversation.worded_by(event.message):
        moved, effects = record_words(conversation, edited.question, event.text, event.message, now)
        return replace(talked(moved), effects=effects)
    if conversation.state in {State.ANSWERED, State.COMMENTED}:
        return _said_afterwards(setting, conversation, why, reading, event, now)
    if why is None:
        return _not_understood(setting, conversation, understood.scored, reading, event, now)
    return _why(setting, conversation, why, reading, event, now)


def _scored(
    setting: Setting,
    conversation: Conversation,
    question: Question,
    reading: Reading,
    event: Replied,
    now: datetime,
) -> Step:
    """Take a score, with the why that stands beside it."""
    assert reading.score is not None
    before = conversation.value_of(question.id)
    moved = conversation
    effects: tuple[Effect, ...] = ()
    confirmation = ""
    if reading.score != before:
        moved, effects = record(conversation, question, reading.score, event.message)
        confirmation = wording.changed(setting, question, reading.score, conversation.language)
    if reading.why:
        about = why_about(setting, conversation, question)
        moved, words = record_words(moved, about, reading.why, event.message, now)
        effects = (*effects, *words)
    if before is None:
        return go_on(setting, moved, effects, now)
    if not effects:
        return talked(conversation)
    return corrected(setting, conversation, moved, effects, confirmation, now)


def _why(
    setting: Setting, conversation: Conversation, why: str, reading: Reading, event: Replied, now: datetime
) -> Step:
    if reading.kind is Kind.WHY_SKIPPED:
        moved, effects = skip(conversation, why)
        return go_on(setting, moved, effects, now)
    if _is_for_us(conversation, reading, event.text):
        return _introduced(setting, conversation, COMMENT, event, now)
    moved, effects = record_words(conversation, why, event.text, event.message, now)
    return go_on(setting, moved, effects, now)


def _not_understood(
    setting: Setting,
    conversation: Conversation,
    question: Question,
    reading: Reading,
    event: Replied,
    now: datetime,
) -> Step:
    """Keep what holds no sure score and ask again, once; words enough for a why are the why."""
    told = reading.kind is Kind.NOT_SCORE and not reading.question
    told = told and count_words(event.text) >= WORDS_OF_A_WHY
    target = why_about(setting, conversation, question) if told else COMMENT
    if reading.question and not conversation.introduced:
        return _introduced(setting, conversation, target, event, now)
    if conversation.last_scored() is not None:
        declined = read(setting, conversation, question, event.text, Hearing.WHY).kind is Kind.WHY_SKIPPED
        if declined:
            moved, effects = skip(conversation, question.id)
            return go_on(setting, moved, effects, now)
    kept, effects = record_words(conversation, target, event.text, event.message, now)
    if conversation.misunderstood == 0:
        state = move(kept.state, Happening.NOT_UNDERSTOOD)
        moved = replace(kept, state=state, replied=True, misunderstood=1, last_sent_at=now)
        text = wording.again(setting, moved, question, reading)
        return Step(moved, (*effects, ask(setting, moved, text, offers=reading.offers)))
    if kept.last_scored() is not None:
        # A further question that is not understood must not cost the score that is in.
        skipped, more = skip(kept, question.id)
        return go_on(setting, skipped, (*effects, *more), now)
    ended = replace(end(kept, Happening.GAVE_UP), acknowledged=True)
    return Step(ended, (*effects, Say(wording.kept(kept.language))))


def _introduced(
    setting: Setting, conversation: Conversation, target: str, event: Replied, now: datetime
) -> Step:
    """Answer "who is this?", once; while a question is open it is asked again with it."""
    kept, effects = record_words(conversation, target, event.text, event.message, now)
    moved = replace(talked(kept).conversation, introduced=True)
    if conversation.state in {State.ANSWERED, State.COMMENTED}:
        return Step(moved, (*effects, Say(wording.who_we_are(setting, moved, None))))
    asked = current(setting, moved)
    return Step(moved, (*effects, ask(setting, moved, wording.who_we_are(setting, moved, asked))))


def _is_for_us(conversation: Conversation, reading: Reading, text: str) -> bool:
    """Tell whether this is a question like "who is this?", not answered yet, although words were due."""
    short = count_words(text) <= WORDS_OF_A_QUESTION
    return reading.question and not conversation.introduced and (short or is_puzzled(text))


def _said_afterwards(
    setting: Setting,
    conversation: Conversation,
    why: str | None,
    reading: Reading,
    event: Replied,
    now: datetime,
) -> Step:
    """Words after the end: a why that was waited for, or more of it within two minutes; else a comment.

    A comment that is a whole message is acknowledged, once; "ok, thanks" is not.
    """
    if reading.kind is Kind.WHY_SKIPPED:
        return talked(conversation)
    if _is_for_us(conversation, reading, event.text):
        return _introduced(setting, conversation, COMMENT, event, now)
    waited_for = why == current(setting, conversation).id and conversation.given(why) is None
    fresh = conversation.heard_at is not None and now - conversation.heard_at <= ONE_WHY
    target = why if why is not None and (fresh or waited_for) else COMMENT
    moved, effects = record_words(conversation, target, event.text, event.message, now)
    moved = replace(moved, state=move(moved.state, Happening.WHY_CONTINUED))
    if waited_for:
        return Step(moved, (*effects, Say(wording.thanks(setting, moved))))
    if target == COMMENT and count_words(event.text) >= WORDS_OF_A_MESSAGE:
        return _acknowledged(moved, effects)
    return Step(moved, effects)


def _said_though_withdrawn(conversation: Conversation, event: Replied, now: datetime) -> Step:
    """Keep what comes after the question was taken back; the customer does not know that it was."""
    moved, effects = record_words(conversation, COMMENT, event.text, event.message, now)
    return _acknowledged(talked(moved).conversation, effects)


def _acknowledged(conversation: Conversation, effects: tuple[Effect, ...]) -> Step:
    """Tell the customer that words outside any question are kept; once is enough."""
    if conversation.acknowledged:
        return Step(conversation, effects)
    return Step(
        replace(conversation, acknowledged=True), (*effects, Say(wording.kept(conversation.language)))
    )


# -- buttons, media, silence, opt-out ---------------------------------------------------------------------------------


def _pressed(setting: Setting, conversation: Conversation, event: Pressed, now: datetime) -> Step:
    counts = listening(setting, conversation, now) and conversation.state is not State.WITHDRAWN
    if event.question not in conversation.questions or not counts:
        return talked(conversation)
    question = setting.survey.question(event.question)
    if event.value is None:
        ended = conversation.state in {State.ANSWERED, State.COMMENTED}
        if ended or question.scored or current(setting, conversation) is not question:
            return talked(conversation)
        moved, effects = skip(conversation, question.id)
        return go_on(setting, moved, effects, now)
    if question.scale is None or event.value not in question.scale:
        return talked(conversation)
    before = conversation.value_of(question.id)
    moved, effects = record(conversation, question, event.value, None)
    if before is None:
        return go_on(setting, moved, effects, now)
    if before == event.value:
        shown = tuple(effect for effect in effects if isinstance(effect, ShowChoice))
        return replace(talked(conversation), effects=shown)
    confirmation = wording.changed(setting, question, event.value, moved.language)
    return corrected(setting, conversation, moved, effects, confirmation, now)


def _sent_media(setting: Setting, conversation: Conversation) -> Step:
    """Ask for words instead of a picture, once: an album is ten messages."""
    if not conversation.state.open or conversation.saw_media:
        return talked(conversation)
    moved = replace(talked(conversation).conversation, saw_media=True)
    return Step(moved, (ask(setting, moved, wording.words_please(setting, moved, current(setting, moved))),))


def _timed_out(setting: Setting, conversation: Conversation, now: datetime) -> Step:
    if not conversation.state.open or (conversation.wake_at and now < conversation.wake_at):
        return Step(conversation)
    if now >= conversation.expires_at:
        return Step(end(conversation, Happening.TIMED_OUT))
    if conversation.replied:
        return Step(replace(conversation, wake_at=conversation.expires_at))
    count = conversation.reminders + 1
    moved = replace(
        conversation,
        state=move(conversation.state, Happening.REMINDED),
        reminders=count,
        last_sent_at=now,
        wake_at=_reminder(setting, count, now, conversation.expires_at) or conversation.expires_at,
    )
    reminder = ask(setting, moved, wording.reminder(setting, moved, current(setting, moved)))
    return Step(moved, (replace(reminder, reminder=True),))


def _stopped(
    setting: Setting, conversation: Conversation, reading: Reading, event: Replied, now: datetime
) -> Step:
    """Opt out; words around the wish are kept."""
    kept: Conversation = conversation
    effects: tuple[Effect, ...] = ()
    if reading.why:
        kept, effects = record_words(conversation, COMMENT, reading.why, event.message, now)
    goodbye = Say(wording.stopped(setting.organisation, conversation.language), confirms_stop=True)
    return Step(end(kept, Happening.STOPPED), (*effects, OptOut(), goodbye))


def _reminder(setting: Setting, sent: int, now: datetime, ends: datetime) -> datetime | None:
    """Return the moment of the next reminder, or None: enough were sent, or it would come after the end."""
    if sent >= setting.policy.reminders:
        return None
    at = reminder_at(now, setting.policy, setting.opening)
    return at if at is not None and at < ends else None
