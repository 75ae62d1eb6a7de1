"""From reports to charts: the values and the words that `bot.staff.charts` draws, in the reader's language."""

from __future__ import annotations

from bot.reports.score import ScoreReport
from bot.reports.subject import Scoring
from bot.staff.chart_values import Band, Row, Scale, ScoreChart, Words
from bot.staff.phrases import DOT, band_name, dimension_name, measure_name
from surveys.measures import ANSWER_MEASURES
from surveys.texts import number, percent, say, without_isolates


def score_chart(report: ScoreReport, organisation: str, language: str) -> ScoreChart:
    """Return the chart of a score and its groups."""
    scoring = report.scoring
    bands = report.bands or {"all": report.result.n}
    return ScoreChart(
        title=f"{measure_name(scoring.measure, language)}{DOT}{organisation}",
        subtitle=_subtitle(report, language),
        overall=Row(
            say(language, "All"),
            report.result.n,
            report.result.value,
            report.result.low,
            report.result.high,
            report.shown,
            bands,
            report.before.value if report.comparable else None,
        ),
        groups=tuple(
            Row(
                group.key or say(language, "(none)"),
                group.result.n,
                group.result.value,
                group.result.low,
                group.result.high,
                group.shown,
                group.bands,
                group.before.value if group.before and group.before.n >= report.minimum else None,
            )
            for group in report.groups
        ),
        scale=scale_of(scoring, language),
        bands=tuple(Band(band, _band_label(band, language)) for band in reversed(tuple(bands))),
        words=words_in(language),
    )


def scale_of(scoring: Scoring, language: str) -> Scale:
    """Return how the numbers of a measure are drawn."""
    match ANSWER_MEASURES[scoring.measure].unit:
        case "points":
            return Scale()
        case "percent":
            return share_scale(language)
        case _:
            low, high = scoring.scale
            point = without_isolates(number(language, 0.5, 1))[1]
            return Scale(float(low), float(high), signed=False, decimals=1, point=point)


def share_scale(language: str) -> Scale:
    """Return how shares are drawn, in percent."""
    return Scale(0.0, 100.0, signed=False, unit=_percent_sign(language))


def _percent_sign(language: str) -> str:
    return percent(language, 0).removeprefix("0")


def words_in(language: str) -> Words:
    """Return what charts say of their own accord."""
    return Words(
        everyone=say(language, "All"),
        interval=without_isolates(say(language, "{share} interval", share=percent(language, 95))),
        before=say(language, "before"),
        too_few=say(language, "too few to show"),
        no_answers=say(language, "no answers"),
        answers="n",
        percent=_percent_sign(language),
        more=say(language, "and {n} more"),
        changed=say(language, "significant change"),
        satisfaction=say(language, "Satisfaction"),
        importance=say(language, "Importance"),
        fix_first=say(language, "Fix first"),
        keep_up=say(language, "Keep it up"),
        can_wait=say(language, "Can wait"),
        nice_to_have=say(language, "Nice to have"),
    )


def _subtitle(report: ScoreReport, language: str) -> str:
    filters = (f"{dimension_name(name, language)}: {key}" for name, key in report.where)
    return DOT.join([report.period.label, *filters])


def _band_label(band: str, language: str) -> str:
    return say(language, "All") if band == "all" else band_name(band, language)
