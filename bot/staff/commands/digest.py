"""/digest daily|weekly|monthly|off: the numbers in the morning, without asking."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.staff.asked import Asked
from bot.staff.digests import OFF, RHYTHMS, next_digest
from bot.staff.gate import CONFIGURED, is_configured
from bot.staff.reply import Reply, button, lines_of, rows_of
from surveys.period_words import joined
from surveys.periods import nearest_word
from surveys.requests import RequestError
from surveys.texts import LANGUAGES, moment, say

NAMES: Final = {"daily": "daily", "weekly": "weekly", "monthly": "monthly", OFF: "off"}
EXAMPLE = "/digest weekly"


async def answer(asked: Asked) -> Reply:
    """Set the rhythm of the member's own digest, or tell it. Raises WordError."""
    language = asked.language
    if not asked.words:
        return Reply(
            lines_of(
                say(language, "Your digest: {rhythm}", rhythm=say(language, NAMES[asked.member.digest]))
            ),
            buttons=rows_of(button(say(language, name), "digest", rhythm) for rhythm, name in NAMES.items()),
        )
    rhythm = _rhythm(asked.words[0])
    at = None if rhythm == OFF else next_digest(rhythm, asked.now, asked.firm.zone)
    member = replace(asked.member, digest=rhythm, digest_at=at, language=asked.member.language or language)
    if is_configured(asked.firm, member):
        # The right stays with the configuration: who is taken out of it there is nobody here.
        member = replace(member, role=CONFIGURED, branches=())
    await asked.store.write(lambda tx: tx.staff.put(member))
    if at is None:
        told = say(language, "No digest any more.")
    else:
        when = moment(language, at.astimezone(asked.firm.zone))
        told = say(
            language,
            "Digest {rhythm}, next on {moment}. There is none when nobody was asked and nobody answered.",
            rhythm=say(language, NAMES[rhythm]),
            moment=when,
        )
    return Reply(lines_of(told), short=(told,))


def _rhythm(word: str) -> str:
    known = {joined(say(language, name)): rhythm for rhythm, name in NAMES.items() for language in LANGUAGES}
    found = known.get(joined(word))
    if found is None:
        nearest = nearest_word(word, (*RHYTHMS, OFF)) or "weekly"
        raise RequestError(f"{word!r} is no rhythm.", word, nearest, EXAMPLE)
    return found
