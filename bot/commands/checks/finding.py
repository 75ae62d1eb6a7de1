"""The values that checks take and give."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.config import Config
from surveys.definition import Survey


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to put right.

    An "error" stops the service or a customer's survey. A "warning" is a mistake that it works with: at a price, or in
    another language than the customer's. A "note" is no mistake, only worth knowing.
    """

    where: str
    problem: str
    fix: str
    severity: Literal["error", "warning", "note"] = "error"


@dataclass(frozen=True, slots=True)
class Checked:
    """What is being checked: the configuration, all surveys by id, and the present moment (aware)."""

    config: Config
    surveys: Mapping[str, Survey]
    now: datetime

    @property
    def file(self) -> str:
        """Name the configuration's file for findings."""
        return str(self.config.file or "the environment")

    def in_use(self) -> dict[str, Survey]:
        """Return the surveys that `[asking]` and its rules name."""
        asking = self.config.asking
        names = dict.fromkeys([asking.survey, *(rule.survey for rule in asking.rules)])
        return {name: self.surveys[name] for name in names if name in self.surveys}
