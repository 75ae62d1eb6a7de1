"""Numbers as people read them.

Halves go away from zero, as people round: 12.5 is "+13" and -12.5 is "-13". Python's own round() would give 12
for the one and 14 for 13.5. The minus is the plain hyphen, which costs nothing in an SMS.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

NOISE = Decimal("1e-9")


def rounded(value: float, decimals: int = 0) -> Decimal:
    """Round half away from zero; 28.999999999999996, which is 29 to a person, counts as 29."""
    exact = Decimal(value).quantize(NOISE, ROUND_HALF_UP)
    result = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return abs(result) if result.is_zero() else result


def display_score(value: float, decimals: int = 0) -> str:
    """Give an NPS or a change with its sign: "+42", "-7", and "0" for neither."""
    number = rounded(value, decimals)
    return f"{number:+f}" if number else f"{number:f}"


def display_number(value: float, decimals: int = 0) -> str:
    """Give a share, a mean, an interval's end without a plus."""
    return f"{rounded(value, decimals):f}"


def display_interval(low: float, high: float, decimals: int = 0) -> str:
    """Give "33…51"; a range with a minus in it needs more than a dash."""
    return f"{display_number(low, decimals)}…{display_number(high, decimals)}"
