"""Charts: right to the pixel where it can be measured, unbreakable where it cannot."""

import io
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.staff.chart_canvas import BAD, GOOD, MARGIN, MIDDLE, PAPER, WIDTH, Canvas, axis_over, clean
from bot.staff.chart_score import PLOT_LEFT, PLOT_RIGHT
from bot.staff.charts import (
    Change,
    Driver,
    Point,
    QuadrantChart,
    Row,
    Scale,
    ScoreChart,
    TrendChart,
    Words,
    quadrant_png,
    score_png,
    trend_png,
)

OVERALL = Row("", 200, 40.0, 30.0, 50.0, shown=True, bands={"detractor": 20, "passive": 80, "promoter": 100})
SCORE = ScoreChart("NPS", "last 30 days", OVERALL)


def picture(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    image.load()
    assert image.format == "PNG"
    return image.convert("RGB")


def rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def row_colors(image: Image.Image, y: int) -> Counter[object]:
    return Counter(image.getpixel((x, y)) for x in range(image.width))


def has_color(image: Image.Image, color: str, box: tuple[int, int, int, int] | None = None) -> int:
    colors = (image.crop(box) if box else image).getcolors(maxcolors=1 << 24) or []
    return sum(count for count, found in colors if found == rgb(color))


def test_the_bar_is_as_long_as_its_shares_in_order_from_worst_to_best() -> None:
    image = picture(score_png(SCORE))
    assert image.width == 1080
    y = next(y for y in range(image.height) if row_colors(image, y)[rgb(GOOD)] > 400)
    colors = row_colors(image, y + 4)
    full = WIDTH - 2 * MARGIN
    assert colors[rgb(BAD)] == pytest.approx(0.10 * full, abs=5)
    assert colors[rgb(MIDDLE)] == pytest.approx(0.40 * full, abs=5)
    assert colors[rgb(GOOD)] == pytest.approx(0.50 * full, abs=5)
    order = [image.getpixel((x, y + 4)) for x in (MARGIN + 5, WIDTH // 3, WIDTH - MARGIN - 5)]
    assert order == [rgb(BAD), rgb(MIDDLE), rgb(GOOD)]


def test_a_group_stands_where_its_score_is_on_the_common_scale() -> None:
    wide = Row("Tartu", 60, 0.0, -100.0, 100.0, shown=True)
    image = picture(score_png(replace(SCORE, groups=(wide,))))
    line = [
        y
        for y in range(500, image.height)
        if row_colors(image.crop((PLOT_LEFT, 0, PLOT_RIGHT, image.height)), y)[rgb(GOOD)] > 200
    ]
    xs = [x for x in range(image.width) if image.getpixel((x, line[len(line) // 2])) == rgb(GOOD)]
    assert xs[0] == pytest.approx(PLOT_LEFT, abs=6)
    assert xs[-1] == pytest.approx(PLOT_RIGHT, abs=6)
    center = (PLOT_LEFT + PLOT_RIGHT) // 2
    dot = [y for y in range(line[0] - 20, line[0] + 20) if image.getpixel((center, y)) == rgb(GOOD)]
    assert len(dot) > 15


def test_below_the_minimum_nothing_but_the_count_is_drawn() -> None:
    hidden = Row("Pärnu", 3, -100.0, -100.0, 20.0, shown=False, bands={"detractor": 3}, previous=5.0)
    told = Row("Pärnu", 3, None, None, None, shown=False)
    assert score_png(replace(SCORE, groups=(hidden,))) == score_png(replace(SCORE, groups=(told,)))
    assert score_png(replace(SCORE, overall=hidden)) == score_png(replace(SCORE, overall=told))
    assert not has_color(picture(score_png(replace(SCORE, overall=hidden))), BAD)


def test_the_previous_period_is_a_mark() -> None:
    group = Row("Tartu", 60, 40.0, 30.0, 50.0, shown=True)
    without = picture(score_png(replace(SCORE, groups=(group,))))
    marked = picture(score_png(replace(SCORE, groups=(replace(group, previous=35.0),))))
    assert without.size == marked.size
    assert has_color(marked, "#667080") > has_color(without, "#667080") + 100


def test_few_answers_are_drawn_grey() -> None:
    few = replace(OVERALL, n=29)
    plain = picture(score_png(replace(SCORE, overall=OVERALL)))
    assert has_color(plain, "#1b2430") > 5000
    assert has_color(picture(score_png(replace(SCORE, overall=few))), "#1b2430", (0, 170, 1080, 340)) < 2000


def test_more_than_twenty_groups_are_cut_and_counted() -> None:
    groups = tuple(Row(f"Branch {at}", 40, 10.0, -10.0, 30.0, shown=True) for at in range(40))
    forty, twenty = score_png(replace(SCORE, groups=groups)), score_png(replace(SCORE, groups=groups[:20]))
    assert picture(forty).height - picture(twenty).height == 56


@pytest.mark.parametrize(("word", "first", "last"), [("שלום", "ש", "ם"), ("Tartu", "u", "T")])
def test_right_to_left_names_run_to_the_left(word: str, first: str, last: str) -> None:
    """The letter drawn at the right end of a Hebrew word is its first, that of a Latin word its last."""

    def ends_like(letter: str) -> int:
        pictures = []
        for text in (word, letter):
            canvas = Canvas(80, width=400)
            canvas.text(380, 40, text, size=40, ha="right")
            pictures.append(picture(canvas.png()).crop((366, 0, 400, 80)))
        return sum(a != b for a, b in zip(*(image.tobytes() for image in pictures), strict=True))

    assert ends_like(first) < ends_like(last) / 2


def test_names_keep_their_letters_and_lose_what_the_font_has_not() -> None:
    assert clean("Õie Šuvalova\nЁлка \U0001fae0 תל") == "Õie Šuvalova Ёлка תל"
    assert clean("京都\u200b", bold=True) == "□□"
    assert clean("\U0001fae0") == ""


def test_a_long_name_is_shortened_to_its_room() -> None:
    canvas = Canvas(100)
    shown = canvas.shortened("Tallinna kesklinna teenindusesindus", 200)
    assert shown.endswith("…")
    assert canvas.width_of(shown) <= 200 < canvas.width_of("Tallinna kesklinna teenindusesindus")
    assert canvas.shortened("Tartu", 200) == "Tartu"


@pytest.mark.parametrize(
    ("scale", "value", "text"),
    [
        (Scale(), 12.5, "+13"),
        (Scale(), -12.5, "−13"),
        (Scale(), -0.4, "0"),
        (Scale(), 0.0, "0"),
        (Scale(0, 100, signed=False, unit=" %"), 45.0, "45 %"),
        (Scale(1, 6, signed=False, decimals=1), 2.25, "2.3"),
        (Scale(1, 6, signed=False, decimals=1, point=","), 2.25, "2,3"),
        (Scale(0, 1, signed=False, decimals=2), 0.285, "0.29"),
    ],
)
def test_numbers_are_rounded_half_away_from_zero(scale: Scale, value: float, text: str) -> None:
    assert scale.text(value) == text


def points(*values: float | None, change: dict[int, Change] | None = None) -> tuple[Point, ...]:
    return tuple(
        Point(
            f"w{at}",
            40,
            value,
            None if value is None else max(value - 10, -100),
            None if value is None else min(value + 10, 100),
            shown=value is not None,
            change=(change or {}).get(at),
        )
        for at, value in enumerate(values)
    )


def test_a_trend_breaks_where_there_are_too_few_answers() -> None:
    whole = picture(trend_png(TrendChart("NPS", "12 weeks", points(40, 40, 40, 40, 40))))
    broken = picture(trend_png(TrendChart("NPS", "12 weeks", points(40, 40, None, 40, 40))))
    middle = (540, 200, 600, 890)
    assert has_color(whole, GOOD, middle) > 100
    assert not has_color(broken, GOOD, middle)
    assert not has_color(broken, "#d3e4f3", middle)


def test_significant_changes_are_marked_and_others_are_not() -> None:
    plain = picture(trend_png(TrendChart("NPS", "", points(40, 10, 40))))
    marked = picture(trend_png(TrendChart("NPS", "", points(40, 10, 40, change={1: Change.DOWN}))))
    assert not has_color(plain, BAD)
    assert has_color(marked, BAD) > 400


def test_a_driver_stands_in_its_quadrant_and_what_to_fix_is_in_the_upper_left() -> None:
    chart = QuadrantChart("Drivers", "", (Driver("Waiting", 30, 90, 40), Driver("Price", 80, 20, 40)), 50, 50)
    image = picture(quadrant_png(chart))
    assert has_color(image, BAD, (132, 300, 540, 640)) > 500
    assert not has_color(image, BAD, (600, 240, 1080, 1240))


def test_a_field_keeps_its_name_in_another_corner_where_a_dot_stands_in_its_own() -> None:
    words = Words(keep_up="Keep", fix_first="", can_wait="", nice_to_have="")
    drivers = (Driver("", 97, 97, 40), Driver("", 3, 3, 40))
    chart = QuadrantChart("", "", drivers, 50, 50, words=words)
    image = picture(quadrant_png(chart))
    away = picture(quadrant_png(replace(chart, drivers=(Driver("", 60, 60, 40), drivers[1]))))
    own, other = (930, 250, 1032, 310), (590, 250, 760, 310)
    assert has_color(away, GOOD, own) > 200
    assert not has_color(away, GOOD, other)
    assert has_color(image, GOOD, other) > 200


def test_every_driver_of_a_crowd_has_its_name() -> None:
    drivers = tuple(Driver(f"Parameter {at}", 70 + at / 10, 52 + at % 3, 40) for at in range(10))
    chart = QuadrantChart("", "", drivers, 70.5, 53)
    for at in range(10):
        renamed = tuple(replace(one, label="Another") if one is drivers[at] else one for one in drivers)
        assert quadrant_png(replace(chart, drivers=renamed)) != quadrant_png(chart)


def test_names_that_differ_at_their_ends_look_different() -> None:
    one, other = (
        score_png(replace(SCORE, groups=(Row(f"Tallinn, Narva maantee {number}", 40, 1, 0, 2, shown=True),)))
        for number in (7, 9)
    )
    assert one != other


def test_the_score_before_keeps_its_room_beside_a_long_word_for_the_interval() -> None:
    words = Words(interval="95 % доверительный интервал для этого показателя")
    before, other = (
        picture(score_png(replace(SCORE, overall=replace(OVERALL, previous=previous), words=words)))
        for previous in (-100.0, 90.0)
    )
    corner = (800, 180, 1080, 300)
    assert before.crop(corner).tobytes() != other.crop(corner).tobytes()
    assert has_color(before, "#ffffff", (1040, 180, 1080, 300)) == 40 * 120, "nothing runs into the margin"


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(st.text(max_size=40), st.integers(0, 10**6), st.floats(-100, 100), st.booleans()),
        max_size=22,
    ),
    st.dictionaries(st.sampled_from(["detractor", "passive", "promoter"]), st.integers(0, 10**6)),
)
def test_no_scores_or_names_break_a_chart(
    told: list[tuple[str, int, float, bool]], bands: dict[str, int]
) -> None:
    rows = tuple(
        Row(
            label,
            n,
            value if n else None,
            max(value - 9, -100),
            min(value + 9, 100),
            shown=shown,
            previous=-value,
        )
        for label, n, value, shown in told
    )
    overall = Row("", sum(bands.values()), 100.0, -100.0, 100.0, shown=True, bands=bands)
    assert picture(score_png(ScoreChart("💥" * 30, "$x_1$ \\frac{", overall, rows))).width == 1080
    drivers = tuple(Driver(label, value, -value, n) for label, n, value, _ in told)
    everywhere = Scale(-100, 100)
    quadrants = QuadrantChart("", "", drivers, 0, 0, satisfaction=everywhere, importance=everywhere)
    assert picture(quadrant_png(quadrants)).width == 1080
    trend = tuple(Point(row.label, row.n, row.value, row.low, row.high, row.shown, Change.UP) for row in rows)
    assert picture(trend_png(TrendChart("", "", trend))).width == 1080


@given(st.lists(st.floats(-100, 100), max_size=6))
def test_an_axis_covers_its_numbers_with_a_few_round_ticks(numbers: list[float]) -> None:
    axis = axis_over(numbers, (-100, 100), 0, 1000)
    assert all(axis.low - 1e-9 <= number <= axis.high + 1e-9 for number in numbers)
    assert 2 <= len(axis.ticks) <= 6
    assert all(-100 <= tick <= 100 and axis.low - 1e-6 <= tick <= axis.high + 1e-6 for tick in axis.ticks)
    assert [axis.at(tick) for tick in axis.ticks] == sorted(axis.at(tick) for tick in axis.ticks)


def test_charts_drawn_in_several_threads_are_the_same() -> None:
    with ThreadPoolExecutor(4) as pool:
        drawn = set(pool.map(lambda _: score_png(SCORE), range(12)))
    assert drawn == {score_png(SCORE)}


def test_matplotlib_is_loaded_by_the_first_chart_and_not_before() -> None:
    code = (
        "import sys, bot.staff.charts; print('matplotlib' in sys.modules, 'matplotlib.pyplot' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", "False"]
    assert "matplotlib.pyplot" not in sys.modules


def test_the_paper_is_white_to_the_edge() -> None:
    for png in (
        score_png(SCORE),
        trend_png(TrendChart("", "", ())),
        quadrant_png(QuadrantChart("", "", (), 0, 0)),
    ):
        image = picture(png)
        for x, y in (
            (0, 0),
            (image.width - 1, 0),
            (0, image.height - 1),
            (image.width - 1, image.height - 1),
        ):
            assert image.getpixel((x, y)) == rgb(PAPER)
