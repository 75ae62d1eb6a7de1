"""Who was lost in the period, what they were worth, and who stayed.

A customer is lost who has bought nothing for `lost_after`. At the start stand those who were not lost then; lost
in the period are those of them who are lost at its end. Their worth is what they bought in the `lost_after`
before the start: the month just before would be 0 by the rule itself.
"""

from __future__ import annotations

from surveys.measures.base import Remarks, Result, VisitMeasure, remark, whole
from surveys.measures.ledger import DAY, Account, Ledger
from surveys.measures.shapes import share


def at_start(ledger: Ledger) -> list[Account]:
    """Accounts that were not lost when the period began."""
    return [
        account
        for account in ledger.accounts.values()
        if account.last_purchase_before is not None and account.last_purchase_before >= ledger.risk_start
    ]


def lost(ledger: Ledger) -> list[Account]:
    """Of those, the accounts that were lost when it ended."""
    since = ledger.period.end - ledger.settings.lost_after
    return [a for a in at_start(ledger) if a.last_purchase is not None and a.last_purchase < since]


def churn_count(ledger: Ledger) -> Result:
    """Count the customers lost; n is the customers at the start."""
    n = len(at_start(ledger))
    return Result(
        "churn_count", len(lost(ledger)) if n else None, "count", "down", n, remarks=_rule(ledger, n)
    )


def churn_value(ledger: Ledger) -> Result:
    """Sum what the lost customers had bought; n is the lost."""
    gone, n = lost(ledger), len(at_start(ledger))
    value = sum((account.sales_at_risk for account in gone), 0.0) if n else None
    return Result("churn_value", value, "money", "down", len(gone), remarks=_rule(ledger, n))


def churn_rate(ledger: Ledger) -> Result:
    """Lost, of those at the start."""
    n = len(at_start(ledger))
    return share("churn_rate", len(lost(ledger)), n, "down", _rule(ledger, n))


def retention(ledger: Ledger) -> Result:
    """Stayed, of those at the start: 100 less the churn rate."""
    n = len(at_start(ledger))
    return share("retention", n - len(lost(ledger)), n, "up", _rule(ledger, n))


def _rule(ledger: Ledger, n: int) -> Remarks:
    days = whole(ledger.settings.lost_after / DAY)
    if n:
        return remark("lost: no purchase for {days} days", days=days)
    return remark("nobody bought in the {days} days before the period", days=days)


CHURN = (
    VisitMeasure("churn_count", "Customers lost", "count", "down", ("amount",), churn_count),
    VisitMeasure("churn_value", "Sales lost", "money", "down", ("amount",), churn_value),
    VisitMeasure("churn_rate", "Churn rate", "percent", "down", ("amount",), churn_rate),
    VisitMeasure("retention", "Retention", "percent", "up", ("amount",), retention),
)
