"""/status: whether askwhy itself is well: what was sent, what waits, what stopped, what it cost. For admins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from bot.staff.asked import ADMIN, Asked
from bot.staff.reply import Line, Reply, bold, lines_of
from storage.base import Store
from storage.moments import micros, moment
from surveys import texts
from surveys.texts import number, say, say_n

RECENT = timedelta(days=7)

PAID = frozenset({"claimed", "sent", "unknown"})

QUEUES: Final = {
    "inbox": "messages in, not handled yet",
    "outbox": "messages out, not sent yet",
    "visits": "visits due, not asked yet",
}


VISITS: Final = {
    "planned": "planned",
    "asking": "being asked",
    "asked": "asked",
    "answering": "why still open",
    "answered": "answered",
    "suppressed": "not asked",
    "expired": "never answered",
    "withdrawn": "withdrawn",
    "failed": "not delivered",
    "unknown": "outcome unknown",
}
"""States of visits, in short."""

MESSAGES: Final = {
    "due": "waiting",
    "retry": "waiting again",
    "claimed": "being sent",
    "sent": "sent",
    "unknown": "outcome unknown",
    "failed": "not delivered",
    "expired": "too late",
    "suppressed": "held back",
}
"""States of messages."""


async def answer(asked: Asked) -> Reply | None:
    """Answer `/status`; anybody but an admin gets silence."""
    if asked.member.role != ADMIN:
        return None
    midnight = asked.now.astimezone(asked.firm.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        *await _visits(asked),
        *await _sending(asked, midnight),
        *await _trouble(asked),
        *await _waiting(asked),
    ]
    return Reply(
        lines_of(bold(say(asked.language, "Status")), *lines), short=tuple(line.text for line in lines)
    )


async def _visits(asked: Asked) -> list[Line]:
    rows = await asked.store.read.rows("recent_visits_by_state", since=micros(asked.now - RECENT))
    told = _counted({row["state"]: row["n"] for row in rows}, VISITS, asked.language)
    return [Line(say(asked.language, "Visits of 7 days: {states}", states=told or "0"))]


async def _sending(asked: Asked, midnight: datetime) -> list[Line]:
    """Tell today's messages by state, unknown ones by themselves, SMS segments and what they cost."""
    language = asked.language
    rows = await asked.store.read.recent("outbox", midnight)
    states = Counter[str]()
    segments = 0
    for row in rows:
        states[row["state"]] += row["n"]
        if row["channel"] == "sms" and row["state"] in PAID:
            segments += int(row["segments"] or 0)
    told = _counted(states, MESSAGES, language)
    lines = [Line(say(language, "Messages today: {states}", states=told or "0"))]
    if segments:
        price = asked.config.sms.price_per_segment if asked.config.sms else None
        cost = f" ({number(language, segments * price, 2)})" if price is not None else ""
        told = say_n(language, "{n} SMS segment today", "{n} SMS segments today", segments)
        lines.append(Line(f"{told}{cost}"))
    return lines


def _counted(states: Mapping[str, int], names: Mapping[str, str], language: str) -> str:
    """Write "sent 12, not delivered 1", in the order of `names`; a state that has no name as it is."""
    known = [*names, *sorted(set(states) - set(names))]
    return ", ".join(
        f"{say(language, names.get(state, state))} {number(language, states[state])}"
        for state in known
        if states.get(state)
    )


async def _trouble(asked: Asked) -> list[Line]:
    language, lines = asked.language, []
    quarantined = await asked.store.read.rows("quarantined")
    if quarantined:
        lines.append(
            Line(
                say_n(
                    language,
                    "{n} message in quarantine: see {command}",
                    "{n} messages in quarantine: see {command}",
                    len(quarantined),
                    command="askwhy quarantine list",
                )
            )
        )
    for row in await asked.store.read.rows("all_senders"):
        if row["stopped"]:
            told = say(
                language, "{sender} has stopped: {reason}", sender=row["sender"], reason=row["stopped"]
            )
            lines.append(Line(told))
        elif row["paused_until"] is not None and row["paused_until"] > micros(asked.now):
            until = texts.moment(language, moment(row["paused_until"]).astimezone(asked.firm.zone))
            lines.append(
                Line(say(language, "{sender} rests until {moment}", sender=row["sender"], moment=until))
            )
    return lines


async def _waiting(asked: Asked) -> list[Line]:
    lines = []
    for queue, minutes in (await waiting_minutes(asked.store, asked.now)).items():
        told = say_n(
            asked.language,
            "{queue}: the oldest for {n} minute",
            "{queue}: the oldest for {n} minutes",
            minutes,
            queue=say(asked.language, QUEUES[queue]),
        )
        lines.append(Line(told))
    return lines or [Line(say(asked.language, "Nothing waits."))]


async def waiting_minutes(store: Store, now: datetime) -> Mapping[str, int]:
    """Return for how long, in minutes, the oldest of each queue has waited beyond its moment."""
    oldest: dict[str, int] = {}
    for row in await store.read.rows("waiting_since"):
        if row["since"] is not None:
            oldest[row["queue"]] = min(row["since"], oldest.get(row["queue"], row["since"]))
    ages = {queue: (now - moment(since)) // timedelta(minutes=1) for queue, since in oldest.items()}
    return {queue: age for queue, age in ages.items() if age >= 1}
