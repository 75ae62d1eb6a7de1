"""What tests of every kind may ask for: PostgreSQL, the two providers on loopback, `--update`; and what holds for all of them."""

import io
import logging
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot import logs

if TYPE_CHECKING:
    from tests.fakes.postgres import PostgresServer
    from tests.fakes.telegram import FakeTelegram
    from tests.fakes.twilio import FakeTwilio


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update", action="store_true", help="write what tests/flows/*.toml lead to as expected"
    )
    parser.addoption(
        "--full-size", action="store_true", help="run tests/faults at the size of the fault list: minutes"
    )


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether expectations are to be rewritten."""
    return bool(request.config.getoption("--update"))


@pytest.fixture(scope="session")
def postgres() -> Iterator["PostgresServer"]:
    """A real PostgreSQL server, started when the first test needs it."""
    from tests.fakes.postgres import PostgresServer

    server = PostgresServer()
    yield server
    server.close()


@pytest.fixture
def postgres_url(postgres: "PostgresServer") -> Iterator[str]:
    """A fresh database with askwhy's tables."""
    with postgres.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def shared_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new store may be, of each kind that several processes can use."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'askwhy.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def telegram() -> AsyncIterator["FakeTelegram"]:
    from tests.fakes.telegram import FakeTelegram

    async with FakeTelegram(limits=False) as fake:
        yield fake


@pytest.fixture
async def twilio() -> AsyncIterator["FakeTwilio"]:
    from tests.fakes.twilio import FakeTwilio

    async with FakeTwilio() as fake:
        yield fake


SECRET, PHONE = "that-no-log-may-show", re.compile(r"\+3725555\d{4}|\+1202555\d{4}")
"""What every secret of the fakes ends with, the bot's token in its addresses too; and the phones of the tests."""


@pytest.fixture(autouse=True)
def log_without_secrets() -> Iterator[None]:
    """Log as `askwhy run` does, at its most talkative and told of no secrets; nothing private may be in it afterwards."""
    root = logging.getLogger()
    handlers, level, stream = root.handlers[:], root.level, io.StringIO()
    logs.set_up(level="debug", stream=stream)
    yield
    root.handlers[:], root.level = handlers, level
    shown = [line for line in stream.getvalue().splitlines() if SECRET in line or PHONE.search(line)]
    assert shown == []
