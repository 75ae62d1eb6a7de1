"""What customers think of the products, each weighing as much as it sells.

Σ over products (share of turnover · score), the shares being those of the rated products alone. The scores come from
answers, on 0-100; the turnover from the amounts of the visits in the period.
"""

from __future__ import annotations

from surveys.measures.base import Result, VisitMeasure, remark
from surveys.measures.ledger import Ledger
from surveys.measures.operational import product_quality


def quality(ledger: Ledger) -> Result:
    """Turnover-weighted score of the rated products; n is the answers about them."""
    rated = [product for product in ledger.scores if ledger.turnover.get(product)]
    value = product_quality({product: ledger.scores[product][0] for product in rated}, ledger.turnover)
    if value is None:
        none = remark("no product has both sales and enough answers in the period")
        return Result("product_quality", None, "percent", "up", 0, remarks=none)
    sold = sum(ledger.turnover[product] for product in rated)
    share = round(100 * sold / sum(ledger.turnover.values()))
    made = remark("rated products: {n}, with {share} % of the sales", n=len(rated), share=share)
    answers = sum(ledger.scores[product][1] for product in rated)
    return Result("product_quality", value, "percent", "up", answers, remarks=made)


PRODUCT_QUALITY = (
    VisitMeasure("product_quality", "Product quality", "percent", "up", ("amount", "product"), quality),
)
