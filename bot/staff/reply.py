"""One answer to staff, before it is known where it goes: lines, buttons, a chart; and its forms for Telegram and SMS."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape

from bot.channels.base import Button
from bot.commands_typed import STAFF_BUTTON
from surveys.segments import measure_sms
from surveys.texts import without_isolates

MOST_SEGMENTS = 2
"""An SMS to staff has at most so many."""

Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text; `style` is an HTML tag without its brackets, "" for none. Whatever stands in it is text."""

    text: str
    style: str = ""

    def html(self) -> str:
        """Return the line as Telegram's HTML, everything in it escaped."""
        plain = escape(self.text, quote=False)
        return f"<{self.style}>{plain}</{self.style}>" if self.style else plain


def bold(text: str) -> Line:
    """Return a line that stands out."""
    return Line(text, "b")


def quiet(text: str) -> Line:
    """Return a line by the way."""
    return Line(text, "i")


@dataclass(frozen=True, slots=True)
class Reply:
    """What staff get. `draw` makes the chart and takes its time: never in the event loop.

    `short` are the lines for an SMS, taken as long as they fit, once; without them what is asked is not answered by
    SMS. `edits` lets the reply take
    the place of the message whose button was pressed.
    """

    lines: tuple[Line, ...]
    buttons: Rows = ()
    draw: Callable[[], bytes] | None = None
    short: Iterable[str] = ()
    edits: bool = False

    def html(self) -> str:
        """Return the whole text as Telegram's HTML."""
        return "\n".join(line.html() for line in self.lines)

    def plain(self) -> str:
        """Return the whole text without any markup."""
        return "\n".join(line.text for line in self.lines)

    def sms(self) -> str:
        """Return as many of the short lines as fit, in letters that do not double the price where that can be."""
        kept = ""
        for line in self.short:
            longer = cheap(f"{kept}\n{line}" if kept else line)
            if kept and measure_sms(longer).segments > MOST_SEGMENTS:
                break
            kept = longer
        return kept


def lines_of(*parts: Line | str) -> tuple[Line, ...]:
    """Return lines from lines and texts; empty ones are left out."""
    lines = (Line(part) if isinstance(part, str) else part for part in parts)
    return tuple(line for line in lines if line.text)


def button(label: str, *words: str) -> Button | None:
    """Return a button that asks for `words`; None where they do not fit into the 64 bytes a button has."""
    data = STAFF_BUTTON + " ".join(quoted(word) for word in words)
    return Button(label, data) if len(data.encode()) <= 64 else None


def row_of(*buttons: Button | None) -> tuple[Button, ...]:
    """Return the buttons that there are."""
    return tuple(one for one in buttons if one is not None)


def rows_of(*rows: Iterable[Button | None]) -> Rows:
    """Return the rows that have a button."""
    return tuple(kept for row in rows if (kept := row_of(*row)))


def quoted(word: str) -> str:
    """Return a word as `split_words` reads it back: in quotes where it has blanks."""
    return f'"{word}"' if re.search(r"\s", word) and '"' not in word else word


def cheap(text: str) -> str:
    """Return a text for SMS: marks of direction out, look-alikes in where these make it cheaper."""
    plain = re.sub(r" {2,}", " ", without_isolates(text).replace("…", "..").replace(" · ", ", "))
    return measure_sms(plain).suggestion or plain
