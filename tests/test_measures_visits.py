"""Measures from visits: each by a small history whose numbers can be counted by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from surveys.measures import VISIT_MEASURES, measure_visits
from surveys.measures.base import Result
from surveys.measures.clv import lifetime_value
from surveys.measures.ledger import Period, VisitFact
from surveys.measures.repurchase import ratio
from surveys.measures.settings import MeasureSettings

START = datetime(2026, 10, 1, tzinfo=UTC)
PERIOD = Period(START, START + timedelta(days=30))


def visit(customer: str, day: float, amount: float | None = 10, product: str | None = "oil") -> VisitFact:
    """A visit so many days after the period's start."""
    return VisitFact(customer, START + timedelta(days=day), product=product, amount=amount)


def measured(facts: Sequence[VisitFact], **settings: object) -> dict[str, Result]:
    ordered = sorted(facts, key=lambda fact: fact.at)
    results = measure_visits(iter(ordered), PERIOD, replace(MeasureSettings(), **settings))  # type: ignore[arg-type]
    return {result.id: result for result in results}


def test_without_visits_nothing_has_a_value() -> None:
    results = measured([])
    assert set(results) == set(VISIT_MEASURES)
    assert {result.value for result in results.values()} == {None}
    assert results["retention"].note == "no visits"


def test_without_its_column_a_measure_says_which_to_add() -> None:
    results = measured([VisitFact("ann", START)])
    assert (
        results["upsell_ratio"].note
        == "add the column 'amount', 'product' to the visits: no visit has a value for it"
    )
    assert results["fcr_recorded"].note.startswith("add the column 'resolved'")
    assert results["contact_rate"].note.startswith("add the column 'touchpoint'")
    assert results["visit_frequency"].value == 1


def test_product_quality_weighs_what_customers_think_by_what_is_sold() -> None:
    facts = [
        visit("ann", -5, 500, "milk"),  # before the period
        visit("ann", 1, 200, "milk"),
        visit("bob", 2, 100, "milk"),
        visit("bob", 3, 100, "kefir"),
        visit("cyd", 4, 400, "cheese"),  # nobody said what they think of it
    ]
    scores = {"milk": (80.0, 12), "kefir": (60.0, 5), "butter": (10.0, 99)}
    (found,) = [
        result for result in measure_visits(facts, PERIOD, scores=scores) if result.id == "product_quality"
    ]
    assert (found.value, found.n) == (75, 17)
    assert found.note == "rated products: 2, with 50 % of the sales"
    assert "no product has both sales and enough answers" in measured(facts)["product_quality"].note


def test_results_carry_what_their_measure_announces() -> None:
    for results in (
        measured([]),
        measured([visit("ann", -40), visit("ann", 2), visit("bob", 3)], margin=0.3),
    ):
        for name, result in results.items():
            measure = VISIT_MEASURES[name]
            assert (result.id, result.unit, result.better) == (measure.id, measure.unit, measure.better)


def test_repurchase_counts_the_same_product_and_upsell_another() -> None:
    facts = [
        visit("ann", -400),
        visit("ann", 1),
        visit("bob", 2),
        visit("bob", 9, product="tyres"),
        visit("eve", 3),
    ]
    results = measured(facts)
    assert (results["repurchase_ratio"].value, results["repurchase_ratio"].n) == (0.5, 3)
    assert results["repurchase_rate"].value == pytest.approx(100 / 3)
    assert results["upsell_ratio"].value == 0.5
    assert results["upsell_rate"].value == pytest.approx(100 / 3)


def test_without_products_any_second_purchase_is_a_repurchase_and_it_is_said() -> None:
    results = measured([visit("ann", -4, product=None), visit("ann", 1, product=None)])
    assert results["repurchase_rate"].value == 100
    assert "any second purchase" in results["repurchase_rate"].note
    assert results["upsell_ratio"].value is None


def test_thirty_repeat_and_seventy_one_time_customers() -> None:
    facts = [visit(f"c{i}", 1) for i in range(100)] + [visit(f"c{i}", 2) for i in range(30)]
    results = measured(facts)
    assert results["repurchase_ratio"].value == pytest.approx(0.4286, abs=5e-5)
    assert results["repurchase_rate"].value == pytest.approx(30)


def test_when_nobody_was_left_over_the_ratio_has_no_value_and_the_rate_is_100() -> None:
    results = measured([visit(f"c{i}", day) for i in range(10) for day in (1, 2)])
    assert ratio(10, 0) is None
    assert results["repurchase_ratio"].value is None
    assert "the rate is 100 %" in results["repurchase_ratio"].note
    assert results["repurchase_rate"].value == 100


def test_the_repurchase_window_is_mean_and_deviations_of_the_first_gap() -> None:
    facts = [visit("ann", -90), visit("ann", -80), visit("ann", -10), visit("bob", -50), visit("bob", -30)]
    results = measured(facts, repurchase_k=1.0)
    assert (results["repurchase_gap"].value, results["repurchase_gap"].n) == (15, 2)
    assert results["repurchase_window"].value == pytest.approx(15 + 50**0.5)
    assert results["repurchase_window"].note == "mean 15.0 + 1 · deviation 7.1"


def test_a_single_gap_makes_no_window() -> None:
    results = measured([visit("ann", -90), visit("ann", -80)])
    assert (results["repurchase_window"].value, results["repurchase_gap"].value) == (None, None)
    assert results["repurchase_gap"].n == 1


def test_sales_dynamics_follow_the_a_customers_of_the_period_before() -> None:
    facts = [
        visit("big", -20, 800), visit("mid", -20, 150), visit("small", -20, 50),
        visit("big", 3, 600), visit("mid", 3, 300), visit("new", 3, 900),
    ]  # fmt: skip
    assert (measured(facts)["sales_dynamics"].value, measured(facts)["sales_dynamics"].n) == (75, 1)
    assert measured(facts, a_share=0.9)["sales_dynamics"].value == pytest.approx(100 * 900 / 950)


def test_without_sales_before_there_are_no_dynamics() -> None:
    results = measured([visit("ann", 1), visit("bob", -40)])
    assert (results["sales_dynamics"].value, results["customer_dynamics"].value) == (None, None)


def test_the_customer_base_compares_who_bought() -> None:
    facts = [visit("ann", -5), visit("ann", -4), visit("bob", -3), visit("ann", 5), visit("asked", 6, None)]
    result = measured(facts)["customer_dynamics"]
    assert (result.value, result.n, result.note) == (50, 1, "2 before")


def test_visit_frequency_is_visits_per_customer_who_came() -> None:
    facts = [visit("ann", 1), visit("ann", 2), visit("ann", 3, None), visit("bob", 4), visit("eve", -4)]
    assert (measured(facts)["visit_frequency"].value, measured(facts)["visit_frequency"].n) == (2, 2)


def test_contact_rate_is_enquiries_per_hundred_transactions() -> None:
    facts = [visit(f"c{i}", 1) for i in range(8)]
    facts += [
        VisitFact("c1", START + timedelta(days=2), touchpoint=kind) for kind in ("Call", "email", "counter")
    ]
    result = measured(facts)["contact_rate"]
    assert (result.value, result.n, result.better) == (25, 8, "down")
    by_name = measured(facts, transaction_touchpoints=("Counter",))["contact_rate"]
    assert (by_name.value, by_name.n) == (200, 1)


def test_a_contact_rate_without_any_enquiry_on_record_is_unknown_and_not_zero() -> None:
    counter = VisitFact("ann", START, touchpoint="counter", amount=5)
    assert "enquiry_touchpoints" in measured([counter])["contact_rate"].note
    only_call = VisitFact("ann", START, touchpoint="call")
    assert (
        measured([only_call, VisitFact("bob", START - timedelta(days=9), amount=3)])["contact_rate"].value
        is None
    )
    called_before = replace(only_call, at=START - timedelta(days=60))
    assert measured([called_before, counter])["contact_rate"].value == 0


def test_first_contact_resolution_as_recorded_leaves_out_the_unmarked() -> None:
    facts = [
        VisitFact("ann", START + timedelta(days=i), resolved=mark)
        for i, mark in enumerate((True, False, None, True))
    ]
    result = measured(facts)["fcr_recorded"]
    assert result.value == pytest.approx(200 / 3)
    assert result.n == 3


def test_a_contact_is_settled_when_the_customer_does_not_come_back_about_that_product() -> None:
    facts = [
        visit("ann", 1), visit("ann", 5),                 # back within 7 days; the second then settled
        visit("bob", 1), visit("bob", 5, product="tyres"),  # another product: both settled
        visit("eve", 28),                                 # its 7 days are not over yet: no verdict
        visit("joe", -3),                                 # its 7 days ended in this period: settled
    ]  # fmt: skip
    result = measured(facts)["fcr_proxy"]
    assert (result.value, result.n) == (80, 5)
    assert "for 7 days" in result.note


def test_churn_counts_who_was_there_at_the_start_and_is_lost_at_the_end() -> None:
    facts = [
        visit("ann", -170, 40), visit("ann", -200, 60),   # lost during the period; the 60 is too old to count
        visit("bob", -170, 70), visit("bob", 10),          # came back in time
        visit("eve", -100),                                # still has time
        visit("joe", -300),                                # lost long before
        visit("new", 5),                                   # not there at the start
    ]  # fmt: skip
    results = measured(facts)
    assert (results["churn_count"].value, results["churn_count"].n) == (1, 3)
    assert results["churn_value"].value == 40
    assert results["churn_rate"].value == pytest.approx(100 / 3)
    assert results["retention"].value == pytest.approx(200 / 3)
    assert results["retention"].note == "lost: no purchase for 180 days"


def test_without_customers_at_the_start_there_is_no_churn() -> None:
    results = measured([visit("new", 5)])
    for name in ("churn_count", "churn_value", "churn_rate", "retention"):
        assert results[name].value is None
        assert results[name].note == "nobody bought in the 180 days before the period"


@pytest.mark.parametrize(
    ("margin", "kept", "discount", "value"),
    [
        (100, 0.8, 0.1, 100 * 0.8 / 0.3),
        (100, 0, 0.1, 0),
        (50, 0.98, 0, 2450),
        (100, 1, 0, None),
        (100, 1, 0.1, 1000),
    ],
)
def test_lifetime_value_is_undefined_only_where_it_is_endless(
    margin: float, kept: float, discount: float, value: float | None
) -> None:
    assert lifetime_value(margin, kept, discount) == (None if value is None else pytest.approx(value))


def test_lifetime_value_needs_the_firms_margin() -> None:
    facts = [visit("ann", -20, 100), visit("ann", 5, 100), visit("bob", -175), visit("eve", 3, 50)]
    assert "set [measures] margin" in measured(facts)["clv"].note
    result = measured(facts, margin=0.4)["clv"]
    yearly = 1.1 ** (30 / 365.25) - 1
    assert result.value == pytest.approx(0.4 * 75 * 0.5 / (1 + yearly - 0.5))
    assert result.n == 2


def test_lifetime_value_without_an_end_or_without_retention_is_none() -> None:
    stayed = [visit("ann", -20), visit("ann", 5)]
    assert "has no end" in measured(stayed, margin=0.4, discount=0.0)["clv"].note
    assert "nobody bought in the 180 days" in measured([visit("ann", 5)], margin=0.4)["clv"].note
    assert measured([visit("ann", -20)], margin=0.4)["clv"].note == "nobody bought in the period"


def test_visits_after_the_period_change_nothing() -> None:
    facts = [visit("ann", -20), visit("ann", 5), visit("bob", 6)]
    assert measured(facts) == measured([*facts, visit("ann", 30), visit("bob", 31, product="tyres")])


def test_money_may_be_decimal() -> None:
    facts = [visit("ann", -20), visit("ann", 5)]
    exact = [replace(fact, amount=Decimal("10.00")) for fact in facts]
    assert measured(facts, margin=0.5) == measured(exact, margin=0.5)


def test_unsorted_visits_are_refused() -> None:
    with pytest.raises(ValueError, match="Sort the visits by time"):
        measure_visits([visit("ann", 2), visit("ann", 1)], PERIOD)


def test_a_period_is_compared_with_as_many_local_days_whatever_the_clocks_did() -> None:
    tallinn = ZoneInfo("Europe/Tallinn")
    period = Period(datetime(2026, 10, 24, tzinfo=tallinn), datetime(2026, 11, 23, tzinfo=tallinn))
    assert period.before.start == datetime(2026, 9, 24, tzinfo=tallinn)
    assert period.days == 30


def test_impossible_periods_are_refused() -> None:
    with pytest.raises(ValueError, match="must end after"):
        Period(START, START)
    with pytest.raises(ValueError, match="needs a time zone"):
        Period(START.replace(tzinfo=None), START)
