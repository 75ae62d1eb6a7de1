"""The whole numbers a question may be answered with: 0–10, 1–5, 0–100."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Whole numbers from `low` to `high`, both included.

    Raises ValueError when `high` is not above `low`.
    """

    low: int
    high: int

    def __post_init__(self) -> None:
        if self.high <= self.low:
            raise ValueError(
                f"scale {self.low}-{self.high} is empty: write the lower number first, as in 0-10"
            )

    @classmethod
    def parse(cls, text: str) -> "Scale":
        """Read `"0-10"` (also with an en dash or spaces, and `"-5-5"`). ValueError names the value and the fix."""
        plain = text.strip().replace("–", "-").replace("—", "-")
        low, dash, high = plain[1:].partition("-")
        low = plain[:1] + low
        try:
            if not dash:
                raise ValueError(text)
            return cls(int(low), int(high))
        except ValueError as problem:
            raise ValueError(
                f"scale {text!r} cannot be read: write it as LOW-HIGH with LOW below HIGH, as in 0-10"
            ) from problem

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int) and self.low <= value <= self.high

    def __str__(self) -> str:
        return f"{self.low}-{self.high}"

    def values(self) -> range:
        """All numbers of the scale, from low to high."""
        return range(self.low, self.high + 1)
