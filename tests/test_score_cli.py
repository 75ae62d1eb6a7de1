"""`askwhy score` and `askwhy staff`: the same numbers as in the chat, and the manual's exit codes."""

import asyncio
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.bootstrap import build_firm, open_store
from bot.clock import SystemClock
from bot.commands.context import Context
from bot.reports.asking import read_words
from bot.reports.score import score_json, score_report
from bot.staff.commands.score import score_reply
from surveys.texts import without_isolates
from tests.cli_world import Cli, make_cli

EXAMPLE = Path(__file__).parents[1] / "examples" / "past_answers.csv"
OPTIONS: dict[str, Any] = {"survey": None, "by": None, "where": [], "start": None, "end": None}
LINK = '[links]\ntelegram_bot = "acme_bot"\n[staff]\ntelegram_ids = [555]\n'


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    made = make_cli(tmp_path, capsys, LINK)
    columns = [
        "score=How likely are you to recommend Acme Auto?",
        "answered_at=Submitted at",
        "branch=Location",
        "employee=Served by",
    ]
    file = made.put("past.csv", EXAMPLE.read_bytes())
    made.json("import answers", file=file, survey="nps", column=columns, blank=["NA", "11"])
    return made


def in_chat(cli: Cli, *words: str) -> tuple[dict[str, object], str]:
    """Return what the API and the chat say about the same store."""

    async def work() -> tuple[dict[str, object], str]:
        config = Context({}, cli.folder / "config.toml").config()
        firm, store, now = build_firm(config), open_store(config), SystemClock().now()
        await store.open()
        try:
            report = await score_report(store, firm, await read_words(store, firm, words, now), now)
        finally:
            await store.close()
        return score_json(report), without_isolates(score_reply(report, "Acme", "en").plain())

    return asyncio.run(work())


def test_json_console_and_chat_tell_the_same_numbers(cli: Cli) -> None:
    told = cli.score(by="branch")
    json_in_chat, chat = in_chat(cli, "all", "by", "branch")
    console = cli.run("score", period="all", **{**OPTIONS, "by": "branch"})
    assert told == json_in_chat
    first = chat.splitlines()[0]
    assert first in console
    assert first.startswith(f"NPS {round(told['value']):+d} ({round(told['low'])}…{round(told['high'])})")
    for group in told["groups"]:
        line = next(line for line in chat.splitlines() if group["key"] in line)
        row = next(line for line in console.splitlines() if group["key"] in line)
        assert f"n={group['n']}" in line
        assert re.search(rf"\b{group['n']}\b", row)
        score = f"{round(group['value']):+d}"
        assert score in line
        assert score in row


def test_filters_and_dates_may_be_options(cli: Cli) -> None:
    whole = cli.score("2026-09")
    same = cli.score(None, start=date(2026, 9, 1), end=date(2026, 10, 1))
    assert {**same, "from": ""} == {**whole, "from": ""}
    tartu = cli.score("2026-09", where=["branch=tartu"])
    assert tartu["n"] == next(
        g["n"] for g in cli.score("2026-09", by="branch")["groups"] if g["key"] == "Tartu"
    )
    assert tartu["n"] >= cli.score("2026-09", where=["branch=Tartu", "employee=Helen Hernes"])["n"] > 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"survey": "npz"}, "Did you mean 'nps'?"),
        ({"by": "branhc"}, "Did you mean 'branch'?"),
        ({"where": ["brench=Tartu"]}, "Did you mean 'branch'?"),
        ({"where": ["Tartu"]}, "is no filter"),
        ({"period": "yesterdya"}, "Did you mean 'yesterday'?"),
        ({"start": date(2026, 9, 1), "end": date(2026, 9, 1)}, "ends before it begins"),
    ],
)
def test_a_wrong_word_ends_with_2_and_the_nearest_right_one(
    cli: Cli, options: dict[str, Any], said: str
) -> None:
    assert said in cli.score(**{"period": None, **options})["error"]
    assert cli.code == 2


def test_a_thin_group_shows_its_count_alone_on_the_console(cli: Cli) -> None:
    console = cli.run("score", period="2026-08", **{**OPTIONS, "by": "employee"})
    told = {group["key"]: group for group in cli.score("2026-08", by="employee")["groups"]}
    thin = [key for key, group in told.items() if not group["shown"]]
    assert thin
    for key in thin:
        row = next(line for line in console.splitlines() if key in line)
        assert re.sub(r"\s+", " ", row.replace(key, "")).strip() == f"too few {told[key]['n']}"


def test_staff_are_added_listed_and_removed(cli: Cli) -> None:
    add: dict[str, Any] = {"telegram_id": None, "phone": None, "role": "viewer", "branches": []}
    cli.json("staff add", **{**add, "name": "Mari", "telegram_id": 123, "role": "manager"})
    told = cli.json("staff add", **{**add, "name": "Jaan", "phone": "5555 0101", "branches": ["Tartu"]})
    assert [(one["name"], one["address"], one["role"], one["branches"]) for one in told["staff"]] == [
        (None, "555", "admin", []),
        ("Jaan", "+37255550101", "viewer", ["Tartu"]),
        ("Mari", "123", "manager", []),
    ]
    cli.json("staff remove", who="5555 0101")
    assert [one["name"] for one in cli.json("staff list")["staff"]] == [None, "Mari"]
    assert "Mari" in cli.run("staff list")
    cli.json("staff remove", who="Jaan")
    assert cli.code == 1
    assert "config.toml" in cli.json("staff remove", who="555")["error"]


def test_a_manager_has_no_branches_and_a_phone_is_a_phone(cli: Cli) -> None:
    add: dict[str, Any] = {
        "telegram_id": None,
        "phone": None,
        "role": "viewer",
        "branches": [],
        "name": "Mari",
    }
    for wrong in (
        {"role": "manager", "branches": ["Tartu"]},
        {"phone": "12"},
        {"phone": "+3725550101", "telegram_id": 1},
    ):
        cli.json("staff add", **{**add, **wrong})
        assert cli.code == 2


def test_without_id_and_phone_an_invitation_is_printed_that_works_once(cli: Cli) -> None:
    told = cli.json(
        "staff add", name="Peeter", telegram_id=None, phone=None, role="viewer", branches=["Tartu"]
    )
    assert re.fullmatch(r"https://t\.me/acme_bot\?start=[A-Za-z0-9_-]{24}", told["url"])
    assert told["expires_at"]


def test_explain_of_an_unknown_visit_ends_with_1(cli: Cli) -> None:
    assert "no visit 'v-x'" in cli.json("explain", visit_id="v-x")["error"]
    assert cli.code == 1
