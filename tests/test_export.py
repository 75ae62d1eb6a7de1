"""`askwhy export` and the view for BI tools: everything once, safe in a spreadsheet, whole or not at all."""

import csv
import io
import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.cli_world import Cli, make_cli

ANSWERS = """score,comment,answered_at,customer_id,branch,employee
9,"Good, fast; ""kind""\",2026-10-01T10:00:00+03:00,c-1,Tartu,Mari
2,=HYPERLINK(1),2026-10-02T10:00:00+03:00,c-2,+Narva,@Olga
7,,2026-10-03T10:00:00+03:00,,-1,
5,"two
lines",2026-10-04T10:00:00+03:00,c-4,Pärnu,
"""
COLUMNS = [
    *("visit_id", "customer_id", "survey", "score", "why", "answered_at", "channel", "language", "late"),
    *("occurred_at", "touchpoint", "branch", "employee", "product", "amount", "resolved"),
]


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    made = make_cli(tmp_path, capsys)
    file = made.put("old.csv", ANSWERS)
    assert made.json("import answers", file=file, survey="nps", column=[], blank=[])["new"] == 4
    return made


def visits(cli: Cli) -> None:
    file = cli.put(
        "visits.csv",
        "visit_id,customer_id,occurred_at,branch,colour,score\nv-1,c-1,2024-01-05T10:00,Tartu,=red,x\n",
    )
    assert cli.json("import visits", file=file)["new"] == 1


def exported(cli: Cli, form: str, what: str = "answers") -> str:
    out = cli.run("export", what=what, form=form, output=None)
    assert cli.code == 0, cli.errors
    return out


def test_a_csv_holds_every_answer_once_and_no_formula(cli: Cli) -> None:
    header, *rows = csv.reader(io.StringIO(exported(cli, "csv")))
    assert header == COLUMNS
    records = [dict(zip(header, row, strict=True)) for row in rows]
    assert [record["score"] for record in records] == ["9", "2", "7", "5"]
    assert records[0]["why"] == 'Good, fast; "kind"'
    assert (records[1]["why"], records[1]["branch"], records[1]["employee"]) == (
        "'=HYPERLINK(1)",
        "'+Narva",
        "'@Olga",
    )
    assert (records[2]["branch"], records[2]["customer_id"]) == ("'-1", "")
    assert records[3]["why"] == "two\nlines"
    assert records[0]["answered_at"] == "2026-10-01T10:00:00+03:00"
    assert not any(cell[:1] in tuple("=+-@\t\r") for row in rows for cell in row if cell)


def test_json_lines_keep_every_value_as_it_is(cli: Cli) -> None:
    records = [json.loads(line) for line in exported(cli, "jsonl").splitlines()]
    assert [list(record) for record in records] == [COLUMNS] * 4
    assert (records[1]["why"], records[1]["score"], records[1]["late"]) == ("=HYPERLINK(1)", 2, False)
    assert records[2]["customer_id"] is None


def test_parquet_has_types_and_needs_a_file(cli: Cli) -> None:
    assert cli.run("export", what="answers", form="parquet", output=None) == ""
    assert cli.code == 2
    path = cli.folder / "answers.parquet"
    cli.run("export", what="answers", form="parquet", output=path)
    table = pq.read_table(path)
    assert table.column_names == COLUMNS
    assert table.column("score").to_pylist() == [9, 2, 7, 5]
    assert table.column("answered_at").to_pylist()[0] == datetime(2026, 10, 1, 7, tzinfo=UTC)
    assert str(table.schema.field("late").type) == "bool"
    assert list(cli.folder.glob("*.part")) == []


def test_visits_are_as_explain_tells_them_without_events(cli: Cli) -> None:
    visits(cli)
    (record,) = [json.loads(line) for line in exported(cli, "jsonl", "visits").splitlines()]
    told = cli.json("explain", visit_id="v-1")
    assert record == {key: value for key, value in told.items() if key != "events"}
    assert record == {"visit_id": "v-1", "state": "suppressed", "reason": "no_address", "due_at": None}
    assert exported(cli, "csv", "visits").splitlines() == [
        "visit_id,state,reason,due_at",
        "v-1,suppressed,no_address,",
    ]


def test_further_columns_of_the_visits_come_along_under_names_of_their_own(cli: Cli) -> None:
    visits(cli)
    db = sqlite3.connect(cli.folder / "askwhy.db")
    with db:
        db.execute('UPDATE responses SET extra = \'{"colour": "=red", "score": "x"}\' WHERE response_id = 1')
    db.close()
    header, first, *_ = csv.reader(io.StringIO(exported(cli, "csv")))
    assert header == [*COLUMNS, "colour", "visit_score"]
    assert first[-2:] == ["'=red", "x"]


def test_a_file_that_cannot_be_written_is_said_and_leaves_nothing(cli: Cli) -> None:
    path = cli.folder / "nowhere" / "answers.csv"
    cli.run("export", what="answers", form="csv", output=path)
    assert cli.code == 2
    assert "cannot be written" in cli.errors
    assert not path.parent.exists()


def test_nothing_to_export_is_a_header_and_no_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = make_cli(tmp_path, capsys)
    assert exported(empty, "csv") == ",".join(COLUMNS) + "\r\n"
    assert exported(empty, "jsonl", "visits") == ""


def test_the_view_for_bi_tools_has_a_row_per_answered_question(cli: Cli) -> None:
    db = sqlite3.connect(cli.folder / "askwhy.db")
    db.row_factory = sqlite3.Row
    rows: list[dict[str, Any]] = [
        dict(row) for row in db.execute("SELECT * FROM answers_flat ORDER BY response_id, value")
    ]
    db.close()
    scores = [row for row in rows if row["question"] == row["score_question"]]
    assert [row["value"] for row in scores] == [9, 2, 7, 5]
    assert (scores[0]["answered_on"], scores[0]["answered_at"]) == ("2026-10-01", "2026-10-01T07:00:00Z")
    assert [row["text"] for row in rows if row["question"] == "why"][1] == "=HYPERLINK(1)"
    assert {row["branch"] for row in scores} == {"Tartu", "+Narva", "-1", "Pärnu"}
