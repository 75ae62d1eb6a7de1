"""/team [PERIOD] [survey]: every employee's score by month; ranked only where the difference is more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from bot.reports.asking import read_words
from bot.reports.staffing import TeamReport, team_report
from bot.staff.asked import Asked
from bot.staff.phrases import DOT, day_label, interval, key_name, measure_name, sample, value
from bot.staff.reply import Line, Reply, bold, lines_of, quiet
from surveys.measures.team import Member, Standing
from surveys.texts import number, say

DEFAULT = "3m"
MOST_MEMBERS = 40
"""Employees told in words: about what one message holds."""

STANDINGS: Final = {
    Standing.BETTER: "Better than the others",
    Standing.LIKE: "No different from the others",
    Standing.WORSE: "Worse than the others",
}


async def answer(asked: Asked) -> Reply:
    """Answer `/team`. Raises WordError."""
    request = await read_words(
        asked.store, asked.firm, asked.words, asked.now, language=asked.language, default_period=DEFAULT
    )
    report = await team_report(asked.store, asked.firm, request, branches=asked.branches)
    return team_reply(report, asked.language)


def team_reply(report: TeamReport, language: str) -> Reply:
    """Return the employees: those who differ, then the rest by name, then those with too few answers."""
    scoring = report.about.scoring
    title = say(language, "{measure} of the team", measure=measure_name(scoring.measure, language))
    lines: list[Line | str] = [bold(title)]
    standing: Standing | None = None
    told = _told(report.members)
    for member in told:
        if member.shown and member.standing is not standing and member.standing is not None:
            standing = member.standing
            lines.append(bold(say(language, STANDINGS[standing])))
        lines.append(_line(member, language))
        lines.extend(_months(report, member, language))
    if more := len(report.members) - len(told):
        lines.append(say(language, "and {n} more", n=number(language, more)))
    if not report.members:
        lines.append(say(language, "no answers"))
    lines.append(quiet(report.about.period.label))
    short = [title, *(_line(member, language) for member in report.members)]
    return Reply(lines=lines_of(*lines), short=tuple(short))


def _told(members: Sequence[Member]) -> list[Member]:
    """Return who is told of: everybody who differs, and of the rest as many as fit."""
    differ = {member.name for member in members if member.standing in {Standing.BETTER, Standing.WORSE}}
    rest = [member.name for member in members if member.name not in differ]
    told = differ.union(rest[: max(0, MOST_MEMBERS - len(differ))])
    return [member for member in members if member.name in told]


def _line(member: Member, language: str) -> str:
    told = f"{value(member.result, language)}{interval(member.result, language)}  " if member.shown else ""
    return f"{key_name(member.name, language)}  {told}{sample(member.result.n, language)}"


def _months(report: TeamReport, member: Member, language: str) -> list[str]:
    """Return one line with the last months; of a month below the minimum the count alone."""
    cells = []
    for month in report.months:
        result = report.monthly.get((member.name, month))
        if result is None or len(report.months) == 1:
            continue
        label = day_label(date.fromisoformat(f"{month}-01"), "MMM", language)
        told = (
            f"{value(result, language)} {sample(result.n, language)}"
            if result.n >= report.minimum
            else sample(result.n, language)
        )
        cells.append(f"{label} {told}")
    return [f"    {DOT.join(cells)}"] if cells else []
