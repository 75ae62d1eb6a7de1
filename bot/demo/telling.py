"""The scenes, in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.demo import showing
from bot.demo.cast import Manner
from bot.demo.stage import Place, Said
from bot.demo.weeks import Day, Weeks
from surveys.explaining import explain
from surveys.visits import Visit

ADMIN: Place = ("telegram", "1")
"""The chat of the one staff member; the configuration of the demonstration names it."""

READER = "en"
"""The language that whoever watches is sure to read: it may be shown twice."""

SHOWN = (
    Manner.TOGETHER,
    Manner.PLAIN,
    Manner.MUMBLES,
    Manner.CORRECTS,
    Manner.LATE,
    Manner.NONSENSE,
    Manner.STOPS,
)
"""Whose conversations are shown: one of each."""

TITLES = {
    Manner.TOGETHER: "Score and why in one message",
    Manner.PLAIN: "A button, then the why",
    Manner.MUMBLES: "No score in it: asked once more",
    Manner.CORRECTS: "A change of mind",
    Manner.LATE: "Silence, then one reminder",
    Manner.NONSENSE: "No number is made up",
    Manner.STOPS: "A stop, heard at once and for ever",
}


@dataclass(frozen=True, slots=True)
class Import:
    """What became of the rows of the file."""

    file: str
    rows: int
    visits: Sequence[Visit]
    rejected: Sequence[str]


def tell_import(out: Console, taken: Import) -> None:
    """Show what came in, and what came back."""
    out.print(showing.heading(f"1  Visits come in: {taken.file}"))
    branches = sorted({visit.branch for visit in taken.visits if visit.branch})
    languages = sorted({visit.language for visit in taken.visits if visit.language})
    customers = len({visit.customer_id for visit in taken.visits})
    about = [f"{taken.rows:,} rows: {len(taken.visits):,} visits of {customers:,} customers"]
    if branches:
        about.append(
            f"{len(branches)} branches ({', '.join(branches[:4])}{', …' if len(branches) > 4 else ''})"
        )
    if languages:
        about.append(f"languages {', '.join(languages)}")
    out.print(Padding(Text(" · ".join(about)), (1, 0, 0, 2)))
    if taken.rejected:
        out.print(Padding(Text(f"{len(taken.rejected)} rows cannot be used, and say why:"), (0, 0, 0, 2)))
        for reason in taken.rejected[:5]:
            out.print(Padding(Text(reason, style="yellow"), (0, 0, 0, 4)))
        if len(taken.rejected) > 5:
            out.print(Padding(Text(f"… and {len(taken.rejected) - 5} more", style="yellow"), (0, 0, 0, 4)))


async def tell_weeks(out: Console, weeks: Weeks) -> None:
    """Let the time pass and show it."""
    out.print(
        showing.heading("2  Time passes, on a virtual clock: the day after a visit its customer is asked")
    )
    counted: list[Day] = []
    with out.status("time passes …"):
        await weeks.play(counted.append)
    out.print(showing.days(counted))


def tell_chats(out: Console, weeks: Weeks) -> None:
    """Show a handful of conversations, each of another kind and, where there are, in other languages."""
    out.print(showing.heading("3  Some of the conversations"))
    zone = weeks.stage.app.firm.zone
    names = {visit.phone: visit for visit in weeks.visits} | {
        weeks.chats[visit.customer_id][1]: visit for visit in weeks.visits if visit.customer_id in weeks.chats
    }
    for manner, place in _chosen(weeks):
        visit = names[place[1]]
        channel = "Telegram" if place[0] == "telegram" else "SMS"
        facts = (visit.name or visit.customer_id, visit.touchpoint, visit.branch, channel, visit.language)
        said = _asked_part(weeks.stage.said[place])
        out.print(showing.chat(said, TITLES[manner], ", ".join(filter(None, facts)), zone))


async def tell_not_asked(out: Console, weeks: Weeks) -> None:
    """Show how many were not asked and why, with the sentence that `askwhy explain` has for one of each."""
    read = weeks.stage.app.store.read
    states = [row for row in await read.rows("visits_by_state") if row["state"] == "suppressed"]
    if not states:
        out.print(showing.heading("4  No visit was left out: every customer was asked"))
        return
    total = sum(row["n"] for row in states)
    out.print(showing.heading(f"4  {total} visits were not asked about, and each can say why"))
    stories: dict[str, str] = {}
    for visit in weeks.visits:
        row = await read.visit(visit.visit_id)
        if row is not None and row.state == "suppressed" and row.reason:
            stories[row.reason] = f"{visit.visit_id}: {explain(row.state, row.reason, row.detail)}"
    counted = sorted(
        ((row["reason"], row["n"], stories.get(row["reason"], "")) for row in states), key=lambda one: -one[1]
    )
    out.print(showing.not_asked(counted))


async def tell_score(out: Console, weeks: Weeks, folder: Path) -> None:
    """Let a staff member ask, and keep the chart."""
    out.print(showing.heading("5  Staff ask in their own chat"))
    stage = weeks.stage
    zone = stage.app.firm.zone
    morning = stage.clock.now().astimezone(zone).replace(hour=9, minute=0)
    await stage.pass_to(morning)
    for command in ("/score by branch", "/why detractors"):
        before = len(stage.said[ADMIN])
        await stage.say(ADMIN, command)
        new = stage.said[ADMIN][before:]
        out.print(showing.chat(new, "Staff", "in Telegram; by SMS the same without slash and chart", zone))
        for one in new:
            if one.photo is not None:
                out.print(
                    Padding(Text(f"the chart that comes with it: {keep(one.photo, folder)}"), (0, 0, 0, 2))
                )


def keep(photo: bytes, folder: Path) -> Path:
    """Write a chart; return where it is."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "score.png"
    path.write_bytes(photo)
    return path


def tell_end(out: Console) -> None:
    """Say what to do next."""
    out.print(showing.heading("Next"))
    table = Table.grid(padding=(0, 2))
    for command, words in (
        ("askwhy demo --visits FILE.csv", "the same with visits of your own"),
        ("askwhy forecast FILE.csv", "who would be asked, when, what it costs; nothing is sent"),
        ("askwhy init", "a config.toml to edit; then askwhy check, askwhy run"),
    ):
        table.add_row(Text(command, style="cyan"), words)
    out.print(Padding(table, (1, 0, 1, 2)))


def _chosen(weeks: Weeks) -> list[tuple[Manner, Place]]:
    """Choose one conversation of each kind, preferring languages and channels that were shown less."""
    chosen: list[tuple[Manner, Place]] = []
    shown: list[str] = []
    for manner in SHOWN:
        fitting = [
            (
                shown.count(actor.language) - (actor.language == READER),
                shown.count(place[0]),
                -_pressed(weeks, place),
                place,
            )
            for place, actor in weeks.cast.actors.items()
            if actor.manner is manner and len(_asked_part(weeks.stage.said[place])) > 1
        ]
        if fitting:
            place = min(fitting)[3]
            shown += [weeks.cast.actors[place].language, place[0]]
            chosen.append((manner, place))
    return chosen


def _asked_part(said: Sequence[Said]) -> list[Said]:
    """Leave out how somebody opened the bot."""
    return [*said[2:]] if said and said[0].text == "/start" else [*said]


def _pressed(weeks: Weeks, place: Place) -> bool:
    return any(not one.by_bot and one.text.startswith("[") for one in weeks.stage.said[place])
