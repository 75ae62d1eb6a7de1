"""What was asked for: a period, a breakdown, filters and a survey, out of words or out of options.

A wrong word raises `surveys.periods.WordError`: which one, the nearest right one, and an example.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.firm import Firm
from bot.reports.counting import MONTH
from storage.base import Store
from storage.tables.answers import COUNTED
from surveys.periods import FIRST_DAY, WordError, between, nearest_word
from surveys.requests import DEFAULT_PERIOD, RequestError, ScoreRequest, parse_request

DIMENSIONS = (*COUNTED, MONTH)
"""What can always be reported by; further columns of the visits come to these."""


async def read_words(
    store: Store,
    firm: Firm,
    words: Sequence[str],
    now: datetime,
    *,
    language: str = "en",
    default_period: str = DEFAULT_PERIOD,
) -> ScoreRequest:
    """Return what the words after a command ask for. Raises WordError."""
    today = now.astimezone(firm.zone).date()

    def parsed(dimensions: Sequence[str]) -> ScoreRequest:
        return parse_request(
            words,
            today,
            firm.zone,
            dimensions=dimensions,
            surveys=tuple(firm.surveys),
            language=language,
            default_period=default_period,
        )

    try:
        return parsed(DIMENSIONS)
    except WordError:
        further = await further_columns(store)
        if not further:
            raise
        return parsed((*DIMENSIONS, *further))


async def read_options(
    store: Store,
    firm: Firm,
    now: datetime,
    *,
    period: str | None = None,
    survey: str | None = None,
    by: str | None = None,
    where: Sequence[str] = (),
    start: date | None = None,
    end: date | None = None,
) -> ScoreRequest:
    """Return what the options of the command line or of the API ask for; `end` is exclusive. Raises WordError."""
    for wish in where:
        if "=" not in wish:
            raise RequestError(f"{wish!r} is no filter.", wish, None, "branch=Tartu")
    named = require_survey(firm, survey) if survey is not None else None
    words = [*([period] if period else []), *where, *(["by", by] if by else [])]
    asked = await read_words(store, firm, words, now)
    chosen = asked.period
    if start is not None or end is not None:
        tomorrow = now.astimezone(firm.zone).date() + timedelta(days=1)
        chosen = between(start or FIRST_DAY, end or tomorrow, firm.zone)
    return ScoreRequest(chosen, asked.by, asked.where, named or asked.survey)


def require_survey(firm: Firm, survey: str) -> str:
    """Return the id of a survey there is, whatever its case. Raises RequestError."""
    found = {name.casefold(): name for name in firm.surveys}.get(survey.strip().casefold())
    if found is None:
        nearest = nearest_word(survey, firm.surveys)
        raise RequestError(f"There is no survey {survey!r}.", survey, nearest, ", ".join(firm.surveys))
    return found


async def further_columns(store: Store) -> tuple[str, ...]:
    """Return the names of the further columns that the newest visits have."""
    import json

    rows = await store.read.rows("newest_extra")
    return tuple(sorted({name for row in rows for name in json.loads(row["extra"])} - set(DIMENSIONS)))
