"""The trend chart: a score over weeks or months, how sure each is, and which changes are more than chance."""

from itertools import groupby

from bot.staff.chart_canvas import (
    BAD,
    FAINT,
    GOOD,
    INK,
    MARGIN,
    QUIET,
    SMALL,
    WIDTH,
    Axis,
    Canvas,
    axis_over,
)
from bot.staff.chart_values import Change, Point, TrendChart

BAND = "#d3e4f3"
GRID = "#1b24301f"  # see-through: it is drawn over the band
TOP, BOTTOM = 210, 880
LEFT, RIGHT = 170, WIDTH - 110
HEIGHT = 1080
ARROWS = {Change.UP: ("▲", GOOD), Change.DOWN: ("▼", BAD)}


def draw_trend(chart: TrendChart) -> bytes:
    """Return the PNG, 1080 by 1080 pixels. Points below the minimum leave a gap and show only their count."""
    canvas = Canvas(HEIGHT)
    canvas.heading(chart.title, chart.subtitle)
    axis = _axis(chart)
    placed = list(zip(_positions(len(chart.points)), chart.points, strict=True))
    runs = [list(run) for drawn, run in groupby(placed, key=lambda item: _drawn(item[1])) if drawn]
    for run in runs:
        _interval(canvas, axis, run)
    _grid(canvas, chart, axis)
    for run in runs:
        canvas.line(
            tuple(x for x, _ in run), tuple(axis.at(_or(point.value, None)) for _, point in run), GOOD, 7
        )
    if not runs:
        told = chart.words.too_few if any(point.n for point in chart.points) else chart.words.no_answers
        canvas.text(WIDTH / 2, (TOP + BOTTOM) / 2, told, size=46, color=QUIET, ha="center")
    _marks(canvas, chart, axis, placed)
    _labels(canvas, chart, placed)
    _key(canvas, chart)
    return canvas.png()


def _drawn(point: Point) -> bool:
    return point.shown and point.value is not None


def _axis(chart: TrendChart) -> Axis:
    numbers = [
        number
        for point in chart.points
        if _drawn(point)
        for number in (point.value, point.low, point.high)
        if number is not None
    ]
    return axis_over(numbers, (chart.scale.low, chart.scale.high), BOTTOM, TOP)


def _positions(number: int) -> list[float]:
    if number == 1:
        return [(LEFT + RIGHT) / 2]
    inner_left, inner_right = LEFT + 30, RIGHT - 20
    return [inner_left + (inner_right - inner_left) * index / (number - 1) for index in range(number)]


def _grid(canvas: Canvas, chart: TrendChart, axis: Axis) -> None:
    for tick in axis.ticks:
        y = axis.at(tick)
        zero = tick == 0 and chart.scale.low < 0
        canvas.line((LEFT, RIGHT), (y, y), FAINT if zero else GRID, 2)
        canvas.text(LEFT - 26, y, chart.scale.text(tick), size=SMALL, color=QUIET, ha="right")


def _interval(canvas: Canvas, axis: Axis, run: list[tuple[float, Point]]) -> None:
    """Draw the intervals of neighbouring points as one band; that of a point alone as a bar."""
    xs = tuple(x for x, _ in run)
    lows = tuple(axis.at(_or(point.low, point.value)) for _, point in run)
    highs = tuple(axis.at(_or(point.high, point.value)) for _, point in run)
    if len(run) == 1:
        canvas.line((xs[0], xs[0]), (lows[0], highs[0]), BAND, 16)
    else:
        canvas.area((*xs, *reversed(xs)), (*highs, *reversed(lows)), BAND)


def _or(number: float | None, other: float | None) -> float:
    found = number if number is not None else other
    assert found is not None, "only points with a value are drawn"
    return found


def _marks(canvas: Canvas, chart: TrendChart, axis: Axis, placed: list[tuple[float, Point]]) -> None:
    """Mark every score with a dot; say the number at significant changes and at the last."""
    drawn = [(x, point, point.value) for x, point in placed if _drawn(point) and point.value is not None]
    taken: list[tuple[float, float]] = []
    radius = 11 if len(placed) <= 16 else 7
    for index, (x, point, value) in reversed(list(enumerate(drawn))):
        y = axis.at(value)
        last = index == len(drawn) - 1
        arrow, color = ARROWS[point.change] if point.change else ("", GOOD)
        canvas.dot(x, y, 16 if point.change or last else radius, color)
        if not (point.change or last):
            continue
        told = f"{chart.scale.text(value)} {arrow}".strip()
        half = canvas.width_of(told, size=38, bold=True) / 2
        beside = (
            x - half + 24 if point.change else x
        )  # the line comes from the other side: there is room on the left
        center = min(max(beside, LEFT + half), WIDTH - 24 - half)
        if any(abs(center - other) < half + width + 12 for other, width in taken):
            continue
        falls = index > 0 and drawn[index - 1][2] > value  # then the line comes from above
        above = not falls and point.change is not Change.DOWN and y > TOP + 60
        at = y - 48 if above or y > BOTTOM - 60 else y + 50
        ink = color if point.change else INK
        canvas.text(center, at, told, size=38, bold=True, color=ink, ha="center", halo=True)
        taken.append((center, half))


def _labels(canvas: Canvas, chart: TrendChart, placed: list[tuple[float, Point]]) -> None:
    """Name as many points as fit, the last one always, each with its number of answers."""
    if not placed:
        return
    widest = max(
        canvas.width_of(text, size=SMALL) for _, point in placed for text in (point.label, str(point.n))
    )
    apart = (placed[-1][0] - placed[0][0]) / max(len(placed) - 1, 1) or widest
    step = max(1, -int(-(widest + 8) // apart))
    canvas.text(LEFT - 26, BOTTOM + 108, chart.words.answers, size=SMALL, color=QUIET, ha="right")
    for x, point in placed[::-1][::step]:
        room = max(apart * step - 6, 60)
        canvas.text(x, BOTTOM + 60, point.label, size=SMALL, color=INK, ha="center", room=room)
        canvas.text(x, BOTTOM + 108, str(point.n), size=SMALL, color=QUIET, ha="center", room=room)


def _key(canvas: Canvas, chart: TrendChart) -> None:
    y = HEIGHT - 42
    canvas.rect(MARGIN, y - 16, 60, 32, BAND)
    canvas.line((MARGIN + 4, MARGIN + 56), (y, y), GOOD, 7)
    x = (
        MARGIN
        + 80
        + canvas.text(MARGIN + 80, y, chart.words.interval, size=SMALL, color=QUIET, room=380)
        + 44
    )
    changes = {point.change for point in chart.points if point.change and _drawn(point)}
    for change in sorted(changes):
        arrow, color = ARROWS[change]
        x += canvas.text(x, y, arrow, size=SMALL, color=color) + 8
    if changes:
        canvas.text(x + 6, y, chart.words.changed, size=SMALL, color=QUIET, room=WIDTH - MARGIN - x)
