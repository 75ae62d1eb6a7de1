"""/why [promoters|passives|detractors] [PERIOD] [DIMENSION=VALUE] [survey]: what people say, with their own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.channels.base import Button
from bot.reports.asking import read_words
from bot.reports.whys import WhyReport, why_report
from bot.staff.asked import Asked
from bot.staff.phrases import BANDS, band_name, share_name
from bot.staff.reply import Line, Reply, bold, button, lines_of, quiet, rows_of
from bot.staff.request_words import words_of
from surveys.cells import visible
from surveys.period_words import joined
from surveys.requests import RequestError
from surveys.texts import LANGUAGES, number, percent, say, say_n
from surveys.themes import Comment, Theme

THEMES_ON_A_PAGE = 4
COMMENTS_ON_A_PAGE = 8
LONGEST_QUOTE = 300
_PAGE = re.compile(r"p(\d{1,3})")
EXAMPLE = "/why detractors 30d"


async def answer(asked: Asked) -> Reply:
    """Answer `/why`. Raises WordError."""
    band, rest = _take_band(asked.words)
    page, rest = _take_page(rest)
    request = await read_words(asked.store, asked.firm, rest, asked.now, language=asked.language)
    survey = asked.firm.surveys[request.survey or asked.firm.rules.base.survey]
    bands = tuple(survey.question(survey.primary).bands)
    if not bands:
        return Reply(lines_of(say(asked.language, "This survey has no bands to compare.")))
    if band is not None and band not in bands:
        raise RequestError(f"There is no band {band!r}.", band, band_name(bands[-1], asked.language), EXAMPLE)
    themes = asked.config.themes
    report = await why_report(
        asked.store, asked.firm, request, band or bands[-1], themes, branches=asked.branches
    )
    return _Page(asked, report, page).reply()


class _Page:
    """One page of what was found, as it may be shown where it was asked for."""

    def __init__(self, asked: Asked, report: WhyReport, page: int) -> None:
        self._asked = asked
        self._report = report
        self._language = asked.language
        findings = report.findings
        self._themes = (*findings.own, *findings.phrases)
        size = THEMES_ON_A_PAGE if self._themes else COMMENTS_ON_A_PAGE
        items: tuple[Theme | Comment, ...] = self._themes or findings.listed
        self._pages = max(1, -(-len(items) // size))
        self._page = min(page, self._pages)
        self._shown = items[(self._page - 1) * size : self._page * size]

    def reply(self) -> Reply:
        """Return the page with its buttons; by SMS the themes without anybody's words."""
        return Reply(
            lines=lines_of(
                bold(self._title()),
                *(line for item in self._shown for line in self._item(item)),
                quiet(self._footer()),
            ),
            buttons=rows_of(self._turning(), self._other_bands()),
            short=(self._title(), *(self._named(theme) for theme in self._themes)),
            edits=self._asked.pressed and any(_PAGE.fullmatch(word) for word in self._asked.words),
        )

    def _title(self) -> str:
        name = band_name(self._report.band, self._language)
        n = self._report.findings.n
        count = say_n(self._language, "{n} answer with a why", "{n} answers with a why", n)
        return f"{name}: {count}"

    def _item(self, item: Theme | Comment) -> Iterator[Line]:
        if isinstance(item, Comment):
            yield Line(self._quote(item))
            return
        yield bold(self._named(item))
        for comment in item.verbatims:
            yield Line(f"  {self._quote(comment)}")

    def _named(self, theme: Theme) -> str:
        share = percent(self._language, 100 * theme.count / self._report.findings.n)
        hidden = self._asked.group or self._asked.sms
        name = self._report.masked_name(theme) if hidden else theme.name
        return f"{visible(name)}: {number(self._language, theme.count)} ({share})"

    def _quote(self, comment: Comment) -> str:
        told = self._report.masked(comment) if self._asked.group else comment.text
        text = visible(told)
        short = text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1].rstrip() + "…"
        score = self._report.rows[comment.id]["score"]
        return f"“{short}” ({score})" if score is not None else f"“{short}”"

    def _footer(self) -> str:
        about = self._report.about
        parts = [about.period.label, *(f"{name}: {value}" for name, value in about.where)]
        if self._pages > 1:
            parts.append(f"{self._page}/{self._pages}")
        return " · ".join(parts)

    def _words(self, band: str, page: int) -> tuple[str, ...]:
        about = self._report.about
        # The page is always named: that tells a turned page, which takes this one's place, from a new question.
        return ("why", band, *words_of(about.period, about.where, about.survey.id), f"p{page}")

    def _turning(self) -> Iterator[Button | None]:
        if self._page > 1:
            yield button("◀", *self._words(self._report.band, self._page - 1))
        if self._page < self._pages:
            yield button("▶", *self._words(self._report.band, self._page + 1))

    def _other_bands(self) -> Iterator[Button | None]:
        for band in self._report.about.question.bands:
            if band != self._report.band:
                yield button(band_name(band, self._language), *self._words(band, 1))


def _take_band(words: tuple[str, ...]) -> tuple[str | None, list[str]]:
    """Take the band out of the words: its id, its English plural, or its name in any of the languages."""
    known = dict(_band_words())
    band = next((known[joined(word)] for word in words if joined(word) in known), None)
    return band, [word for word in words if joined(word) not in known]


def _band_words() -> Iterator[tuple[str, str]]:
    for band in BANDS:
        yield joined(band), band
        for language in LANGUAGES:
            yield joined(band_name(band, language)), band
            yield joined(share_name(band, language)), band


def _take_page(words: Iterable[str]) -> tuple[int, list[str]]:
    rest, page = [], 1
    for word in words:
        if match := _PAGE.fullmatch(word):
            page = max(1, int(match[1]))
        else:
            rest.append(word)
    return page, rest
