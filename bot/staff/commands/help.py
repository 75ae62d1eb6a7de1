"""/help: what can be asked, each with an example."""

from __future__ import annotations

from typing import Final

from bot.staff.asked import ADMIN, Asked
from bot.staff.phrases import repeats
from bot.staff.reply import Reply, bold, lines_of, quiet
from surveys.period_words import base_language, words_of
from surveys.texts import say

LINES: Final = {
    "score": ("/score 30d by branch", "the score, how sure it is, and its change"),
    "why": ("/why detractors 30d", "what people say"),
    "trend": ("/trend 12w", "the score by week or month"),
    "drivers": ("/drivers 6m", "what to work on first"),
    "team": ("/team 3m", "employees, by month"),
    "csi": ("/csi 2026-Q3", "the composite index"),
    "measures": ("/measures 2026-10", "all measures, from answers and visits"),
    "digest": (
        "/digest weekly 8:30",
        "the score every morning, Monday or first of the month, at your hour; off ends it",
    ),
    "explain": ("/explain v-881", "what became of a visit"),
    "status": ("/status", "whether askwhy is well"),
    "help": ("/help", "this list"),
}
"""An example of every command, and what it answers."""


async def answer(asked: Asked) -> Reply:
    """Answer `/help` with what this member may ask, here."""
    language = asked.language
    lines = []
    for command, (example, meaning) in LINES.items():
        if command == "status" and asked.member.role != ADMIN:
            continue
        lines.append(f"{example}  {say(language, meaning)}")
    codes = say(language, "Periods: {examples}", examples="7d, 12w, last-week, 2026-10, 2026-Q3, all")
    names = words_of(base_language(language)).names
    spoken = f"7d, 12w, {names['last-week']}, {names['this-month']}, 2026-10, 2026-Q3, {names['all']}"
    periods = say(language, "Periods: {examples}", examples=spoken)
    short = say(language, "Write {commands}.", commands="SCORE, WHY, TREND, TEAM, CSI, DIGEST")
    return Reply(
        lines_of(bold(say(language, "What you can ask")), *lines, periods, quiet(repeats(language))),
        short=(short, f"SCORE 30d by branch. {codes}"),
    )
