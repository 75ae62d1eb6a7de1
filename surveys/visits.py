"""Visits as they come in: one row of a visits file or one object of the API becomes a Visit, or is refused with a reason."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Visit:
    """One service contact. `occurred_at` is aware (UTC), `phone` E.164, `timezone` an IANA name."""

    visit_id: str
    customer_id: str
    occurred_at: datetime
    name: str | None = None
    phone: str | None = None
    language: str | None = None
    timezone: str | None = None
    touchpoint: str | None = None
    branch: str | None = None
    employee: str | None = None
    product: str | None = None
    amount: Decimal | None = None
    resolved: bool | None = None
    extra: Mapping[str, str] = field(default_factory=dict)

    def attribute(self, name: str, /) -> str | None:
        """Return any column as text, the further ones included; None when it is empty or absent."""
        raise NotImplementedError


class VisitProblem(ValueError):
    """A row that cannot be a visit."""

    def __init__(self, field: str, value: object, problem: str, fix: str) -> None:
        super().__init__(f"{field} {value!r}: {problem}; {fix}")
        self.field, self.value, self.problem, self.fix = field, value, problem, fix


def parse_visit(
    row: Mapping[str, object], *, zone: ZoneInfo, country: str, languages: Collection[str], now: datetime
) -> Visit:
    """Read one row (texts of a CSV line or values of a JSON object). Raises VisitProblem."""
    raise NotImplementedError
