"""/explain VISIT_ID: the story of one visit in plain words. Not by SMS: it is about a single customer."""

from __future__ import annotations

from bot.staff.asked import Asked
from bot.staff.reply import Reply, bold, lines_of
from bot.stories import story_lines
from surveys.texts import say


async def answer(asked: Asked) -> Reply | None:
    """Answer `/explain`; a visit of another branch is one that is not there."""
    language = asked.language
    if asked.sms:
        return None
    if not asked.words:
        return Reply(lines_of(say(language, "Which visit? Example: {example}", example="/explain v-881")))
    visit_id = asked.words[0]
    row = await asked.store.read.visit(visit_id)
    if row is None or (asked.branches and row.visit.branch not in asked.branches):
        return Reply(lines_of(say(language, "There is no visit {visit}.", visit=visit_id)))
    first, *events = story_lines(row, await asked.store.read.story(visit_id), language, asked.firm.zone)
    return Reply(lines_of(bold(first), *events))
