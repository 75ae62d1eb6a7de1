"""What the bot says in a conversation: the survey's own texts and the bot's own sentences, put together.

Every function takes values and returns one finished text in the conversation's language. Customers' words never pass
through here: a template sees only the names of `surveys.templates.TEMPLATE_NAMES`.
"""

from __future__ import annotations

from surveys.conversation_value import Conversation, Setting
from surveys.definition import Question
from surveys.questions import QUESTION_TYPES, label_of
from surveys.reading import Kind, Reading, opt_out_keyword
from surveys.templates import render
from surveys.texts import say


def question(setting: Setting, conversation: Conversation, asked: Question) -> str:
    """Return the question as the survey words it, for the band of the score it is about."""
    about = asked.about or setting.survey.primary
    value = conversation.value_of(about)
    band = setting.survey.question(about).band(value) if value is not None else None
    template = asked.text_template(conversation.language, setting.language, band)
    return _rendered(setting, conversation, template)


def with_stop_hint(text: str, language: str) -> str:
    """Add how to stop, as the first message to a customer must say."""
    return f"{text} {say(language, '{stop} = no more questions', stop=opt_out_keyword(language))}"


def again(setting: Setting, conversation: Conversation, asked: Question, reading: Reading) -> str:
    """Return the question in other words, fitting what was not understood."""
    language = conversation.language
    if asked.type == "scale" and len(reading.offers) == 2:
        first, second = reading.offers
        return say(language, "Only whole numbers: {first} or {second}?", first=first, second=second)
    template = asked.again_template(language, setting.language)
    if template is not None:
        return _rendered(setting, conversation, template)
    how = QUESTION_TYPES[asked.type].how_to_answer(asked, language)
    if reading.kind is Kind.OUT_OF_RANGE:
        return how
    return f"{say(language, 'Sorry, I did not understand.')} {how}"


def who_we_are(setting: Setting, conversation: Conversation, asked: Question | None) -> str:
    """Answer "who is this?" with the firm's name, then repeat the question if one is open."""
    text = say(
        conversation.language,
        "This is {organisation}. You were our customer, and we would like your opinion.",
        organisation=setting.organisation,
    )
    return f"{text} {question(setting, conversation, asked)}" if asked else text


def reminder(setting: Setting, conversation: Conversation, asked: Question) -> str:
    """Return the open question once more, said to be a reminder."""
    return f"{say(conversation.language, 'A reminder:')} {question(setting, conversation, asked)}"


def thanks(setting: Setting, conversation: Conversation) -> str:
    """Return the thanks for the band of the score."""
    value = conversation.value_of(setting.survey.primary)
    band = None if value is None else setting.survey.question(setting.survey.primary).band(value)
    template = setting.survey.thanks_template(conversation.language, setting.language, band)
    if template is None:
        return say(conversation.language, "Thank you for your answer.")
    return _rendered(setting, conversation, template)


def help_text(organisation: str, language: str, asked: Question | None) -> str:
    """Answer HELP: who asks, how to answer where a question is open, how to stop."""
    who = say(language, "{organisation} asks customers about their visit.", organisation=organisation)
    if asked is None:
        return f"{who} {_feedback_or_stop(language)}"
    how = QUESTION_TYPES[asked.type].how_to_answer(asked, language)
    stop = say(language, "Write {stop} to get no more questions.", stop=opt_out_keyword(language))
    return f"{who} {how} {stop}"


def stopped(organisation: str, language: str) -> str:
    """Confirm an opt-out, and say how to come back."""
    return say(
        language,
        "You will get no more questions from {organisation}. To come back, write {word}.",
        organisation=organisation,
        word="START",
    )


def welcome_back(organisation: str, language: str) -> str:
    """Confirm an opt-in."""
    return say(
        language,
        "Welcome back! {organisation} may ask for your opinion again.",
        organisation=organisation,
    )


def kept(language: str) -> str:
    """End kindly without a score."""
    return say(language, "Thank you. We have kept your message and passed it on.")


def changed(setting: Setting, asked: Question, value: int, language: str) -> str:
    """Confirm a corrected answer; name what it is about where a survey asks about several things."""
    text = say(language, "Changed to {value}.", value=label_of(asked, value, language))
    return f"{asked.name_for(language, setting.language)}: {text}" if asked.names else text


def chosen(asked: Question, value: int, language: str) -> str:
    """Return the line that takes the place of a question's buttons."""
    return say(language, "Your answer: {value}", value=label_of(asked, value, language))


def words_please(setting: Setting, conversation: Conversation, asked: Question) -> str:
    """Answer a picture or a voice message without words, and repeat the question."""
    sorry = say(conversation.language, "Please write it in words: I cannot read pictures or voice.")
    return f"{sorry} {question(setting, conversation, asked)}"


def no_open_question(language: str) -> str:
    """Answer somebody who writes while nothing is asked."""
    return f"{say(language, 'There is no open question right now.')} {_feedback_or_stop(language)}"


def answer_kept(language: str) -> str:
    """Answer somebody who wants to tell us more than once a day."""
    return say(language, "Thank you for your answer.")


def greeting(organisation: str, language: str) -> str:
    """Greet whoever opens the bot; as the first message it says how to stop."""
    text = say(
        language,
        "Welcome! {organisation} will ask here for your opinion after a visit.",
        organisation=organisation,
    )
    return with_stop_hint(text, language)


def link_expired(organisation: str, language: str) -> str:
    """Answer a link that works no more."""
    return say(
        language,
        "This link has been used or has expired. Ask {organisation} for a new one.",
        organisation=organisation,
    )


def phone_joined(language: str) -> str:
    """Confirm a shared phone number."""
    return say(language, "Thank you. Your phone number and this chat belong together now.")


def staff_welcome(language: str) -> str:
    """Greet somebody who used a staff invitation."""
    return say(language, "You may ask for scores here now. Try /score, or /help for all commands.")


def share_phone(language: str) -> str:
    """Return the label of the button that shares the customer's own phone number."""
    return say(language, "Share my phone number")


def _feedback_or_stop(language: str) -> str:
    return say(
        language,
        "Write {feedback} to tell us what you think, {stop} to get no more questions.",
        feedback="FEEDBACK",
        stop=opt_out_keyword(language),
    )


def _rendered(setting: Setting, conversation: Conversation, template: str) -> str:
    values = {
        **setting.values,
        "organisation": setting.organisation,
        "stop_word": opt_out_keyword(conversation.language),
    }
    return render(template, values, language=conversation.language)
