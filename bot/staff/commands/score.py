"""/score [PERIOD] [by DIMENSION] [DIMENSION=VALUE] [survey]: the number, how sure it is, what changed, the groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bot.reports.asking import read_words
from bot.reports.counting import MONTH
from bot.reports.score import ScoreReport, score_report
from bot.staff.asked import Asked
from bot.staff.charting import score_chart
from bot.staff.phrases import (
    DOT,
    about_line,
    bands_line,
    change_line,
    group_line,
    repeats_line,
    response_line,
    score_line,
    weighted_line,
)
from bot.staff.reply import Reply, Rows, bold, button, lines_of, quiet, rows_of
from bot.staff.request_words import words_of
from surveys.texts import number, say

MOST_LINES = 25
"""Groups told in words; a chat is no table of a hundred rows."""

BREAKDOWNS = ("branch", "employee", MONTH)


async def answer(asked: Asked) -> Reply:
    """Answer `/score`. Raises WordError."""
    request = await read_words(asked.store, asked.firm, asked.words, asked.now, language=asked.language)
    report = await score_report(
        asked.store,
        asked.firm,
        request,
        asked.now,
        branches=asked.branches,
        language=asked.language,
        groups_before=not asked.sms,
    )
    return score_reply(report, asked.firm.organisation, asked.language)


def score_reply(report: ScoreReport, organisation: str, language: str) -> Reply:
    """Return a report as an answer in the chat, with its chart and what to ask next."""
    return Reply(
        lines=lines_of(
            bold(score_line(report, language)) if report.result.n else score_line(report, language),
            details_line(report, language),
            change_line(report, language),
            *group_lines(report, language),
            weighted_line(report, language),
            quiet(repeats_line(report, language)),
            quiet(about_line(report, language)),
        ),
        buttons=_buttons(report, language),
        draw=_drawing(report, organisation, language) if report.shown else None,
        short=_short(report, language),
    )


def details_line(report: ScoreReport, language: str) -> str:
    """Return who answered and the bands; nothing where the number's own line told it all."""
    if not report.shown and not report.asked:
        return ""
    return DOT.join(filter(None, (response_line(report, language), bands_line(report, language))))


def group_lines(report: ScoreReport, language: str) -> list[str]:
    """Return a line per group, the largest first."""
    lines = [f"  {group_line(group, language)}" for group in report.groups[:MOST_LINES]]
    more = len(report.groups) - MOST_LINES
    return [*lines, say(language, "and {n} more", n=number(language, more))] if more > 0 else lines


def _drawing(report: ScoreReport, organisation: str, language: str) -> Callable[[], bytes]:
    def draw() -> bytes:
        from bot.staff.charts import score_png

        return score_png(score_chart(report, organisation, language))

    return draw


def _buttons(report: ScoreReport, language: str) -> Rows:
    words = words_of(report.period, report.where, report.survey)
    labels = {
        "branch": say(language, "By branch"),
        "employee": say(language, "By employee"),
        MONTH: say(language, "By month"),
    }
    filtered = {dimension for dimension, _ in report.where} | {report.by}
    return rows_of(
        (
            button(say(language, "Whys"), "why", *words),
            button(say(language, "Trend"), "trend", *words),
        ),
        (
            button(labels[dimension], "score", *words, "by", dimension)
            for dimension in BREAKDOWNS
            if dimension not in filtered
        ),
    )


def _short(report: ScoreReport, language: str) -> Iterator[str]:
    yield score_line(report, language)
    if report.shown:
        yield response_line(report, language)
    if change := change_line(report, language):
        yield change
    for group in report.groups:
        yield group_line(group, language)
