"""What is wrong with a configuration, said so that somebody at 3 a.m. can put it right.

One line a problem: where it stands (file and line, or environment variable), the key, the value, the fix.
"""

from collections.abc import Iterable
from dataclasses import dataclass

SHOWN = 200  # characters of a wrong value that are shown


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right.

    `where` is a file with its line, or an environment variable; `key` is written as in the file,
    "[asking] delay"; `value` is None where something is missing or must not be shown.
    """

    where: str
    key: str
    problem: str
    fix: str
    value: object = None

    def told(self) -> str:
        """Say key, value and what is wrong with it: the middle of the whole sentence."""
        shown = "" if self.value is None else f" = {_shortened(self.value)}"
        return f"{self.key}{shown} {self.problem}" if self.key else self.problem

    def __str__(self) -> str:
        return f"{self.where}: {self.told()}. {self.fix}"


class ConfigError(Exception):
    """The configuration cannot be used; `problems` says why, each with its place and its fix."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class WrongValueError(ValueError):
    """A value that a key cannot take: what is wrong with it, and what to write instead."""

    def __init__(self, problem: str, fix: str) -> None:
        self.problem = problem
        self.fix = fix
        super().__init__(f"{problem}. {fix}")


def _shortened(value: object) -> str:
    text = _as_in_toml(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _as_in_toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return (
                '"' + value.encode("unicode_escape").decode("ascii").replace('"', '\\"') + '"'
                if not value.isprintable()
                else f'"{value}"'
            )
        case _:
            return repr(value)
