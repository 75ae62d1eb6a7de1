"""How often customers come, and how often they have to ask."""

from __future__ import annotations

from surveys.measures.base import Result, VisitMeasure, remark
from surveys.measures.ledger import Ledger


def visit_frequency(ledger: Ledger) -> Result:
    """Visits in the period per customer who came; `n` is customers."""
    visits = [account.visits for account in ledger.accounts.values() if account.visits]
    if not visits:
        return Result("visit_frequency", None, "ratio", "up", 0, remarks=remark("no visits in the period"))
    return Result(
        "visit_frequency",
        sum(visits) / len(visits),
        "ratio",
        "up",
        len(visits),
        remarks=remark("visits per customer"),
    )


def contact_rate(ledger: Ledger) -> Result:
    """Enquiries per 100 transactions; it may exceed 100, and fewer is better. `n` is transactions."""
    if not ledger.has_enquiry_touchpoint:
        words = ", ".join(ledger.settings.enquiry_touchpoints)
        none = remark(
            "no visit has an enquiry's touchpoint ({words}); set [measures] enquiry_touchpoints", words=words
        )
        return Result("contact_rate", None, "percent", "down", ledger.transactions, remarks=none)
    if not ledger.transactions:
        return Result(
            "contact_rate", None, "percent", "down", 0, remarks=remark("no transactions in the period")
        )
    return Result(
        "contact_rate",
        100 * ledger.enquiries / ledger.transactions,
        "percent",
        "down",
        ledger.transactions,
        remarks=remark("enquiries per 100 transactions"),
    )


FREQUENCY = (
    VisitMeasure("visit_frequency", "Visit frequency", "ratio", "up", (), visit_frequency),
    VisitMeasure("contact_rate", "Contact rate", "percent", "down", ("touchpoint",), contact_rate),
)
