"""`askwhy import answers`: any header names, that tool's blanks, each answer once, roll-ups right."""

import csv
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.cli_world import Cli, make_cli

HEADER = "score,comment,answered_at,customer_id,branch\n"
EXAMPLE = Path(__file__).parents[1] / "examples" / "past_answers.csv"
COLUMNS = [
    "score=How likely are you to recommend Acme Auto?",
    "comment=Main reason for your score",
    "answered_at=Submitted at",
    "customer_id=Contact",
    "branch=Location",
    "employee=Served by",
    "language=Lang",
]


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    return make_cli(tmp_path, capsys)


def bring(cli: Cli, content: str | Path, **options: Any) -> tuple[int, ...]:
    """Import a file; return (rows, new, known, blank, rejected)."""
    file = content if isinstance(content, Path) else cli.put("old.csv", content)
    told = cli.json("import answers", **{"file": file, "survey": "nps", "column": [], "blank": [], **options})
    assert set(told) == {"rows", "new", "known", "blank", "rejected", "rejected_file"}, told
    counts = tuple(told[name] for name in ("rows", "new", "known", "blank", "rejected"))
    assert counts[0] == sum(counts[1:])
    return counts


def test_the_example_of_another_tool_comes_in_and_again_changes_nothing(cli: Cli) -> None:
    file = cli.put("past_answers.csv", EXAMPLE.read_bytes())
    options = {"column": COLUMNS, "blank": ["NA", "11"]}
    first = bring(cli, file, **options)
    score = cli.score(by="branch")
    assert cli.code == 0
    again = bring(cli, file, **options)
    assert cli.code == 3
    assert first == (241, 231, 0, 8, 2)
    assert again == (241, 0, 231, 8, 2)
    assert cli.score(by="branch") == score
    assert score["n"] == 231
    assert {group["key"] for group in score["groups"]} == {"Tallinn", "Tartu", "Narva"}


def test_roll_ups_are_those_of_the_raw_answers(cli: Cli) -> None:
    bring(cli, cli.put("past_answers.csv", EXAMPLE.read_bytes()), column=COLUMNS, blank=["NA", "11"])
    db = sqlite3.connect(cli.folder / "askwhy.db")
    raw = dict(db.execute("SELECT value, count(*) FROM answers WHERE question = 'recommend' GROUP BY value"))
    tallied = db.execute(
        f"SELECT {', '.join(f'sum(v{v})' for v in range(11))} FROM tallies WHERE dimension = ''"
    ).fetchone()
    db.close()
    assert {value: n for value, n in enumerate(tallied) if n} == raw


def test_obvious_headers_need_no_telling(cli: Cli) -> None:
    content = "Rating;Comments;Submit Date (UTC);Client ID;Store;Lang\n9;good;;c-1;Tartu;et-EE\n"
    content = content.replace(" (UTC)", "").replace(";;c-1", ";2026-10-01T10:00;c-1")
    assert bring(cli, content) == (1, 1, 0, 0, 0)
    assert cli.score(by="language")["groups"][0]["key"] == "et"


def test_a_semicolon_a_tab_and_a_bom_are_fine(cli: Cli) -> None:
    for number, separator in enumerate(";\t,"):
        content = (
            "\ufeff"
            + HEADER.replace(",", separator)
            + f"9,,2026-10-0{number + 1},c-1,\n".replace(",", separator)
        )
        assert bring(cli, content) == (1, 1, 0, 0, 0)


def test_blanks_are_no_answers(cli: Cli) -> None:
    content = (
        HEADER
        + "NA,words,2026-10-01,c-1,\n,,2026-10-01,c-2,\nna,,nonsense,c-3,\n11,,2026-10-01,c-4,\n9,NA,2026-10-01,c-5,11"
    )
    assert bring(cli, content, blank=["NA", "11"]) == (5, 1, 0, 4, 0)
    assert cli.score(by="branch")["groups"][0]["key"] == "11"
    assert '"why": null' in cli.run("export", what="answers", form="jsonl", output=None)


def test_the_same_customer_moment_and_score_is_the_same_answer(cli: Cli) -> None:
    row = "9,,2026-10-01T10:00:00+03:00,c-1,Tartu\n"
    same = "9,other words,2026-10-01T07:00:00Z,c-1,Narva\n"
    assert bring(cli, HEADER + row + same) == (2, 1, 1, 0, 0)
    assert bring(cli, HEADER + row.replace("9,", "8,")) == (1, 1, 0, 0, 0)
    assert bring(cli, HEADER + row.replace("10:00:00", "10:00:01")) == (1, 1, 0, 0, 0)
    assert bring(cli, HEADER + row.replace("c-1", "c-2")) == (1, 1, 0, 0, 0)


def test_without_a_customer_the_nth_identical_row_equals_the_nth_stored(cli: Cli) -> None:
    row = "9,,2026-10-01T10:00,,\n"
    assert bring(cli, HEADER + row * 2) == (2, 2, 0, 0, 0)
    assert bring(cli, HEADER + row * 3) == (3, 1, 2, 0, 0)
    assert bring(cli, HEADER + row) == (1, 0, 1, 0, 0)
    assert cli.score()["n"] == 3


def test_identical_rows_are_counted_across_batches(cli: Cli) -> None:
    row = "9,,2026-10-01T10:00,,\n"
    assert bring(cli, HEADER + row * 1200) == (1200, 1200, 0, 0, 0)
    assert bring(cli, HEADER + row * 1300) == (1300, 100, 1200, 0, 0)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("8.5,,2026-10-01,c-1,", "no whole number"),
        ("11,,2026-10-01,c-1,", "not on the scale 0-10 of survey nps"),
        ("-1,,2026-10-01,c-1,", "not on the scale"),
        ("nine,,2026-10-01,c-1,", "no whole number"),
        ("9,,,c-1,", "answered_at: it is empty"),
        ("9,,yesterday,c-1,", "answered_at 'yesterday': it is not a moment"),
        ("9,,2099-01-01,c-1,", "it is in the future"),
        ("9,,2026-10-01,c-1,Tartu,surplus", "more cells than the header"),
        (f"9,,2026-10-01,c-1,{'x' * 300}", "branch: it is over 255 characters"),
    ],
)
def test_a_row_that_cannot_be_an_answer_comes_back_with_its_reason(cli: Cli, row: str, reason: str) -> None:
    assert bring(cli, HEADER + "9,,2026-10-01,c-0,\n" + row + "\n") == (2, 1, 0, 0, 1)
    assert cli.code == 3
    with (cli.folder / "old.rejected.csv").open(encoding="utf-8", newline="") as file:
        header, rejected = csv.reader(file)
    assert header[0] == "reason"
    assert reason in rejected[0]
    assert rejected[1] == ("'" if row.startswith("-") else "") + row.partition(",")[0]


def test_whole_numbers_may_be_written_with_zeros_after_the_point(cli: Cli) -> None:
    assert bring(cli, HEADER + '10.0,,2026-10-01,c-1,\n"9,00",,2026-10-01,c-2,\n') == (2, 2, 0, 0, 0)


def test_a_corrected_file_of_rejected_rows_is_imported_like_any_other(cli: Cli) -> None:
    bring(cli, HEADER + "-1,=1+1,2026-10-01,c-1,\n")
    rejected = cli.folder / "old.rejected.csv"
    assert "'=1+1" in rejected.read_text()
    rejected.write_text(rejected.read_text().replace("'-1", "1"))
    assert bring(cli, rejected) == (1, 1, 0, 0, 0)
    assert '"why": "=1+1"' in cli.run("export", what="answers", form="jsonl", output=None)


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        ("a,b\n1,2\n", {}, "no column is obviously answered_at"),
        ("answered_at,b\n2026-10-01,2\n", {}, "no column is obviously score"),
        (HEADER, {"survey": "npz"}, "There is no survey 'npz'. Did you mean 'nps'?"),
        (HEADER, {"column": ["scor=score"]}, 'Did you mean "score"?'),
        (HEADER, {"column": ["score=Scoer"]}, "has no header 'Scoer'. Did you mean \"score\"?"),
        (HEADER, {"column": ["score"]}, "write FIELD=HEADER"),
        ("rating,nps,date\n9,8,2026-10-01\n", {}, "score could be 'rating' or 'nps'"),
        ("", {}, "it is empty"),
    ],
)
def test_what_cannot_be_understood_ends_with_2_and_says_how(
    cli: Cli, content: str, options: dict[str, Any], said: str
) -> None:
    file = cli.put("old.csv", content)
    told = cli.json("import answers", **{"file": file, "survey": "nps", "column": [], "blank": [], **options})
    assert cli.code == 2
    assert said in told["error"]


def test_imported_answers_were_not_asked_for(cli: Cli) -> None:
    bring(cli, HEADER + "9,,2026-10-01,c-1,\n")
    told = cli.score()
    assert (told["asked"], told["response_rate"]) == (0, None)


def test_people_are_told_what_became_of_the_rows(cli: Cli) -> None:
    file = cli.put("old.csv", HEADER + "9,,2026-10-01,c-1,\nx,,2026-10-01,c-2,\n")
    said = cli.run("import answers", file=file, survey="nps", column=[], blank=[])
    assert "2 rows" in said
    assert "line 3: score 'x'" in said
    assert "Correct" in said
