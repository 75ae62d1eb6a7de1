"""Every store in turn: each test of this folder is a promise that all of them keep."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from storage import STORES, make_store
from storage.base import Store


@pytest.fixture(params=sorted(STORES))
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new store may be, of each kind."""
    return URLS[request.param](request, tmp_path)


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    """An open, empty store."""
    opened = make_store(store_url)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def two_stores(shared_url: str) -> AsyncIterator[tuple[Store, Store]]:
    """One store opened twice, as two processes would."""
    one, other = make_store(shared_url), make_store(shared_url)
    await one.open()
    await other.open()
    yield one, other
    await one.close()
    await other.close()


URLS: dict[str, Callable[[pytest.FixtureRequest, Path], str]] = {
    "memory": lambda _request, _folder: "memory:",
    "sqlite": lambda _request, folder: f"sqlite:///{folder / 'askwhy.db'}",
    "postgresql": lambda request, _folder: str(request.getfixturevalue("postgres_url")),
}
