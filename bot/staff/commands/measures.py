"""/measures [PERIOD]: every measure over a period, from answers and from visits."""

from __future__ import annotations

from bot.reports.asking import read_words
from bot.reports.visits import Surroundings, all_measures, is_shown
from bot.staff.asked import Asked
from bot.staff.phrases import figure, interval, sample
from bot.staff.reply import Line, Reply, bold, lines_of, quiet
from surveys.measures import MEASURES
from surveys.measures.base import Result, said
from surveys.texts import say

INDENT = "   "
FURTHER_NAMES = {"response_rate": "Response rate", "weighted_csi": "Satisfaction by importance"}


async def answer(asked: Asked) -> Reply:
    """Answer `/measures`. Raises WordError."""
    request = await read_words(asked.store, asked.firm, asked.words, asked.now, language=asked.language)
    here = Surroundings(asked.store, asked.firm, asked.config.measures, request.period, asked.branches)
    results = await all_measures(here)
    return measures_reply(results, request.period.label, asked.firm.minimum_answers, asked.language)


def measures_reply(results: list[Result], period: str, minimum: int, language: str) -> Reply:
    """Return what is known, each with what it is made of, then what is not known, by what it lacks."""
    lines: list[Line | str] = [bold(say(language, "Measures"))]
    known = [result for result in results if result.value is not None]
    for result in known:
        lines.append(_line(result, minimum, language))
        if is_shown(result, minimum) and result.remarks:
            lines.append(quiet(f"{INDENT}{said(result.remarks, language)}"))
    lacking: dict[str, list[str]] = {}
    for result in results:
        if result.value is None:
            lacking.setdefault(said(result.remarks, language), []).append(name_of(result, language))
    if lacking:
        lines.append(bold(say(language, "Not known")))
        lines += [f"{', '.join(names)}: {reason}" for reason, names in lacking.items()]
    return Reply(
        lines=lines_of(*lines, quiet(period)),
        short=tuple(_line(result, minimum, language) for result in known),
    )


def name_of(result: Result, language: str) -> str:
    """Return what people call a measure."""
    measure = MEASURES.get(result.id)
    return say(language, measure.name if measure else FURTHER_NAMES.get(result.id, result.id))


def _line(result: Result, minimum: int, language: str) -> str:
    told = sample(result.n, language)
    if is_shown(result, minimum):
        told = f"{figure(result.value, result.unit, language)}{interval(result, language)}  {told}"
    return f"{name_of(result, language)}  {told}"
