"""The scale of a question and how its answers fall into bands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from surveys.definition_error import SurveyError
from surveys.definition_file import IDENTIFIER, QuestionShape
from surveys.questions import QUESTION_TYPES
from surveys.scale import Scale

MOST_VALUES: Final = 101  # 0-100; nobody tells finer steps apart

Bands = dict[str, tuple[int, int]]


def measure_of(question: QuestionShape, survey_measure: str) -> str | None:
    """Measure that a question's answers make: its own, else the survey's where its type fits that one."""
    from surveys.measures import ANSWER_MEASURES

    kind = QUESTION_TYPES[question.type]
    if not kind.scored or question.measure is not None:
        return question.measure if kind.scored else None
    if kind.named_options or question.role == "importance":
        return None
    fits = kind.scale is None or Scale.parse(kind.scale) == Scale(*ANSWER_MEASURES[survey_measure].scale)
    return survey_measure if fits else None


def scale_of(
    question: QuestionShape, measure: str | None, options: Mapping[str, tuple[str, ...]], where: str, key: str
) -> Scale | None:
    """Scale of a question: its own, else its type's, else its measure's. None where answers are words."""
    kind = QUESTION_TYPES[question.type]
    if not kind.scored:
        return None
    if kind.named_options or kind.scale is not None:
        if question.scale is not None:
            fix = f"a question of type {question.type!r} has its scale already; take this out."
            raise SurveyError(where, f"{key}.scale", question.scale, fix)
        return Scale.parse(kind.scale) if kind.scale else Scale(1, len(next(iter(options.values()))))
    if question.scale is None:
        from surveys.measures import ANSWER_MEASURES

        if measure is None:
            raise SurveyError(
                where, f"{key}.scale", None, 'add the lowest and highest answer, such as "1-5".'
            )
        return Scale(*ANSWER_MEASURES[measure].scale)
    try:
        scale = Scale.parse(question.scale)
    except ValueError as error:
        fix = 'write the lowest and highest answer, such as "0-10" or "1-5".'
        raise SurveyError(where, f"{key}.scale", question.scale, fix) from error
    if scale.low < 0 or scale.high - scale.low >= MOST_VALUES:
        fix = f"take whole numbers from 0 up, at most {MOST_VALUES} of them; people answer 0-10 or 1-5 best."
        raise SurveyError(where, f"{key}.scale", question.scale, fix)
    return scale


def bands_of(
    question: QuestionShape, measure: str | None, scale: Scale | None, where: str, key: str
) -> Bands:
    """Bands of a question: its own, else its measure's for this scale. Own bands leave out and repeat no value."""
    if scale is None:
        return {}
    if question.bands is None:
        bands = _usual_bands(measure, scale)
    else:
        bands = {name: _limits(value, f"{key}.bands.{name}", where) for name, value in question.bands.items()}
        _check_bands(question.bands, bands, scale, where, f"{key}.bands")
    if measure is not None:
        _check_measure(bands, measure, scale, where, key)
    return bands


def _usual_bands(measure: str | None, scale: Scale) -> Bands:
    from surveys.measures import ANSWER_MEASURES

    return dict(ANSWER_MEASURES[measure].bands((scale.low, scale.high))) if measure else {}


def _limits(value: Any, key: str, where: str) -> tuple[int, int]:
    if isinstance(value, int) and not isinstance(value, bool):
        return value, value
    found = (
        re.fullmatch(r"\s*(\d{1,4})(?:\s*[-–]\s*(\d{1,4}))?\s*", value) if isinstance(value, str) else None
    )
    if not found or int(found[2] or found[1]) < int(found[1]):
        raise SurveyError(where, key, value, 'write the lowest and highest value of the band, such as "7-8".')
    return int(found[1]), int(found[2] or found[1])


def _check_bands(written: Mapping[str, Any], bands: Bands, scale: Scale, where: str, key: str) -> None:
    for name, (low, high) in bands.items():
        if not re.match(IDENTIFIER, name):
            raise SurveyError(
                where, f"{key}.{name}", written[name], "name bands by small Latin letters, digits and _."
            )
        if low not in scale or high not in scale:
            raise SurveyError(where, f"{key}.{name}", written[name], f"stay inside the scale {scale}.")
    for value in scale.values():
        holders = [name for name, (low, high) in bands.items() if low <= value <= high]
        if len(holders) > 1:
            fix = f"{value} is also in {holders[0]!r}; every value belongs to one band."
            raise SurveyError(where, f"{key}.{holders[1]}", written[holders[1]], fix)
        if not holders:
            raise SurveyError(
                where, key, dict(written), f"{value} is in no band; every value of {scale} belongs to one."
            )


def _check_measure(bands: Bands, measure: str, scale: Scale, where: str, key: str) -> None:
    """Refuse bands that the measure cannot use: NPS has none without promoters and detractors."""
    from surveys.measures import score

    try:
        score(measure, {}, (scale.low, scale.high), bands)
    except ValueError as error:
        raise SurveyError(
            where,
            f"{key}.bands",
            bands or None,
            f"measure {measure!r} cannot use this: {error} Another question may name its own measure.",
        ) from error
