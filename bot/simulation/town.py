"""Made-up customers and their visits: some come often, some once; a few are known twice, or cannot be reached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

from bot.simulation.invariants import Place
from surveys.visits import QUIET_HOURS, Visit

CUSTOMERS_PER_DAILY_VISIT = 30
"""So that a customer comes a dozen times a year on average; most come less often, some much more."""

LANGUAGES = {"et": 50, "ru": 22, "en": 14, "fi": 9, "he": 3, "lv": 2}
ZONES = {
    "": 90,
    "America/New_York": 3,
    "Asia/Kathmandu": 2,
    "Pacific/Auckland": 2,
    "Pacific/Apia": 1,
    "Europe/London": 2,
}
TOUCHPOINTS = {"service": 70, "delivery": 15, "phone": 15}
EMPLOYEES = {
    "Narva": ("Olga Ogurtsova", "Pavel Pomidorov"),
    "Tallinn": ("Mari Maasikas", "Jaan Jõhvikas", "Kadri Kaalikas"),
    "Tartu": ("Tõnu Tomat", "Helen Hernes"),
}


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who comes. `ids` are the one or two ids the firm knows them by; `chat` is where they open the bot."""

    ids: tuple[str, ...]
    phone: str | None
    chat: str | None
    language: str
    timezone: str | None
    quiet: str | None
    branch: str

    @property
    def places(self) -> tuple[Place, ...]:
        """Wherever they can be reached."""
        phone = (("sms", self.phone),) if self.phone else ()
        return (*phone, ("telegram", self.chat)) if self.chat else phone


class Town:
    """All customers, and who comes on which day."""

    def __init__(self, dice: Random, per_day: int) -> None:
        self._dice = dice
        self._per_day = per_day
        self._numbers = 0
        self.customers: list[Customer] = [
            self._customer(number) for number in range(per_day * CUSTOMERS_PER_DAILY_VISIT)
        ]
        self._often = list(accumulate(dice.paretovariate(1.5) for _ in self.customers))

    def visits_on(self, day: date, zone: ZoneInfo) -> Iterator[tuple[Customer, Visit]]:
        """Yield the visits of a day in the order of time."""
        opens = datetime(day.year, day.month, day.day, 8, tzinfo=zone)
        moments = sorted(self._dice.randrange(10 * 60) for _ in range(self._per_day))
        comers = self._dice.choices(self.customers, cum_weights=self._often, k=self._per_day)
        for minute, customer in zip(moments, comers, strict=True):
            yield customer, self._visit(customer, opens + timedelta(minutes=minute))

    def _visit(self, customer: Customer, at: datetime) -> Visit:
        self._numbers += 1
        dice = self._dice
        return Visit(
            visit_id=f"v-{self._numbers}",
            customer_id=dice.choice(customer.ids),
            occurred_at=at,
            phone=customer.phone,
            language=customer.language,
            timezone=customer.timezone,
            touchpoint=pick(dice, TOUCHPOINTS),
            branch=customer.branch,
            employee=dice.choice(EMPLOYEES[customer.branch]),
            resolved=dice.random() < 0.9,
            extra={QUIET_HOURS: customer.quiet} if customer.quiet else {},
        )

    def _customer(self, number: int) -> Customer:
        dice = self._dice
        twice = dice.random() < 0.03
        return Customer(
            ids=(f"c-{number}", f"d-{number}") if twice else (f"c-{number}",),
            phone=f"+3725{number:07}" if twice or dice.random() < 0.93 else None,
            chat=str(600_000_000 + number) if not twice and dice.random() < 0.4 else None,
            language=pick(dice, LANGUAGES),
            timezone=pick(dice, ZONES) or None,
            quiet="12:00-14:00" if dice.random() < 0.02 else None,
            branch=dice.choice(sorted(EMPLOYEES)),
        )


def changed(dice: Random, visit: Visit) -> Visit:
    """Return a visit as it is handed in again: the same, corrected, or reopened."""
    match dice.randrange(3):
        case 0:
            return visit
        case 1:
            return visit._replace(employee="Keegi Teine")
        case _:
            return visit._replace(resolved=False)


def pick(dice: Random, weighted: dict[str, int]) -> str:
    """Draw a key by its weight."""
    return dice.choices(list(weighted), list(weighted.values()))[0]
