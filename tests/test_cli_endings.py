"""How a command ends: exit codes, one JSON object, and no traceback for what a user has to put right."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot import logs
from bot.cli.app import app, main
from bot.commands import outcome
from bot.commands.context import CommandError, Context, WrongUseError
from bot.config import ConfigError, Problem
from surveys.definition import SurveyError

PROBLEM = Problem("config.toml, line 3", "[web] port", "is no whole number", "Write digits.", value="x")


def ended(monkeypatch: pytest.MonkeyPatch, body: Callable[[Context], int], *options: str) -> Result:
    """Run `askwhy migrate` with another body."""
    monkeypatch.setattr(outcome, "load", lambda _command: body)
    return CliRunner().invoke(app, ["migrate", *options])


def raising(error: BaseException) -> Callable[[Context], int]:
    def body(_context: Context) -> int:
        raise error

    return body


@pytest.mark.parametrize("code", [0, 1, 2, 3])
def test_the_body_decides_the_exit_code(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    assert ended(monkeypatch, lambda _context: code).exit_code == code


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (
            ConfigError([PROBLEM]),
            2,
            'config.toml, line 3: [web] port = "x" is no whole number. Write digits.',
        ),
        (
            SurveyError("nps.toml", "questions.a.scale", "0-x", "write it as 0-10."),
            2,
            "nps.toml: questions.a.scale",
        ),
        (WrongUseError("--scale: cannot be read"), 2, "--scale: cannot be read"),
        (
            CommandError("the store is busy. Stop the service first."),
            1,
            "the store is busy. Stop the service first.",
        ),
    ],
)
def test_what_a_user_must_put_right_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, error: Exception, code: int, words: str
) -> None:
    plain = ended(monkeypatch, raising(error))
    assert (plain.exit_code, plain.stdout) == (code, "")
    assert words in plain.stderr
    assert "Traceback" not in plain.stderr
    as_json = ended(monkeypatch, raising(error), "--json")
    assert as_json.exit_code == code
    assert words in json.loads(as_json.stdout)["error"]


def test_a_fault_of_ours_shows_its_traceback_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    logs.remember_secrets(["hush-hush-very-secret"])
    result = ended(monkeypatch, raising(KeyError("hush-hush-very-secret +37255550189")))
    logs.forget_secrets()
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Traceback" in result.stderr
    assert "KeyError: '*** +372…89'" in result.stderr
    assert "askwhy migrate stopped by a fault of its own" in result.stderr


def test_ctrl_c_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    result = ended(monkeypatch, raising(KeyboardInterrupt()))
    assert (result.exit_code, result.output) == (130, "")


def test_a_reader_who_left_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    result = ended(monkeypatch, raising(BrokenPipeError(32, "Broken pipe")))
    assert (result.exit_code, result.stderr) == (1, "")


def test_json_is_one_object_on_one_line_and_words_stay_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def body(context: Context) -> int:
        context.say("for people")
        context.note("by the way")
        with context.progress("counting", 3) as advance:
            advance(3)
        context.emit({"name": "Õnne [bold]x[/]", "half": "\udc80"})
        return 0

    result = ended(monkeypatch, body, "--json")
    assert json.loads(result.stdout) == {"name": "Õnne [bold]x[/]", "half": "\udc80"}
    assert result.stdout.count("\n") == 1
    assert result.stderr == "by the way\n"


def test_words_of_others_are_never_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    def body(context: Context) -> int:
        context.say("[red]Liis[/] :smile: " + "x" * 300)
        return 0

    assert ended(monkeypatch, body).stdout == "[red]Liis[/] :smile: " + "x" * 300 + "\n"


def test_a_number_that_json_does_not_have_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def body(context: Context) -> int:
        context.emit({"value": float("nan")})
        return 0

    assert ended(monkeypatch, body, "--json").exit_code == 1


# --- which configuration ---------------------------------------------------------------------------------------


def port(context: Context) -> int:
    context.say(str(context.config().web.port))
    return 0


def test_the_configuration_is_that_of_the_folder_or_the_one_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text("[web]\nport = 1\n")
    (tmp_path / "other.toml").write_text("[web]\nport = 2\n")
    monkeypatch.setattr(outcome, "load", lambda _command: port)
    run = CliRunner().invoke
    assert run(app, ["migrate"]).stdout == "1\n"
    assert run(app, ["--config", "other.toml", "migrate"]).stdout == "2\n"
    assert run(app, ["migrate"], env={"ASKWHY_CONFIG": "other.toml"}).stdout == "2\n"
    assert run(app, ["migrate"], env={"ASKWHY_WEB__PORT": "3"}).stdout == "3\n"


def test_without_any_configuration_the_missing_file_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    result = ended(monkeypatch, port)
    assert result.exit_code == 2
    assert result.stderr == "config.toml: does not exist. Write one with `askwhy init`.\n"


def test_the_environment_alone_is_a_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASKWHY_WEB__PORT", "9000")
    assert ended(monkeypatch, port).stdout == "9000\n"


def test_a_named_configuration_must_be_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["--config", "nowhere.toml", "read", "9"])
    assert result.exit_code == 2
    assert "nowhere.toml: does not exist" in result.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("explain", "VISIT_ID"),
        ("score --bogus", "--bogus"),
        ("import visits no-such.csv", "no-such.csv"),
        ("simulate --days 0", "--days"),
        ("scores", "'score'"),
    ],
)
def test_a_command_line_that_cannot_be_read_is_one_json_object_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str, told: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["askwhy", *words.split(), "--json"])
    with pytest.raises(SystemExit) as ending:
        main()
    printed = capsys.readouterr()
    assert ending.value.code == 2
    assert told in json.loads(printed.out)["error"]
    assert "Usage: askwhy" in printed.err
    monkeypatch.setattr(sys, "argv", ["askwhy", *words.split()])
    with pytest.raises(SystemExit):
        main()
    assert capsys.readouterr().out == ""
