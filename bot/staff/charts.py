"""Charts for the team chat: ready numbers in, PNG bytes out.

    png = await asyncio.to_thread(score_png, ScoreChart(...))

Drawing takes a tenth of a second and the first chart imports matplotlib, so it never runs in the event loop. Charts
are 1080 pixels wide, to be read on a phone: large type, labels at the marks, no legend boxes. Colours are told apart
by every kind of colour vision, and nothing is told by colour alone.
"""

from bot.staff.chart_quadrant import draw_quadrant as quadrant_png
from bot.staff.chart_score import draw_score as score_png
from bot.staff.chart_trend import draw_trend as trend_png
from bot.staff.chart_values import (
    NPS_BANDS,
    Band,
    Change,
    Driver,
    Point,
    QuadrantChart,
    Row,
    Scale,
    ScoreChart,
    TrendChart,
    Words,
)

__all__ = [
    "NPS_BANDS",
    "Band",
    "Change",
    "Driver",
    "Point",
    "QuadrantChart",
    "Row",
    "Scale",
    "ScoreChart",
    "TrendChart",
    "Words",
    "quadrant_png",
    "score_png",
    "trend_png",
]
