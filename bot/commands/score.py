"""`askwhy score`: the numbers that staff get in chat, as a table or as JSON."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bot.commands.context import Context, WrongUseError
from bot.commands.outcome import DONE
from bot.commands.tables import new_table, show_table
from bot.commands.using_store import Surroundings, with_store

if TYPE_CHECKING:
    from rich.table import Table

    from bot.reports.score import Group, ScoreReport


def run(
    context: Context,
    *,
    period: str | None,
    survey: str | None,
    by: str | None,
    where: list[str],
    start: date | None,
    end: date | None,
) -> int:
    """Print the score. A wrong word ends with 2."""
    from bot.reports.asking import read_options
    from bot.reports.score import score_json, score_report
    from surveys.periods import WordError
    from surveys.requests import EXAMPLE

    async def work(here: Surroundings) -> ScoreReport:
        try:
            request = await read_options(
                here.store,
                here.firm,
                here.now,
                period=period,
                survey=survey,
                by=by,
                where=where,
                start=start,
                end=end,
            )
        except WordError as error:
            raise WrongUseError(str(error).replace(EXAMPLE, "askwhy score 30d --by branch")) from None
        return await score_report(here.store, here.firm, request, here.now)

    report = with_store(context, work)
    if context.json:
        context.emit(score_json(report))
    else:
        show(context, report)
    return DONE


def show(context: Context, report: ScoreReport) -> None:
    """Say the score in sentences, and its groups as a table."""
    from bot.staff.commands.score import details_line
    from bot.staff.phrases import about_line, change_line, repeats_line, score_line, weighted_line
    from surveys.texts import without_isolates

    language = "en"
    context.say(without_isolates(score_line(report, language)), style="bold")
    for line in (
        details_line(report, language),
        change_line(report, language),
        repeats_line(report, language),
        weighted_line(report, language),
        f"{report.survey}: {about_line(report, language)}",
    ):
        if line:
            context.say(without_isolates(line))
    if report.groups:
        show_table(context, table(report))


def table(report: ScoreReport) -> Table:
    """Lay the groups out; what is below the minimum has its count alone."""
    from bot.staff.phrases import key_name, measure_name, share_name
    from surveys.texts import percent, without_isolates

    bands = tuple(report.bands)
    names = (measure_name(report.scoring.measure, "en"), "95% interval", "n")
    laid = new_table(report.by or "", *names, *(share_name(band, "en") for band in bands), numbers_from=1)
    for group in report.groups:
        shares = [percent("en", 100 * group.bands[band] / group.result.n) for band in bands]
        cells = [*_score_cells(group), str(group.result.n), *(shares if group.shown else [""] * len(bands))]
        laid.add_row(without_isolates(key_name(group.key, "en")), *cells)
    return laid


def _score_cells(group: Group) -> tuple[str, str]:
    from bot.staff.phrases import interval, value

    if not group.shown:
        return "too few", ""
    return value(group.result, "en"), interval(group.result, "en").strip(" ()")
