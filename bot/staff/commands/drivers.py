"""/drivers [PERIOD] [survey]: what to work on first, by how much things matter and how satisfied people are with them."""

from __future__ import annotations

from collections.abc import Callable
from math import fsum
from typing import Final

from bot.reports.asking import read_words
from bot.reports.drivers import DriversReport, drivers_report
from bot.staff import chart_values
from bot.staff.asked import Asked
from bot.staff.charting import share_scale, words_in
from bot.staff.phrases import DOT, sample
from bot.staff.reply import Reply, bold, lines_of, quiet
from surveys.measures.drivers import MINIMUM, Driver, Quadrant
from surveys.texts import directed, percent, say

DEFAULT = "6m"

QUADRANTS: Final = {
    Quadrant.CONCENTRATE_HERE: "Fix first",
    Quadrant.KEEP_UP: "Keep it up",
    Quadrant.LOW_PRIORITY: "Can wait",
    Quadrant.POSSIBLE_OVERKILL: "Nice to have",
}
"""What to do, in the order in which it is told."""


async def answer(asked: Asked) -> Reply:
    """Answer `/drivers`. Raises WordError."""
    language = asked.language
    request = await read_words(
        asked.store, asked.firm, asked.words, asked.now, language=language, default_period=DEFAULT
    )
    report = await drivers_report(asked.store, asked.firm, request, branches=asked.branches)
    if report is None:
        none = say(
            language,
            "Drivers need a survey that asks about several things, such as {survey}.",
            survey="csi_importance",
        )
        return Reply(lines_of(none), short=(none,))
    return drivers_reply(report, asked.firm.organisation, language)


def drivers_reply(report: DriversReport, organisation: str, language: str) -> Reply:
    """Return the drivers by quadrant, with their chart."""
    lines = []
    for quadrant, title in QUADRANTS.items():
        inside = [driver for driver in report.drivers if driver.quadrant is quadrant]
        if inside:
            lines.append(f"{say(language, title)}: {', '.join(_named(report, d, language) for d in inside)}")
    waiting = [driver for driver in report.drivers if driver.quadrant is None]
    if waiting:
        names = ", ".join(
            f"{_name(report, driver, language)} ({sample(driver.n, language)})" for driver in waiting
        )
        few = say(language, "Too few answers to tell (at least {least}): {names}", least=MINIMUM, names=names)
        lines.append(few)
    how = (
        say(language, "Importance as customers state it.")
        if report.stated
        else say(
            language,
            "Importance from what goes together with the overall score; that is no proof of a cause.",
        )
    )
    title = say(language, "What satisfaction hangs on")
    return Reply(
        lines=lines_of(
            bold(title),
            *lines,
            quiet(how),
            quiet(DOT.join((report.about.period.label, report.about.survey.id))),
        ),
        draw=_drawing(report, f"{title}{DOT}{organisation}", language),
        short=tuple(lines),
    )


def _name(report: DriversReport, driver: Driver, language: str) -> str:
    return directed(language, report.questions[driver.name].name_for(language))


def _named(report: DriversReport, driver: Driver, language: str) -> str:
    assert driver.satisfaction is not None
    return f"{_name(report, driver, language)} ({percent(language, driver.satisfaction)})"


def _drawing(report: DriversReport, title: str, language: str) -> Callable[[], bytes] | None:
    placed = [
        chart_values.Driver(
            report.questions[driver.name].name_for(language),
            driver.satisfaction,
            driver.importance if report.stated else 100 * driver.importance,
            driver.n,
        )
        for driver in report.drivers
        if driver.quadrant is not None and driver.satisfaction is not None and driver.importance is not None
    ]
    if not placed:
        return None
    chart = chart_values.QuadrantChart(
        title=title,
        subtitle=report.about.period.label,
        drivers=tuple(placed),
        split_satisfaction=fsum(driver.satisfaction for driver in placed) / len(placed),
        split_importance=fsum(driver.importance for driver in placed) / len(placed),
        satisfaction=share_scale(language),
        importance=chart_values.Scale(0.0 if report.stated else -100.0, 100.0, signed=False),
        words=words_in(language),
    )

    def draw() -> bytes:
        from bot.staff.charts import quadrant_png

        return quadrant_png(chart)

    return draw
