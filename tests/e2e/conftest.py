"""Services that end with their test, and leave no secret in a log."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.process import Askwhy


@pytest.fixture
async def askwhy(tmp_path: Path) -> AsyncIterator[Callable[..., Askwhy]]:
    """Make services; each is killed at the end if it still runs, and its log is looked through."""
    made: list[Askwhy] = []

    def make(kind: type[Askwhy] = Askwhy, **settings: Any) -> Askwhy:
        folder = tmp_path / f"askwhy-{len(made)}"
        folder.mkdir()
        made.append(kind(folder, **settings))
        return made[-1]

    yield make
    for one in made:
        await one.kill()
    for one in made:
        one.check_log()
