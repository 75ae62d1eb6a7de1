"""A conversation is a value; `start()` and `advance()` move it. They send nothing, store nothing, read no clock.

`start(setting, now)` gives the first question; `advance(setting, conversation, event, now)` takes what happened and
gives the conversation as it is afterwards, with the effects to be carried out. Opt-out is read before the answer, at
every step. What is not surely an answer is asked again, once, in other words; after that the words are kept and the
conversation ends kindly. Answers to an expired conversation still count, marked late, while the grace lasts.

Invariants: an event never raises, whatever the customer wrote; no text of a customer is dropped (it is an answer, a
comment, or stays in the stored message); one reply brings at most one message, a correction and its thanks included.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from surveys import wording
from surveys.asking import expires_at, reminder_at
from surveys.conversation_value import Conversation, Given, Setting
from surveys.definition import Question
from surveys.effects import Ask, Effect, OptIn, OptOut, RecordAnswer, Say, ShowChoice
from surveys.events import Event, NotSent, Pressed, Reopened, Replied, SentMedia, TimedOut
from surveys.questions import QUESTION_TYPES
from surveys.questions.base import Choice
from surveys.reading import Kind, Reading, detect_language
from surveys.reading import Step as Hearing
from surveys.scale import Scale
from surveys.states import Happening, State, move

ONE_WHY = timedelta(minutes=2)
"""Pieces of a why that follow each other within this time are one why."""

COMMENT = "comment"
"""The question that words answer which answer no question."""

WORDS_OF_A_WHY = 3
"""Words without a score, from this many on, are taken as the why, so that it is not asked for again."""

CORRECTABLE = timedelta(days=30)
"""How long a given score may still be replaced."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one event led to."""

    conversation: Conversation
    effects: tuple[Effect, ...]


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
    text = wording.question(setting, conversation, setting.survey.question(questions[0]))
    if setting.first_contact:
        text = wording.with_stop_hint(text, language)
    return Step(conversation, (_ask(setting, conversation, text),))


def advance(setting: Setting, conversation: Conversation, event: Event, now: datetime) -> Step:
    """Move `conversation` by `event` at `now` (aware)."""
    match event:
        case Replied():
            return _replied(setting, _in_their_language(setting, conversation, event.text), event, now)
        case Pressed():
            return _pressed(setting, conversation, event, now)
        case SentMedia():
            asking = conversation.state.open
            return _talked(conversation, wording.words_please(conversation.language) if asking else None)
        case TimedOut():
            return _timed_out(setting, conversation, now)
        case Reopened():
            if conversation.state is State.ASKED:
                return Step(_end(conversation, Happening.WITHDRAWN), ())
            return Step(conversation, ())
        case NotSent():
            return Step(_end(conversation, Happening.NOT_SENT), ())


# -- a typed reply -----------------------------------------------------------------------------------------------------


def _replied(setting: Setting, conversation: Conversation, event: Replied, now: datetime) -> Step:
    scored, why = _expected(setting, conversation)
    hearing = Hearing.SCORE if why is None or event.edited else Hearing.WHY
    reading = QUESTION_TYPES[scored.type].read(
        scored, event.text, step=hearing, language=conversation.language, languages=setting.languages
    )
    match reading.kind:
        case Kind.OPT_OUT:
            return _stopped(setting, conversation, reading)
        case Kind.OPT_IN if setting.opted_out:
            welcome = wording.welcome_back(setting.organisation, conversation.language)
            return Step(conversation, (OptIn(), Say(welcome)))
        case Kind.HELP:
            scale = scored.scale or Scale(0, 10)
            return _talked(
                conversation, wording.help_text(setting.organisation, conversation.language, scale)
            )
    if not listening(setting, conversation, now):
        return _talked(conversation, None)
    if reading.kind is Kind.SCORE and reading.score is not None:
        return _scored(setting, conversation, _meant(setting, conversation, scored, reading), reading, now)
    if conversation.state in {State.ANSWERED, State.COMMENTED}:
        return _said_afterwards(setting, conversation, why, reading, event, now)
    if why is None:
        return _not_understood(setting, conversation, scored, reading, event.text, now)
    return _why(setting, conversation, why, reading, event, now)


def _expected(setting: Setting, conversation: Conversation) -> tuple[Question, str | None]:
    """Return the scored question that a number would answer, and the id that words would answer, if words are due."""
    primary = setting.survey.question(setting.survey.primary)
    if conversation.state in {State.ASKED, State.ANSWERING, State.EXPIRED}:
        current = setting.survey.question(conversation.questions[conversation.position])
        if current.scored:
            return current, None
        return setting.survey.question(current.about or primary.id), current.id
    if _value_of(conversation, primary.id) is None:
        return primary, None
    whys = [q for q in conversation.questions if not setting.survey.question(q).scored]
    return primary, whys[-1] if whys else COMMENT


def _meant(setting: Setting, conversation: Conversation, current: Question, reading: Reading) -> Question:
    """Return the question a number is for: "sorry, I meant 4" is about the answer before, if there is one."""
    if reading.correction and conversation.given(current.id) is None:
        for given in reversed(conversation.answers):
            if given.value is not None:
                return setting.survey.question(given.question)
    return current


def _scored(
    setting: Setting, conversation: Conversation, question: Question, reading: Reading, now: datetime
) -> Step:
    assert reading.score is not None
    corrected = _value_of(conversation, question.id) is not None
    moved, effects = _give(conversation, question.id, reading.score, None, now)
    if corrected:
        text = wording.changed(moved.language, question, reading.score)
        moved = replace(moved, state=move(moved.state, Happening.CORRECTED))
        return Step(moved, (*effects, Say(text)))
    if reading.why:
        moved, more = _give(moved, _why_about(setting, moved, question.id), None, reading.why, now)
        effects = (*effects, *more)
    return _go_on(setting, moved, effects, now)


def _why(
    setting: Setting, conversation: Conversation, why: str, reading: Reading, event: Replied, now: datetime
) -> Step:
    if reading.kind is Kind.WHY_SKIPPED:
        moved, effects = _give(conversation, why, None, None, now)
        return _go_on(setting, moved, effects, now)
    if reading.question and conversation.misunderstood == 0:
        question = setting.survey.question(why)
        talked = _talked(conversation, wording.who_we_are(setting, conversation, question))
        return replace(talked, conversation=replace(talked.conversation, misunderstood=1))
    moved, effects = _give(conversation, why, None, reading.why or event.text.strip(), now)
    return _go_on(setting, moved, effects, now)


def _said_afterwards(
    setting: Setting,
    conversation: Conversation,
    why: str | None,
    reading: Reading,
    event: Replied,
    now: datetime,
) -> Step:
    """Words after the end: within two minutes they are more of the why, later a comment; neither is answered."""
    if reading.question and reading.kind is not Kind.WHY_SKIPPED:
        return _talked(conversation, wording.who_we_are(setting, conversation, None))
    if reading.kind is Kind.WHY_SKIPPED:
        return _talked(conversation, None)
    fresh = conversation.heard_at is not None and now - conversation.heard_at <= ONE_WHY
    target = why if why and (fresh or (event.edited and _text_of(conversation, why))) else COMMENT
    text = event.text.strip() if event.edited else _joined(_text_of(conversation, target), event.text)
    moved, effects = _give(conversation, target, None, text, now)
    return Step(replace(moved, state=move(moved.state, Happening.WHY_CONTINUED)), effects)


def _not_understood(
    setting: Setting,
    conversation: Conversation,
    question: Question,
    reading: Reading,
    text: str,
    now: datetime,
) -> Step:
    told = reading.kind is Kind.NOT_SCORE and not reading.question and len(text.split()) >= WORDS_OF_A_WHY
    target = _why_about(setting, conversation, question.id) if told else COMMENT
    kept, effects = _give(conversation, target, None, _joined(_text_of(conversation, target), text), now)
    if conversation.misunderstood == 0:
        moved = replace(
            kept, state=move(kept.state, Happening.NOT_UNDERSTOOD), misunderstood=1, last_sent_at=now
        )
        again = (
            wording.who_we_are(setting, moved, question)
            if reading.question
            else wording.again(setting, moved, question, reading)
        )
        return Step(moved, (*effects, _ask(setting, moved, again, offers=reading.offers)))
    if any(given.value is not None for given in kept.answers):
        # A further question that is not understood must not cost the score that is in.
        skipped, _ = _give(kept, question.id, None, None, now)
        return _go_on(setting, skipped, effects, now)
    return Step(_end(kept, Happening.GAVE_UP), (*effects, Say(wording.kept(kept.language))))


# -- buttons, silence, opt-out ----------------------------------------------------------------------------------------


def _pressed(setting: Setting, conversation: Conversation, event: Pressed, now: datetime) -> Step:
    if event.question not in conversation.questions or not listening(setting, conversation, now):
        return _talked(conversation, None)
    question = setting.survey.question(event.question)
    if event.value is None:
        waiting = conversation.state not in {State.ANSWERED, State.COMMENTED}
        if not waiting or conversation.questions[conversation.position] != question.id:
            return _talked(conversation, None)
        moved, effects = _give(conversation, question.id, None, None, now)
        return _go_on(setting, moved, effects, now)
    if question.scale is None or event.value not in question.scale:
        return _talked(conversation, None)
    shown = ShowChoice(question.id, wording.chosen(setting, conversation, question, event.value))
    if _value_of(conversation, question.id) == event.value:
        return replace(_talked(conversation, None), effects=(shown,))
    step = _scored(setting, conversation, question, Reading(kind=Kind.SCORE, score=event.value), now)
    return replace(step, effects=(shown, *step.effects))


def _timed_out(setting: Setting, conversation: Conversation, now: datetime) -> Step:
    if not conversation.state.open or (conversation.wake_at and now < conversation.wake_at):
        return Step(conversation, ())
    if now >= conversation.expires_at:
        return Step(_end(conversation, Happening.TIMED_OUT), ())
    if conversation.replied:
        return Step(replace(conversation, wake_at=conversation.expires_at), ())
    count = conversation.reminders + 1
    moved = replace(
        conversation,
        state=move(conversation.state, Happening.REMINDED),
        reminders=count,
        last_sent_at=now,
        wake_at=_reminder(setting, count, now, conversation.expires_at) or conversation.expires_at,
    )
    return Step(moved, (replace(_ask(setting, moved, wording.reminder(setting, moved)), reminder=True),))


def _stopped(setting: Setting, conversation: Conversation, reading: Reading) -> Step:
    goodbye = Say(wording.stopped(setting.organisation, conversation.language), confirms_stop=True)
    ended = _end(conversation, Happening.STOPPED)
    if not reading.why:
        return Step(ended, (OptOut(), goodbye))
    said = _joined(_text_of(conversation, COMMENT), reading.why)
    ended = replace(ended, answers=(*_without(ended, COMMENT), Given(COMMENT, None, said)))
    return Step(ended, (RecordAnswer(COMMENT, text=said), OptOut(), goodbye))


# -- shared pieces ----------------------------------------------------------------------------------------------------


def _give(
    conversation: Conversation, question: str, value: int | None, text: str | None, now: datetime
) -> tuple[Conversation, tuple[Effect, ...]]:
    """Put one answer in. A skipped question is remembered as answered by nothing, and nothing is recorded."""
    moved = replace(
        conversation,
        answers=(*_without(conversation, question), Given(question, value, text)),
        replied=True,
        heard_at=now if text else conversation.heard_at,
    )
    if value is None and text is None:
        return moved, ()
    return moved, (RecordAnswer(question, value, text, late=conversation.state is State.EXPIRED),)


def _go_on(setting: Setting, conversation: Conversation, effects: tuple[Effect, ...], now: datetime) -> Step:
    """Ask the next open question whose condition holds, or thank."""
    for identifier in conversation.questions:
        question = setting.survey.question(identifier)
        due = all(_band(setting, conversation, q) in bands for q, bands in question.when.items())
        if not due or conversation.given(identifier) is not None:
            continue
        ends = max(conversation.expires_at, expires_at(now, setting.policy))
        moved = replace(
            conversation,
            state=move(conversation.state, Happening.ANSWERED_MORE),
            position=conversation.questions.index(identifier),
            misunderstood=0,
            last_sent_at=now,
            expires_at=ends,
            wake_at=ends,
        )
        return Step(moved, (*effects, _ask(setting, moved, wording.question(setting, moved, question))))
    ended = _end(conversation, Happening.ANSWERED_LAST)
    band = _band(setting, ended, setting.survey.primary)
    return Step(ended, (*effects, Say(wording.thanks(setting, ended, band))))


def listening(setting: Setting, conversation: Conversation, now: datetime) -> bool:
    """Do answers count? Open: yes. Expired: within the grace. Finished: corrections while the visit is young."""
    match conversation.state:
        case State.ASKED | State.ANSWERING:
            return True
        case State.EXPIRED:
            return now <= conversation.expires_at + setting.policy.accept_late
        case State.ANSWERED | State.COMMENTED:
            return now - (setting.occurred_at or conversation.started_at) < CORRECTABLE
        case _:
            return False


def _ask(setting: Setting, conversation: Conversation, text: str, *, offers: tuple[int, ...] = ()) -> Ask:
    question = setting.survey.question(conversation.questions[conversation.position])
    choices = QUESTION_TYPES[question.type].choices(question, conversation.language)
    if offers:
        choices = (tuple(Choice(str(value), value) for value in offers),)
    return Ask(question.id, text, choices)


def _talked(conversation: Conversation, text: str | None) -> Step:
    moved = replace(conversation, state=move(conversation.state, Happening.TALKED), replied=True)
    return Step(moved, (Say(text),) if text else ())


def _end(conversation: Conversation, happening: Happening) -> Conversation:
    return replace(conversation, state=move(conversation.state, happening), wake_at=None)


def _reminder(setting: Setting, sent: int, now: datetime, ends: datetime) -> datetime | None:
    """Return the moment of the next reminder, or None: enough were sent, or it would come after the end."""
    if sent >= setting.policy.reminders:
        return None
    at = reminder_at(now, setting.policy, setting.opening)
    return at if at is not None and at < ends else None


def _in_their_language(setting: Setting, conversation: Conversation, text: str) -> Conversation:
    """Go on in the language of the reply when the customer's own is not known and the reply's is clear."""
    if setting.knows_language:
        return conversation
    language = detect_language(text, setting.languages)
    return replace(conversation, language=language) if language else conversation


def _why_about(setting: Setting, conversation: Conversation, scored: str) -> str:
    """Return the id of the question that asks why `scored` was given, or COMMENT where the survey has none."""
    questions = (setting.survey.question(q) for q in conversation.questions)
    return next((q.id for q in questions if q.about == scored), COMMENT)


def _band(setting: Setting, conversation: Conversation, question: str) -> str | None:
    value = _value_of(conversation, question)
    return None if value is None else setting.survey.question(question).band(value)


def _value_of(conversation: Conversation, question: str) -> int | None:
    given = conversation.given(question)
    return given.value if given else None


def _text_of(conversation: Conversation, question: str) -> str | None:
    given = conversation.given(question)
    return given.text if given else None


def _without(conversation: Conversation, question: str) -> tuple[Given, ...]:
    return tuple(given for given in conversation.answers if given.question != question)


def _joined(before: str | None, text: str) -> str:
    return f"{before}\n{text.strip()}" if before else text.strip()
