"""Many small questions from a file, one JSON object a line; one answer a line, in the same order.

A line that cannot be used is answered in its place by {"id", "error"}, so that answers and lines stay in step; the exit
code then says that some were rejected.
"""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bot.commands.context import Context, WrongUseError
from bot.commands.outcome import DONE, SOME_REJECTED

Answer = dict[str, Any]


class LineError(Exception):
    """What is wrong with one line, and how to write it."""


def answer_lines(context: Context, path: Path, answer: Callable[[Answer], Answer]) -> int:
    """Answer every line of `path` (- is standard input) on standard output; empty lines are passed over.

    `answer` gets the object of a line and raises LineError. Nothing is kept: a file may be larger than memory.
    """
    code = DONE
    for number, raw in _lines(path):
        asked: Answer = {}
        try:
            asked = _object(raw)
            answered = answer(asked)
        except LineError as error:
            code = SOME_REJECTED
            answered = {"error": f"line {number}: {error}"}
        context.emit({"id": asked.get("id"), **answered})
    return code


def text_of(asked: Answer) -> str:
    """Return the text of a line; raises LineError."""
    text = asked.get("text")
    if not isinstance(text, str):
        raise LineError('"text" is missing or not a text; write {"id": 1, "text": "…"}')
    return text


def exactly_one(text: str | None, lines: Path | None, command: str) -> None:
    """Demand either a text or a file; raises WrongUseError."""
    if (text is None) == (lines is None):
        both = "both TEXT and --jsonl were given" if lines else "neither TEXT nor --jsonl was given"
        raise WrongUseError(f'{both}. Write: askwhy {command} "the text", or: askwhy {command} --jsonl FILE')


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with sys.stdin.buffer if str(path) == "-" else path.open("rb") as source:
            yield from ((number, line) for number, line in enumerate(source, 1) if line.strip())
    except OSError as error:
        raise WrongUseError(
            f"--jsonl {path}: cannot be read ({error.strerror}). Check name and rights."
        ) from None


def _object(raw: bytes) -> Answer:
    try:
        value = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise LineError("it is not UTF-8; save the file as UTF-8") from None
    except (ValueError, RecursionError):
        raise LineError('it is not JSON; write {"id": 1, "text": "…"}') from None
    if not isinstance(value, dict):
        raise LineError('it is not an object; write {"id": 1, "text": "…"}')
    return value
