"""Numbers as sentences in the reader's language: what chat, console and digests say about a score.

A number below the minimum is never said, only how many answers there are; no answers is "no answers", never 0.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Final

from bot.reports.score import Group, ScoreReport
from bot.reports.subject import Scoring
from surveys import texts
from surveys.measures import ANSWER_MEASURES
from surveys.measures.base import Result
from surveys.measures.display import rounded
from surveys.measures.statistics import Comparison
from surveys.period_words import base_language
from surveys.periods import FIRST_DAY
from surveys.texts import directed, is_right_to_left, isolate, say, say_n

MEASURES: Final = {
    "nps": "NPS",
    "reverse_nps": "Reverse NPS",
    "csi": "CSI",
    "csat": "CSAT",
    "acsi": "ACSI-style index",
    "cli": "CLI",
    "fcr": "First contact resolution",
}
"""What people call the measures of a question."""

BANDS: Final = {
    "promoter": ("Promoters", "promoters"),
    "passive": ("Passives", "passives"),
    "detractor": ("Detractors", "detractors"),
    "satisfied": ("Satisfied", "satisfied"),
    "neutral": ("Neutral", "neutral"),
    "dissatisfied": ("Dissatisfied", "dissatisfied"),
    "loyal": ("Loyal", "loyal"),
    "undecided": ("Undecided", "undecided"),
    "leaving": ("Leaving", "leaving"),
    "resolved": ("Resolved", "resolved"),
    "unresolved": ("Unresolved", "unresolved"),
    "missed": ("Would miss us", "would miss us"),
    "partly": ("Would miss us a little", "would miss us a little"),
    "not_missed": ("Would not miss us", "would not miss us"),
}
"""The bands of the ready surveys: as a name, and after a percentage ("58 % promoters"), where some languages decline."""

DIMENSIONS: Final = {
    "branch": "branch",
    "employee": "employee",
    "product": "product",
    "touchpoint": "touchpoint",
    "channel": "channel",
    "language": "language",
    "month": "month",
}

DOT: Final = " · "


def number(language: str, value: float, decimals: int = 0, *, signed: bool = False) -> str:
    """Write a number as the language does; the same few come again and again, so they are kept."""
    return _number(language, float(rounded(value, decimals)), decimals, signed)


def percent(language: str, value: float) -> str:
    """Write a share given in percent, in whole percents; kept likewise."""
    return _percent(language, float(rounded(value)))


@lru_cache(maxsize=8192)
def _number(language: str, value: float, decimals: int, signed: bool) -> str:
    return texts.number(language, value, decimals, signed=signed)


@lru_cache(maxsize=1024)
def _percent(language: str, value: float) -> str:
    return texts.percent(language, value)


def measure_name(measure: str, language: str) -> str:
    """Return what people call a measure; NPS, CSI and the like are the same in every language."""
    name = MEASURES.get(measure, measure)
    return name if name.isupper() else say(language, name)


def band_name(band: str, language: str) -> str:
    """Return a band's name; a survey's own name as it is."""
    return say(language, BANDS[band][0]) if band in BANDS else band


def share_name(band: str, language: str) -> str:
    """Return a band's name as it stands after a percentage."""
    return say(language, BANDS[band][1]) if band in BANDS else band


def dimension_name(dimension: str, language: str) -> str:
    """Return a dimension's name; a further column's as it is."""
    return say(language, DIMENSIONS[dimension]) if dimension in DIMENSIONS else dimension


def key_name(key: str, language: str) -> str:
    """Return a group's name; answers without one are "(none)"."""
    return directed(language, key) if key else say(language, "(none)")


def value(result: Result, language: str, *, signed: bool = True) -> str:
    """Write a value in its own unit: "+42", "82 %", "8.2"."""
    return figure(result.value, result.unit, language, signed=signed)


def figure(of: float | None, unit: str, language: str, *, signed: bool = True) -> str:
    """Write a number in a unit; an em dash where there is none."""
    match unit:
        case _ if of is None:
            return "–"
        case "points":
            return number(language, of, signed=signed)
        case "percent":
            return percent(language, of)
        case "count":
            return number(language, of)
        case "mean" | "days" | "money":
            return number(language, of, 1)
        case _:
            return number(language, of, 2)


def interval(result: Result, language: str) -> str:
    """Write "(33…51)", or nothing where no honest interval is known. Its order stays left to right."""
    if result.low is None or result.high is None:
        return ""
    decimals = 1 if result.unit in {"mean", "days", "money"} else 2 if result.unit == "ratio" else 0
    return f" {_ends(result.low, result.high, decimals, language)}"


def _ends(low: float, high: float, decimals: int, language: str) -> str:
    ends = "…".join(number(language, end, decimals) for end in (low, high))
    return f"({isolate(ends) if is_right_to_left(language) else ends})"


def score_line(report: ScoreReport, language: str) -> str:
    """Return the number itself: "NPS +42 (33…51)", or why there is none."""
    name, of = measure_name(report.scoring.measure, language), report.result
    if not of.n:
        return f"{name}: {say(language, 'no answers')}"
    if not report.shown:
        few = say_n(
            language,
            "{n} answer, too few for a score (at least {least})",
            "{n} answers, too few for a score (at least {least})",
            of.n,
            least=report.minimum,
        )
        return f"{name}: {few}"
    return f"{name} {value(of, language)}{interval(of, language)}{_direction(report.scoring, language)}"


def response_line(report: ScoreReport, language: str) -> str:
    """Return "183 of 402 answered (46 %)"; only the answers where nobody was asked."""
    n = report.result.n
    if report.asked and report.response_rate is not None and n <= report.asked:
        return say(
            language,
            "{n} of {asked} answered ({share})",
            n=number(language, n),
            asked=number(language, report.asked),
            share=percent(language, report.response_rate),
        )
    return say_n(language, "{n} answer", "{n} answers", n)


def bands_line(report: ScoreReport, language: str) -> str:
    """Return "58 % promoters, 26 % passives, 16 % detractors"; nothing below the minimum or without bands."""
    if not report.shown:
        return ""
    n = report.result.n
    parts = (
        f"{percent(language, 100 * count / n)} {share_name(band, language)}"
        for band, count in report.bands.items()
    )
    return ", ".join(parts)


def change_line(report: ScoreReport, language: str) -> str:
    """Return "+7 (-5…18) on the 30 days before: not significant (p = 0.27)", or that there is nothing to compare with."""
    if not report.shown or report.period.first_day == FIRST_DAY:  # before all time there is nothing
        return ""
    days = report.period_before.days
    if not report.before.n:
        if days == 1:
            return say(language, "No answers on the day before.")
        return say_n(
            language, "No answers in the {n} day before.", "No answers in the {n} days before.", days
        )
    if not report.comparable or report.change.delta is None or report.change.p is None:
        if days == 1:
            return say(language, "Too few answers on the day before to compare.")
        return say_n(
            language,
            "Too few answers in the {n} day before to compare.",
            "Too few answers in the {n} days before to compare.",
            days,
        )
    difference = _difference(report.change, report.result.unit, language)
    if days == 1:
        told = say(language, "{delta} on the day before", delta=difference)
    else:
        told = say_n(
            language,
            "{delta} on the {n} day before",
            "{delta} on the {n} days before",
            days,
            delta=difference,
        )
    meaning = say(language, "significant") if report.change.significant else say(language, "not significant")
    return f"{told}: {meaning} ({probability(report.change.p, language)})"


def weighted_line(report: ScoreReport, language: str) -> str:
    """Return "Weighted by those asked: +13 (-8…33), worth 60 answers"; nothing where it tells nothing else.

    A margin of 0 comes from unanimous groups and would be false certainty.
    """
    of = report.weighted
    if not report.shown or of is None or of.value is None or not of.margin or of.effective_n is None:
        return ""
    if rounded(of.value) == rounded(report.result.value or 0.0):
        return ""
    ends = replace(
        report.result, low=max(-100.0, of.value - of.margin), high=min(100.0, of.value + of.margin)
    )
    return say(
        language,
        "Weighted by those asked: {score}, worth {n} answers",
        score=number(language, of.value, signed=True) + interval(ends, language),
        n=number(language, of.effective_n),
    )


def repeats_line(report: ScoreReport, language: str) -> str:
    """Say how a customer who answered twice counts, where a change is told and that can be."""
    if not report.repeats or not report.comparable or report.change.p is None:
        return ""
    return repeats(language)


def repeats(language: str) -> str:
    """Say how a customer who answered twice counts."""
    return say(
        language, "Every answer counts, a customer's second one too; the test takes them as independent."
    )


def _difference(change: Comparison, unit: str, language: str) -> str:
    """Write "+7 (-5…18)". Few lopsided answers may lie outside their own adjusted interval: it is drawn out to them."""
    told = delta(change, unit, language)
    if change.delta is None or change.low is None or change.high is None:
        return told
    low, high = min(change.low, change.delta), max(change.high, change.delta)
    return f"{told} {_ends(low, high, 1 if unit == 'mean' else 0, language)}"


def delta(change: Comparison, unit: str, language: str) -> str:
    """Write a change with its sign: "+7", "-0.4"."""
    decimals = 1 if unit == "mean" else 0
    return number(language, change.delta or 0.0, decimals, signed=True)


def probability(p: float, language: str) -> str:
    """Write "p = 0.27"; two digits that tell something, and "p < 0.001" below."""
    if p < 0.001:
        told = f"p < {number(language, 0.001, 3)}"
    else:
        told = f"p = {number(language, p, 3 if p < 0.1 else 2)}"
    return isolate(told) if is_right_to_left(language) else told


def group_line(group: Group, language: str) -> str:
    """Return "Tallinn  +48 (38…58)  n=132"; below the minimum the count alone."""
    name = key_name(group.key, language)
    told = f"{value(group.result, language)}{interval(group.result, language)}  " if group.shown else ""
    return f"{name}  {told}{sample(group.result.n, language)}"


def sample(n: int, language: str) -> str:
    """Write "n=132", left to right in any sentence."""
    told = f"n={number(language, n)}"
    return isolate(told) if is_right_to_left(language) else told


@lru_cache(maxsize=4096)
def day_label(day: date, skeleton: str, language: str) -> str:
    """Write a day or a month in short: "12 Oct", "12. okt", by a skeleton of the Unicode CLDR (MMMd, MMMy, MMM)."""
    from babel.dates import format_skeleton

    base = base_language(language)
    return format_skeleton(skeleton, day, locale="en_GB" if base == "en" else base)


def about_line(report: ScoreReport, language: str) -> str:
    """Return what was counted: the period and the filters."""
    filters = (
        f"{dimension_name(dimension, language)}: {key_name(key, language)}" for dimension, key in report.where
    )
    return DOT.join([report.period.label, *filters])


def _direction(scoring: Scoring, language: str) -> str:
    """Say the direction where the lowest answer is the best one."""
    if ANSWER_MEASURES[scoring.measure].better == "up":
        return ""
    return ", " + say(language, "{best} is best", best=scoring.scale[0])
