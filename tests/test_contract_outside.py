"""What scripts rely on beyond one command: whole paths in the API's description, 401 everywhere, stores by any name."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.cli_world import make_cli
from tests.e2e.inside import whole
from tests.fakes.twilio import FakeTwilio


@pytest.fixture
async def api(twilio: FakeTwilio) -> AsyncIterator[httpx.AsyncClient]:
    async with whole(None, twilio, listens=True) as running, running.client() as client:
        yield client


@pytest.mark.parametrize("path", ["visits", "visits/v-1", "score", "nothing", "nothing/at/all"])
async def test_without_the_token_all_of_the_api_is_401(api: httpx.AsyncClient, path: str) -> None:
    answer = await api.get(f"/api/v1/{path}", headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401


async def test_with_the_token_a_route_that_is_not_there_is_404(api: httpx.AsyncClient) -> None:
    assert (await api.get("/api/v1/nothing")).status_code == 404
    assert (await api.get("/api/nothing")).status_code == 404


async def test_the_described_paths_are_the_ones_to_call(api: httpx.AsyncClient) -> None:
    described = (await api.get("/api/openapi.json")).json()
    assert "servers" not in described
    assert (await api.get("/api/v1/score")).status_code == 200
    routes = {"/api/v1/visits", "/api/v1/visits/{visit_id}", "/api/v1/score", "/api/v1/links"}
    assert routes == set(described["paths"])


def test_a_store_does_not_move_into_itself_by_another_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cli = make_cli(tmp_path, capsys)
    cli.score()
    monkeypatch.chdir(tmp_path)
    cli.run("move", to="sqlite:///askwhy.db")
    assert cli.code == 2
    assert "configured already" in cli.errors


def test_the_place_of_a_moved_store_is_named_in_full(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cli = make_cli(tmp_path, capsys)
    cli.run("migrate")
    monkeypatch.chdir(tmp_path)
    moved = cli.json("move", to="sqlite:///new.db")
    assert moved["to"] == f"sqlite:///{os.path.realpath(tmp_path)}/new.db"


def test_a_mistyped_secret_is_not_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for line in ('tokn = "123:hush"', 'tokn_file = "hush"', 'something_else_entirely = "hush"'):
        cli = make_cli(tmp_path, capsys, f"[telegram]\n{line}\n")
        cli.run("migrate")
        assert cli.code == 2
        assert "is not a key" in cli.errors
        assert "hush" not in cli.errors
