"""Visits in one pass: what each customer did before, in and around a period.

Every measure from visits reads the same ledger, so a firm's whole history is read once and memory grows with
customers (and the products each has had), not with visits. Money is kept as float: enough for ratios of sums,
not for books.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from surveys.measures.base import Remarks, remark
from surveys.measures.settings import MeasureSettings

DAY = timedelta(days=1)
Score = tuple[float, int]
"""A mean answer on 0-100, and the number of answers."""

COLUMNS = ("product", "touchpoint", "amount", "resolved")


@dataclass(frozen=True, slots=True)
class VisitFact:
    """What a measure needs of one visit; `at` is aware. None is a column the visit has no value for."""

    customer: str
    at: datetime
    product: str | None = None
    touchpoint: str | None = None
    amount: Decimal | float | None = None
    resolved: bool | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` up to but not including `end`, both aware.

    With both in one zone, `before` is as many local days earlier, whatever the clocks did between.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError(f"A period needs a time zone: {self.start} to {self.end}. Give aware datetimes.")
        if self.start >= self.end:
            raise ValueError(f"A period must end after it starts: {self.start} to {self.end}.")

    @property
    def before(self) -> Period:
        """The period of equal length just before."""
        return Period(self.start - (self.end - self.start), self.start)

    @property
    def days(self) -> float:
        """Length in days."""
        return (self.end - self.start) / DAY


@dataclass(slots=True)
class Account:
    """One customer's visits up to the end of the period. A purchase is a visit with an amount above 0."""

    visits: int = 0
    """Those in the period."""
    purchases: int = 0
    sales: float = 0.0
    sales_before: float = 0.0
    sales_at_risk: float = 0.0
    """Sum of purchases in the time `lost_after` before the start."""
    first_purchase: datetime | None = None
    last_purchase: datetime | None = None
    last_purchase_before: datetime | None = None
    """The last one before the period."""
    bought: dict[str, int] = field(default_factory=dict)
    """Product -> purchases; a purchase without a product counts under ""."""
    open_contacts: dict[str, datetime] = field(default_factory=dict)
    """Product -> its last contact."""


@dataclass(slots=True)
class Ledger:
    """All that the measures from visits are made of."""

    period: Period
    settings: MeasureSettings
    accounts: dict[str, Account] = field(default_factory=dict)
    gaps: list[float] = field(default_factory=list)
    """Days from first to second purchase, one per customer who came again."""
    columns: set[str] = field(default_factory=set)
    """Columns that any visit has a value for."""
    enquiries: int = 0
    transactions: int = 0
    has_enquiry_touchpoint: bool = False
    """Whether any visit ever, in the period or before it, was an enquiry."""
    marked_resolved: int = 0
    marked_unresolved: int = 0
    settled: int = 0
    returned: int = 0
    turnover: dict[str, float] = field(default_factory=dict)
    """Product -> sum of its purchases in the period."""
    scores: Mapping[str, Score] = field(default_factory=dict)
    """Product -> what customers think of it: of those with enough answers."""
    before_start: datetime = field(init=False)
    risk_start: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.before_start = self.period.before.start
        self.risk_start = self.period.start - self.settings.lost_after

    def missing(self, needs: tuple[str, ...]) -> Remarks:
        """Say which columns have to be added, or nothing."""
        absent = [repr(name) for name in needs if name not in self.columns]
        if not absent:
            return ()
        if not self.accounts:
            return remark("no visits")
        return remark(
            "add the column {columns} to the visits: no visit has a value for it", columns=", ".join(absent)
        )

    def buyers(self) -> list[Account]:
        """Accounts that bought in the period."""
        start = self.period.start
        return [a for a in self.accounts.values() if a.last_purchase is not None and a.last_purchase >= start]


def build_ledger(
    facts: Iterable[VisitFact],
    period: Period,
    settings: MeasureSettings | None = None,
    scores: Mapping[str, Score] | None = None,
) -> Ledger:
    """Read all visits once, oldest first: the whole history up to the end of the period; later ones are ignored.

    `scores` are those of products, from answers.

    Raises ValueError when they are not sorted by time.
    """
    ledger = Ledger(period, settings or MeasureSettings(), scores=scores or {})
    enquiry = frozenset(name.casefold() for name in ledger.settings.enquiry_touchpoints)
    transaction = frozenset(name.casefold() for name in ledger.settings.transaction_touchpoints)
    previous = None
    for fact in facts:
        if previous is not None and fact.at < previous:
            raise ValueError(f"A visit at {fact.at} comes after one at {previous}. Sort the visits by time.")
        previous = fact.at
        if fact.at >= period.end:
            break
        account = ledger.accounts.get(fact.customer)
        if account is None:
            account = ledger.accounts[fact.customer] = Account()
        _note_columns(ledger, fact)
        _count_contact(ledger, account, fact, enquiry, transaction)
        if fact.amount is not None and fact.amount > 0:
            _count_purchase(ledger, account, fact, float(fact.amount))
    for account in ledger.accounts.values():
        for contact in account.open_contacts.values():
            _judge_contact(ledger, contact, None)
    return ledger


def _note_columns(ledger: Ledger, fact: VisitFact) -> None:
    if len(ledger.columns) < len(COLUMNS):
        ledger.columns.update(name for name in COLUMNS if getattr(fact, name) is not None)


def _count_contact(
    ledger: Ledger, account: Account, fact: VisitFact, enquiry: frozenset[str], transaction: frozenset[str]
) -> None:
    if fact.product is not None:
        earlier = account.open_contacts.get(fact.product)
        if earlier is not None:
            _judge_contact(ledger, earlier, fact.at)
        account.open_contacts[fact.product] = fact.at
    touchpoint = fact.touchpoint.casefold() if fact.touchpoint else ""
    is_enquiry = touchpoint in enquiry
    ledger.has_enquiry_touchpoint |= is_enquiry
    if fact.at < ledger.period.start:
        return
    account.visits += 1
    ledger.enquiries += is_enquiry
    ledger.transactions += touchpoint in transaction if transaction else bool(fact.amount and fact.amount > 0)
    ledger.marked_resolved += fact.resolved is True
    ledger.marked_unresolved += fact.resolved is False


def _judge_contact(ledger: Ledger, contact: datetime, again: datetime | None) -> None:
    """Count a contact in the period in which its waiting time runs out: only then is it known."""
    until = contact + ledger.settings.first_contact_window
    if not ledger.period.start <= until < ledger.period.end:
        return
    if again is not None and again <= until:
        ledger.returned += 1
    else:
        ledger.settled += 1


def _count_purchase(ledger: Ledger, account: Account, fact: VisitFact, amount: float) -> None:
    start = ledger.period.start
    if account.first_purchase is None:
        account.first_purchase = fact.at
    elif account.purchases == 1:
        ledger.gaps.append((fact.at - account.first_purchase) / DAY)
    account.purchases += 1
    product = fact.product or ""
    account.bought[product] = account.bought.get(product, 0) + 1
    account.last_purchase = fact.at
    if fact.at >= start:
        account.sales += amount
        if product:
            ledger.turnover[product] = ledger.turnover.get(product, 0.0) + amount
        return
    account.last_purchase_before = fact.at
    if fact.at >= ledger.before_start:
        account.sales_before += amount
    if fact.at >= ledger.risk_start:
        account.sales_at_risk += amount
