"""Is the firm selling more, and to more customers, than in the period of equal length just before? 100 is flat.

In the composite index both are capped at 100.
"""

from __future__ import annotations

from surveys.measures.base import Result, VisitMeasure, remark
from surveys.measures.ledger import Account, Ledger


def a_customers(ledger: Ledger) -> list[Account]:
    """Fix the A list at the start: the largest customers who together made `a_share` of the sales before.

    Chosen by their best period, they fall a little on the average by chance alone: 95 is not yet a loss.
    """
    ranked = sorted(
        ((account.sales_before, name) for name, account in ledger.accounts.items() if account.sales_before),
        key=lambda pair: (-pair[0], pair[1]),
    )
    wanted = ledger.settings.a_share * sum(sales for sales, _ in ranked)
    chosen, reached = [], 0.0
    for sales, name in ranked:
        # A hair of tolerance: 0.8 of a sum is not exact in floating point.
        if reached >= wanted * (1 - 1e-12):
            break
        chosen.append(ledger.accounts[name])
        reached += sales
    return chosen


def sales_dynamics(ledger: Ledger) -> Result:
    """Sales to the A-customers now, in percent of those before."""
    chosen = a_customers(ledger)
    before = sum(account.sales_before for account in chosen)
    if not before:
        return Result(
            "sales_dynamics", None, "percent", "up", 0, remarks=remark("no sales in the period before")
        )
    now = sum(account.sales for account in chosen)
    share = round(100 * ledger.settings.a_share)
    made = remark("A-customers: {n}, with {share} % of the sales before", n=len(chosen), share=share)
    return Result("sales_dynamics", 100 * now / before, "percent", "up", len(chosen), remarks=made)


def customer_dynamics(ledger: Ledger) -> Result:
    """Set the customers who bought now against those who bought before, in percent."""
    before = sum(account.sales_before > 0 for account in ledger.accounts.values())
    now = len(ledger.buyers())
    if not before:
        return Result(
            "customer_dynamics",
            None,
            "percent",
            "up",
            now,
            remarks=remark("nobody bought in the period before"),
        )
    return Result(
        "customer_dynamics", 100 * now / before, "percent", "up", now, remarks=remark("{n} before", n=before)
    )


DYNAMICS = (
    VisitMeasure("sales_dynamics", "Sales to A-customers", "percent", "up", ("amount",), sales_dynamics),
    VisitMeasure("customer_dynamics", "Customer base", "percent", "up", ("amount",), customer_dynamics),
)
