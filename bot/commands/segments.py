"""`askwhy segments`: how an SMS is encoded and billed, and what makes it dear."""

from pathlib import Path
from typing import Any

from bot.commands.context import Context
from bot.commands.jsonl import answer_lines, exactly_one, text_of
from bot.commands.outcome import DONE
from surveys.segments import Segments, explain_cost, measure_sms


def run(context: Context, *, text: str | None, lines: Path | None) -> int:
    """Measure one text, or the lines of a file."""
    exactly_one(text, lines, "segments")
    if lines is not None:
        return answer_lines(context, lines, lambda asked: as_json(measure_sms(text_of(asked))))
    measured = measure_sms(text or "")
    if context.json:
        context.emit(as_json(measured))
        return DONE
    unit = "septets" if measured.encoding == "GSM-7" else "UTF-16 units"
    parts = "1 segment" if measured.segments == 1 else f"{measured.segments} segments"
    context.say(f"{parts}: {measured.characters} {unit} of {measured.encoding}")
    if advice := explain_cost(text or "", "en"):
        context.say(advice)
    return DONE


def as_json(measured: Segments) -> dict[str, Any]:
    """Give the three keys that scripts rely on."""
    return {
        "encoding": measured.encoding.value,
        "segments": measured.segments,
        "characters": measured.characters,
    }
