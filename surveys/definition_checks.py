"""From the shape of a survey file to a Survey: what must hold between its parts, and the error if it does not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from surveys.definition_error import SurveyError
from surveys.definition_file import LANGUAGE_CODE, QuestionShape, SurveyShape, nearest
from surveys.definition_model import ANY_BAND, Question, Survey, Texts
from surveys.definition_scales import bands_of, measure_of, scale_of
from surveys.definition_words import check_labels, options_of
from surveys.questions import QUESTION_TYPES
from surveys.templates import compile_template

AT_A_TIME: Final = 5
RESERVED: Final = frozenset({"comment"})  # under this name a conversation keeps what belongs to no question


def build(shape: SurveyShape, source: str, version: str, where: str) -> Survey:
    """Build the survey. Raises SurveyError for the first thing that does not hold."""
    _check_ids(shape, where)
    _check_measures(shape, where)
    primary = _primary(shape, where)
    questions = tuple(_question(shape, question, primary, where) for question in shape.questions)
    survey = Survey(
        id=shape.id,
        name=shape.name,
        version=version,
        source=source,
        measure=shape.measure,
        primary=primary,
        touchpoints=tuple(shape.touchpoints),
        questions=questions,
        sets=tuple(tuple(each.questions) for each in shape.sets),
        thanks=_texts(shape.thanks, "thanks", where),
    )
    _check_order(survey, where)
    _check_sets(survey, where)
    _check_variants(survey, where)
    _check_languages(survey, where)
    return survey


def _check_ids(shape: SurveyShape, where: str) -> None:
    seen: set[str] = set()
    for number, question in enumerate(shape.questions, start=1):
        key = f"questions[{number}].id"
        if question.id in seen:
            raise SurveyError(where, key, question.id, "another question has this id; give each its own.")
        if question.id in RESERVED:
            raise SurveyError(where, key, question.id, "this id is taken by askwhy itself; choose another.")
        seen.add(question.id)
        if question.type not in QUESTION_TYPES:
            fix = f"there is no such type; {nearest(question.type, QUESTION_TYPES)}"
            raise SurveyError(where, f"questions.{question.id}.type", question.type, fix)
        if question.role == "importance" and question.parameter is None:
            fix = 'say of what: add parameter = "…" to the question.'
            raise SurveyError(where, f"questions.{question.id}.role", question.role, fix)


def _check_measures(shape: SurveyShape, where: str) -> None:
    from surveys.measures import ANSWER_MEASURES

    named = [("measure", shape.measure)]
    named += [(f"questions.{q.id}.measure", q.measure) for q in shape.questions if q.measure is not None]
    for key, measure in named:
        if measure not in ANSWER_MEASURES:
            raise SurveyError(
                where, key, measure, f"there is no such measure; {nearest(measure, ANSWER_MEASURES)}"
            )


def _primary(shape: SurveyShape, where: str) -> str:
    scored = [q.id for q in shape.questions if measure_of(q, shape.measure) is not None]
    if not scored:
        fix = f'add one that {shape.measure!r} can be made of, answered with a value, such as type = "scale".'
        raise SurveyError(where, "questions", [q.id for q in shape.questions], fix)
    if shape.primary is None:
        return scored[0]
    if shape.primary not in scored:
        fix = f"name the question whose answers make the score; {nearest(shape.primary, scored)}"
        raise SurveyError(where, "primary", shape.primary, fix)
    return shape.primary


def _question(shape: SurveyShape, question: QuestionShape, primary: str, where: str) -> Question:
    key = f"questions.{question.id}"
    scored = QUESTION_TYPES[question.type].scored
    if scored and question.about is not None:
        raise SurveyError(
            where, f"{key}.about", question.about, 'only a question of type "text" is about another.'
        )
    for name in () if scored else ("scale", "bands", "measure", "parameter", "labels"):
        if value := getattr(question, name):
            raise SurveyError(
                where, f"{key}.{name}", value, "a question answered in words has none; take it out."
            )
    measure = measure_of(question, shape.measure)
    options = options_of(question, where, key)
    scale = scale_of(question, measure, options, where, key)
    built = Question(
        id=question.id,
        type=question.type,
        texts=_texts(question.text, f"{key}.text", where),
        scale=scale,
        bands=bands_of(question, measure, scale, where, key),
        about=None if scored else question.about or primary,
        when={name: _band_names(bands, where, f"{key}.when.{name}") for name, bands in question.when.items()},
        measure=measure,
        parameter=question.parameter,
        role=question.role,
        names=_by_language(question.name, where, f"{key}.name"),
        labels=question.labels,
        options=options,
        again=_texts(question.again, f"{key}.again", where) if question.again else None,
    )
    check_labels(built, where, key)
    return built


def _texts(table: Mapping[str, Any], key: str, where: str) -> Texts:
    """Sort `en = "…"` (any band) from `[….detractor]` tables, and check every template."""
    plain = {name: value for name, value in table.items() if not isinstance(value, dict)}
    variants = {ANY_BAND: plain, **{name: value for name, value in table.items() if isinstance(value, dict)}}
    for band, texts in variants.items():
        place = f"{key}.{band}" if band else key
        for code, text in _by_language(texts, where, place).items():
            compile_template(text, where, f"{place}.{code}")
    return Texts({band: texts for band, texts in variants.items() if texts})


def _by_language(texts: Mapping[str, Any], where: str, key: str) -> dict[str, str]:
    for code, text in texts.items():
        if not re.match(LANGUAGE_CODE, code):
            fix = (
                'write one text per language under its code, such as en = "…", or a table named after a band.'
            )
            raise SurveyError(where, f"{key}.{code}", text, fix)
        if not isinstance(text, str):
            raise SurveyError(where, f"{key}.{code}", text, "write a text in quotes.")
    return dict(texts)


def _band_names(value: Any, where: str, key: str) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise SurveyError(
            where, key, value, 'write the name of a band or a list of them, such as ["detractor"].'
        )
    return tuple(names)


def _check_order(survey: Survey, where: str) -> None:
    """Let a question depend only on scored questions before it, and only on bands these have."""
    earlier: dict[str, Question] = {}
    for question in survey.questions:
        key = f"questions.{question.id}"
        scored = [name for name, before in earlier.items() if before.scored]
        if question.about is not None and question.about not in scored:
            fix = f"name a question before this one that is answered with a value; {nearest(question.about, scored)}"
            raise SurveyError(where, f"{key}.about", question.about, fix)
        for name, bands in question.when.items():
            if name not in scored:
                fix = (
                    f"name a question before this one that is answered with a value; {nearest(name, scored)}"
                )
                raise SurveyError(where, f"{key}.when", name, fix)
            for band in bands:
                if band not in earlier[name].bands:
                    fix = f"question {name!r} has no such band; {nearest(band, earlier[name].bands)}"
                    raise SurveyError(where, f"{key}.when.{name}", band, fix)
        earlier[question.id] = question


def _check_sets(survey: Survey, where: str) -> None:
    """Never more than five questions at a time; every question of a set has what it depends on."""
    if not survey.sets and len(survey.questions) > AT_A_TIME:
        fix = f"ask at most {AT_A_TIME} questions at a time; share them out over [[sets]]."
        raise SurveyError(where, "questions", [question.id for question in survey.questions], fix)
    known = {question.id: question for question in survey.questions}
    for number, chosen in enumerate(survey.sets, start=1):
        key = f"sets[{number}].questions"
        if len(chosen) > AT_A_TIME:
            raise SurveyError(
                where, key, list(chosen), f"ask at most {AT_A_TIME} questions at a time; make another set."
            )
        for position, name in enumerate(chosen):
            if name not in known:
                raise SurveyError(where, key, name, f"there is no such question; {nearest(name, known)}")
            if name in chosen[:position]:
                raise SurveyError(where, key, name, "it is in this set twice; ask it once.")
            for needed in _needs(known[name]):
                if needed not in chosen[:position]:
                    fix = f"put {needed!r} before it into the same set: it depends on its answer."
                    raise SurveyError(where, key, name, fix)
    for name in known:
        if survey.sets and not any(name in chosen for chosen in survey.sets):
            raise SurveyError(
                where, f"questions.{name}", name, "no set asks it; put it into one or take it out."
            )


def _needs(question: Question) -> Iterable[str]:
    return (*question.when, *((question.about,) if question.about else ()))


def _check_variants(survey: Survey, where: str) -> None:
    for key, texts, bands in survey.parts():
        for band in texts.variants:
            if band not in {ANY_BAND, *bands}:
                fix = f"there is no such band here; {nearest(band, bands)}"
                raise SurveyError(where, f"{key}.{band}", dict(texts.variants[band]), fix)


def _check_languages(survey: Survey, where: str) -> None:
    """Keep a conversation in one language: what is written in one part must be written in all."""
    written = dict.fromkeys(code for _, texts, _ in survey.parts() for code in sorted(texts.languages()))
    for key, language in survey.missing_languages(written):
        fix = f"other texts of this survey are written in {language!r}: write this one too, or take {language!r} out everywhere."
        raise SurveyError(where, f"{key}.{language}", None, fix)
