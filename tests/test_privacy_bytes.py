"""`askwhy person forget` on a SQLite file in use: not one byte of the person is left, in the file or beside it."""

import json
import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.backups import copies_in, name_for
from storage.sqlite_traces import AT_ONCE, Traces, _fold_in, found_in, wipe
from tests.fakes.postgres import PostgresServer
from tests.privacy_world import FIRST_WORDS, NAME, PHONE, WORDS, World, every_byte, liis_answers

ROOT = Path(__file__).parent.parent


def askwhy(folder: Path, *arguments: str, typed: str = "", **environ: str) -> tuple[int, str, str]:
    """Run the command line in `folder`, where the store is."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "ASKWHY_STORAGE__URL": "sqlite:///askwhy.db",
        **environ,
    }
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env=environment,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'askwhy.db'}"


async def test_forgetting_while_the_service_runs_leaves_no_byte(tmp_path: Path) -> None:
    async with World.at(url(tmp_path)) as world:
        await liis_answers(world, "customer-liis-17")
        words = [text.encode() for text in (PHONE, NAME, WORDS, FIRST_WORDS, "customer-liis-17", "123 LII")]
        assert all(word in every_byte(tmp_path / "askwhy.db") for word in words)
        code, out, err = askwhy(tmp_path, "person", "forget", "customer-liis-17", "--json")
        assert code == 0, err
        report = json.loads(out)
        assert (report["traces"], report["visits"], report["answers"]) == ("none", 2, 1)
        assert not [word for word in words if word in every_byte(tmp_path / "askwhy.db")]
        await world.says(PHONE, "the service goes on")


async def test_no_byte_is_left_in_pages_that_were_split_while_rows_moved(tmp_path: Path) -> None:
    """Erased rows leave copies in free space where a page was rebuilt; the file is rewritten only for those."""
    path = tmp_path / "askwhy.db"
    async with World.at(url(tmp_path)) as world:
        for number in range(400):
            phone = f"+3725555{number:04d}"
            await world.visit(f"v-{number}", f"c-{number}", name=f"Nimi{number} Näidis", phone=phone)
        await world.days_pass(1)
        for number in range(400):
            said = f"words of number {number}, " + "and more of them " * (number % 17)
            await world.says(f"+3725555{number:04d}", f"{number % 11} {said}")
    words: set[str] = set()
    async with World.at(url(tmp_path)) as world:
        await world.clock.advance(world.clock.now() + timedelta(days=2))
        for number in range(0, 400, 4):
            words |= (await world.forget(f"c-{number}")).words
    assert _fold_in(path)
    assert 0 < len(set(found_in(path, words))) < len(words) / 10  # else this test shows nothing
    assert wipe(path, words) is Traces.NONE
    content = every_byte(path)
    gone = [f"+3725555{number:04d}" for number in range(0, 400, 4)]
    assert not [phone for phone in gone if phone.encode() in content]
    assert b"+37255550001" in content
    assert len(words) >= 300


async def test_a_reader_that_stays_is_told_and_not_waited_for(tmp_path: Path) -> None:
    async with World.at(url(tmp_path)) as world:
        await liis_answers(world)
        export = sqlite3.connect(tmp_path / "askwhy.db", isolation_level=None)
        export.execute("BEGIN")
        export.execute("SELECT count(*) FROM visits").fetchone()  # a long export goes on
        code, out, err = askwhy(tmp_path, "person", "forget", "c-liis", "--json")
        assert code == 0, err
        assert json.loads(out)["traces"] == "left"
        export.close()
    assert wipe(tmp_path / "askwhy.db", [PHONE]) is Traces.NONE
    assert PHONE.encode() not in every_byte(tmp_path / "askwhy.db")


async def test_a_large_file_is_not_rewritten_by_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with World.at(url(tmp_path)) as world:
        await liis_answers(world)
    monkeypatch.setattr("storage.sqlite_traces.AT_ONCE", 1)
    assert wipe(tmp_path / "askwhy.db", [PHONE]) is Traces.TONIGHT
    assert wipe(tmp_path / "askwhy.db", ["+37255559999"]) is Traces.NONE
    assert AT_ONCE > 100_000_000


async def test_the_report_names_the_copies_that_still_hold_the_person_and_until_when(tmp_path: Path) -> None:
    async with World.at(url(tmp_path)) as world:
        await liis_answers(world)
    folder = tmp_path / "backups"
    folder.mkdir()
    for day in (3, 5, 4):
        (folder / name_for(datetime(2026, 11, day, 1, 30, tzinfo=UTC))).touch()
    (folder / "notes.txt").touch()
    (tmp_path / "askwhy.db.before-restore-20261106T101500Z").touch()
    (tmp_path / "askwhy.db.mine").touch()
    assert [copy.at.day for copy in copies_in(folder)] == [5, 4, 3]
    code, out, _ = askwhy(
        tmp_path, "person", "forget", "c-liis", ASKWHY_BACKUP__ENABLED="true", ASKWHY_BACKUP__KEEP="7"
    )
    assert code == 0
    assert "3 nightly backups still hold this person; the last goes on 2026-11-12." in out
    assert "askwhy.db.before-restore-20261106T101500Z. It goes on 2026-11-13;" in out
    assert "askwhy.db.mine. Delete it." in out
    assert "Nothing of it is left in the bytes of the store's file." in out


@pytest.mark.parametrize("arguments", [["export", "c-nobody"], ["forget", "c-nobody"]])
def test_a_customer_nobody_knows_ends_with_1_and_what_to_write(tmp_path: Path, arguments: list[str]) -> None:
    code, out, err = askwhy(tmp_path, "person", *arguments, "--json")
    assert code == 1
    assert 'No customer "c-nobody" is known.' in json.loads(out)["error"]
    assert "telegram:ID" in err


async def test_export_prints_json_with_and_without_the_option_and_says_when_a_customer_was_erased(
    tmp_path: Path,
) -> None:
    async with World.at(url(tmp_path)) as world:
        await liis_answers(world)
    plain: dict[str, Any] = json.loads(askwhy(tmp_path, "person", "export", "c-liis")[1])
    one_line = askwhy(tmp_path, "person", "export", "c-liis", "--json")[1]
    assert one_line.count("\n") == 1
    for data in (plain, json.loads(one_line)):
        assert data["customer_id"] == "c-liis"
        assert data["customers"][0]["name"] == NAME
    assert askwhy(tmp_path, "person", "forget", "c-liis", "--yes")[0] == 0
    code, _, err = askwhy(tmp_path, "person", "export", "c-liis")
    assert code == 1
    assert 'The data of "c-liis" was erased on ' in err


def in_files_of(postgres: PostgresServer, url: str) -> bytes:
    """Return the bytes of a database's own files, as they lie on the server's disk."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        row = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
    assert row
    files = sorted((postgres.data / "base" / str(row[0])).iterdir())
    return b"".join(file.read_bytes() for file in files)


async def test_on_postgresql_no_byte_is_left_in_the_tables_after_the_rewrite_that_the_report_asks_for(
    postgres: PostgresServer, postgres_url: str, tmp_path: Path
) -> None:
    words = [text.encode() for text in (PHONE, NAME, WORDS, FIRST_WORDS, "customer-liis-17")]
    async with World.at(postgres_url) as world:
        await liis_answers(world, "customer-liis-17")
        before = in_files_of(postgres, postgres_url)
        assert all(word in before for word in words)
        code, out, err = askwhy(
            tmp_path, "person", "forget", "customer-liis-17", ASKWHY_STORAGE__URL=postgres_url
        )
        assert code == 0, err
        assert "VACUUM FULL" in out
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for table in connection.execute("SELECT * FROM pg_tables WHERE schemaname = 'public'").fetchall():
            rows = connection.execute(f"SELECT t::text FROM {table[1]} t".encode()).fetchall()
            assert not [row for row in rows if any(word.decode() in row[0] for word in words)], table[1]
        connection.execute("VACUUM FULL")
    after = in_files_of(postgres, postgres_url)
    assert not [word for word in words if word in after]
