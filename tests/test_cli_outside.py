"""The outside of the command line: names, options, help. Scripts rely on it."""

import subprocess
import sys
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from bot.cli.app import app
from bot.commands import COMMANDS

OPTIONS = {  # command: what the manual promises beside --help
    "demo": ["--visits", "--seed"],
    "init": ["--json"],
    "check": ["--offline", "--json"],
    "run": ["--role", "all", "web", "worker"],
    "import visits": ["FILE", "--json", "visit_id", "customer_id", "occurred_at"],
    "import answers": ["FILE", "--survey", "--column", "--blank", "FIELD=HEADER", "--json"],
    "import metrics": ["FILE", "--json"],
    "forecast": ["FILE", "--json"],
    "explain": ["VISIT_ID", "--json"],
    "export": ["answers", "visits", "--format", "csv", "jsonl", "parquet", "--output"],
    "read": ["TEXT", "--scale", "--lang", "--step", "--jsonl", "--json"],
    "segments": ["TEXT", "--jsonl", "--json"],
    "simulate": ["--days", "--seed", "--json"],
    "score": ["PERIOD", "--survey", "--by", "--where", "--from", "--to", "--json"],
    "measures": ["PERIOD", "--json"],
    "link": ["CUSTOMER_ID", "--qr", "--json"],
    "staff add": ["--role", "--branch", "--json"],
    "staff list": ["--json"],
    "staff remove": ["--json"],
    "person export": ["CUSTOMER_ID", "--json"],
    "person forget": ["CUSTOMER_ID", "--json"],
    "backup": ["FILE", "--json"],
    "restore": ["FILE", "--json"],
    "migrate": ["--json"],
    "recount": ["--json"],
    "move": ["--to", "--json"],
    "quarantine list": ["--json"],
    "quarantine replay": ["--json"],
    "quarantine drop": ["--json"],
}
HEAVY = {  # what `askwhy --help` must not wait for
    *(
        "pydantic",
        "structlog",
        "asyncio",
        "telegram",
        "twilio",
        "matplotlib",
        "phonenumbers",
        "holidays",
        "jinja2",
    ),
    *(
        "fastapi",
        "uvicorn",
        "psycopg",
        "aiosqlite",
        "apscheduler",
        "babel",
        "numpy",
        "pyarrow",
        "rapidfuzz",
        "sqlite3",
    ),
}


def helped(*words: str) -> str:
    result = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "200", "TERM": "dumb"})
    assert result.exit_code == 0, result.output
    return result.output


def commands_of(group: Any, above: str = "") -> set[str]:
    names: set[str] = set()
    for name, command in getattr(group, "commands", {}).items():
        inside = commands_of(command, f"{above}{name} ")
        names |= inside or {f"{above}{name}"}
    return names


def test_the_command_line_has_exactly_the_commands_of_the_manual() -> None:
    assert commands_of(typer.main.get_command(app)) == set(OPTIONS)
    assert set(COMMANDS) == set(OPTIONS)


@pytest.mark.parametrize("command", OPTIONS)
def test_every_command_helps_with_its_options_and_an_example(command: str) -> None:
    text = helped(*command.split())
    for option in OPTIONS[command]:
        assert option in text
    assert f"askwhy {command}" in text.split("Examples:")[1]


def test_the_program_helps_with_every_command_and_the_global_options() -> None:
    text = helped()
    for command in OPTIONS:
        assert f" {command.split()[0]} " in text
    for option in ("--config", "ASKWHY_CONFIG", "--version", "--install-completion"):
        assert option in text


def test_help_waits_for_no_heavy_library() -> None:
    code = (
        "import sys\n"
        "from bot.cli.app import app\n"
        "try: app(['--help'])\n"
        f"except SystemExit: print('HEAVY', sorted({HEAVY!r} & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "HEAVY []"


def test_the_version_is_told() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert result.exit_code == 0
    assert result.output.startswith("askwhy ")


@pytest.mark.parametrize(
    "words",
    [
        ["nosuch"],
        ["score", "--nosuch"],
        ["run", "--role", "boss"],
        ["import", "visits", "nowhere.csv"],
        ["export", "cats"],
    ],
)
def test_wrong_use_ends_with_2_and_leaves_standard_output_empty(words: list[str]) -> None:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
