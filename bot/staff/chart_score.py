"""The score chart: one number, its bands as one bar, and a dot with its interval for every group."""

from itertools import pairwise

from bot.staff.chart_canvas import (
    BAD,
    BODY,
    FAINT,
    GOOD,
    HAIR,
    INK,
    MARGIN,
    MIDDLE,
    PAPER,
    QUIET,
    SMALL,
    WIDTH,
    Align,
    Axis,
    Canvas,
    axis_over,
    is_right_to_left,
)
from bot.staff.chart_values import Row, ScoreChart

MOST_GROUPS = 20
SURE_FROM = 30
"""Fewer answers are drawn grey: the score is there, but barely."""

BAR_HEIGHT = 96
ROW_HEIGHT = 76
NAME_ROOM = 330
TINY = 29
COUNT_RIGHT = 470
PLOT_LEFT, PLOT_RIGHT = 548, 884


def draw_score(chart: ScoreChart) -> bytes:
    """Return the PNG, 1080 pixels wide and as high as its rows need."""
    groups = chart.groups[:MOST_GROUPS]
    more = len(chart.groups) - len(groups)
    rows = (chart.overall, *groups) if groups else ()
    height = 160 + 200 + (BAR_HEIGHT + 96 if _has_bar(chart) else 24)
    height += (56 + ROW_HEIGHT * len(rows) + (56 if more else 0) + 76) if rows else 0
    canvas = Canvas(height)
    y = canvas.heading(chart.title, chart.subtitle)
    y = _headline(canvas, chart, y)
    if _has_bar(chart):
        y = _bar(canvas, chart, y)
    if rows:
        _groups(canvas, chart, rows, more, y)
    return canvas.png()


def _has_score(row: Row) -> bool:
    return row.shown and row.value is not None


def _has_bar(chart: ScoreChart) -> bool:
    return _has_score(chart.overall) and any(chart.overall.bands.get(band.key) for band in chart.bands)


def _headline(canvas: Canvas, chart: ScoreChart, y: float) -> float:
    """Write the number in the largest type, its interval and the period before beside it."""
    row, scale, words = chart.overall, chart.scale, chart.words
    middle = y + 96
    if not row.shown or row.value is None:
        told = f"{words.answers} = {row.n}" if row.n else words.no_answers
        size = canvas.size_to_fit(told, WIDTH - 2 * MARGIN, 92, bold=True)
        canvas.text(MARGIN, middle - 10, told, size=size, bold=True, color=QUIET)
        if row.n:
            canvas.text(MARGIN, middle + 70, words.too_few, color=QUIET)
        return y + 200
    right = (
        MARGIN
        + 40
        + canvas.text(MARGIN - 6, middle, scale.text(row.value), size=150, bold=True, color=_ink(row))
    )
    pairs = []
    if row.low is not None and row.high is not None:
        pairs.append((f"{scale.text(row.low)} … {scale.text(row.high)}", words.interval))
    if row.previous is not None:
        pairs.append((scale.text(row.previous), words.before))
    left = WIDTH - MARGIN - right
    for number, name in reversed(pairs[1:]):  # what comes later keeps its room
        left -= 48 + max(canvas.width_of(number, size=46), canvas.width_of(name, size=SMALL))
    for number, name in pairs:
        width = canvas.text(right, middle - 26, number, size=46, room=left)
        right += max(width, canvas.text(right, middle + 32, name, size=SMALL, color=QUIET, room=left)) + 48
        left = WIDTH - MARGIN - right
    return y + 200


def _bar(canvas: Canvas, chart: ScoreChart, y: float) -> float:
    """Draw all answers as one bar, worst band left; percentages inside where they fit, names underneath."""
    counts = [chart.overall.bands.get(band.key, 0) for band in chart.bands]
    total = sum(counts)
    colors = _band_colors(len(counts))
    full = WIDTH - 2 * MARGIN
    captions: list[tuple[float, str, str]] = []
    before = 0
    for index, (band, count, color) in enumerate(zip(chart.bands, counts, colors, strict=True)):
        left = MARGIN + round(full * before / total)
        right = MARGIN + round(full * (before + count) / total)
        before += count
        percent = f"{int(100 * count / total + 0.5)}{chart.words.percent}"
        gap = 4 if index > 0 and left > MARGIN else 0
        canvas.rect(left + gap, y, max(right - left - gap, 0), BAR_HEIGHT, color)
        inside = canvas.width_of(percent, size=44, bold=True) + 28 <= right - left
        if inside:
            canvas.text(
                (left + right) / 2,
                y + BAR_HEIGHT / 2,
                percent,
                size=44,
                bold=True,
                color=INK if color == MIDDLE else PAPER,
                ha="center",
            )
        text_color = QUIET if color == MIDDLE else color
        captions.append(((left + right) / 2, band.label if inside else f"{percent} {band.label}", text_color))
    _captions(canvas, captions, y + BAR_HEIGHT + 36)
    return y + BAR_HEIGHT + 96


def _band_colors(number: int) -> list[str]:
    return [BAD, *[MIDDLE] * (number - 2), GOOD][-number:] if number > 1 else [GOOD]


def _captions(canvas: Canvas, captions: list[tuple[float, str, str]], y: float) -> None:
    """Write names under the middle of their part, pushed apart just enough not to touch."""
    gap = 28
    widths = [canvas.width_of(text, size=SMALL) for _, text, _ in captions]
    room = (WIDTH - 2 * MARGIN - gap * (len(captions) - 1)) / sum(widths)
    widths = [width * min(1, room) for width in widths]
    lefts = [center - width / 2 for (center, _, _), width in zip(captions, widths, strict=True)]
    edge = float(MARGIN)
    for index, width in enumerate(widths):
        lefts[index] = edge = max(lefts[index], edge)
        edge += width + gap
    edge = float(WIDTH - MARGIN)
    for index in reversed(range(len(widths))):
        lefts[index] = min(lefts[index], edge - widths[index])
        edge = lefts[index] - gap
    for left, width, (_, text, color) in zip(lefts, widths, captions, strict=True):
        canvas.text(left, y, text, size=SMALL, color=color, room=width + 1)


def _groups(canvas: Canvas, chart: ScoreChart, rows: tuple[Row, ...], more: int, y: float) -> None:
    """Draw a row for all and one for each group on a common scale."""
    axis = _axis(chart, rows)
    top = y + 56
    bottom = top + ROW_HEIGHT * len(rows)
    canvas.text(COUNT_RIGHT, y + 28, chart.words.answers, size=SMALL, color=QUIET, ha="right")
    for tick in _readable(canvas, chart, axis):
        x = axis.at(tick)
        canvas.text(x, y + 28, chart.scale.text(tick), size=SMALL, color=QUIET, ha="center")
        zero = tick == 0 and chart.scale.low < 0
        canvas.line((x, x), (top, bottom), FAINT if zero else HAIR, 2)
    if _has_score(chart.overall) and chart.overall.value is not None:
        x = axis.at(chart.overall.value)
        canvas.line((x, x), (top + ROW_HEIGHT / 2, bottom), FAINT, 3, dashed=True)
    for index, row in enumerate(rows):
        label = chart.words.everyone if index == 0 else row.label
        _row(canvas, chart, row, label, axis, top + ROW_HEIGHT * (index + 0.5), overall=index == 0)
    if more:
        canvas.text(MARGIN, bottom + 30, chart.words.more.format(n=more), size=SMALL, color=QUIET)
        bottom += 56
    _key(canvas, chart, rows, bottom + 44)


def _readable(canvas: Canvas, chart: ScoreChart, axis: Axis) -> list[float]:
    """Return every tick, or every second or third, so that their numbers stand apart; zero stays if it is one."""
    widest = max((canvas.width_of(chart.scale.text(tick), size=SMALL) for tick in axis.ticks), default=0.0)
    zero = axis.ticks.index(0.0) if 0.0 in axis.ticks else 0
    for every in range(1, len(axis.ticks) + 1):
        kept = [tick for index, tick in enumerate(axis.ticks) if (index - zero) % every == 0]
        if all(axis.at(right) - axis.at(left) >= widest + 18 for left, right in pairwise(kept)):
            return kept
    return []


def _axis(chart: ScoreChart, rows: tuple[Row, ...]) -> Axis:
    numbers = [
        number
        for row in rows
        if _has_score(row)
        for number in (row.value, row.low, row.high, row.previous)
        if number is not None
    ]
    if numbers and chart.scale.low < 0:
        numbers.append(0.0)
    return axis_over(numbers, (chart.scale.low, chart.scale.high), PLOT_LEFT, PLOT_RIGHT)


def _row(
    canvas: Canvas, chart: ScoreChart, row: Row, label: str, axis: Axis, y: float, *, overall: bool
) -> None:
    ink = _ink(row)
    rtl = is_right_to_left(label)
    x = MARGIN + NAME_ROOM if rtl else MARGIN
    _name(canvas, label, x, y, ink, bold=overall, rtl=rtl)
    canvas.text(COUNT_RIGHT, y, str(row.n), size=SMALL, color=QUIET, ha="right")
    if not row.shown or row.value is None:
        told = chart.words.too_few if row.n else chart.words.no_answers
        canvas.rect(PLOT_LEFT - 4, y - ROW_HEIGHT / 2, PLOT_RIGHT - PLOT_LEFT + 8, ROW_HEIGHT + 4, PAPER)
        canvas.text(PLOT_LEFT, y, told, size=SMALL, color=QUIET, room=WIDTH - MARGIN - PLOT_LEFT)
        return
    color = GOOD if row.n >= SURE_FROM else FAINT
    if row.low is not None and row.high is not None:
        canvas.line((axis.at(row.low), axis.at(row.high)), (y, y), color, 7)
    if row.previous is not None:
        _previous_mark(canvas, axis.at(row.previous), y - 16)
    canvas.dot(axis.at(row.value), y, 13, color)
    canvas.text(WIDTH - MARGIN, y, chart.scale.text(row.value), size=40, bold=True, color=ink, ha="right")


def _name(canvas: Canvas, label: str, x: float, y: float, ink: str, *, bold: bool, rtl: bool) -> None:
    """Write a group's name: smaller where it is long, then on two lines: names often differ only at their ends."""
    side: Align = "right" if rtl else "left"
    size = canvas.size_to_fit(label, NAME_ROOM, BODY, bold=bold, least=TINY)
    lines = canvas.broken(label, NAME_ROOM, size=TINY, bold=bold)
    if canvas.width_of(label, size=size, bold=bold) <= NAME_ROOM or lines is None:
        canvas.text(x, y, label, size=size, color=ink, bold=bold, ha=side, room=NAME_ROOM)
        return
    for line, at in zip(lines, (y - 17, y + 17), strict=True):
        canvas.text(x, at, line, size=TINY, color=ink, bold=bold, ha=side, room=NAME_ROOM)


def _key(canvas: Canvas, chart: ScoreChart, rows: tuple[Row, ...], y: float) -> None:
    """Write one quiet line that says what the marks are."""
    if not any(_has_score(row) for row in rows):
        return
    x = float(MARGIN)
    canvas.line((x + 4, x + 64), (y, y), GOOD, 7)
    canvas.dot(x + 34, y, 13, GOOD)
    x += 84 + canvas.text(x + 80, y, chart.words.interval, size=SMALL, color=QUIET, room=460) + 44
    if any(row.previous is not None and _has_score(row) for row in rows):
        _previous_mark(canvas, x + 12, y + 9)
        canvas.text(x + 32, y, chart.words.before, size=SMALL, color=QUIET, room=WIDTH - MARGIN - x - 32)


def _previous_mark(canvas: Canvas, x: float, tip: float) -> None:
    """Draw a small wedge that points down at where the score was."""
    canvas.area((x - 11, x + 11, x), (tip - 17, tip - 17, tip), QUIET)


def _ink(row: Row) -> str:
    return INK if row.n >= SURE_FROM and _has_score(row) else QUIET
