"""A drawing surface in pixels, y downwards, on matplotlib's object-oriented API.

No pyplot and no global settings, so charts may be drawn in several threads at once. matplotlib is imported on first
use: it costs about half a second. Its bundled DejaVu Sans has Latin, Cyrillic, Hebrew and Arabic; from 3.11 on it
orders and joins right-to-left letters itself (libraqm), so text is given in logical order.
"""

import io
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

WIDTH = 1080
MARGIN = 48

INK = "#1b2430"
QUIET = "#667080"
FAINT = "#a3abb6"
HAIR = "#e3e7ec"
PAPER = "#ffffff"
BAD = "#c44e00"  # vermilion and blue differ for every kind of colour vision, and in brightness from the grey
MIDDLE = "#cdd2d9"
GOOD = "#0b6bb0"

BODY = 36
SMALL = 31
TITLE = 50

RIGHT_TO_LEFT = "\N{RIGHT-TO-LEFT MARK}"

Align = Literal["left", "center", "right"]


class Canvas:
    """Shapes and text at pixel positions, then `png()`."""

    def __init__(self, height: int, width: int = WIDTH) -> None:
        """Make a white surface."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(width / 72, height / 72), dpi=72, facecolor=PAPER)  # 72: a point is a pixel
        self._agg = FigureCanvasAgg(figure)
        self._axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self._axes.set_xlim(0, width)
        self._axes.set_ylim(height, 0)
        self._axes.axis("off")
        self._drawn = 0  # matplotlib would draw all lines over all shapes; here the later is always on top
        self.width, self.height = width, height

    def png(self) -> bytes:
        """Return the picture; the same shapes give the same bytes."""
        buffer = io.BytesIO()
        self._agg.print_png(buffer, metadata={"Software": None})  # type: ignore[no-untyped-call]
        return buffer.getvalue()

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = BODY,
        color: str = INK,
        bold: bool = False,
        ha: Align = "left",
        room: float | None = None,
        halo: bool = False,
    ) -> float:
        """Write one line, `y` its middle, and return its width; `room` shortens it with "…".

        `halo` sets it off from the lines that it stands on.
        """
        shown = clean(text, bold=bold) if room is None else self.shortened(text, room, size=size, bold=bold)
        if not shown:
            return 0.0
        written = self._axes.text(
            x,
            y,
            shown,
            color=color,
            ha=ha,
            va="center_baseline",
            fontproperties=_font(bold=bold, size=size),
            parse_math=False,
            zorder=self._next(),
        )
        if halo:
            from matplotlib.patheffects import withStroke

            written.set_path_effects([withStroke(linewidth=8, foreground=PAPER)])
        return self._width(shown, size, bold=bold)

    def width_of(self, text: str, *, size: float = BODY, bold: bool = False) -> float:
        """Return how wide a line would be."""
        return self._width(clean(text, bold=bold), size, bold=bold)

    def shortened(self, text: str, room: float, *, size: float = BODY, bold: bool = False) -> str:
        """Return the longest beginning of the text that fits, with "…" if it is not all."""
        whole = clean(text, bold=bold)
        if self._width(whole, size, bold=bold) <= room:
            return whole
        low, high = 0, len(whole)
        while low < high:
            middle = (low + high + 1) // 2
            if self._width(whole[:middle].rstrip() + "…", size, bold=bold) <= room:
                low = middle
            else:
                high = middle - 1
        return whole[:low].rstrip() + "…"

    def broken(
        self, text: str, room: float, *, size: float = BODY, bold: bool = False
    ) -> tuple[str, str] | None:
        """Return the text as two lines that fit, the first as long as can be; None where no blank lets it be broken."""
        words = clean(text, bold=bold).split(" ")
        for at in range(len(words) - 1, 0, -1):
            lines = " ".join(words[:at]), " ".join(words[at:])
            if self._width(lines[0], size, bold=bold) <= room:
                return lines
        return None

    def size_to_fit(
        self, text: str, room: float, size: float, *, bold: bool = False, least: float = SMALL
    ) -> float:
        """Return the size, or the smaller one at which the line fits, but not below `least`."""
        width = self.width_of(text, size=size, bold=bold)
        return size if width <= room else max(least, size * room / width)

    def rect(self, x: float, y: float, width: float, height: float, color: str) -> None:
        """Fill a rectangle."""
        from matplotlib.patches import Rectangle

        self._axes.add_patch(
            Rectangle((x, y), width, height, facecolor=color, linewidth=0, zorder=self._next())
        )

    def line(
        self, xs: tuple[float, ...], ys: tuple[float, ...], color: str, width: float, *, dashed: bool = False
    ) -> None:
        """Draw a line through points."""
        from matplotlib.lines import Line2D

        style: Literal["-"] | tuple[float, Sequence[float]] = (0.0, (3.0, 3.0)) if dashed else "-"
        cap: Literal["butt", "round"] = "butt" if dashed else "round"
        self._axes.add_line(
            Line2D(
                xs,
                ys,
                color=color,
                linewidth=width,
                linestyle=style,
                solid_capstyle=cap,
                solid_joinstyle="round",
                zorder=self._next(),
            )
        )

    def dot(self, x: float, y: float, radius: float, color: str) -> None:
        """Draw a disc with a thin white rim, so that it stands off a line of its own colour."""
        from matplotlib.patches import Circle

        disc = Circle((x, y), radius, facecolor=color, edgecolor=PAPER, linewidth=3, zorder=self._next())
        self._axes.add_patch(disc)

    def area(self, xs: tuple[float, ...], ys: tuple[float, ...], color: str) -> None:
        """Fill a polygon."""
        from matplotlib.patches import Polygon

        self._axes.add_patch(
            Polygon(
                list(zip(xs, ys, strict=True)), closed=True, facecolor=color, linewidth=0, zorder=self._next()
            )
        )

    def heading(self, title: str, subtitle: str) -> float:
        """Write the two lines every chart begins with; return where the rest may begin."""
        room = self.width - 2 * MARGIN
        size = self.size_to_fit(title, room, TITLE, bold=True, least=40)
        right_to_left = is_right_to_left(subtitle) or is_right_to_left(title)
        x = self.width - MARGIN if right_to_left else MARGIN
        side: Align = "right" if right_to_left else "left"
        title = (
            RIGHT_TO_LEFT * right_to_left + title
        )  # "NPS לפי סניף" begins with Latin and still runs to the left
        self.text(x, 62, title, size=size, bold=True, ha=side, room=room)
        self.text(x, 122, subtitle, size=SMALL, color=QUIET, ha=side, room=room)
        return 160.0

    def _next(self) -> int:
        self._drawn += 1
        return self._drawn

    def _width(self, text: str, size: float, *, bold: bool) -> float:
        if not text:
            return 0.0
        renderer = self._agg.get_renderer()  # type: ignore[no-untyped-call]
        width, _, _ = renderer.get_text_width_height_descent(text, _font(bold=bold, size=size), ismath=False)
        return float(width)


@cache
def _font_file(*, bold: bool) -> Path:
    import matplotlib as mpl

    return Path(mpl.get_data_path()) / "fonts" / "ttf" / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")


def _font(*, bold: bool, size: float) -> "FontProperties":
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=_font_file(bold=bold), size=size)


@cache
def _drawable(*, bold: bool) -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(str(_font_file(bold=bold))).get_charmap())


def clean(text: str, *, bold: bool = False) -> str:
    """Return one line of characters that the font has: an emoji is left out, an unknown letter becomes "□"."""
    drawable = _drawable(bold=bold)
    kept = []
    for char in unicodedata.normalize("NFC", text):
        category = unicodedata.category(char)
        if char == RIGHT_TO_LEFT:
            kept.append(char)
        elif category[0] in "ZC":
            kept.append("" if category == "Cf" else " ")
        elif ord(char) in drawable:
            kept.append(char)
        elif category[0] in "LN":
            kept.append("□")
    return " ".join("".join(kept).split())


def is_right_to_left(text: str) -> bool:
    """Return whether the first letter with a direction runs to the left."""
    strong = (unicodedata.bidirectional(char) for char in text)
    return next((kind in {"R", "AL"} for kind in strong if kind in {"L", "R", "AL"}), False)


@dataclass(frozen=True, slots=True)
class Axis:
    """A stretch of a scale laid on pixels `start`..`end`; a value outside is drawn at the nearer edge."""

    low: float
    high: float
    ticks: tuple[float, ...]
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the pixel of a value."""
        share = (value - self.low) / (self.high - self.low)
        return self.start + (self.end - self.start) * min(max(share, 0.0), 1.0)


def axis_over(numbers: Sequence[float], limits: tuple[float, float], start: float, end: float) -> Axis:
    """Return an axis that just covers all numbers, cut at `limits`, with two to five round ticks inside it.

    Ticks stand at steps of 1, 2 or 5 times a power of ten. Without numbers the axis covers the limits.
    """
    low, high = (min(numbers), max(numbers)) if numbers else limits
    least = (limits[1] - limits[0]) / 10
    pad = max((high - low) * 0.04, (least - (high - low)) / 2)
    low, high = max(low - pad, limits[0]), min(high + pad, limits[1])
    span = high - low
    power = 10.0 ** math.floor(math.log10(span / 5))
    step = next(factor * power for factor in (1, 2, 5, 10) if span / (factor * power) <= 5)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    ticks = tuple(round(index * step, 9) for index in range(first, last + 1))
    return Axis(low, high, ticks, start, end)
