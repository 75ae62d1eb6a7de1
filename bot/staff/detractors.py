"""Alerts about new low scores: one message to every listed group and admin, however many there were.

Who runs this once a minute tells of every low score once: `senders` remembers up to which moment was told. Scores are
told some seconds late, so that none is missed whose transaction ended after a later one's, and its why may come along.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.alerts import admins
from bot.channels.base import Outgoing
from bot.firm import Firm
from bot.outgoing import Kind, queue
from bot.staff.phrases import key_name
from bot.staff.reply import Reply, bold, lines_of
from storage.base import Store
from storage.moments import micros, moment
from storage.rows import SenderRow
from storage.transaction import Transaction
from surveys.cells import visible
from surveys.definition import Survey
from surveys.texts import number, say_n
from surveys.themes import masked

CURSOR = "alerts:low-scores"
SETTLED = timedelta(seconds=10)
"""A score this old is surely committed: no unit of work takes longer."""

LOOK_BACK = timedelta(days=1)
"""After a longer stop the older ones are no news."""

MOST_QUOTES = 3
LONGEST_QUOTE = 200
MOST_GROUPS = 5


async def send_alerts(store: Store, firm: Firm, now: datetime) -> int:
    """Queue the alerts about low scores since the last run; return how many scores they tell of."""
    row = await store.write(lambda tx: tx.outbox.sender(CURSOR))
    last = now - SETTLED
    first = max(moment(row.position), now - LOOK_BACK) if row.position is not None else last
    found = []
    for survey in firm.surveys.values() if first < last else ():
        found += [(survey, low) for low in await _low_scores(store, survey, first, last)]

    def work(tx: Transaction) -> int:
        if tx.outbox.sender(CURSOR).position != row.position:
            return 0  # another worker was faster
        tx.outbox.put_sender(CURSOR, SenderRow(position=micros(last)))
        for channel, address in _readers(tx, firm) if found else ():
            reply = alert_reply([low for _, low in found], firm, nps=_all_nps(found))
            message = (
                Outgoing(address=address, text=reply.sms())
                if channel == "sms"
                else Outgoing(address=address, text=reply.html(), html=True)
            )
            queue(tx, Kind.ALERT, channel, message, now)
        return len(found)

    return await store.write(work)


def alert_reply(lows: Sequence[dict[str, Any]], firm: Firm, *, nps: bool) -> Reply:
    """Return "12 new detractors: Tartu 8, Tallinn 4" and up to three of their whys, masked: groups read it."""
    language = firm.language
    if nps:
        title = say_n(language, "{n} new detractor", "{n} new detractors", len(lows))
    else:
        title = say_n(language, "{n} new low score", "{n} new low scores", len(lows))
    branches = Counter(low["branch"] for low in lows if low["branch"])
    told = ", ".join(
        f"{key_name(branch, language)} {number(language, n)}"
        for branch, n in branches.most_common(MOST_GROUPS)
    )
    first = f"{title}: {told}" if told else title
    quotes = [_quote(low, lows) for low in reversed(lows) if low["why"]][:MOST_QUOTES]
    return Reply(lines_of(bold(first), *quotes), short=(first,))


def _quote(low: dict[str, Any], lows: Sequence[dict[str, Any]]) -> str:
    names = [low["name"], *(other["employee"] for other in lows)]
    text = visible(masked(low["why"], filter(None, names)))
    short = text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1].rstrip() + "…"
    return f"“{short}” ({low['score']})"


async def _low_scores(store: Store, survey: Survey, first: datetime, last: datetime) -> list[dict[str, Any]]:
    """Return the scores in the worst band of a survey's primary question."""
    bands = survey.question(survey.primary).bands
    if not bands:
        return []
    lowest, highest = bands[tuple(bands)[-1]]
    return await store.read.rows(
        "new_low_scores",
        survey=survey.id,
        first=micros(first),
        last=micros(last),
        lowest=lowest,
        highest=highest,
    )


def _all_nps(found: Sequence[tuple[Survey, dict[str, Any]]]) -> bool:
    return all(survey.measure == "nps" for survey, _ in found)


def _readers(tx: Transaction, firm: Firm) -> list[tuple[str, str]]:
    groups = (
        [("telegram", group) for group in sorted(firm.staff_groups)] if "telegram" in firm.channels else []
    )
    return [*groups, *admins(tx, firm)]
