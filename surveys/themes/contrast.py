"""Which terms one group of comments uses more than another: log-odds with an informative Dirichlet prior.

Monroe, Colaresi, Quinn (2008), "Fightin' Words", Political Analysis 16, section 3.5.1. For a term w, counts y in
groups i and j of n terms each, and prior counts a (together a0) in proportion to all comments:

    d = log((y_i + a) / (n_i + a0 - y_i - a)) - log((y_j + a) / (n_j + a0 - y_j - a))
    z = d / sqrt(1 / (y_i + a) + 1 / (y_j + a))

The prior keeps rare words from winning by chance and common ones from winning by mere size. A count is a number of
comments that hold the term, never of its uses.
"""

import math

PRIOR_SHARE = 0.1
"""a0: the prior weighs a tenth of the terms compared. Then 4 comments against 0 stand out between equal sides, 3
do not; a fixed weight would silence small surveys or let large ones chatter."""


def log_odds_z(count: int, other: int, total: int, other_total: int, background: float) -> float:
    """Return z of a term; above 0 the first group uses it more.

    `count` of `total` terms in the first group, `other` of `other_total` in the second, `background` the share of
    the term in all comments (0 < background < 1).
    """
    prior_terms = PRIOR_SHARE * (total + other_total)
    prior = prior_terms * background
    mine, theirs = count + prior, other + prior
    odds = math.log(mine / (total + prior_terms - mine)) - math.log(
        theirs / (other_total + prior_terms - theirs)
    )
    return odds / math.sqrt(1 / mine + 1 / theirs)
