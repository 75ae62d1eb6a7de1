"""The morning digest: the score of the day, week or month that ended, at the member's own hour, nine if none is set.

Hours are of the organisation's clock.

A digest with nothing to tell (nobody asked, nobody answered) is not sent; it comes again when there is something.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from bot.channels.base import Inbound, InboundKind
from bot.config import Config
from bot.firm import Firm
from bot.outgoing import Kind, queue
from bot.reports.asking import read_words
from bot.reports.score import score_report
from bot.reports.whys import why_report
from bot.staff.answering import outgoing
from bot.staff.asked import visible_branches
from bot.staff.commands.score import score_reply
from bot.staff.gate import as_member
from bot.staff.reply import Line, Reply, bold
from storage.base import Store
from storage.rows import StaffRow
from storage.transaction import Transaction
from surveys.periods import add_months
from surveys.texts import number, say

log = structlog.get_logger(__name__)

OFF: Final = "off"
RHYTHMS: Final = {"daily": "yesterday", "weekly": "last-week", "monthly": "last-month"}
"""What each rhythm tells of."""

AT = time(9)
MOST_THEMES = 3


def next_digest(rhythm: str, now: datetime, zone: ZoneInfo, at: time | None = None) -> datetime:
    """Return the next moment of a local time: of any day, of a Monday, of a first of the month."""
    at = at or AT
    day = now.astimezone(zone).date()
    if datetime.combine(day, at, zone) <= now:
        day += timedelta(days=1)
    if rhythm == "weekly":
        day += timedelta(days=-day.weekday() % 7)
    elif rhythm == "monthly" and day.day > 1:
        day = add_months(day.replace(day=1), 1)
    return datetime.combine(day, at, zone)


async def send_digests(store: Store, firm: Firm, config: Config, now: datetime) -> int:
    """Queue every digest that is due, each with its chart; return how many were queued."""
    due = await store.write(lambda tx: tx.staff.due_digests(now))
    sent = 0
    for row in due:
        try:
            sent += await _send(store, firm, config, row, now)
        except Exception:
            log.exception("digest_failed", channel=row.channel)
            later = now + timedelta(hours=1)
            await store.write(lambda tx: tx.staff.set_digest(row.channel, row.address, later))  # noqa: B023 -- awaited here
    return sent


async def _send(store: Store, firm: Firm, config: Config, row: StaffRow, now: datetime) -> bool:
    member = as_member(firm, row)
    reply = None
    if member is not None and row.channel in firm.channels:
        reply = await digest_reply(store, firm, config, member, now)
    photo = await asyncio.to_thread(reply.draw) if reply and reply.draw and row.channel != "sms" else None
    following = next_digest(row.digest, now, firm.zone, row.digest_time)

    def work(tx: Transaction) -> bool:
        stored = tx.staff.get(row.channel, row.address)
        if stored is None or stored.digest_at != row.digest_at:
            return False  # somebody else was faster, or it was changed meanwhile
        tx.staff.set_digest(row.channel, row.address, following)
        message = outgoing(reply, _to(row), photo) if reply else None
        if message is not None:
            queue(tx, Kind.STAFF, row.channel, message, now)
        return message is not None

    return await store.write(work)


async def digest_reply(
    store: Store, firm: Firm, config: Config, member: StaffRow, now: datetime
) -> Reply | None:
    """Return the digest of a member; None when nobody was asked and nobody answered."""
    language = firm.language_of(member.language)
    branches = visible_branches(member)
    request = await read_words(store, firm, [RHYTHMS[member.digest]], now, language=language)
    report = await score_report(
        store,
        firm,
        replace(request, by="branch"),
        now,
        branches=branches,
        language=language,
        groups_before=member.channel != "sms",
    )
    if not report.result.n and not report.asked:
        return None
    reply = score_reply(report, firm.organisation, language)
    themes: list[Line] = []
    bands = tuple(report.bands)
    if bands and report.shown:
        whys = await why_report(store, firm, request, bands[-1], config.themes, branches=branches)
        named = (*whys.findings.own, *whys.findings.phrases)[:MOST_THEMES]
        told = ", ".join(f"{whys.masked_name(theme)} ({number(language, theme.count)})" for theme in named)
        if told:
            themes.append(Line(say(language, "They say: {themes}", themes=told)))
    title = bold(say(language, "Good morning!"))
    return replace(reply, lines=(title, *reply.lines, *themes))


def _to(row: StaffRow) -> Inbound:
    return Inbound(row.channel, "", row.address, InboundKind.TEXT, "", "")
