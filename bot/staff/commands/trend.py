"""/trend [PERIOD] [by month] [DIMENSION=VALUE] [survey]: the score by week or month, and which steps mean anything."""

from __future__ import annotations

from collections.abc import Callable

from bot.reports.asking import read_words
from bot.reports.trend import Step, TrendReport, trend_report
from bot.staff.asked import Asked
from bot.staff.chart_values import Change, Point, TrendChart
from bot.staff.charting import scale_of, words_in
from bot.staff.phrases import (
    DOT,
    day_label,
    delta,
    dimension_name,
    interval,
    key_name,
    measure_name,
    sample,
    value,
)
from bot.staff.reply import Reply, bold, button, lines_of, quiet, rows_of
from bot.staff.request_words import words_of
from surveys.measures import ANSWER_MEASURES
from surveys.requests import without_weekly
from surveys.texts import say

DEFAULT = "12w"
MOST_LINES = 14
ARROWS = {Change.UP: "▲", Change.DOWN: "▼"}


async def answer(asked: Asked) -> Reply:
    """Answer `/trend`. Raises WordError."""
    words = without_weekly(asked.words, asked.language)
    request = await read_words(
        asked.store, asked.firm, words, asked.now, language=asked.language, default_period=DEFAULT
    )
    report = await trend_report(asked.store, asked.firm, request, asked.now, branches=asked.branches)
    return trend_reply(report, asked.firm.organisation, asked.language)


def trend_reply(report: TrendReport, organisation: str, language: str) -> Reply:
    """Return a trend as an answer in the chat, with its chart."""
    about = report.about
    name = measure_name(about.scoring.measure, language)
    by = say(language, "by month") if report.unit == "month" else say(language, "by week")
    steps = [step for step in report.steps if step.result.n][-MOST_LINES:]
    lines = [_line(step, report, language) for step in steps] or [say(language, "no answers")]
    filters = [
        f"{dimension_name(dimension, language)}: {key_name(key, language)}" for dimension, key in about.where
    ]
    return Reply(
        lines=lines_of(bold(f"{name}, {by}"), *lines, quiet(DOT.join([about.period.label, *filters]))),
        buttons=rows_of(
            (
                button(say(language, "Whys"), "why", *words_of(about.period, about.where, about.survey.id)),
                button(
                    say(language, "Score"), "score", *words_of(about.period, about.where, about.survey.id)
                ),
            )
        ),
        draw=_drawing(report, organisation, language) if steps else None,
        short=(f"{name}, {by}", *reversed(lines)),
    )


def direction(step: Step, better: str) -> Change | None:
    """Return whether a significant step went for the better or the worse; None for what may be chance."""
    if not step.significant or step.change is None or not step.change.delta:
        return None
    return Change.UP if (step.change.delta > 0) == (better == "up") else Change.DOWN


def step_label(step: Step, unit: str, language: str) -> str:
    """Return the month's name, or the Monday of the week."""
    return day_label(step.first, "MMMy" if unit == "month" else "MMMd", language)


def _line(step: Step, report: TrendReport, language: str) -> str:
    label = step_label(step, report.unit, language)
    if not step.shown:
        return f"{label}:  {sample(step.result.n, language)}"
    line = f"{label}:  {value(step.result, language)}{interval(step.result, language)}  {sample(step.result.n, language)}"
    change = direction(step, ANSWER_MEASURES[report.about.scoring.measure].better)
    if change is None or step.change is None:
        return line
    return f"{line}  {ARROWS[change]} {delta(step.change, step.result.unit, language)}"


def _drawing(report: TrendReport, organisation: str, language: str) -> Callable[[], bytes]:
    scoring = report.about.scoring
    better = ANSWER_MEASURES[scoring.measure].better
    chart = TrendChart(
        title=f"{measure_name(scoring.measure, language)}{DOT}{organisation}",
        subtitle=report.about.period.label,
        points=tuple(
            Point(
                step_label(step, report.unit, language),
                step.result.n,
                step.result.value,
                step.result.low,
                step.result.high,
                step.shown,
                direction(step, better),
            )
            for step in report.steps
        ),
        scale=scale_of(scoring, language),
        words=words_in(language),
    )

    def draw() -> bytes:
        from bot.staff.charts import trend_png

        return trend_png(chart)

    return draw
