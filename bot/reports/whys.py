"""What people say: the themes of one band of answers, with their words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.firm import Firm
from bot.reports.counting import holds
from bot.reports.subject import Subject, subject_of
from bot.reports.threads import consume
from storage.base import Store
from surveys.requests import ScoreRequest
from surveys.themes import Comment, Findings, OwnThemes, Theme, find_themes, masked

MOST_COMMENTS = 100_000


@dataclass(frozen=True, slots=True)
class WhyReport:
    """What the comments of `band` say. `rows` has the stored row of each comment, by `Comment.id`."""

    about: Subject
    band: str
    findings: Findings
    rows: Mapping[str, Mapping[str, Any]]
    employees: frozenset[str]

    def masked(self, comment: Comment) -> str:
        """Return a comment without numbers, addresses and the names of its customer and of all employees."""
        return masked(comment.text, filter(None, (self.rows[comment.id]["name"], *self.employees)))

    def masked_name(self, theme: Theme) -> str:
        """Return what a theme is called, without the same: a phrase is made of customers' words."""
        names = (self.rows[comment.id]["name"] for comment in theme.verbatims)
        return masked(theme.name, filter(None, (*names, *self.employees)))


async def why_report(
    store: Store,
    firm: Firm,
    request: ScoreRequest,
    band: str,
    themes: OwnThemes,
    *,
    branches: tuple[str, ...] = (),
) -> WhyReport:
    """Return the themes of one band; of the newest MOST_COMMENTS where there are more. Works beside the event loop."""
    about = await subject_of(store, firm, request, branches)
    found = store.read.stream(
        "whys", survey=about.survey.id, first=about.days.first, last=about.days.last, limit=MOST_COMMENTS
    )
    return await consume(found, lambda rows: _found(rows, about, band, themes))


def _found(rows: Iterable[dict[str, Any]], about: Subject, band: str, themes: OwnThemes) -> WhyReport:
    kept = {str(row["response_id"]): row for row in rows if holds(row, about.of.filters)}
    comments = [
        Comment(row["why"], row["language"] or "", _band(about, row["score"]), number)
        for number, row in kept.items()
    ]
    findings = find_themes(comments, themes, band=band)
    employees = frozenset(row["employee"] for row in kept.values() if row["employee"])
    return WhyReport(about, band, findings, kept, employees)


def _band(about: Subject, score: int | None) -> str:
    return (about.question.band(score) or "") if score is not None else ""
