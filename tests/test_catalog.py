"""The ready surveys: whole in all five languages, short enough for SMS, each with its why and thanks."""

import re

import pytest

from surveys.definition import Question, Survey, load_catalog
from surveys.measures import ANSWER_MEASURES
from surveys.questions import QUESTION_TYPES
from surveys.reading import Kind, Step
from surveys.segments import measure_sms
from surveys.templates import render
from surveys.texts import LANGUAGES, say, without_isolates

CATALOG = load_catalog()
VISIT = {
    "organisation": "Acme Auto",
    "name": "Maria Example",
    "branch": "Tartu",
    "employee": "Mari",
    "product": "Tyres",
}
SCRIPTS = {"he": "[\u05d0-\u05ea]", "ru": "[а-яё]"}

surveys = pytest.mark.parametrize("survey", CATALOG.values(), ids=CATALOG)
languages = pytest.mark.parametrize("language", LANGUAGES)


def texts_of(survey: Survey, language: str) -> dict[str, str]:
    """Every text of a survey in one language, as a customer gets it."""
    return {
        f"{key}.{band}": without_isolates(render(texts[language], VISIT, language=language))
        for key, part, _ in survey.parts()
        for band, texts in part.variants.items()
        if language in texts
    }


def whys(survey: Survey) -> list[Question]:
    return [question for question in survey.questions if not question.scored]


def test_there_is_a_ready_survey_for_each_measure_of_answers() -> None:
    assert {survey.measure for survey in CATALOG.values()} == set(ANSWER_MEASURES)
    assert set(CATALOG) == {
        "nps",
        "csi",
        "csi_importance",
        "csat",
        "csat10",
        "reverse_nps",
        "acsi",
        "cli",
        "fcr",
    }


@surveys
def test_a_survey_is_written_in_every_language(survey: Survey) -> None:
    assert set(survey.languages) == set(LANGUAGES)
    assert survey.missing_languages(LANGUAGES) == []


@surveys
def test_a_survey_ends_with_a_why_per_band_and_thanks_per_band(survey: Survey) -> None:
    bands = set(survey.question(survey.primary).bands)
    assert bands
    for visit in (1, 2, 3):
        last = survey.questions_for(visit)[-1]
        assert not last.scored
        assert last.about == survey.primary
        assert set(last.texts.variants) == {"", *bands}
    assert set(survey.thanks.variants) == {"", *bands}


@surveys
@languages
def test_the_first_text_names_the_sender(survey: Survey, language: str) -> None:
    for visit in (1, 2, 3):
        first = survey.questions_for(visit)[0]
        assert "Acme Auto" in render(first.text_template(language, "en", None), VISIT, language=language)


@surveys
@languages
def test_texts_are_short_and_plain_enough_for_sms(survey: Survey, language: str) -> None:
    """One segment where the alphabet allows it, at most two in Hebrew and Russian, with the opt-out hint too."""
    hint = say(language, "{stop} = no more questions", stop="STOPP")
    for key, text in texts_of(survey, language).items():
        asked_first = "Acme Auto" in text and key.startswith("questions")
        measured = measure_sms(f"{text} {hint}" if asked_first else text)
        assert measured.segments <= (2 if language in SCRIPTS else 1), (key, text, measured)
        if language not in SCRIPTS and not key.startswith("questions.options"):
            assert measured.encoding == "GSM-7", (key, text, measured.costly)


@surveys
@languages
def test_texts_are_in_their_script_and_read_from_their_side(survey: Survey, language: str) -> None:
    for key, text in texts_of(survey, language).items():
        assert text == text.strip()
        assert text[-1] in ".?!)", (key, text)
        assert "  " not in text
        if script := SCRIPTS.get(language):
            assert re.search(script, text), (key, text)
        if language == "he":  # a first Latin letter would turn the whole line round
            assert re.match("[\u05d0-\u05ea]", text), (key, text)


@surveys
@languages
def test_a_customer_without_a_name_is_thanked_well(survey: Survey, language: str) -> None:
    for band in ("", *survey.question(survey.primary).bands):
        source = survey.thanks_template(language, "en", band)
        assert source is not None
        nameless = render(source, {})
        assert re.match(r"[\w ]+[!.]", nameless), nameless
        assert "Maria Example" in render(source, VISIT)


@surveys
def test_questions_say_their_scale(survey: Survey) -> None:
    for question in survey.questions:
        if question.type != "scale":
            continue
        assert question.scale is not None
        for language in LANGUAGES:
            text = render(question.text_template(language, "en", None), VISIT)
            numbers = [int(number) for number in re.findall(r"\d+", text)]
            assert numbers == [question.scale.low, question.scale.high], (question.id, text)


@surveys
def test_labels_are_read_as_the_values_they_name(survey: Survey) -> None:
    for question in survey.questions:
        for language, words in question.labels.items():
            for word, value in words.items():
                read = QUESTION_TYPES[question.type].read
                reading = read(question, f"{word}!", step=Step.SCORE, language=language, languages=LANGUAGES)
                assert (reading.kind, reading.score) == (Kind.SCORE, value), (question.id, language, word)


@surveys
def test_other_words_are_ready_for_whoever_did_not_understand(survey: Survey) -> None:
    primary = survey.question(survey.primary)
    if primary.type != "scale":
        return
    for language in LANGUAGES:
        again = primary.again_template(language, "en")
        assert again
        assert again != primary.text_template(language, "en", None)


def test_the_bands_are_those_of_the_measure_where_it_has_any() -> None:
    for survey in CATALOG.values():
        for question in survey.questions:
            if question.scale and question.measure:
                usual = ANSWER_MEASURES[question.measure].bands((question.scale.low, question.scale.high))
                assert not usual or dict(usual) == dict(question.bands), (survey.id, question.id)
