"""What a firm means by its words: the `[measures]` section of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import fsum, isclose
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from surveys.durations import parse_duration
from surveys.measures.tables import Fault, refused


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    try:
        # A bare number has no unit: pydantic alone would take 90 for seconds.
        return parse_duration(str(value))
    except ValueError:
        raise Fault(f"is {value!r}", 'write a number and days, weeks or hours, like "90 days"') from None


Duration = Annotated[timedelta, BeforeValidator(_duration)]


@dataclass(frozen=True, slots=True)
class MeasureSettings:
    """Settings of the measures; every default is meant to do for a shop or a service firm.

    Raises ValueError (Fault) naming the key, the value and the fix.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    lost_after: Duration = timedelta(days=180)
    """A customer is lost who has bought nothing for this long."""
    margin: float | None = None
    """Share of the amount that is earned, 0.3 for 30 %. There is no sensible default: without it no CLV."""
    discount: float = 0.1
    """Yearly discount of money earned later, for the CLV."""
    repurchase_k: float = 2.0
    """The repurchase window is mean + k · deviation of the gap between first and second purchase."""
    first_contact_window: Duration = timedelta(days=7)
    """A contact is settled when the customer does not come back about the same product for this long."""
    a_share: float = 0.8
    """A-customers are the largest who together made this share of sales."""
    enquiry_touchpoints: tuple[str, ...] = ("call", "chat", "email", "enquiry", "complaint")
    """Touchpoints that are enquiries, not sales; capitals do not matter."""
    transaction_touchpoints: tuple[str, ...] = ()
    """Touchpoints that are transactions; when empty, every visit with an amount above 0 is one."""
    acsi_weights: tuple[float, ...] = (1 / 3, 1 / 3, 1 / 3)
    """Weights of the three ACSI-style questions, together 1."""

    def __post_init__(self) -> None:
        for key in ("lost_after", "first_contact_window"):
            if getattr(self, key) <= timedelta(0):
                raise Fault(f"{key} is {getattr(self, key)}", "give a time above 0, such as 180 days")
        for key in ("margin", "a_share"):
            value = getattr(self, key)
            if value is not None and not 0 < value <= 1:
                raise Fault(f"{key} is {value}", "give a share above 0 and up to 1, such as 0.8")
        for key in ("discount", "repurchase_k"):
            if not 0 <= getattr(self, key) < float("inf"):
                raise Fault(f"{key} is {getattr(self, key)}", "give a number of 0 or more")
        total = fsum(self.acsi_weights)
        if len(self.acsi_weights) != 3 or not isclose(total, 1, abs_tol=1e-3):
            raise Fault(
                f"acsi_weights {list(self.acsi_weights)} add to {total:g}", "give three that add to 1"
            )


def load_settings(table: Mapping[str, object], where: str = "[measures]") -> MeasureSettings:
    """Read the settings from a parsed TOML table; durations may be text such as "90 days".

    Raises TableError with every fault: key, value and fix.
    """
    try:
        return TypeAdapter(MeasureSettings).validate_python(dict(table))
    except ValidationError as error:
        raise refused(where, error) from None
