"""`askwhy read` and `askwhy segments`: one text, or a file line by line in the same order."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli.app import app


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def ask(*words: str, stdin: str | bytes = "") -> Result:
    return CliRunner().invoke(app, list(words), input=stdin)


def answer(*words: str) -> Any:
    result = ask(*words, "--json")
    assert result.exit_code == 0, result.output
    assert result.stdout.count("\n") == 1
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["9 sest kiire", "--lang", "et"], {"kind": "score", "score": 9, "why": "sest kiire"}),
        (["9"], {"kind": "score", "score": 9, "why": None}),
        (["-1", "--scale", "0-10"], {"kind": "out_of_range", "score": None, "why": None}),
        (["5", "--scale", "1-5"], {"kind": "score", "score": 5, "why": None}),
        (["STOP"], {"kind": "opt_out", "score": None, "why": None}),
        (["too slow", "--step", "why"], {"kind": "why", "score": None, "why": "too slow"}),
        (["8", "--step", "why"], {"kind": "score", "score": 8, "why": None}),
        (["9", "--lang", "xx"], {"kind": "score", "score": 9, "why": None}),
        (["nine", "--lang", "xx"], {"kind": "not_score", "score": None, "why": None}),
        ([""], {"kind": "not_score", "score": None, "why": None}),
    ],
)
def test_a_reply_is_read_without_any_configuration(words: list[str], expected: dict[str, Any]) -> None:
    assert answer("read", *words) == expected


def test_a_language_need_not_be_configured_to_be_read(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[organisation]\nlanguages = ["en"]\n')
    assert answer("read", "üheksa", "--lang", "et")["score"] == 9


def test_the_organisations_language_is_the_default(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[organisation]\nlanguage = "ru"\nlanguages = ["ru"]\n')
    assert answer("read", "девять")["score"] == 9


def test_in_words_a_reading_says_what_would_happen() -> None:
    assert ask("read", "9 sest kiire", "--lang", "et").stdout == "score 9\nwhy: sest kiire\n"
    assert ask("read", "8 or 9").stdout.startswith("a score, but which one is not sure")
    assert "asked again, offering 8 and 9" in ask("read", "8 or 9").stdout


def test_many_replies_are_answered_in_the_order_of_the_lines(tmp_path: Path) -> None:
    lines = [
        {"id": 1, "text": "9"},
        {"id": "b", "text": "viis", "scale": "1-5", "lang": "et"},
        {"id": None, "text": "8", "step": "why"},
        {"id": 4, "text": "sama", "step": "why", "lang": "et", "extra": 1},
    ]
    path = tmp_path / "replies.jsonl"
    path.write_text("\n\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    result = ask("read", "--jsonl", str(path))
    assert result.exit_code == 0
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(a["id"], a["kind"], a["score"]) for a in answers] == [
        (1, "score", 9),
        ("b", "score", 5),
        (None, "score", 8),
        (4, "why", None),
    ]
    assert all(set(a) == {"id", "kind", "score", "why"} for a in answers)


def test_options_fill_in_what_a_line_leaves_out() -> None:
    result = ask("read", "--jsonl", "-", "--scale", "1-5", "--step", "why", stdin='{"id": 1, "text": "7"}\n')
    assert json.loads(result.stdout)["kind"] == "why"


def test_a_bad_line_is_answered_in_its_place_and_the_exit_code_is_3() -> None:
    lines = [
        b'{"id": 1, "text": "9"}',
        b"not json",
        b"[1]",
        b'{"id": 4}',
        b'{"id": 5, "text": "9", "scale": "ten"}',
        b'{"id": 6, "text": "9", "scale": 5}',
        b'{"id": 7, "text": "9", "step": "when"}',
        b'{"id": 8, "text": "9", "lang": 1}',
        b'{"id": 9, "text": "\xff"}',
        b'{"id": 10, "text": "8"}',
    ]
    result = ask("read", "--jsonl", "-", stdin=b"\n".join(lines))
    assert result.exit_code == 3
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(answers) == len(lines)
    assert [a["id"] for a in answers] == [1, None, None, 4, 5, 6, 7, 8, None, 10]
    assert ["error" in a for a in answers] == [False, *[True] * 8, False]
    assert answers[4]["error"].startswith("line 5: scale 'ten' cannot be read")


@pytest.mark.parametrize("command", ["read", "segments"])
def test_neither_or_both_of_text_and_file_is_wrong_use(command: str) -> None:
    for words in ([command], [command, "9", "--jsonl", "x.jsonl"]):
        result = ask(*words)
        assert (result.exit_code, result.stdout) == (2, "")
        assert f'askwhy {command} "the text"' in result.stderr


def test_a_missing_file_or_a_wrong_scale_is_wrong_use() -> None:
    assert "--jsonl nowhere.jsonl: cannot be read" in ask("read", "--jsonl", "nowhere.jsonl").stderr
    result = ask("read", "9", "--scale", "10-0")
    assert result.exit_code == 2
    assert "--scale: scale" in result.stderr


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {"encoding": "GSM-7", "segments": 1, "characters": 0}),
        ("a" * 160, {"encoding": "GSM-7", "segments": 1, "characters": 160}),
        ("a" * 161, {"encoding": "GSM-7", "segments": 2, "characters": 161}),
        ("õ", {"encoding": "UCS-2", "segments": 1, "characters": 1}),
        ("👍", {"encoding": "UCS-2", "segments": 1, "characters": 2}),
        ("-€", {"encoding": "GSM-7", "segments": 1, "characters": 3}),
    ],
)
def test_an_sms_is_measured(text: str, expected: dict[str, Any]) -> None:
    assert answer("segments", text) == expected


def test_in_words_an_sms_says_what_makes_it_dear() -> None:
    result = ask("segments", "Kui tõenäoliselt soovitate meid? " * 3)
    assert result.stdout.startswith("2 segments: 99 UTF-16 units of UCS-2\n'õ' turns this text into UCS-2")


def test_many_sms_are_measured_in_order() -> None:
    result = ask("segments", "--jsonl", "-", stdin='{"id": 1, "text": "a"}\n{"id": 2, "text": "б"}\n')
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {"id": 1, "encoding": "GSM-7", "segments": 1, "characters": 1},
        {"id": 2, "encoding": "UCS-2", "segments": 1, "characters": 1},
    ]
