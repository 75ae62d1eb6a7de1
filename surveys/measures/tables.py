"""How the measures refuse a table of the configuration: every fault at once, each with its key and its fix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError


class TableProblem(NamedTuple):
    """One fault. `key` is the dotted place inside the table, "" for the table itself."""

    key: str
    problem: str
    fix: str

    def __str__(self) -> str:
        joint = " " if not self.key or self.problem.startswith("is ") else ": "
        return f"{self.key}{joint}{self.problem}; {self.fix}.".strip()


class TableError(ValueError):
    """A table that cannot be used; `problems` has every fault, `str()` a line for each."""

    def __init__(self, where: str, problems: Iterable[TableProblem]) -> None:
        self.where = where
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{where} {problem}" for problem in self.problems))


class Fault(ValueError):  # noqa: N818
    """What a validator raises: the problem, and the fix."""

    def __init__(self, problem: str, fix: str) -> None:
        self.problem = problem
        self.fix = fix
        super().__init__(f"{problem}; {fix}")


def refused(where: str, error: ValidationError) -> TableError:
    """Turn pydantic's faults into ours."""
    return TableError(where, (_problem(fault) for fault in error.errors()))


def _problem(fault: Mapping[str, Any]) -> TableProblem:
    key = ".".join(str(part) for part in fault["loc"])
    cause = fault.get("ctx", {}).get("error")
    match fault["type"]:
        case "value_error" if isinstance(cause, Fault):
            return TableProblem(key, cause.problem, cause.fix)
        case "missing":
            return TableProblem(key, "is missing", "give it")
        case "extra_forbidden" | "unexpected_keyword_argument":
            return TableProblem(key, "is no key here", "check its spelling or remove it")
        case _:
            return TableProblem(key, f"is {fault['input']!r}", fault["msg"][:1].lower() + fault["msg"][1:])
