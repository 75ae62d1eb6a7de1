"""A firm's own figures."""

import pytest

from surveys.measures.operational import (
    Supplied,
    availability,
    defect_level,
    figure,
    price_level,
    product_quality,
)


@pytest.mark.parametrize(
    ("own", "competitor", "level"),
    [(41, 40, 97.5610), (40, 41, 100), (40, 40, 100), (0, 40, None), (41, 0, None)],
)
def test_price_level(own: float, competitor: float, level: float | None) -> None:
    assert price_level(own, competitor) == (None if level is None else pytest.approx(level, abs=5e-5))


def test_what_is_called_shortage_level_is_an_availability() -> None:
    assert availability(turnover=95, shortage=5) == 95
    assert availability(turnover=5, shortage=95) == 5
    assert availability(0, 0) is None


def test_defect_level_is_returned_of_shipped() -> None:
    assert defect_level(3, 200) == 1.5
    assert defect_level(0, 0) is None


def test_product_quality_weighs_rated_products_by_turnover() -> None:
    assert product_quality({"milk": 80, "kefir": 60}, {"milk": 300, "kefir": 100, "unrated": 999}) == 75
    assert product_quality({"milk": 80}, {}) is None


def test_a_figure_is_supplied_or_made_of_its_parts() -> None:
    prices = {"own_price": 41.0, "competitor_price": 40.0}
    assert figure("price_level", Supplied(prices)) == pytest.approx(97.561, abs=1e-3)
    assert figure("price_level", Supplied({"price_level": 99, **prices})) == 99
    assert figure("price_level", Supplied({"own_price": 41})) is None
    assert figure("orders_on_time", Supplied({"orders_on_time": 93})) == 93
    assert figure("orders_on_time", Supplied({})) is None


def test_product_quality_is_made_of_figures_by_product() -> None:
    by_product = {
        "product_score": {"milk": 80.0, "kefir": 60.0},
        "product_turnover": {"milk": 3.0, "kefir": 1.0},
    }
    means = {"product_score": 70.0, "product_turnover": 2.0}
    assert figure("product_quality", Supplied(means, by_product)) == 75
    assert figure("product_quality", Supplied({"product_quality": 88, **means}, by_product)) == 88
    assert figure("product_quality", Supplied(means)) is None
