"""/digest daily|weekly|monthly|off [HOUR]: the numbers in the morning, without asking."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import time
from typing import Final

from bot.staff.asked import Asked
from bot.staff.digests import OFF, RHYTHMS, next_digest
from bot.staff.gate import CONFIGURED, is_configured
from bot.staff.reply import Reply, button, lines_of, rows_of
from storage.rows import StaffRow
from surveys.period_words import joined
from surveys.periods import nearest_word
from surveys.requests import RequestError
from surveys.texts import LANGUAGES, moment, say

NAMES: Final = {"daily": "daily", "weekly": "weekly", "monthly": "monthly", OFF: "off"}
EXAMPLE = "/digest weekly 8:30"
_HOUR = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?")


async def answer(asked: Asked) -> Reply:
    """Set the rhythm of the member's own digest, or tell it. Raises WordError."""
    language = asked.language
    if not asked.words:
        told = (
            say(language, "Your digest: {rhythm}", rhythm=say(language, NAMES[asked.member.digest])),
            say(language, "At your own hour: {example}", example=EXAMPLE),
        )
        return Reply(
            lines_of(*told),
            short=(told[0], told[1].replace("/digest", "DIGEST")),
            buttons=rows_of(button(say(language, name), "digest", rhythm) for rhythm, name in NAMES.items()),
        )
    hour, words = _take_hour(asked.words)
    hour = hour or asked.member.digest_time
    rhythm = _rhythm(words[0]) if words else _same_rhythm(asked.member)
    at = None if rhythm == OFF else next_digest(rhythm, asked.now, asked.firm.zone, hour)
    member = replace(
        asked.member,
        digest=rhythm,
        digest_at=at,
        digest_time=hour,
        language=asked.member.language or language,
    )
    if is_configured(asked.firm, member):
        # The right stays with the configuration: who is taken out of it there is nobody here.
        member = replace(member, role=CONFIGURED, branches=())
    await asked.store.write(lambda tx: tx.staff.put(member))
    if at is None:
        done = say(language, "No digest any more.")
    else:
        when = moment(language, at.astimezone(asked.firm.zone))
        done = say(
            language,
            "Digest {rhythm}, next on {moment}. There is none when nobody was asked and nobody answered.",
            rhythm=say(language, NAMES[rhythm]),
            moment=when,
        )
    return Reply(lines_of(done), short=(done,))


def _take_hour(words: tuple[str, ...]) -> tuple[time | None, list[str]]:
    """Take an hour out of the words: "8", "8:30", "08.30". Raises RequestError for one that no clock shows."""
    rest, hour = [], None
    for word in words:
        if match := _HOUR.fullmatch(word):
            try:
                hour = time(int(match[1]), int(match[2] or 0))
            except ValueError:
                raise RequestError(f"{word!r} is no time of day.", word, None, EXAMPLE) from None
        else:
            rest.append(word)
    return hour, rest


def _same_rhythm(member: StaffRow) -> str:
    """Return the rhythm of who names an hour alone: the present one, every day where there is none yet."""
    return "daily" if member.digest == OFF else member.digest


def _rhythm(word: str) -> str:
    known = {joined(say(language, name)): rhythm for rhythm, name in NAMES.items() for language in LANGUAGES}
    found = known.get(joined(word))
    if found is None:
        nearest = nearest_word(word, (*RHYTHMS, OFF)) or "weekly"
        raise RequestError(f"{word!r} is no rhythm.", word, nearest, EXAMPLE)
    return found
