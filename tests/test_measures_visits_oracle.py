"""The one-pass ledger against a plain recount of every visit, and its memory."""

import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.measures import measure_visits
from surveys.measures.ledger import Period, VisitFact, build_ledger
from surveys.measures.settings import MeasureSettings

START = datetime(2026, 10, 1, tzinfo=UTC)
DAY = timedelta(days=1)
PERIOD = Period(START, START + 10 * DAY)
SETTINGS = MeasureSettings(lost_after=15 * DAY, first_contact_window=3 * DAY)

HISTORY = st.lists(
    st.builds(
        VisitFact,
        customer=st.sampled_from("abcd"),
        at=st.integers(-40, 14).map(lambda day: START + day * DAY),
        product=st.sampled_from(["oil", "tyres", None]),
        touchpoint=st.sampled_from(["call", "counter", None]),
        amount=st.sampled_from([None, 0.0, 5.0, 20.0]),
        resolved=st.sampled_from([None, True, False]),
    ),
    max_size=40,
).map(lambda facts: sorted(facts, key=lambda fact: fact.at))


def recount(facts: list[VisitFact]) -> dict[str, float | None]:
    """Every measure by its definition, with all visits at hand."""
    seen = [fact for fact in facts if fact.at < PERIOD.end]
    inside = [fact for fact in seen if fact.at >= START]
    bought = {name: [f for f in seen if f.customer == name and f.amount] for name in "abcd"}

    def spent(name: str, start: datetime, end: datetime) -> float:
        return sum(float(f.amount or 0) for f in bought[name] if start <= f.at < end)

    def active(name: str, moment: datetime) -> bool:
        return any(moment - SETTINGS.lost_after <= f.at < moment for f in bought[name])

    def percent(k: int, n: int) -> float | None:
        return 100 * k / n if n else None

    buyers = [name for name in "abcd" if any(f.at >= START for f in bought[name])]
    again = [n for n in buyers if any([f.product for f in bought[n]].count(f.product) > 1 for f in bought[n])]
    another = [n for n in buyers if len({f.product for f in bought[n]}) > 1]
    there = [name for name in "abcd" if active(name, START)]
    gone = [name for name in there if not active(name, PERIOD.end)]
    before = [name for name in "abcd" if spent(name, START - 10 * DAY, START)]
    verdicts = [
        not any(
            other.customer == fact.customer
            and other.product == fact.product
            and other.at <= fact.at + 3 * DAY
            for other in seen[index + 1 :]
        )
        for index, fact in enumerate(seen)
        if fact.product and START <= fact.at + 3 * DAY < PERIOD.end
    ]
    marks = [fact.resolved for fact in inside if fact.resolved is not None]
    calls, sales = sum(f.touchpoint == "call" for f in inside), sum(bool(f.amount) for f in inside)
    return {
        "repurchase_rate": percent(len(again), len(buyers)),
        "repurchase_ratio": len(again) / (len(buyers) - len(again)) if len(buyers) > len(again) else None,
        "upsell_rate": percent(len(another), len(buyers)),
        "customer_dynamics": percent(len(buyers), len(before)),
        "visit_frequency": len(inside) / len({f.customer for f in inside}) if inside else None,
        "contact_rate": percent(calls, sales) if any(f.touchpoint == "call" for f in seen) else None,
        "fcr_recorded": percent(sum(marks), len(marks)),
        "fcr_proxy": percent(sum(verdicts), len(verdicts)),
        "churn_count": len(gone) if there else None,
        "churn_value": sum(spent(name, START - 15 * DAY, START) for name in gone) if there else None,
        "churn_rate": percent(len(gone), len(there)),
        "retention": percent(len(there) - len(gone), len(there)),
    }


@given(HISTORY)
def test_one_pass_gives_what_a_recount_of_all_visits_gives(facts: list[VisitFact]) -> None:
    results = {result.id: result for result in measure_visits(iter(facts), PERIOD, SETTINGS)}
    for name, expected in recount(facts).items():
        result = results[name]
        if result.note.startswith("add the column"):
            continue
        assert (name, result.value) == (name, expected if expected is None else pytest.approx(expected))


@given(HISTORY)
def test_every_value_comes_with_an_interval_around_it_or_none(facts: list[VisitFact]) -> None:
    for result in measure_visits(facts, PERIOD, SETTINGS):
        if result.value is None:
            assert result.note
            assert (result.low, result.high) == (None, None)
        elif result.low is not None:
            assert result.high is not None
            assert result.low <= result.value <= result.high


def peak_memory(visits: int, customers: int) -> int:
    def history() -> Iterator[VisitFact]:
        for number in range(visits):
            moment = START - (visits - number) * timedelta(seconds=10)
            yield VisitFact(f"c{number % customers}", moment, "oil", "counter", 5.0, resolved=True)

    tracemalloc.start()
    try:
        build_ledger(history(), PERIOD)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_grows_with_customers_and_not_with_visits() -> None:
    peak_memory(100, 50)
    assert peak_memory(20_000, 50) < 2 * peak_memory(1_000, 50)
