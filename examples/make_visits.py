"""Write examples/visits.csv: one made-up week of a made-up car-service chain. The same every time.

    python examples/make_visits.py

Three branches, a dozen employees named after fruit and vegetables, customers in five languages, some of them more than
once, two of them under two customer ids, and a few rows as they come out of real systems: broken.
"""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

SEED = 20261116
MONDAY = datetime(2026, 11, 16)  # noqa: DTZ001 -- local time without an offset, as such exports have it
HEADER = [
    *("visit_id", "customer_id", "occurred_at", "name", "phone", "language", "timezone"),
    *("touchpoint", "branch", "employee", "product", "amount", "resolved", "vehicle"),
]

EMPLOYEES = {
    "Tallinn": ["Mari Maasikas", "Jaan Jõhvikas", "Kadri Kaalikas", "Priit Porgand", "Sofia Sibul"],
    "Tartu": ["Tõnu Tomat", "Liina Lillkapsas", "Helen Hernes", "Siim Spargel"],
    "Narva": ["Olga Ogurtsova", "Pavel Pomidorov", "Timur Tykvin"],
}
LANGUAGES = {  # by branch: how many of a hundred customers speak it
    "Tallinn": {"et": 52, "ru": 24, "en": 12, "fi": 8, "he": 4},
    "Tartu": {"et": 78, "ru": 10, "en": 8, "fi": 4, "he": 0},
    "Narva": {"et": 10, "ru": 84, "en": 4, "fi": 2, "he": 0},
}
NAMES = {
    "et": "Liis Mart Kersti Toomas Anneli Rein Piret Margus Triin Indrek Maarika Urmas Õnne Jüri Kristiina Aivar Reet Peeter Külli Sander",
    "ru": "Анна Сергей Елена Дмитрий Татьяна Андрей Наталья Виктор Ирина Алексей Людмила Николай Марина Олег",
    "en": "Emily James Sarah Oliver Grace Daniel",
    "fi": "Aino Mikko Päivi Jukka Sanna Antti",
    "he": "נועה יוסי תמר איתן",
}
# What one comes for: product, price from and to, how often. It is the middle of November: winter tyres.
OFFER = {
    "service": [("annual service", 189, 329, 5), ("oil change", 79, 119, 6), ("brakes", 149, 420, 4), ("battery", 95, 180, 3), ("diagnostics", 45, 60, 3)],
    "tyre change": [("tyre change", 49, 75, 9), ("winter tyres", 320, 620, 4)],
    "delivery": [("parts", 25, 240, 3), ("winter tyres", 320, 620, 1)],
    "phone": [("", 0, 0, 1)],
}  # fmt: skip
TOUCHPOINTS = {"service": 42, "tyre change": 38, "delivery": 10, "phone": 10}
VEHICLES = {"passenger car": 62, "van": 16, "4x4": 12, "electric": 10}
VISITS = 196
TWICE_KNOWN = ((3, 90), (57, 131))  # customers who were entered a second time, under another id


@dataclass(frozen=True)
class Customer:
    """Somebody who may come more than once."""

    id: str
    name: str
    phone: str
    language: str
    branch: str
    vehicle: str
    timezone: str = ""


def customers(dice: random.Random) -> list[Customer]:
    """Make up the customers: eight give no phone, two are known under two ids, one lives far away."""
    made: list[Customer] = []
    for number in range(160):
        branch = pick(dice, {"Tallinn": 50, "Tartu": 31, "Narva": 19})
        language = pick(dice, LANGUAGES[branch])
        phone = "" if number % 20 == 7 else written(f"5555{100 + number:04}", number)
        named = "" if number % 33 == 12 else dice.choice(NAMES[language].split())
        made.append(Customer(f"c-{number + 1:03}", named, phone, language, branch, pick(dice, VEHICLES)))
    made[40] = Customer(
        "c-041", "Grace", "+1 202 555 0141", "en", "Tallinn", "passenger car", "America/New_York"
    )
    for known, again in TWICE_KNOWN:
        first = made[known]
        phone = first.phone.replace(" ", "")
        made[again] = Customer(made[again].id, first.name, phone, first.language, first.branch, first.vehicle)
    return made


def written(number: str, how: int) -> str:
    """Write a phone in one of the ways in which people write them."""
    ways = ["+372 {0} {1}", "+372{0}{1}", "{0} {1}", "{0}{1}", "00372 {0}{1}", "+372 {0}-{1}"]
    return ways[how % len(ways)].format(number[:4], number[4:])


def moments(dice: random.Random) -> list[datetime]:
    """Spread the visits over the week: fewer at noon, most on Friday."""
    days = {0: 22, 1: 18, 2: 17, 3: 19, 4: 24}
    hours = {8: 8, 9: 13, 10: 13, 11: 10, 12: 6, 13: 9, 14: 11, 15: 12, 16: 11, 17: 7}
    made: list[datetime] = []
    while len(made) < VISITS:
        minute = timedelta(hours=pick(dice, hours), minutes=5 * dice.randrange(12))
        made.append(MONDAY + timedelta(days=pick(dice, days)) + minute)
    return sorted(made)


def visits(dice: random.Random) -> Iterator[list[str]]:
    """Make up the rows, in the order of time."""
    people = customers(dice)
    regulars = [people[n] for pair in TWICE_KNOWN for n in pair] + dice.sample(people, 20)
    coming = [*people, *regulars, *dice.sample(regulars, VISITS - len(people) - len(regulars))]
    dice.shuffle(coming)
    for number, (at, customer) in enumerate(zip(moments(dice), coming, strict=True), start=1001):
        touchpoint = pick(dice, TOUCHPOINTS)
        product, low, high, _ = dice.choices(OFFER[touchpoint], [row[3] for row in OFFER[touchpoint]])[0]
        amount = f"{dice.randrange(low, high) + dice.choice([0, 0, 0, 0.5, 0.9]):.2f}" if high else ""
        resolved = pick(dice, {"yes": 82, "no": 9, "": 9})
        yield [
            *(f"v-{number}", customer.id, at.strftime("%Y-%m-%dT%H:%M"), customer.name, customer.phone),
            *(customer.language, customer.timezone, touchpoint, customer.branch),
            *(dice.choice(EMPLOYEES[customer.branch]), product, amount, resolved, customer.vehicle),
        ]


def spoiled(rows: list[list[str]]) -> list[list[str]]:
    """Spoil a few rows the way real exports are spoiled, and hand one in twice."""
    put = dict(zip(HEADER, range(len(HEADER)), strict=True))
    for at, column, value in (
        (30, "phone", "5555 01"),
        (78, "occurred_at", "2026-02-30T10:15"),
        (121, "visit_id", ""),
        (166, "occurred_at", "2026-11-19T25:10"),
        (121, "name", '=HYPERLINK("http://example.com","click")'),
    ):
        rows[at][put[column]] = value
    return [*rows[:150], rows[149], *rows[150:]]


def pick(dice: random.Random, weighted: dict[T, int]) -> T:
    """Draw a key by its weight."""
    return dice.choices(list(weighted), list(weighted.values()))[0]


def write(path: Path) -> None:
    """Write the file."""
    rows = spoiled(list(visits(random.Random(SEED))))
    with path.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target, lineterminator="\n").writerows([HEADER, *rows])


if __name__ == "__main__":
    write(Path(__file__).with_name("visits.csv"))
