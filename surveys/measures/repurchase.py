"""Do customers come back? Repurchase, upsell, and the time within which a second purchase comes.

Of the customers who bought in the period: those who by its end had bought a product again (repurchase), or had
bought a second, different product (upsell), against those who had not. The ratio of the two has no bound and no
value when nobody was left over; the rate does not have that fault and stands beside it.
"""

from __future__ import annotations

from surveys.measures.base import Remarks, Result, VisitMeasure, remark, whole
from surveys.measures.ledger import Account, Ledger
from surveys.measures.shapes import share
from surveys.measures.statistics import Moments, mean_interval, moments_of


def ratio(repeat: int, one_time: int) -> float | None:
    """Repeat customers for each one-time customer; None when there are no one-time customers."""
    return repeat / one_time if one_time else None


def _bought_again(account: Account) -> bool:
    return max(account.bought.values()) >= 2


def _bought_another(account: Account) -> bool:
    return len(account.bought) >= 2


def _rule(ledger: Ledger, buyers: list[Account]) -> Remarks:
    if not buyers:
        return remark("nobody bought in the period")
    if "product" in ledger.columns:
        return ()
    return remark("products are not recorded: any second purchase counts")


def repurchase_ratio(ledger: Ledger) -> Result:
    """Set customers who bought a product again against those who did not."""
    buyers = ledger.buyers()
    return _ratio("repurchase_ratio", sum(map(_bought_again, buyers)), len(buyers), _rule(ledger, buyers))


def repurchase_rate(ledger: Ledger) -> Result:
    """Share of customers who bought a product again."""
    buyers = ledger.buyers()
    return share(
        "repurchase_rate", sum(map(_bought_again, buyers)), len(buyers), remarks=_rule(ledger, buyers)
    )


def upsell_ratio(ledger: Ledger) -> Result:
    """Set customers who bought another product as well against those who did not."""
    buyers = ledger.buyers()
    return _ratio("upsell_ratio", sum(map(_bought_another, buyers)), len(buyers), _rule(ledger, buyers))


def upsell_rate(ledger: Ledger) -> Result:
    """Share of customers who bought another product as well."""
    buyers = ledger.buyers()
    return share("upsell_rate", sum(map(_bought_another, buyers)), len(buyers), remarks=_rule(ledger, buyers))


def repurchase_gap(ledger: Ledger) -> Result:
    """Mean days from first to second purchase, of all customers so far; below two gaps no value."""
    of = moments_of(ledger.gaps)
    if of is None or of.n < 2:
        return _no_gaps("repurchase_gap", of)
    low, high = mean_interval(of) or (None, None)
    deviation = remark("deviation {deviation} days", deviation=of.variance**0.5)
    return Result("repurchase_gap", of.mean, "days", "down", of.n, low and max(0.0, low), high, deviation)


def repurchase_window(ledger: Ledger) -> Result:
    """Days after which a customer who has not come again is one-time: mean + k · deviation of the gap."""
    of = moments_of(ledger.gaps)
    if of is None or of.n < 2:
        return _no_gaps("repurchase_window", of)
    k, deviation = ledger.settings.repurchase_k, of.variance**0.5
    made = remark("mean {mean} + {k} · deviation {deviation}", mean=of.mean, k=whole(k), deviation=deviation)
    return Result("repurchase_window", of.mean + k * deviation, "days", "down", of.n, remarks=made)


def _no_gaps(id: str, of: Moments | None) -> Result:  # noqa: A002
    few = remark("fewer than 2 second purchases")
    return Result(id, None, "days", "down", of.n if of else 0, remarks=few)


def _ratio(id: str, repeat: int, buyers: int, rule: Remarks) -> Result:  # noqa: A002
    value = ratio(repeat, buyers - repeat)
    if value is None and buyers:
        rule = remark("nobody was left over, so the ratio has no value; the rate is 100 %")
    return Result(id, value, "ratio", "up", buyers, remarks=rule)


REPURCHASE = (
    VisitMeasure("repurchase_ratio", "Repurchase ratio", "ratio", "up", ("amount",), repurchase_ratio),
    VisitMeasure("repurchase_rate", "Repurchase rate", "percent", "up", ("amount",), repurchase_rate),
    VisitMeasure("upsell_ratio", "Upsell ratio", "ratio", "up", ("amount", "product"), upsell_ratio),
    VisitMeasure("upsell_rate", "Upsell rate", "percent", "up", ("amount", "product"), upsell_rate),
    VisitMeasure("repurchase_gap", "First to second purchase", "days", "down", ("amount",), repurchase_gap),
    VisitMeasure("repurchase_window", "Repurchase window", "days", "down", ("amount",), repurchase_window),
)
