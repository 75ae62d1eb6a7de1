"""Shares that come from numbers of invitations and texts, not from one question's scores."""

from __future__ import annotations

from surveys.measures.base import Result, remark
from surveys.measures.shapes import share


def response_rate(answered: int, asked: int, delivered: int | None = None) -> Result:
    """Answered of those that were delivered, else of those sent; the note says which.

    Late answers may outnumber the invitations of a short period: then the rate is 100.
    """
    base = asked if delivered is None else delivered
    if not base:
        return share("response_rate", 0, 0, remarks=remark("nobody was asked in the period"))
    of = remark("of sent") if delivered is None else remark("of delivered")
    return share("response_rate", min(answered, base), base, remarks=of)


def why_rate(with_text: int, answers: int) -> Result:
    """Answers that came with a why."""
    return share("why_rate", with_text, answers)


def theme_rate(naming: int, with_text: int) -> Result:
    """Respondents naming a theme, of those who wrote something. One may name many: themes add to over 100."""
    return share("theme_rate", naming, with_text, remarks=remark("one answer may name several themes"))
