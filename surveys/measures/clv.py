"""Customer lifetime value: what a customer will still earn, margin · r / (1 + d - r).

Margin (of the mean amount per buyer), retention r and discount d are all per period. Margin and yearly discount
are the firm's own figures; retention is measured, by the rule of churn.py.
"""

from __future__ import annotations

from surveys.measures.base import Remarks, Result, VisitMeasure, remark
from surveys.measures.churn import retention
from surveys.measures.ledger import Ledger

DAYS_A_YEAR = 365.25


def lifetime_value(margin: float, kept: float, discount: float) -> float | None:
    """Margin per period, share kept and discount per period -> value; None where it would be endless."""
    rest = 1 + discount - kept
    return margin * kept / rest if rest > 1e-9 else None


def clv(ledger: Ledger) -> Result:
    """Lifetime value of a customer who bought in the period; `n` is those."""
    settings, buyers = ledger.settings, ledger.buyers()
    if settings.margin is None:
        return _none(
            len(buyers), remark("set [measures] margin, the share of an amount that is earned, such as 0.3")
        )
    kept = retention(ledger)
    if not buyers or kept.value is None:
        return _none(len(buyers), kept.remarks if buyers else remark("nobody bought in the period"))
    amount = sum(account.sales for account in buyers) / len(buyers)
    discount = (1 + settings.discount) ** (ledger.period.days / DAYS_A_YEAR) - 1
    value = lifetime_value(settings.margin * amount, kept.value / 100, discount)
    if value is None:
        return _none(len(buyers), remark("everybody stayed and nothing is discounted: the value has no end"))
    made = remark(
        "{margin} % of {amount} a period, {kept} % stay ({rule}), {discount} % discount a year",
        margin=round(100 * settings.margin),
        amount=amount,
        kept=kept.value,
        rule=kept.remarks,
        discount=round(100 * settings.discount),
    )
    return Result("clv", value, "money", "up", len(buyers), remarks=made)


def _none(n: int, remarks: Remarks) -> Result:
    return Result("clv", None, "money", "up", n, remarks=remarks)


CLV = (VisitMeasure("clv", "Customer lifetime value", "money", "up", ("amount",), clv),)
