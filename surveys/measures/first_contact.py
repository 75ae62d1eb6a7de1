"""First contact resolution without asking: by what staff recorded, or by who did not come back.

Denominators differ from author to author (all contacts, resolved tickets), so the note says which it is here.
"""

from __future__ import annotations

from surveys.measures.base import Result, VisitMeasure, remark, whole
from surveys.measures.ledger import DAY, Ledger
from surveys.measures.shapes import share


def fcr_recorded(ledger: Ledger) -> Result:
    """Visits marked resolved, of those marked at all."""
    marked = ledger.marked_resolved + ledger.marked_unresolved
    if not marked:
        return share("fcr_recorded", 0, 0, remarks=remark("no visits marked in the period"))
    return share(
        "fcr_recorded", ledger.marked_resolved, marked, remarks=remark("of visits marked resolved or not")
    )


def fcr_proxy(ledger: Ledger) -> Result:
    """Contacts after which the customer did not come back about the same product within the set time.

    A contact counts in the period in which that time runs out, so that no verdict is given too early.
    """
    days = whole(ledger.settings.first_contact_window / DAY)
    if not ledger.settled + ledger.returned:
        none = remark("no contact whose {days} days ran out in the period", days=days)
        return share("fcr_proxy", 0, 0, remarks=none)
    return share(
        "fcr_proxy",
        ledger.settled,
        ledger.settled + ledger.returned,
        remarks=remark(
            "no new contact on the same product for {days} days, of all contacts with a product",
            days=days,
        ),
    )


FIRST_CONTACT = (
    VisitMeasure("fcr_recorded", "Resolved, as recorded", "percent", "up", ("resolved",), fcr_recorded),
    VisitMeasure("fcr_proxy", "Resolved, did not come back", "percent", "up", ("product",), fcr_proxy),
)
