"""Every store in turn: each test of this folder is a promise that all of them keep."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from storage import STORES, make_store
from storage.base import Store

SHARED = ("sqlite", "postgresql")
"""Stores that several processes can use."""


@pytest.fixture(params=sorted(STORES))
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a new store may be, of each kind."""
    yield from _url(request.param, request, tmp_path)


@pytest.fixture(params=SHARED)
def shared_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a new store may be, of each kind that several processes can use."""
    yield from _url(request.param, request, tmp_path)


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


def _url(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    yield URLS[kind](request, folder)


def _postgres(request: pytest.FixtureRequest, folder: Path) -> str:
    url: str = request.getfixturevalue("postgres_url")
    return url


URLS: dict[str, Callable[[pytest.FixtureRequest, Path], str]] = {
    "memory": lambda _request, _folder: "memory:",
    "sqlite": lambda _request, folder: f"sqlite:///{folder / 'askwhy.db'}",
    "postgresql": _postgres,
}
