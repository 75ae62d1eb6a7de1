"""What a command has at hand: the configuration, the two output streams, JSON or words.

Standard output carries the answer (with --json exactly one JSON object), standard error everything else.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from bot.config import Config

DEFAULT_CONFIG = Path("config.toml")


class WrongUseError(Exception):
    """The command was called in a way that cannot work; the text names the argument, the value and the fix."""


class CommandError(Exception):
    """The command could not do what it should; the text says what, why, and what to do now."""


@dataclass(frozen=True)
class Context:
    """The surroundings of one command."""

    environ: Mapping[str, str]
    config_file: Path | None = None  # as given by --config or ASKWHY_CONFIG
    json: bool = False

    def config(self, *, needs_file: bool = True, for_service: bool = False) -> "Config":
        """Read the configuration; raises ConfigError.

        Without a file the environment alone will do. Where there is neither, `needs_file` decides between an error
        and the defaults (for commands that work anywhere, such as `read`).
        """
        from bot.config import load_config
        from bot.logs import remember_secrets

        path = self.config_file or (DEFAULT_CONFIG if DEFAULT_CONFIG.exists() else None)
        by_environment = any(name.startswith("ASKWHY_") and "__" in name for name in self.environ)
        if path is None and needs_file and not by_environment:
            path = DEFAULT_CONFIG
        config = load_config(path, self.environ, for_service=for_service)
        remember_secrets(config.secrets())
        return config

    @cached_property
    def out(self) -> "Console":
        """Standard output for people; use `say()` for text that is not ours."""
        return _console(stderr=False)

    @cached_property
    def err(self) -> "Console":
        """Standard error."""
        return _console(stderr=True)

    def emit(self, answer: Mapping[str, Any]) -> None:
        """Write one JSON object on one line of standard output."""
        try:
            line = json.dumps(answer, ensure_ascii=False, allow_nan=False, default=str)
            line.encode("utf-8")
        except UnicodeEncodeError:  # half a surrogate pair out of an odd argument
            line = json.dumps(answer, allow_nan=False, default=str)
        sys.stdout.write(line + "\n")

    def say(self, text: "RenderableType" = "", *, style: str | None = None) -> None:
        """Show something to people; with --json nothing, because JSON says it."""
        if not self.json:
            self.out.print(text, style=style, markup=False)

    def note(self, text: str, *, style: str | None = None) -> None:
        """Tell something by the way, on standard error."""
        self.err.print(text, style=style, markup=False)

    def fail(self, text: str) -> None:
        """Say what went wrong; with --json also as the one object on standard output."""
        if self.json:
            self.emit({"error": text})
        self.note(text, style="red")

    @contextmanager
    def progress(self, what: str, total: int | None = None) -> "Iterator[Advance]":
        """Show a progress bar while the block runs, if somebody sits at a terminal; yields what moves it."""
        if not self.err.is_terminal:
            yield _stand_still
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self.err, transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda steps=1: bar.advance(task, steps)


if TYPE_CHECKING:
    from collections.abc import Callable

    Advance = Callable[..., None]


def _stand_still(steps: int = 1) -> None:
    pass


def _console(*, stderr: bool) -> "Console":
    from rich.console import Console

    # Off a terminal lines are not cut at 80 columns: they are searched and piped.
    return Console(stderr=stderr, highlight=False, soft_wrap=True, emoji=False)
