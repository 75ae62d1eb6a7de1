"""`askwhy import visits`: the rows that can be used are in, the others come back with a reason, nothing else happens."""

import asyncio
import csv
import json
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.commands.context import Context
from bot.commands.outcome import finish
from storage import make_store
from storage.rows import VisitRow

AT = datetime(2024, 11, 17, tzinfo=UTC)
HEADER = "visit_id,customer_id,occurred_at,name,phone,branch\n"


@dataclass
class Desk:
    """A folder with a configuration, where files are imported."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    codes: list[int] = field(default_factory=list)

    def put(self, content: bytes | str, name: str = "visits.csv") -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def import_visits(self, content: bytes | str | Path, name: str = "visits.csv") -> dict[str, Any]:
        path = content if isinstance(content, Path) else self.put(content, name)
        context = Context({}, self.folder / "config.toml", json=True)
        self.codes.append(finish(context, "import visits", {"file": path}))
        answer: dict[str, Any] = json.loads(self.capture.readouterr().out)
        return answer

    def visit(self, visit_id: str) -> VisitRow | None:
        async def look() -> VisitRow | None:
            store = make_store(f"sqlite:///{self.folder / 'askwhy.db'}")
            await store.open()
            try:
                return await store.read.visit(visit_id)
            finally:
                await store.close()

        return asyncio.run(look())

    def rejected(self, name: str = "visits.rejected.csv") -> list[dict[str, str]]:
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    return Desk(tmp_path, capsys)


def counted(answer: dict[str, Any]) -> tuple[int, ...]:
    return tuple(answer[name] for name in ("rows", "new", "known", "updated", "rejected"))


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    content = HEADER + "v-1,c-1,2024-11-16T10:00,Liis,+37255550101,Tartu\nv-2,c-2,2024-11-16T10:05,,,\n"
    assert counted(desk.import_visits(content)) == (2, 2, 0, 0, 0)
    assert counted(desk.import_visits(content)) == (2, 0, 2, 0, 0)
    assert desk.codes == [0, 0]


def test_a_repeat_within_the_file_is_known(desk: Desk) -> None:
    row = "v-1,c-1,2024-11-16T10:00,Liis,+37255550101,Tartu\n"
    assert counted(desk.import_visits(HEADER + row + row)) == (2, 1, 1, 0, 0)


def test_a_changed_row_is_an_update(desk: Desk) -> None:
    desk.import_visits(HEADER + "v-1,c-1,2024-11-16T10:00,Liis,,Tartu\n")
    answer = desk.import_visits(HEADER + "v-1,c-1,2024-11-16T10:00,Liis,,Narva\n")
    assert counted(answer) == (1, 0, 0, 1, 0)
    visit = desk.visit("v-1")
    assert visit is not None
    assert visit.visit.branch == "Narva"


def test_every_bad_row_comes_back_with_its_reason_and_the_others_are_in(desk: Desk) -> None:
    bad = [
        "v-1,c-1,2024-02-30T10:00,,,",
        "v-2,c-2,2024-11-16T25:00,,,",
        "v-3,c-3,2999-11-16T10:00,,,",
        "v-4,c-4,,,,",
        ",c-5,2024-11-16T10:00,,,",
        "v-6,,2024-11-16T10:00,,,",
        "v-7,c-7,2024-11-16T10:00,,123,",
        "v-8,c-8,2024-11-16T10:00,Liis,,Tartu,surplus",
        "v-9,c-9,2024-11-16T10:00," + "x" * 70_000 + ",,",
        'v-10,c-10,2024-11-16T10:00,"open,,',
    ]
    good = "v-11,c-11,2006-11-16T10:00,old,,\nv-12,c-12,2024-11-16T10:00,Liis,,\n"
    content = HEADER.encode() + "\n".join([*bad, good]).encode() + b"v-13,c-13,2024-11-16T10:00,\xd5nne,,\n"
    answer = desk.import_visits(content)
    assert counted(answer) == (13, 2, 0, 0, 11)
    assert desk.codes == [3]
    assert answer["rejected_file"] == str(desk.folder / "visits.rejected.csv")
    rows = desk.rejected()
    assert [row["visit_id"] for row in rows] == [
        *("v-1", "v-2", "v-3", "v-4", "", "v-6", "v-7", "v-8", "v-9", "v-10", "v-13"),
    ]
    assert all(row["reason"] for row in rows)
    assert desk.visit("v-12") is not None


def test_a_fault_of_ours_costs_no_row_but_its_own(desk: Desk) -> None:
    desk.import_visits(HEADER + "v-1,c-1,2024-11-16T10:00,,+37255550101,\n")
    with sqlite3.connect(desk.folder / "askwhy.db") as damage:
        damage.execute("UPDATE people SET written_at = 9000000000000000000")  # in no calendar
    path = desk.put(
        HEADER + "v-2,c-2,2024-11-16T10:00,,,\nv-3,c-1,2024-11-16T10:00,Liis,,\nv-4,c-4,2024-11-16T10:00,,,\n"
    )
    config = str(desk.folder / "config.toml")
    command = [sys.executable, "-m", "bot", "--config", config, "import", "visits", str(path), "--json"]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    out, err = told.stdout, told.stderr
    assert (told.returncode, counted(json.loads(out))) == (3, (3, 2, 0, 0, 1))
    assert "visit_failed" in err
    assert "Liis" not in err
    assert [(row["visit_id"], "fault of askwhy" in row["reason"]) for row in desk.rejected()] == [
        ("v-3", True)
    ]


def test_the_rejected_file_has_the_reason_first_and_holds_no_formula(desk: Desk) -> None:
    desk.import_visits(
        HEADER + 'v-1,c-1,nonsense,=HYPERLINK(1),+37255550101,@x\nv-2,c-1,x,-2+3,"\ttab",\'quote\n'
    )
    text = (desk.folder / "visits.rejected.csv").read_text(encoding="utf-8")
    assert text.startswith("reason,visit_id,customer_id,")
    first, second = desk.rejected()
    assert (first["name"], first["phone"], first["branch"]) == ("'=HYPERLINK(1)", "'+37255550101", "'@x")
    assert (second["name"], second["phone"], second["branch"]) == ("'-2+3", "'\ttab", "'quote")


def test_a_corrected_rejected_file_is_imported_as_if_it_had_never_been_rejected(desk: Desk) -> None:
    desk.import_visits(HEADER + "v-1,c-1,2024-11-31T10:00,=Liis,+37255550101,Tartu\n")
    path = desk.folder / "visits.rejected.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("11-31T", "11-30T"), encoding="utf-8")
    assert counted(desk.import_visits(path)) == (1, 1, 0, 0, 0)
    visit = desk.visit("v-1")
    assert visit is not None
    assert visit.visit.name == "=Liis"
    assert dict(visit.visit.extra) == {}


def test_a_row_rejected_again_has_its_new_reason_alone(desk: Desk) -> None:
    desk.import_visits(HEADER + "v-1,c-1,nonsense,,,\n")
    path = desk.folder / "visits.rejected.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",nonsense", ",2024-11-31"), encoding="utf-8")
    assert desk.import_visits(path)["rejected_file"] == str(desk.folder / "visits.rejected.rejected.csv")
    header, row = (desk.folder / "visits.rejected.rejected.csv").read_text(encoding="utf-8").splitlines()
    assert header == "reason," + HEADER.strip()
    assert "2024-11-31" in row
    assert "nonsense" not in row


def test_the_rejected_file_of_an_earlier_run_goes_when_nothing_is_rejected(desk: Desk) -> None:
    desk.import_visits(HEADER + "v-1,c-1,nonsense,,,\n")
    assert desk.rejected()
    answer = desk.import_visits(HEADER + "v-1,c-1,2024-11-16T10:00,,,\n")
    assert answer["rejected_file"] is None
    assert not (desk.folder / "visits.rejected.csv").exists()


def test_rows_that_cannot_be_put_aside_are_told_instead(desk: Desk) -> None:
    (desk.folder / "visits.rejected.csv").mkdir()
    path = desk.put(HEADER + "v-1,c-1,nonsense,,,\nv-2,c-2,2024-11-16T10:00,,,\n")
    code = finish(Context({}, desk.folder / "config.toml", json=True), "import visits", {"file": path})
    told = desk.capture.readouterr()
    assert code == 3
    assert json.loads(told.out)["rejected_file"] is None
    assert "line 2: occurred_at 'nonsense'" in told.err


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("visit_id,customer_id", "occurred_at"),
        ("visit_id,customer_id,occurred_at,Visit ID", "twice"),
        ("", "empty"),
    ],
)
def test_a_header_that_cannot_be_used_is_refused_and_nothing_is_made(
    desk: Desk, header: str, told: str
) -> None:
    answer = desk.import_visits(header)
    assert desk.codes == [2]
    assert "visits.csv" in answer["error"]
    assert told in answer["error"]
    assert not (desk.folder / "askwhy.db").exists()


def test_header_names_come_in_any_order_and_case_and_further_columns_are_kept(desk: Desk) -> None:
    desk.import_visits("Lift;Occurred At;CUSTOMER-ID;Visit_ID\r\n3;2024-11-16T10:00:00+02:00;c-1;v-1\r\n")
    visit = desk.visit("v-1")
    assert visit is not None
    assert dict(visit.visit.extra) == {"Lift": "3"}


def test_a_visit_without_phone_or_chat_is_accepted_and_not_asked_about(desk: Desk) -> None:
    desk.import_visits(HEADER + "v-1,c-1,2024-11-16T10:00,Liis,,\n")
    visit = desk.visit("v-1")
    assert visit is not None
    assert (visit.state, visit.reason) == ("suppressed", "no_address")


def test_a_file_of_many_batches_is_all_in(desk: Desk) -> None:
    rows = "".join(
        f"v-{n},c-{n % 700},2024-11-16T10:{n % 60:02},,+3725555{n % 700:04},\n" for n in range(1700)
    )
    assert counted(desk.import_visits(HEADER + rows)) == (1700, 1700, 0, 0, 0)
    assert counted(desk.import_visits(HEADER + rows)) == (1700, 0, 1700, 0, 0)


def test_people_are_told_the_counts_and_the_first_reasons(desk: Desk) -> None:
    path = desk.put(HEADER + "v-1,c-1,2024-11-16T10:00,,,\n" + "v-2,c-2,nonsense,,,\n" * 7)
    assert finish(Context({}, desk.folder / "config.toml"), "import visits", {"file": path}) == 3
    told = desk.capture.readouterr().out
    assert "8 rows" in told
    assert "line 3: occurred_at 'nonsense'" in told
    assert "and 2 more" in told


def test_it_runs_beside_a_service_that_writes_to_the_same_store(desk: Desk) -> None:
    desk.import_visits(HEADER + "v-0,c-0,2024-11-16T10:00,,,\n")
    rows = "".join(f"v-{n},c-{n},2024-11-16T10:{n % 60:02},,+3725555{n:04},\n" for n in range(1, 3000))
    path = desk.put(HEADER + rows)

    async def serve_meanwhile() -> int:
        store = make_store(f"sqlite:///{desk.folder / 'askwhy.db'}")
        await store.open()
        context = Context({}, desk.folder / "config.toml", json=True)
        importing = asyncio.create_task(asyncio.to_thread(finish, context, "import visits", {"file": path}))
        heard = 0
        while not importing.done():
            number = heard
            await store.write(
                lambda tx: tx.inbox.add("sms", f"SM{number}", "+37255550101", AT, {}, "handled")  # noqa: B023
            )
            heard += 1
        assert await importing == 0
        stored = await store.read.rows("check_inbox")
        await store.close()
        assert len(stored) == heard
        return heard

    assert asyncio.run(serve_meanwhile()) > 0
    assert counted(json.loads(desk.capture.readouterr().out.splitlines()[-1])) == (2999, 2999, 0, 0, 0)


def test_a_row_is_the_same_though_its_customer_has_another_name_in_another_row(desk: Desk) -> None:
    content = HEADER + (
        "v-1,c-1,2024-11-16T10:00,Liis,+37255550101,\n"
        "v-2,c-1,2024-11-17T10:00,Liis Lill,+37255550102,\n"
        "v-1,c-1,2024-11-16T10:00,Liis,+37255550101,\n"
    )
    assert counted(desk.import_visits(content)) == (3, 2, 1, 0, 0)
    assert counted(desk.import_visits(content)) == (3, 0, 3, 0, 0)
    visit = desk.visit("v-1")
    assert visit is not None
    assert visit.visit.name == "Liis Lill", "the latest row has the last word"
