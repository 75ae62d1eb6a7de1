"""When a customer may be written to: windows, weekdays, public holidays, quiet hours, by the customer's own clock."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from surveys.policy import Policy, Window


@dataclass(frozen=True, slots=True)
class Opening:
    """The allowed moments of one customer."""

    zone: ZoneInfo
    window: Window
    weekdays: frozenset[int]
    skip_public_holidays: bool = True
    country: str = "EE"
    quiet: Window | None = None
    narrowing: tuple[ZoneInfo, ...] = ()

    def is_open(self, at: datetime) -> bool:
        """Whether a message may go out at this moment."""
        raise NotImplementedError

    def next_open(self, at: datetime) -> datetime | None:
        """Return the first allowed moment at or after `at` (UTC); None when none comes within 400 days."""
        raise NotImplementedError


def due_at(occurred_at: datetime, policy: Policy, opening: Opening) -> datetime | None:
    """Return the first allowed moment at or after visit + delay by the wall clock of the customer's zone."""
    raise NotImplementedError
