"""Words that an author gives to answers: none may be one with which a customer says something else."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from surveys.definition_error import SurveyError
from surveys.definition_file import LANGUAGE_CODE, QuestionShape
from surveys.definition_model import Question
from surveys.questions import QUESTION_TYPES
from surveys.reading import Kind, Step
from surveys.reading.vocabulary import languages_known, load_language, phrase_key

# Carriers act on these by themselves, as a whole message: out (END, QUIT) or, at some, in again (YES).
CARRIER_WORDS: Final = frozenset(
    {"cancel", "end", "optout", "quit", "revoke", "start", "stop", "stopall", "unstop", "unsubscribe", "yes"}
)
MOST_OPTIONS: Final = 12
MOST_LETTERS: Final = 60  # a button of a phone


def options_of(question: QuestionShape, where: str, key: str) -> dict[str, tuple[str, ...]]:
    """Options of a question by name: the same number in every language."""
    wanted = QUESTION_TYPES[question.type].named_options
    if not wanted and question.options:
        fix = f'a question of type {question.type!r} has no options; take them out or write type = "choice".'
        raise SurveyError(where, f"{key}.options", question.options, fix)
    if wanted and not question.options:
        raise SurveyError(
            where, f"{key}.options", None, 'list what can be chosen: options = { en = ["…", "…"] }.'
        )
    number = len(next(iter(question.options.values()), ()))
    for code, options in question.options.items():
        place = f"{key}.options.{code}"
        _check_language(code, options, where, place)
        if not 2 <= len(options) <= MOST_OPTIONS:
            raise SurveyError(where, place, options, f"give 2 to {MOST_OPTIONS} options.")
        if len(options) != number:
            raise SurveyError(where, place, options, f"give as many as in the other languages: {number}.")
        if len({option.casefold().strip() for option in options}) < number:
            raise SurveyError(where, place, options, "two options are the same; give each its own name.")
    return {code: tuple(options) for code, options in question.options.items()}


def check_labels(question: Question, where: str, key: str) -> None:
    """Check labels and options: on the scale, and no word that is read as an opt-out, opt-in or help."""
    for code, labels in question.labels.items():
        _check_language(code, labels, where, f"{key}.labels.{code}")
        for word, value in labels.items():
            if question.scale is None or value not in question.scale:
                fix = f"give it a value on the scale {question.scale}."
                raise SurveyError(where, f"{key}.labels.{code}.{word}", value, fix)
            _check_word(question, code, word, where, f"{key}.labels.{code}")
    for code, options in question.options.items():
        for option in options:
            _check_word(question, code, option, where, f"{key}.options.{code}")


def _check_word(question: Question, language: str, word: str, where: str, key: str) -> None:
    if not word.strip() or len(word) > MOST_LETTERS:
        raise SurveyError(where, key, word, f"write 1 to {MOST_LETTERS} characters.")
    carrier = word.strip(" .!").casefold() in CARRIER_WORDS and question.type != "yes_no"
    if carrier or _is_keyword(question, language, word):
        fix = "customers and phone carriers use this word to stop or restart messages; choose another."
        raise SurveyError(where, key, word, fix)


def _is_keyword(question: Question, language: str, word: str) -> bool:
    """Read the word as a reply without the author's own names: in no language, which hears the keywords of all.

    (A language would also load its number words, which takes longer than all the rest of the file.)
    """
    bare = replace(question, labels={}, options={})
    reading = QUESTION_TYPES[question.type].read(bare, word, step=Step.SCORE, language="", languages=())
    here = load_language(language).keywords["opt_out_here"] if language in languages_known() else frozenset()
    return reading.kind in {Kind.OPT_OUT, Kind.OPT_IN, Kind.HELP} or phrase_key(word) in here


def _check_language(code: str, value: object, where: str, key: str) -> None:
    if not re.match(LANGUAGE_CODE, code):
        raise SurveyError(where, key, value, "use the code of a language, such as en.")
