"""How it looks: chats as bubbles with their times, counts as tables, in any width from 60 columns up."""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import tzinfo
from io import StringIO

from rich import box
from rich.align import Align
from rich.bar import Bar
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from bot.demo.stage import Said
from bot.demo.weeks import Day
from bot.reasons import REASONS
from surveys.texts import without_isolates

WIDEST = 100
BUBBLE = 62
"""Columns of a bubble, at most."""

_FILLED = re.compile(r"[ \t]+$", re.MULTILINE)
_TAG = re.compile(r"<(/?)(b|i|code)>")
_STYLES = {"b": "bold", "i": "dim", "code": "cyan"}


def console() -> Console:
    """Return standard output, not wider than is good to read; off a terminal without blanks at the ends of lines."""
    out = Console(highlight=False, emoji=False)
    if out.is_terminal:
        return Console(highlight=False, emoji=False, width=min(out.width, WIDEST))
    return Console(highlight=False, emoji=False, width=WIDEST, file=_Trimmed())


class _Trimmed(StringIO):
    """Standard output that loses the blanks with which lines are filled up."""

    def write(self, text: str, /) -> int:
        sys.stdout.write(_FILLED.sub("", text))
        return len(text)

    def flush(self) -> None:
        sys.stdout.flush()


def heading(words: str) -> RenderableType:
    """Begin a scene."""
    return Padding(Rule(Text(words, style="bold"), align="left", style="dim", characters="─"), (1, 0, 0, 0))


def chat(said: Sequence[Said], title: str, about: str, zone: tzinfo) -> RenderableType:
    """Draw one chat: the firm on the left, the person on the right."""
    days = [None, *(one.at.astimezone(zone).date() for one in said)]
    bubbles = (
        bubble(one, zone, show_day=before != day)
        for one, before, day in zip(said, days, days[1:], strict=False)
    )
    head = Text.assemble((title, "bold"), ("   " + about, "dim"))
    return Padding(Group(head, *bubbles), (1, 0, 0, 2))


def bubble(one: Said, zone: tzinfo, *, show_day: bool = False) -> RenderableType:
    """Draw one message."""
    at = one.at.astimezone(zone)
    text = staff_text(one.text)
    width = min(BUBBLE, max(12, max((line.cell_len for line in text.split("\n")), default=0) + 4))
    lines: list[RenderableType] = [text]
    if one.buttons:
        lines.append(Text(" ".join(f"[{label}]" for label in one.buttons), style="cyan"))
        width = BUBBLE if len(one.buttons) > 4 else width
    panel = Panel(
        Group(*lines),
        box=box.ROUNDED,
        border_style="blue" if one.by_bot else "green",
        width=max(width, 24 if show_day else 16),
        subtitle=Text(f"{at:%a %d %b %H:%M}" if show_day else f"{at:%H:%M}", style="dim"),
        subtitle_align="left" if one.by_bot else "right",
    )
    return Align(panel, "left" if one.by_bot else "right", width=min(WIDEST, 92))


def staff_text(text: str) -> Text:
    """Return the text of a message; the little HTML of staff answers becomes styles."""
    shown, style = Text(), ""
    last = 0
    plain = without_isolates(text)
    for tag in _TAG.finditer(plain):
        shown.append(html.unescape(plain[last : tag.start()]), style)
        style = "" if tag[1] else _STYLES[tag[2]]
        last = tag.end()
    shown.append(html.unescape(plain[last:]), style)
    return shown


def days(counted: Iterable[Day]) -> RenderableType:
    """Draw what happened, a day a line."""
    rows = list(counted)
    most = max((max(row.visits, row.asked) for row in rows), default=1) or 1
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1))
    table.add_column("")
    for name in ("visits", "asked", "answered"):
        table.add_column(name, justify="right")
    table.add_column("visits, asked, answered", width=34)
    for row in rows:
        bars = Group(
            *(
                Bar(most, 0, n, color=color, width=34)
                for n, color in ((row.visits, "bright_black"), (row.asked, "blue"), (row.answered, "green"))
                if n
            )
        )
        cells = (str(n) if n else "" for n in (row.visits, row.asked, row.answered))
        table.add_row(f"{row.day:%a %d %b}", *cells, bars)
    return table


def not_asked(reasons: Sequence[tuple[str, int, str]]) -> RenderableType:
    """Draw how many were not asked and why, each with the story of one of them."""
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="bold")
    table.add_column()
    for reason, n, story in reasons:
        table.add_row(str(n), REASONS[reason])
        table.add_row("", Text(story, style="dim"))
    return Padding(table, (1, 0, 0, 2))
