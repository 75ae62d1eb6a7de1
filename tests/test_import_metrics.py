"""`askwhy import metrics`: the firm's own figures, each once, and in the composite index."""

from pathlib import Path

import pytest

from tests.cli_world import Cli, make_cli

HEADER = "metric,value,period,branch,product\n"
CONFIG = """
[composite]
name = "CSI"
[[composite.blocks]]
name = "Price"
weight = 100
[[composite.blocks.indicators]]
name = "Price level"
weight = 50
source = "metric:price_level"
[[composite.blocks.indicators]]
name = "Defects"
weight = 50
source = "metric:defect_level"
better = "down"
"""


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    return make_cli(tmp_path, capsys, CONFIG)


def bring(cli: Cli, rows: str, header: str = HEADER) -> tuple[int, ...]:
    told = cli.json("import metrics", file=cli.put("metrics.csv", header + rows))
    return tuple(told[name] for name in ("rows", "new", "known", "updated", "rejected"))


def composite(cli: Cli, period: str = "2026-10") -> float | None:
    told = cli.json("measures", period=period)
    (found,) = [measure for measure in told["measures"] if measure["id"] == "composite"]
    value: float | None = found["value"]
    return value


def test_figures_come_in_and_again_change_nothing(cli: Cli) -> None:
    rows = 'price_level,"97,6",2026-10,,\ndefect_level,2 %,2026-10,Tartu,\n'
    assert bring(cli, rows) == (2, 2, 0, 0, 0)
    assert bring(cli, rows) == (2, 0, 2, 0, 0)
    assert bring(cli, rows.replace("97,6", "98")) == (2, 0, 1, 1, 0)
    assert cli.code == 0


def test_a_figure_made_of_two_takes_both_from_one_period(cli: Cli) -> None:
    bring(cli, "own_price,50,2026-09,,\ncompetitor_price,40,2026-09,,\ndefect_level,0,2026-09,,\n")
    bring(cli, "own_price,40,2026-10,,\n")  # what the competitor asks in October is not known yet
    assert composite(cli) == 90  # (80 + 100) / 2: both prices of September
    bring(cli, "competitor_price,40,2026-10,,\n")
    assert composite(cli) == 100


def test_product_quality_is_made_of_scores_and_turnover_by_product(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli = make_cli(tmp_path, capsys, CONFIG.replace("metric:price_level", "metric:product_quality"))
    rows = (
        "product_score,80,2026-10,,milk\nproduct_score,60,2026-10,,kefir\nproduct_turnover,3,2026-10,,milk\n"
    )
    bring(cli, rows + "product_turnover,1,2026-10,,kefir\ndefect_level,0,2026-10,,\n")
    assert composite(cli) == 87.5  # (75 + 100) / 2


def test_the_newest_figures_of_the_period_make_the_index(cli: Cli) -> None:
    assert composite(cli) is None
    bring(cli, "price_level,90,2026-09,,\nprice_level,96,2026-10,,\nprice_level,50,2026-11,,\n")
    assert composite(cli) is None  # defects are missing: no total
    bring(cli, "defect_level,2,2026-10,Tartu,\ndefect_level,4,2026-10,Narva,\n")
    assert composite(cli) == 96.5  # (96 + 100 - 3) / 2
    assert composite(cli, "2026-09") is None


def test_a_figure_made_of_two_is_computed(cli: Cli) -> None:
    bring(cli, "own_price,41,2026-10,,\ncompetitor_price,40,2026-10,,\ndefect_level,0,2026-10,,\n")
    assert composite(cli) == pytest.approx((97.5610 + 100) / 2, abs=1e-4)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("price level,97,2026-10,,", "metric 'price level': it is no name"),
        ("price_level,much,2026-10,,", "value 'much': it is not an amount"),
        ("price_level,97,October,,", "period 'October': it names no dates"),
        ("price_level,97,2026-13,,", "months are 01 to 12"),
        ("price_level,97,30d,,", "it names no dates"),
    ],
)
def test_a_row_that_is_no_figure_comes_back_with_its_reason(cli: Cli, row: str, reason: str) -> None:
    assert bring(cli, row + "\n") == (1, 0, 0, 0, 1)
    assert cli.code == 3
    assert reason in (cli.folder / "metrics.rejected.csv").read_text(encoding="utf-8")


def test_a_missing_column_ends_with_2(cli: Cli) -> None:
    told = cli.json("import metrics", file=cli.put("metrics.csv", "metric,value\nx,1\n"))
    assert cli.code == 2
    assert "no column period" in told["error"]


def test_the_example_comes_in(cli: Cli) -> None:
    example = Path(__file__).parents[1] / "examples" / "metrics.csv"
    told = cli.json("import metrics", file=cli.put("metrics.csv", example.read_bytes()))
    assert (told["rows"], told["rejected"]) == (told["new"], 0)


def test_measures_have_the_keys_of_the_manual(cli: Cli) -> None:
    told = cli.json("measures", period="30d")
    assert list(told) == ["measures"]
    assert all(
        list(one) == ["id", "value", "unit", "better", "n", "low", "high", "note"] for one in told["measures"]
    )
    ids = [one["id"] for one in told["measures"]]
    assert {"nps", "csi", "response_rate", "repurchase_rate", "churn_rate", "clv", "composite"} <= set(ids)
    assert cli.run("measures", period="nonsense") == ""
    assert cli.code == 2
