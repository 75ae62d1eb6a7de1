"""`askwhy backup`, `restore`, `migrate`, `move` as an operator meets them."""

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.commands.context import Context
from bot.commands.outcome import finish

VISITS = "visit_id,customer_id,occurred_at,phone,branch\n" + "".join(
    f"v-{n},c-{n},2026-11-20T10:00:00+02:00,+3725555{n:04},Tartu\n" for n in range(20)
)

SERVICE = """
import asyncio, sys
from storage import make_store

async def main():
    store = make_store(sys.argv[1])
    await store.open()
    print("up", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@dataclass
class Desk:
    """A folder with a configuration and a store."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    @property
    def path(self) -> Path:
        return self.folder / "askwhy.db"

    def use(self, url: str) -> None:
        (self.folder / "config.toml").write_text(f"[storage]\nurl = '{url}'\n", encoding="utf-8")

    def run(self, command: str, **arguments: Any) -> tuple[int, dict[str, Any]]:
        code = finish(Context({}, self.folder / "config.toml", json=True), command, arguments)
        lines = self.capture.readouterr().out.splitlines()
        assert len(lines) == 1, lines
        return code, json.loads(lines[0])

    def say(self, command: str, **arguments: Any) -> str:
        code = finish(Context({}, self.folder / "config.toml"), command, arguments)
        assert code == 0
        return self.capture.readouterr().out

    def put(self, name: str, content: str) -> Path:
        (self.folder / name).write_text(content, encoding="utf-8")
        return self.folder / name

    def visits(self) -> int:
        """How many visits the configured store holds."""
        _, told = self.run("import visits", file=self.put("again.csv", VISITS))
        return int(told["known"])


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    made = Desk(tmp_path, capsys)
    made.put("config.toml", "")
    made.run("import visits", file=made.put("visits.csv", VISITS))
    return made


@pytest.fixture
def service(desk: Desk) -> Iterator[None]:
    """A process that has the store open."""
    url = f"sqlite:///{desk.path}"
    with subprocess.Popen([sys.executable, "-c", SERVICE, url], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        yield
        process.kill()


def test_scores_are_counted_anew(desk: Desk) -> None:
    past = "score,answered_at\n" + "".join(f"{n % 11},2026-10-{1 + n % 9:02}T10:00\n" for n in range(30))
    desk.run("import answers", file=desk.put("past.csv", past), survey="nps", column=[], blank=[])
    assert desk.run("recount") == (0, {"counted": 9, "mended": 0})
    with closing(sqlite3.connect(desk.path, isolation_level=None)) as store:
        store.execute("UPDATE tallies SET v3 = v3 + 1 WHERE day = (SELECT min(day) FROM tallies)")
    assert "9 days of answers were counted anew, 1 of them were put right" in " ".join(
        desk.say("recount").split()
    )
    assert desk.run("recount") == (0, {"counted": 9, "mended": 0})


def test_migrate_makes_a_store_and_then_finds_it_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(tmp_path, capsys)
    desk.put("config.toml", "")
    first, second = desk.run("migrate"), desk.run("migrate")
    assert first[1]["before"] == 0
    assert second[1]["before"] == second[1]["schema"] == first[1]["schema"] > 0
    assert "up to date" in desk.say("migrate")


def test_a_backup_is_written_while_the_service_runs(desk: Desk, service: None) -> None:
    code, told = desk.run("backup", file=desk.folder / "copy.db")
    assert code == 0
    assert told["bytes"] == (desk.folder / "copy.db").stat().st_size


def test_a_backup_never_overwrites(desk: Desk) -> None:
    code, told = desk.run("backup", file=desk.put("copy.db", "mine"))
    assert code == 2
    assert "never overwrites" in told["error"]
    assert (desk.folder / "copy.db").read_text() == "mine"


def test_restore_brings_back_what_was_and_keeps_what_is(desk: Desk) -> None:
    desk.run("backup", file=desk.folder / "copy.db")
    desk.run("import visits", file=desk.put("more.csv", VISITS.replace("v-", "w-")))
    code, told = desk.run("restore", file=desk.folder / "copy.db")
    assert code == 0
    assert re.fullmatch(r"askwhy\.db\.before-restore-\d{8}T\d{6}Z", Path(told["kept"]).name)
    assert desk.visits() == 20
    assert desk.run("import visits", file=desk.folder / "more.csv")[1]["new"] == 20


def test_restore_leaves_a_store_in_use_alone(desk: Desk, service: None) -> None:
    desk.run("backup", file=desk.folder / "copy.db")
    code, told = desk.run("restore", file=desk.folder / "copy.db")
    assert code == 1
    assert "Stop the service first" in told["error"]
    assert not list(desk.folder.glob("*before-restore*"))


def test_restore_is_the_way_out_that_a_damaged_store_names(desk: Desk) -> None:
    desk.run("backup", file=desk.folder / "copy.db")
    desk.path.write_bytes(b"damaged" * 1000)
    code, told = desk.run("migrate")
    assert code == 2
    assert "askwhy restore" in told["error"]
    assert desk.run("restore", file=desk.folder / "copy.db")[0] == 0
    assert desk.visits() == 20


def test_what_is_no_backup_is_refused(desk: Desk) -> None:
    code, told = desk.run("restore", file=desk.folder / "visits.csv")
    assert code == 2
    assert "visits.csv" in told["error"]
    assert desk.visits() == 20


def test_a_move_to_postgresql_tells_what_it_moved_and_scores_stay(desk: Desk, postgres_url: str) -> None:
    before = desk.run("score", period="all", survey=None, by="branch", where=[], start=None, end=None)
    code, told = desk.run("move", to=postgres_url)
    assert code == 0
    rows = {one["table"]: one["rows"] for one in told["tables"]}
    assert (rows["visits"], rows["customers"], rows["addresses"]) == (20, 20, 20)
    assert told["rows"] == sum(rows.values())
    desk.use(postgres_url)
    assert desk.visits() == 20
    after = desk.run("score", period="all", survey=None, by="branch", where=[], start=None, end=None)
    assert before == after


def test_a_move_says_in_words_what_to_do_next(desk: Desk, postgres_url: str) -> None:
    said = desk.say("move", to=postgres_url)
    assert "20  visits" in said
    assert "Set [storage] url" in said


def test_a_store_in_use_is_not_moved(desk: Desk, service: None, postgres_url: str) -> None:
    code, told = desk.run("move", to=postgres_url)
    assert code == 1
    assert "Stop the service first" in told["error"]


@pytest.mark.parametrize(
    "to", ["mysql://db.example.com/askwhy", "askwhy2.db", "sqlite:////nowhere/at/all.db"]
)
def test_a_target_that_is_none_is_refused(desk: Desk, to: str) -> None:
    code, told = desk.run("move", to=to)
    assert code == 2
    assert told["error"]


def test_a_move_onto_itself_is_refused(desk: Desk) -> None:
    code, told = desk.run("move", to=f"sqlite:///{desk.path}")
    assert code == 2
    assert "configured already" in told["error"]


def test_passwords_are_never_shown(desk: Desk) -> None:
    code, told = desk.run("move", to="postgresql://askwhy:hunter2@127.0.0.1:1/askwhy")
    assert code == 1
    assert "hunter2" not in json.dumps(told)


def test_a_postgresql_store_is_backed_up_and_restored_into_an_empty_database(
    desk: Desk, postgres: Any
) -> None:
    with postgres.database() as first, postgres.database(empty=True) as second:
        desk.use(first)
        desk.run("import visits", file=desk.folder / "visits.csv")
        assert desk.run("backup", file=desk.folder / "copy.db")[0] == 0
        assert desk.run("restore", file=desk.folder / "copy.db")[1]["error"]  # not over what is there
        desk.use(second)
        assert desk.run("restore", file=desk.folder / "copy.db")[0] == 0
        assert desk.visits() == 20
