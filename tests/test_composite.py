"""The composite index: what it adds up, and what it refuses to add up."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.measures.composite import composite, load_composite
from surveys.measures.tables import TableError

DAIRY = """
name = "CSI"

[[blocks]]
name = "Price"
weight = 30
[[blocks.indicators]]
name = "Price survey"
weight = 50
source = "question:csi.price"
[[blocks.indicators]]
name = "Price level"
weight = 50
source = "metric:price_level"
target = 97

[[blocks]]
name = "Product quality"
weight = 25
[[blocks.indicators]]
name = "Defect level"
weight = 40
source = "metric:defect_level"
better = "down"
[[blocks.indicators]]
name = "Would recommend"
weight = 60
source = "question:nps.recommend"
range = [-100, 100]

[[blocks]]
name = "Service"
weight = 25
[[blocks.indicators]]
name = "Availability"
weight = 100
source = "metric:availability"

[[blocks]]
name = "Customers"
weight = 20
[[blocks.indicators]]
name = "A-customers"
weight = 100
source = "measure:sales_dynamics"
"""
VALUES = {
    "question:csi.price": 80.0,
    "metric:price_level": 97.561,
    "metric:defect_level": 2.0,
    "question:nps.recommend": 40.0,
    "metric:availability": 95.0,
    "measure:sales_dynamics": 112.0,
}


def changed(old: str, new: str) -> str:
    assert old in DAIRY
    return DAIRY.replace(old, new, 1)


def test_the_index_adds_what_its_weights_say() -> None:
    result = composite(load_composite(tomllib.loads(DAIRY)), dict(VALUES))
    price = 0.5 * 80 + 0.5 * 97.561
    quality = 0.4 * 98 + 0.6 * 70
    assert result.total == pytest.approx(0.3 * price + 0.25 * quality + 0.25 * 95 + 0.2 * 100)
    assert result.reason == ""


def test_rows_show_weight_actual_weighted_value_target_and_gap() -> None:
    rows = {row.name: row for row in composite(load_composite(tomllib.loads(DAIRY)), dict(VALUES)).rows}
    defects = rows["Defect level"]
    assert (defects.level, defects.weight, defects.actual, defects.points, defects.target) == (
        "indicator", 40, 2, 98, 95,
    )  # fmt: skip
    assert (defects.weighted, defects.gap) == pytest.approx((9.8, 3))
    assert (rows["Price level"].target, rows["Price level"].gap) == pytest.approx((97, 0.561))
    assert (rows["Service"].actual, rows["Service"].weighted, rows["Service"].gap) == (95, 23.75, 0)
    assert [name for name in rows if rows[name].level != "indicator"] == [
        "Price", "Product quality", "Service", "Customers", "CSI",
    ]  # fmt: skip


def test_lower_is_better_is_turned_round() -> None:
    rows = {row.name: row for row in composite(load_composite(tomllib.loads(DAIRY)), dict(VALUES)).rows}
    assert rows["Defect level"].points == 100 - 2


def test_growth_is_capped_at_a_hundred() -> None:
    rows = {row.name: row for row in composite(load_composite(tomllib.loads(DAIRY)), dict(VALUES)).rows}
    assert (rows["A-customers"].actual, rows["A-customers"].points) == (112, 100)


def test_weighted_values_add_to_the_total() -> None:
    result = composite(load_composite(tomllib.loads(DAIRY)), dict(VALUES))
    for level in ("block", "indicator"):
        parts = [row.weighted for row in result.rows if row.level == level]
        assert sum(part for part in parts if part is not None) == pytest.approx(result.total)


def test_a_missing_value_means_no_total_and_says_whose() -> None:
    result = composite(load_composite(tomllib.loads(DAIRY)), VALUES | {"metric:availability": None})
    assert result.total is None
    assert result.reason == "no total: no value for Availability (metric:availability)"
    rows = {row.name: row for row in result.rows}
    assert (rows["Service"].points, rows["CSI"].gap) == (None, None)
    assert rows["Price"].points is not None


def test_sources_name_every_value_that_is_needed() -> None:
    assert load_composite(tomllib.loads(DAIRY)).sources == set(VALUES)


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        (
            changed("weight = 30", "weight = 25"),
            (
                "[composite] the weights of the blocks add to 95 %, not 100 %: Price 25, Product quality 25, Service 25, "
                "Customers 20; add 5 to one of them."
            ),
        ),
        (
            changed("weight = 60", "weight = 70"),
            (
                "[composite] blocks.1: the weights of the indicators of block 'Product quality' add to 110 %, not 100 %: "
                "Defect level 40, Would recommend 70; take 10 from one of them."
            ),
        ),
        (changed('better = "down"', 'beter = "down"'), "blocks.1.indicators.0.beter is no key here"),
        (changed('source = "metric:price_level"', ""), "blocks.0.indicators.1.source is missing; give it."),
        (changed("metric:price_level", "price_level"), "blocks.0.indicators.1.source is 'price_level'"),
        (changed("measure:sales_dynamics", "measure:sales"), "there is no measure 'sales' from visits"),
        (
            changed("[-100, 100]", "[100, -100]"),
            "blocks.1.indicators.1: Would recommend: range [100.0, -100.0] does not rise",
        ),
        (changed("weight = 30", "weight = 0"), "blocks.0.weight is 0"),
        (changed("weight = 30", "weight = nan"), "blocks.0.weight is nan"),
        ("name = 'CSI'\nblocks = []", "there are no blocks; give at least one"),
    ],
)
def test_a_wrong_definition_names_the_key_the_value_and_the_fix(toml: str, message: str) -> None:
    with pytest.raises(TableError) as caught:
        load_composite(tomllib.loads(toml))
    assert message in str(caught.value)


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(TableError) as caught:
        load_composite(
            {"blocks": [{"name": "Price", "weight": 100}], "colour": "red"}, "config.toml: [composite]"
        )
    assert str(caught.value).splitlines() == [
        "config.toml: [composite] blocks.0.indicators is missing; give it.",
        "config.toml: [composite] colour is no key here; check its spelling or remove it.",
    ]


NUMBER = st.floats(-1000, 1000)


@given(st.fixed_dictionaries(dict.fromkeys(VALUES, NUMBER)))
def test_whatever_the_values_the_index_stays_between_0_and_100(values: dict[str, float]) -> None:
    total = composite(load_composite(tomllib.loads(DAIRY)), dict(values)).total
    assert total is not None
    assert 0 <= total <= 100


@given(NUMBER, st.floats(0, 100))
def test_a_better_value_never_lowers_the_index(value: float, more: float) -> None:
    definition = load_composite(tomllib.loads(DAIRY))
    for source, sign in (("question:nps.recommend", 1), ("metric:defect_level", -1)):
        worse = composite(definition, VALUES | {source: value}).total
        better = composite(definition, VALUES | {source: value + sign * more}).total
        assert worse is not None
        assert better is not None
        assert better >= worse - 1e-9
