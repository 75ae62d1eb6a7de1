"""The benchmarks' arithmetic, and that each of them runs and would notice a wrong answer."""

import json
from collections import Counter
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks import b4_cap, messages, table
from benchmarks.__main__ import BENCHMARKS, main
from benchmarks.b8_limit import used_share, worst_second
from benchmarks.chart import draw, reached
from benchmarks.harness import Check, Report, Row, Run, alternate, compare, percentile, ratio
from benchmarks.stores import check_replies


def test_a_ratio_is_the_median_of_pairs_not_of_sums() -> None:
    found = ratio([10.0, 20.0, 90.0], [10.0, 10.0, 30.0])
    assert (found.median, found.low, found.high) == (2.0, 1.0, 3.0)


@pytest.mark.parametrize(("ours", "others"), [([], []), ([1.0], [1.0, 2.0])])
def test_runs_that_do_not_pair_up_are_refused(ours: list[float], others: list[float]) -> None:
    with pytest.raises(ValueError, match="no pairs"):
        ratio(ours, others)


def test_runs_alternate_and_the_warm_up_is_thrown_away() -> None:
    order: list[str] = []

    def run(name: str) -> Run:
        order.append(name)
        return Run(float(len(order)))

    done = alternate({"a": lambda: run("a"), "b": lambda: run("b")}, 2, warm_up=True)
    assert "".join(order) == "ababab"
    assert [one.value for one in done["a"]] == [3.0, 5.0]


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100), (0.0, 1)])
def test_percentiles_are_of_the_nearest_rank(share: float, value: int) -> None:
    assert percentile([float(n) for n in range(100, 0, -1)], share) == value


@pytest.mark.parametrize(
    ("value", "target", "at_least", "met"),
    [(0.6, 0.6, True, True), (0.59, 0.6, True, False), (5.0, 5.0, False, True), (5.1, 5.0, False, False)],
)
def test_a_target_is_a_floor_or_a_ceiling(value: float, target: float, at_least: bool, met: bool) -> None:
    assert Row("a", "", value, target=target, at_least=at_least).met is met
    paired = compare("a", "", [Run(value)], [Run(1.0)], target, at_least=at_least)
    assert paired.met is met


def test_one_wrong_answer_makes_a_report_wrong() -> None:
    report = Report("a", "a")
    report.check("right", 1, 1)
    before = report.right
    report.check("wrong", 2, 3)
    assert (before, report.right) == (True, False)
    assert report.checks[-1] == Check("wrong", False, "2, not 3")


@pytest.mark.parametrize(("row", "share"), [((0.9, 0.6, True), 1.5), ((2.0, 4.0, False), 2.0)])
def test_the_chart_shows_how_many_times_better_than_the_target(
    row: tuple[float, float, bool], share: float
) -> None:
    value, target, at_least = row
    found = reached({"ratio": None, "ours": value, "target": target, "at_least": at_least})
    assert found is not None
    assert found[0] == pytest.approx(share)


def test_the_chart_is_drawn_from_the_results(tmp_path: Path) -> None:
    assert draw(tmp_path) is None
    report = Report("a", "a", [Row("b", "", 1.0, target=2.0)])
    (tmp_path / "a.json").write_text(json.dumps(report.to_dict()))
    path = draw(tmp_path)
    assert path is not None
    assert path.read_bytes().startswith(b"\x89PNG")


def test_messages_are_the_same_every_time_and_mixed_as_said() -> None:
    sent = messages.sms_messages(50, 200, 80)
    assert sent == messages.sms_messages(50, 200, 80)
    assert Counter(m.kind for m in sent) == {"new": 186, "duplicate": 10, "forged": 4}
    assert len({m.external_id for m in sent if m.kind == "new"}) == 186


def test_a_repeat_comes_after_its_first_and_turns_in_their_order() -> None:
    sent = messages.telegram_messages(30, 100, 80)
    first = {m.external_id: place for place, m in enumerate(sent) if m.kind == "new"}
    repeats = [(place, m) for place, m in enumerate(sent) if m.kind == "duplicate"]
    assert repeats
    assert all(first[m.external_id] < place for place, m in repeats)
    turns = [(m.person, m.round) for m in sent if m.kind == "new"]
    assert all(
        turns.index((person, turn)) > turns.index((person, turn - 1)) for person, turn in turns if turn
    )


def test_more_messages_than_people_write_are_refused() -> None:
    with pytest.raises(ValueError, match="too many"):
        messages.sms_messages(10, 100, 80)


def test_the_most_in_one_second_is_found_wherever_it_begins() -> None:
    assert worst_second([]) == 0
    assert worst_second([0.0, 0.5, 1.0, 1.4, 1.49]) == 4
    assert worst_second([0.0, 1.0, 2.0]) == 1
    assert used_share([10.0, 10.5, 11.0, 12.0], 2, 2.0) == 0.75


def test_the_oracle_of_the_cap_counts_by_hand() -> None:
    fresh = next(p for p in range(1, 10_000) if b4_cap.questions(p) == 1 and (p * 37) % 400 < 80)
    old = next(
        p for p in range(1, 10_000) if b4_cap.questions(p) == 1 and (p * 37) % 400 > 100 and p % 50 != 7
    )
    assert not b4_cap.may_be_asked(fresh)
    assert b4_cap.may_be_asked(old)
    twice = next(
        p for p in range(1, 10_000) if b4_cap.questions(p) == 2 and 100 < (p * 37) % 400 < 300 and p % 50 != 7
    )
    assert b4_cap.asked_before(twice)[0] - b4_cap.asked_before(twice)[1] == timedelta(days=23)
    assert not b4_cap.may_be_asked(twice)


def test_a_store_without_the_replies_is_noticed(tmp_path: Path) -> None:
    from benchmarks.history import empty_store

    empty_store(tmp_path / "askwhy.db")
    sent = messages.sms_messages(30, 100, 80)
    report = Report("a", "a")
    check_replies(report, tmp_path / "askwhy.db", sent, [200] * len(sent))
    assert [check.right for check in report.checks] == [False, False, False, True]


def test_a_store_with_a_past_is_true_to_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3
    from contextlib import closing

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    from benchmarks.history import history_store

    store = history_store(300, date(2026, 11, 20))
    assert history_store(300, date(2026, 11, 21)) == store  # made once a month
    with closing(sqlite3.connect(store)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        for table in ("visits", "responses", "answers", "conversations", "inbox", "outbox"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 300, table
        indexes = connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'index'").fetchone()
        (tmp_path / "other.db").unlink(missing_ok=True)
        from benchmarks.history import empty_store

        empty_store(tmp_path / "other.db")
        with closing(sqlite3.connect(tmp_path / "other.db")) as other:
            assert (
                other.execute("SELECT count(*) FROM sqlite_master WHERE type = 'index'").fetchone() == indexes
            )
        for dimension in ("branch", "language"):
            rolled = (
                f"SELECT key, sum(v9) FROM tallies WHERE dimension = '{dimension}' GROUP BY key ORDER BY key"
            )
            raw = f"SELECT {dimension}, sum(score = 9) FROM responses GROUP BY 1 ORDER BY 1"
            assert connection.execute(rolled).fetchall() == connection.execute(raw).fetchall()


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_runs_and_its_answers_are_right(name: str) -> None:
    report: Report = import_module(BENCHMARKS[name]).run("tiny")
    assert report.name == name
    assert report.rows
    assert report.checks
    strict = [
        c for c in report.checks if "at most the limit" not in c.what
    ]  # a busy machine may be late by a hair
    assert [c for c in strict if not c.right] == []


def test_the_command_keeps_figures_and_a_chart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["benchmarks", "--tiny", "reading", "--results", str(tmp_path)])
    assert main() == 0
    told = json.loads((tmp_path / "reading.json").read_text())
    assert told["right"] is True
    assert told["machine"]["python"]
    assert (tmp_path / "benchmarks.png").exists()
    page = table.put_into(
        f"before\n{table.BEGIN}\nold\n{table.END}\nafter", table.render(table.read(tmp_path))
    )
    assert page.startswith("before\n")
    assert page.endswith("\nafter")
    assert "old" not in page
    assert f"| {told['rows'][0]['label']} | " in page
    assert told["day"] in page


def test_figures_have_a_place_on_the_page() -> None:
    page = (Path(table.__file__).parent / "README.md").read_text()
    assert table.put_into(page, "x").count("\nx\n") == 1
    with pytest.raises(ValueError, match="no place"):
        table.put_into("a page without it", "x")
