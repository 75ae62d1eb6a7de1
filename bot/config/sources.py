"""Where a configuration comes from: config.toml, a `.env` beside it, the environment, and files that hold secrets.

Each value remembers its origin, so that an error can name the line or the variable to change. Nothing here knows
what the values mean.
"""

import json
import re
import stat
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any, Final

from bot.config.errors import ConfigError, Problem

PREFIX: Final = "ASKWHY_"
OTHER_VARIABLES: Final = frozenset({"ASKWHY_CONFIG"})  # ours, but not keys

_HEADER: Final = re.compile(r"\s*(\[{1,2})([^\[\]]+)\]")
_KEY: Final = re.compile(r"""\s*((?:"[^"]+"|'[^']+'|[\w.-])+)\s*=""")
_PART: Final = re.compile(r""""([^"]+)"|'([^']+)'|([\w-]+)""")

Place = tuple[str, ...]  # ("asking", "delay")


@dataclass(slots=True)
class Sources:
    """Values by section and key, and where each was found: the file first, then `.env`, then the environment."""

    file: Path | None
    text: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    origins: dict[Place, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def where(self, place: Place) -> str:
        """Name the file and line, or the variable, that `place` was set by."""
        for length in range(len(place), 0, -1):
            if place[:length] in self.origins:
                return self.origins[place[:length]]
        if self.file is None:
            return "the environment"
        line = line_of(self.text, place)
        return f"{self.file}, line {line}" if line else str(self.file)

    def put(self, place: Place, value: Any, origin: str) -> None:
        """Set one key, as `origin` says."""
        table = self.data
        for name in place[:-1]:
            deeper = table.setdefault(name, {})
            if not isinstance(deeper, dict):
                return  # the wrong kind of section is reported when it is validated
            table = deeper
        table[place[-1]] = value
        self.origins[place] = origin


def read_toml(path: Path) -> Sources:
    """Read the file; raises ConfigError with the line where it is unreadable, not UTF-8 or not TOML."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(
            [Problem(str(path), "", "does not exist", "Write one with `askwhy init`.")]
        ) from None
    except OSError as error:
        raise ConfigError(
            [Problem(str(path), "", f"cannot be read: {error.strerror}", "Check its rights.")]
        ) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        odd = (
            "is UTF-16"
            if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}
            else f"is not UTF-8 (byte 0x{raw[error.start]:02X})"
        )
        raise ConfigError([Problem(f"{path}, line {line}", "", odd, "Save the file as UTF-8.")]) from None
    try:
        return Sources(path, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([_not_toml(path, text, str(error))]) from None
    except RecursionError:
        raise ConfigError([Problem(str(path), "", "is nested too deeply", "Remove the nesting.")]) from None


def _not_toml(path: Path, text: str, message: str) -> Problem:
    found = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)", message)
    said = message[: found.start()] if found else message
    at_end = found is None or found[1] is None
    line = len(text.splitlines()) if at_end else int(found[1])  # type: ignore[index]
    fix = (
        "The file seems cut off: look for a missing quote, bracket or value at its end."
        if at_end
        else 'Texts stand in "quotes", a comment begins with #.'
    )
    return Problem(f"{path}, line {line}", "", f"is not TOML: {said[:1].lower()}{said[1:]}", fix)


def line_of(text: str, place: Place) -> int | None:
    """Find the line of a key, or of the nearest section above it; None when the file writes it some other way."""
    section: Place = ()
    nearest_length, nearest_line = 0, None
    tables: Counter[Place] = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            here = section = _section(_parts(header[2]), tables, begins=header[1] == "[[")
        elif key := _KEY.match(line):
            here = (*section, *_parts(key[1]))
        else:
            continue
        if len(here) > nearest_length and here == place[: len(here)]:
            nearest_length, nearest_line = len(here), number
    return nearest_line


def _section(names: Place, tables: Counter[Place], *, begins: bool) -> Place:
    """Resolve a header: each array of tables on the way is followed by the number of its latest table."""
    path: Place = ()
    for name in names:
        path = (*path, name)
        if begins and len(path) - sum(part.isdigit() for part in path) == len(names):
            tables[path] += 1
        if tables[path]:
            path = (*path, str(tables[path] - 1))
    return path


def _parts(dotted: str) -> Place:
    return tuple(quoted[1] or quoted[2] or quoted[3] for quoted in _PART.finditer(dotted))


def read_variables(
    folder: Path, environ: Mapping[str, str], sources: Sources
) -> Iterator[tuple[str, str, str]]:
    """Yield (name, value, origin) of our variables: `.env` beside the configuration first, then the environment."""
    yield from _read_dotenv(folder / ".env", sources)
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in OTHER_VARIABLES:
            yield name, environ[name], name


def _read_dotenv(path: Path, sources: Sources) -> Iterator[tuple[str, str, str]]:
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        sources.problems.append(
            Problem(str(path), "", f"cannot be read ({error})", "Save it as UTF-8, mode 600.")
        )
        return
    from dotenv.parser import parse_stream

    ours = []
    for binding in parse_stream(StringIO(text)):
        origin = f"{path}, line {binding.original.line}"
        if binding.error:
            sources.problems.append(Problem(origin, "", "is not understood", "Write NAME=value, one a line."))
        elif binding.key and binding.key.startswith(PREFIX) and binding.key not in OTHER_VARIABLES:
            ours.append((binding.key, binding.value or "", f"{binding.key} ({origin})"))
    if ours and (problem := readable_by_others(path)):
        sources.problems.append(problem)
        return
    yield from ours


def readable_by_others(path: Path) -> Problem | None:
    """Tell the problem with a file of secrets that somebody else on the machine may read."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077 == 0:
        return None
    return Problem(str(path), "", f"can be read by others (mode {mode:o})", f"Run: chmod 600 {path}")


def from_text(value: str, *, is_list: bool) -> Any:
    """Turn the text of a variable into what the file would hold: a table is JSON, a list JSON or separated by commas."""
    if value.lstrip().startswith("{") or (is_list and value.lstrip().startswith("[")):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return [part.strip() for part in value.split(",") if part.strip()] if is_list else value
