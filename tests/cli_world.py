"""Run commands as the command line does, on a configuration of their own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.commands.context import Context
from bot.commands.outcome import finish


@dataclass
class Cli:
    """A folder with a configuration and its store. `code` is the exit code of the last command."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    code: int = 0
    errors: str = ""

    def put(self, name: str, content: str | bytes) -> Path:
        """Write a file beside the configuration."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def run(self, command: str, **arguments: Any) -> str:
        """Return what a command writes to standard output for people."""
        return self._run(command, arguments, as_json=False)

    def json(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Return the one JSON object that a command writes."""
        found: dict[str, Any] = json.loads(self._run(command, arguments, as_json=True))
        return found

    def score(self, period: str | None = "all", **arguments: Any) -> dict[str, Any]:
        """Return `askwhy score --json`."""
        empty: dict[str, Any] = {"survey": None, "by": None, "where": [], "start": None, "end": None}
        return self.json("score", period=period, **{**empty, **arguments})

    def _run(self, command: str, arguments: dict[str, Any], *, as_json: bool) -> str:
        self.capture.readouterr()
        context = Context({}, self.folder / "config.toml", json=as_json)
        self.code = finish(context, command, arguments)
        written = self.capture.readouterr()
        self.errors = written.err
        return written.out


def make_cli(folder: Path, capture: pytest.CaptureFixture[str], config: str = "") -> Cli:
    """Return a command line on a new configuration."""
    (folder / "config.toml").write_text(config, encoding="utf-8")
    return Cli(folder, capture)
