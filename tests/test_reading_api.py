"""What the readers promise beside kind, score and why: offers, flags, labels, yes and no, keywords."""

import pytest

from surveys.reading import Kind, Reading, Step, is_feedback_wish, opt_out_keyword, read_reply, read_yes_no
from surveys.scale import Scale

NPS, STARS = Scale(0, 10), Scale(1, 5)
SHIPPED = ("en", "et", "fi", "he", "ru")
LIKELY = {"not at all likely": 0, "likely": 8, "very likely": 10, "väga tõenäoline": 10, "😀": 10, "😡": 0}


@pytest.mark.parametrize(
    ("text", "scale", "offers"),
    [
        ("8,5", NPS, (8, 9)),
        ("8.5/10", NPS, (8, 9)),
        ("7 or 8", NPS, (7, 8)),
        ("between 7 and 8", NPS, (7, 8)),
        ("10 or 11", NPS, (10,)),
        ("8 9", NPS, (8, 9)),
        ("I can't give you a 10", NPS, (10,)),
        ("8/10", STARS, ()),
        ("4/5", NPS, ()),
        ("80%", NPS, ()),
    ],
)
def test_what_may_have_been_meant_is_offered(text: str, scale: Scale, offers: tuple[int, ...]) -> None:
    assert read_reply(text, scale, language="en") == Reading(Kind.AMBIGUOUS, offers=offers)


@pytest.mark.parametrize(
    "text",
    ["sorry, I meant 8", "8*", "oops 8", "no, 8", "actually 8", "9 no wait 8", "7, sorry, 8", "typo: 8"],
)
def test_a_correction_says_so(text: str) -> None:
    assert read_reply(text, NPS, language="en") == Reading(Kind.SCORE, 8, correction=True)


@pytest.mark.parametrize("text", ["8", "I'd say 8", "8!", "*8*", "**8**", "8 out of 10"])
def test_a_first_answer_is_no_correction_but_at_the_why_step_it_is(text: str) -> None:
    assert read_reply(text, NPS, language="en") == Reading(Kind.SCORE, 8)
    assert read_reply(text, NPS, step=Step.WHY, language="en") == Reading(Kind.SCORE, 8, correction=True)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("who is this?", "en"),
        ("who is this", "en"),
        ("why do you ask", "en"),
        ("kes te olete", "et"),
        ("кто это", "ru"),
        ("הי מי זה", "he"),
        ("kuka olet", "fi"),
        ("?", "en"),
    ],
)
def test_a_question_to_us_is_marked(text: str, language: str) -> None:
    assert read_reply(text, NPS, language=language) == Reading(Kind.NOT_SCORE, question=True)


@pytest.mark.parametrize("text", ["9?", "9", "great service", "9 because fast"])
def test_what_asks_nothing_is_not_marked(text: str) -> None:
    assert not read_reply(text, NPS, language="en").question


@pytest.mark.parametrize(
    ("text", "score", "why"),
    [
        ("very likely", 10, None),
        ("VERY LIKELY!!", 10, None),
        ("Likely", 8, None),
        ("very likely, because it was fast", 10, "because it was fast"),
        ("very likely because it was fast", 10, "because it was fast"),
        ("not at all likely", 0, None),
        ("Väga tõenäoline", 10, None),
        ("väga toenaoline", 10, None),
        ("😀", 10, None),
        ("😡😡😡", 0, None),
    ],
)
def test_the_authors_own_names_are_answers(text: str, score: int, why: str | None) -> None:
    assert read_reply(text, NPS, language="en", labels=LIKELY) == Reading(Kind.SCORE, score, why)


@pytest.mark.parametrize(
    "text", ["very likely not", "not likely", "likely to rain", "unlikely", "👍", "very"]
)
def test_what_only_looks_like_a_name_is_no_answer(text: str) -> None:
    assert read_reply(text, NPS, language="en", labels=LIKELY).kind is Kind.NOT_SCORE


def test_a_name_is_an_answer_before_it_is_a_call_for_help_but_never_before_an_opt_out() -> None:
    labels = {"help": 1, "stop": 2}
    assert read_reply("help", STARS, labels=labels).score == 1
    assert read_reply("stop", STARS, labels=labels).kind is Kind.OPT_OUT


def test_emoji_are_no_answer_where_the_survey_names_none() -> None:
    assert read_reply("😀", NPS, language="en").kind is Kind.NOT_SCORE


@pytest.mark.parametrize("step", list(Step))
@pytest.mark.parametrize("language", [*SHIPPED, "xx", None])
@pytest.mark.parametrize(
    "text",
    [
        "stop",
        "Stop!!",
        "  S T O P ",
        "STOPP",
        "lõpeta",
        "LOPETA",
        "СТОП",
        "отписаться",
        "הסר",
        "🛑 stop 🛑",
        "END",
        "quit.",
        "/stop",
    ],
)
def test_opt_out_words_hold_in_every_conversation_at_every_step(
    text: str, language: str | None, step: Step
) -> None:
    assert read_reply(text, NPS, step=step, language=language) == Reading(Kind.OPT_OUT)


@pytest.mark.parametrize(
    "text",
    [
        "please stop texting me",
        "ärge rohkem kirjutage",
        "не пишите мне больше",
        "remove my number",
        "9. STOP",
        "slow, and stop texting me",
    ],
)
@pytest.mark.parametrize("step", list(Step))
def test_an_opt_out_in_a_sentence_keeps_the_text(text: str, step: Step) -> None:
    assert read_reply(text, NPS, step=step, language="fi") == Reading(Kind.OPT_OUT, why=text)


@pytest.mark.parametrize(
    ("text", "kind"), [("START", Kind.OPT_IN), ("unstop", Kind.OPT_IN), ("YES", Kind.OPT_IN)]
)
def test_opt_in_is_heard(text: str, kind: Kind) -> None:
    assert read_reply(text, NPS, language="en").kind is kind


@pytest.mark.parametrize("text", ["HELP", "info", "abi", "apua", "помощь", "עזרה", "help please"])
def test_help_is_heard(text: str) -> None:
    assert read_reply(text, NPS, language="et").kind is Kind.HELP


@pytest.mark.parametrize(
    ("text", "language", "score", "why"),
    [
        ("yes", "en", 1, None),
        ("YES!", "en", 1, None),
        ("Yes, all done", "en", 1, "all done"),
        ("no", "en", 0, None),
        ("not yet", "en", 0, None),
        ("no, still broken", "en", 0, "still broken"),
        ("jah", "et", 1, None),
        ("ei saanud", "et", 0, None),
        ("да, всё решили", "ru", 1, "всё решили"),
        ("нет", "ru", 0, None),
        ("kyllä", "fi", 1, None),
        ("כן", "he", 1, None),
    ],
)
def test_yes_and_no_are_read(text: str, language: str, score: int, why: str | None) -> None:
    assert read_yes_no(text, language=language) == Reading(Kind.SCORE, score, why)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("yes and no", Kind.AMBIGUOUS),
        ("no, yes", Kind.AMBIGUOUS),
        ("perhaps", Kind.NOT_SCORE),
        ("STOP", Kind.OPT_OUT),
        ("no more texts", Kind.OPT_OUT),
        ("START", Kind.OPT_IN),
        ("help", Kind.HELP),
    ],
)
def test_what_is_neither_yes_nor_no_is_not_stored(text: str, kind: Kind) -> None:
    assert read_yes_no(text, language="en").kind is kind


def test_number_words_are_read_in_the_conversations_language_first_and_then_in_the_others() -> None:
    assert read_reply("on", NPS, language="tr").score == 10
    assert read_reply("on", NPS, language="et", languages=("tr",)).kind is Kind.NOT_SCORE
    assert read_reply("девять", NPS, language="et", languages=("ru",)).score == 9
    assert read_reply("девять", NPS, language="et").kind is Kind.NOT_SCORE
    assert read_reply("seis", NPS, language="es", languages=("fi",)).score == 6
    assert read_reply("seis", NPS, language="fi", languages=("es",)).kind is Kind.OPT_OUT


def test_an_unknown_language_is_read_by_digits_alone() -> None:
    assert read_reply("9", NPS, language="xx").score == 9
    assert read_reply("9, xyz", NPS, language="xx") == Reading(Kind.SCORE, 9, "xyz")
    assert read_reply("nine", NPS, language="xx").kind is Kind.NOT_SCORE
    assert read_reply("9", NPS).score == 9


def test_language_tags_with_a_region_are_understood() -> None:
    assert read_reply("üheksa", NPS, language="et-EE").score == 9
    assert opt_out_keyword("et_EE") == "STOPP"


@pytest.mark.parametrize(
    ("language", "word"),
    [("en", "STOP"), ("et", "STOPP"), ("fi", "LOPETA"), ("ru", "СТОП"), ("he", "הסר"), ("xx", "STOP")],
)
def test_the_word_to_print_for_opting_out_is_heard(language: str, word: str) -> None:
    assert opt_out_keyword(language) == word
    assert read_reply(word, NPS, language=language) == Reading(Kind.OPT_OUT)


@pytest.mark.parametrize(
    "text", ["FEEDBACK", "/feedback", "Feedback!", "tagasiside", "palaute", "отзыв", "משוב"]
)
def test_feedback_is_a_wish_in_every_language(text: str) -> None:
    assert is_feedback_wish(text, ["en"])


@pytest.mark.parametrize("text", ["no feedback", "9", "", "thanks for your feedback"])
def test_feedback_is_a_wish_only_as_the_whole_message(text: str) -> None:
    assert not is_feedback_wish(text, ["en"])
