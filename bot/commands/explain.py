"""`askwhy explain`: the whole story of one visit."""

from __future__ import annotations

from bot.commands.context import CommandError, Context
from bot.commands.outcome import DONE
from bot.commands.using_store import Surroundings, with_store
from storage.rows import VisitRow


def run(context: Context, *, visit_id: str) -> int:
    """Print the story; an unknown visit ends with 1."""
    from bot.stories import Story, story_json, story_lines
    from surveys.texts import without_isolates

    async def work(here: Surroundings) -> tuple[VisitRow | None, Story]:
        return await here.store.read.visit(visit_id), await here.store.read.story(visit_id)

    zone = context.config().organisation.timezone
    row, story = with_store(context, work)
    if row is None:
        raise CommandError(
            f"There is no visit {visit_id!r} in the store. Write its visit_id as in the visits file; "
            "`askwhy export visits` lists them all."
        )
    if context.json:
        context.emit(story_json(row, story, zone))
    else:
        first, *events = story_lines(row, story, "en", zone)
        context.say(without_isolates(first), style="bold")
        for line in events:
            context.say(without_isolates(line))
    return DONE
