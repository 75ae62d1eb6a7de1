"""What tests of every kind may ask for: a real PostgreSQL, the two providers faked on loopback, and `--update`."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog

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


@pytest.fixture(autouse=True)
def plain_log() -> None:
    """Log plain lines: structlog's own default draws a traceback with all local variables, which takes seconds."""
    render = structlog.processors.KeyValueRenderer(key_order=["event"])
    structlog.configure(processors=[structlog.processors.format_exc_info, render])
