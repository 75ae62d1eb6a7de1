"""The quadrant chart: what matters to customers against how satisfied they are with it, in four named fields."""

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
    is_right_to_left,
)
from bot.staff.chart_values import Driver, QuadrantChart, Scale

HEIGHT = 1240
LEFT, RIGHT, TOP, BOTTOM = 132, WIDTH - MARGIN, 240, 1110
FIELDS = {  # (satisfied, important) -> background
    (False, True): "#fbe9dd",
    (True, True): "#e3eff8",
    (False, False): "#f4f5f7",
    (True, False): "#f4f5f7",
}
DOT = 15
LABEL_SIZE = 34
LABEL_ROOM = 380

Box = tuple[float, float, float, float]
"""left, top, right, bottom"""


def draw_quadrant(chart: QuadrantChart) -> bytes:
    """Return the PNG, 1080 by 1240 pixels. Labels move aside for each other; the most important keep their place."""
    canvas = Canvas(HEIGHT)
    canvas.heading(chart.title, chart.subtitle)
    across = _axis(
        [driver.satisfaction for driver in chart.drivers],
        chart.split_satisfaction,
        chart.satisfaction,
        LEFT,
        RIGHT,
    )
    upward = _axis(
        [driver.importance for driver in chart.drivers], chart.split_importance, chart.importance, BOTTOM, TOP
    )
    split_x, split_y = across.at(chart.split_satisfaction), upward.at(chart.split_importance)
    dots = [
        _dot_box(across.at(driver.satisfaction), upward.at(driver.importance)) for driver in chart.drivers
    ]
    titles = _fields(canvas, chart, split_x, split_y, dots)
    _axes(canvas, chart, across, upward)
    _drivers(canvas, chart, across, upward, titles)
    if not chart.drivers:
        canvas.text(
            (LEFT + RIGHT) / 2, (TOP + BOTTOM) / 2, chart.words.no_answers, size=46, color=QUIET, ha="center"
        )
    return canvas.png()


def _axis(numbers: list[float], split: float, scale: Scale, start: float, end: float) -> Axis:
    """Return an axis with room around the points, the split line well inside it."""
    every = [*numbers, split]
    room = max((max(every) - min(every)) * 0.15, (scale.high - scale.low) * 0.03)
    return axis_over([min(every) - room, max(every) + room], (scale.low, scale.high), start, end)


def _dot_box(x: float, y: float) -> Box:
    return x - DOT, y - DOT, x + DOT, y + DOT


def _fields(
    canvas: Canvas, chart: QuadrantChart, split_x: float, split_y: float, dots: list[Box]
) -> list[Box]:
    """Draw the four fields with their names in a free corner, the outer one if it can be; return where the names stand."""
    words = chart.words
    names = {
        (False, True): words.fix_first,
        (True, True): words.keep_up,
        (False, False): words.can_wait,
        (True, False): words.nice_to_have,
    }
    boxes = []
    for (satisfied, important), color in FIELDS.items():
        left, right = (split_x + 3, RIGHT) if satisfied else (LEFT, split_x - 3)
        top, bottom = (TOP, split_y - 3) if important else (split_y + 3, BOTTOM)
        if right - left < 4 or bottom - top < 4:
            continue
        canvas.rect(left, top, right - left, bottom - top, color)
        ink = {(False, True): BAD, (True, True): GOOD}.get((satisfied, important), QUIET)
        room = right - left - 44
        if room <= 120 or bottom - top <= 76:
            continue
        name = names[satisfied, important]
        size = canvas.size_to_fit(name, room, LABEL_SIZE, bold=True, least=26)
        width = canvas.width_of(canvas.shortened(name, room, size=size, bold=True), size=size, bold=True)
        sides = (right - 22 - width, left + 22) if satisfied else (left + 22, right - 22 - width)
        heights = (top + 38, bottom - 38) if important else (bottom - 38, top + 38)
        corners = [(x, y - 24, x + width, y + 24) for y in heights for x in sides]
        free = (box for box in corners if not any(_overlap(box, dot) for dot in dots))
        box = next(free, corners[0])
        canvas.text(box[0], box[1] + 24, name, size=size, bold=True, color=ink, room=room)
        boxes.append(box)
    return boxes


def _axes(canvas: Canvas, chart: QuadrantChart, across: Axis, upward: Axis) -> None:
    for tick in across.ticks:
        half = canvas.width_of(chart.satisfaction.text(tick), size=SMALL) / 2
        canvas.text(
            min(across.at(tick), WIDTH - 12 - half),
            BOTTOM + 36,
            chart.satisfaction.text(tick),
            size=SMALL,
            color=QUIET,
            ha="center",
        )
    for tick in upward.ticks:
        canvas.text(
            LEFT - 16, upward.at(tick), chart.importance.text(tick), size=SMALL, color=QUIET, ha="right"
        )
    # The arrows stand by themselves: beside Hebrew words they would change sides.
    middle = (LEFT + RIGHT) / 2
    width = canvas.text(middle, BOTTOM + 88, chart.words.satisfaction, color=INK, ha="center")
    canvas.text(middle + width / 2 + 14, BOTTOM + 88, "→", color=INK)
    width = canvas.text(LEFT, TOP - 36, "↑", color=INK)
    canvas.text(LEFT + width + 12, TOP - 36, chart.words.importance, color=INK)


def _drivers(canvas: Canvas, chart: QuadrantChart, across: Axis, upward: Axis, taken: list[Box]) -> None:
    """Draw the dots, then their names where they hide nothing."""
    ranked = sorted(chart.drivers, key=lambda driver: (-driver.importance, driver.satisfaction, driver.label))
    spots = [(across.at(driver.satisfaction), upward.at(driver.importance)) for driver in ranked]
    split_x, split_y = across.at(chart.split_satisfaction), upward.at(chart.split_importance)
    boxes = [*taken, *(_dot_box(x, y) for x, y in spots)]
    for driver, (x, y) in zip(ranked, spots, strict=True):
        canvas.dot(x, y, DOT, _color(driver, chart))
    placed = []
    for driver, (x, y) in zip(ranked, spots, strict=True):
        width = canvas.width_of(canvas.shortened(driver.label, LABEL_ROOM, size=LABEL_SIZE), size=LABEL_SIZE)
        own = (
            LEFT if x < split_x else split_x,
            TOP if y < split_y else split_y,
            split_x if x < split_x else RIGHT,
            split_y if y < split_y else BOTTOM,
        )
        whole = (LEFT, TOP, RIGHT, BOTTOM)
        box = (
            _free_place(x, y, width, boxes, own)
            or _free_place(x, y, width, boxes, whole)
            or _free_place(x, y, width, boxes, whole, crossing=True)
        )
        if box is not None:
            boxes.append(box)
            placed.append((driver.label, box))
            if _led(box, y):
                end_x, end_y = _leader_end(box, y)
                canvas.line((x, end_x), (y, end_y), FAINT, 2)
    for label, box in placed:  # over all lines
        right_to_left = is_right_to_left(label)
        canvas.text(
            box[2] if right_to_left else box[0],
            (box[1] + box[3]) / 2,
            label,
            size=LABEL_SIZE,
            ha="right" if right_to_left else "left",
            room=LABEL_ROOM,
        )


def _color(driver: Driver, chart: QuadrantChart) -> str:
    if driver.importance < chart.split_importance:
        return QUIET
    return BAD if driver.satisfaction < chart.split_satisfaction else GOOD


def _led(box: Box, y: float) -> bool:
    """Tell whether a label is so far from its dot that a line has to lead to it."""
    return abs((box[1] + box[3]) / 2 - y) > 60


def _leader_end(box: Box, y: float) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, box[1] if box[1] > y else box[3]


def _free_place(
    x: float, y: float, width: float, taken: list[Box], inside: Box, *, crossing: bool = False
) -> Box | None:
    """Return the first place around a dot, nearest first, that is `inside` and free; None if none is.

    The line that leads to it crosses no other label or dot unless `crossing` lets it.
    """
    beside, half = DOT + 12, 23
    others = [box for box in taken if box != _dot_box(x, y)]
    for distance in range(0, 420, 23):
        for left, middle in (
            (x + beside, y - distance),
            (x - beside - width, y - distance),
            (x + beside, y + distance),
            (x - beside - width, y + distance),
            (x - width / 2, y - distance - 44),
            (x - width / 2, y + distance + 44),
            (x - width, y - distance - 44),
            (x - width, y + distance + 44),
            (x, y - distance - 44),
            (x, y + distance + 44),
        ):
            box = (left, middle - half, left + width, middle + half)
            fits = inside[0] <= box[0] and box[2] <= inside[2] and inside[1] <= box[1] and box[3] <= inside[3]
            if not fits or any(_overlap(box, other) for other in taken):
                continue
            if crossing or not _led(box, y):
                return box
            if not any(_crosses((x, y), _leader_end(box, y), other) for other in others):
                return box
    return None


def _crosses(start: tuple[float, float], end: tuple[float, float], box: Box) -> bool:
    """Tell whether a line passes through a box: some point of it, a few pixels apart, is inside."""
    steps = max(1, int(max(abs(end[0] - start[0]), abs(end[1] - start[1])) // 4))
    points = (
        (start[0] + (end[0] - start[0]) * step / steps, start[1] + (end[1] - start[1]) * step / steps)
        for step in range(steps)
    )
    return any(box[0] < x < box[2] and box[1] < y < box[3] for x, y in points)


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
