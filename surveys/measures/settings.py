"""What a firm means by its words: the `[measures]` section of the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import fsum, isclose


@dataclass(frozen=True, slots=True)
class MeasureSettings:
    """Settings of the measures; every default is meant to do for a shop or a service firm.

    Raises ValueError naming the key, the value and the fix.
    """

    lost_after: timedelta = timedelta(days=180)
    """A customer is lost who has bought nothing for this long."""
    margin: float | None = None
    """Share of the amount that is earned, 0.3 for 30 %. There is no sensible default: without it no CLV."""
    discount: float = 0.1
    """Yearly discount of money earned later, for the CLV."""
    repurchase_k: float = 2.0
    """The repurchase window is mean + k · deviation of the gap between first and second purchase."""
    first_contact_window: timedelta = timedelta(days=7)
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
                raise ValueError(
                    f"[measures] {key} is {getattr(self, key)}; give a time above 0, such as 180 days."
                )
        for key in ("margin", "a_share"):
            value = getattr(self, key)
            if value is not None and not 0 < value <= 1:
                raise ValueError(
                    f"[measures] {key} is {value}; give a share above 0 and up to 1, such as 0.8."
                )
        for key in ("discount", "repurchase_k"):
            if getattr(self, key) < 0:
                raise ValueError(f"[measures] {key} is {getattr(self, key)}; it cannot be below 0.")
        total = fsum(self.acsi_weights)
        if len(self.acsi_weights) != 3 or not isclose(total, 1, abs_tol=1e-3):
            raise ValueError(
                f"[measures] acsi_weights {list(self.acsi_weights)} add to {total:g}; give three that add to 1."
            )
