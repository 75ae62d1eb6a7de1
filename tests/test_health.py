"""/health: 503 for what takes this process out of service, warnings for the rest, and nothing about anybody."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from bot.backups import BACKUP_DONE, NIGHT
from bot.bootstrap import App, build_app
from bot.pulse import LIMIT, Pulse
from bot.web.app import build_watch, build_web
from storage.rows import SenderRow
from tests.privacy_world import FIRST_WORDS, NAME, PHONE, WORDS, World, liis_answers


@asynccontextmanager
async def asked(world: World) -> AsyncIterator[tuple[App, httpx.AsyncClient]]:
    """Return the application over a world's store, and who asks it."""
    app = build_app(world.config, clock=world.clock, store=world.store, channels=world.channels)
    transport = httpx.ASGITransport(app=build_watch(app))
    async with httpx.AsyncClient(transport=transport, base_url="http://askwhy") as client:
        yield app, client


async def health(world: World, client: httpx.AsyncClient) -> tuple[int, dict[str, Any]]:
    """Ask after a second, so that it is looked at anew."""
    await world.clock.advance(world.clock.now() + timedelta(seconds=1))
    answer = await client.get("/health")
    return answer.status_code, answer.json()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    settings = {"ASKWHY_BACKUP__ENABLED": "true", "ASKWHY_BACKUP__DIRECTORY": str(tmp_path / "copies")}
    async with World.at(f"sqlite:///{tmp_path / 'askwhy.db'}", **settings) as world:
        yield world


async def test_a_service_that_is_well_says_ok_and_tells_of_nobody(world: World) -> None:
    await liis_answers(world)
    async with asked(world) as (_, client):
        status, said = await health(world, client)
    assert (status, said) == (
        200,
        {"status": "ok", "warnings": [], "quarantined": 0, "unknown": 0, "backup": None},
    )
    assert not [word for word in (PHONE, NAME, WORDS, FIRST_WORDS, "c-liis") if word in str(said)]


async def test_a_store_that_takes_no_writes_is_503_until_it_does_again(world: World, tmp_path: Path) -> None:
    path = tmp_path / "askwhy.db"
    async with asked(world) as (_, client):
        assert (await health(world, client))[0] == 200
        path.rename(tmp_path / "away.db")
        status, said = await health(world, client)
        assert (status, said["status"]) == (503, "failing")
        assert "vanished" in said["problems"][0]
        (tmp_path / "away.db").rename(path)
        assert (await health(world, client))[0] == 200


async def test_a_store_that_can_be_read_but_not_written_is_503(world: World, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "askwhy.db", isolation_level=None)
    async with asked(world) as (_, client):
        other.execute("BEGIN IMMEDIATE")
        status, said = await health(world, client)
        assert status == 503, said
        other.execute("ROLLBACK")
        assert (await health(world, client))[0] == 200
    other.close()


async def test_a_part_of_this_process_that_stands_still_is_503_and_one_that_rests_is_not(
    world: World,
) -> None:
    async with asked(world) as (app, client):
        app.pulse.beat("sms", world.clock.monotonic())
        app.pulse.beat("polling", world.clock.monotonic(), rests=600)
        assert (await health(world, client))[0] == 200
        await world.clock.advance(world.clock.now() + timedelta(seconds=LIMIT))
        status, said = await health(world, client)
        assert (status, said["problems"]) == (503, ["sms stands still"])
        app.pulse.beat("sms", world.clock.monotonic())
        assert (await health(world, client))[0] == 200


def test_a_part_is_watched_from_its_first_beat_to_its_end() -> None:
    pulse = Pulse()
    assert pulse.silent(10**6) == []
    pulse.beat("scheduler", 0)
    assert pulse.silent(LIMIT) == []
    assert pulse.silent(LIMIT + 0.1) == ["scheduler"]
    pulse.stop("scheduler")
    assert pulse.silent(10**6) == []


async def test_what_calls_for_somebody_is_a_warning_beside_ok(world: World) -> None:
    """A web process that was turned away because a backup is late would lose messages."""
    now = world.clock.now()

    def trouble(tx: Any) -> None:
        body = {"address": PHONE, "text": WORDS}
        tx.outbox.add("reply", "sms", PHONE, body, now - timedelta(minutes=10), priority=0)
        tx.outbox.put_sender("+12025550100", SenderRow(stopped="Twilio says: no money"))
        tx.outbox.put_sender("100200300", SenderRow(paused_until=now + timedelta(seconds=91)))
        number = tx.inbox.add("sms", "SM1", PHONE, now, {}, "quarantined")
        tx.inbox.set(number, "quarantined", 3, f"ValueError: {WORDS}")
        tx.upkeep.plan(NIGHT, now - timedelta(hours=2))

    await world.store.write(trouble)
    async with asked(world) as (_, client):
        status, said = await health(world, client)
    assert (status, said["status"]) == (200, "ok")
    assert said["warnings"] == [
        "outbox (sms): the oldest entry waits for 10 minutes",
        "telegram rests for 90 s",
        "sms does not send until you act: Twilio says: no money",
        "1 messages could not be handled: askwhy quarantine list",
        "no backup was made yet",
    ]
    assert (said["quarantined"], said["unknown"]) == (1, 0)
    assert not [word for word in (PHONE, WORDS) if word in str(said)]


async def test_a_backup_is_late_after_26_hours(world: World) -> None:
    async with asked(world) as (_, client):
        done = world.clock.now()
        await world.store.write(lambda tx: tx.upkeep.put(BACKUP_DONE, done))
        await world.store.write(lambda tx: tx.upkeep.plan(NIGHT, done + timedelta(days=2)))
        await world.clock.advance(done + timedelta(hours=25, minutes=59))
        assert (await health(world, client))[1]["warnings"] == []
        await world.clock.advance(done + timedelta(hours=26, minutes=1))
        assert (await health(world, client))[1]["warnings"] == [
            "the last nightly backup is of 2026-11-09 10:00 UTC"
        ]


async def test_work_that_piles_up_before_the_shared_store_is_told_and_goes_on_by_itself(
    postgres_url: str,
) -> None:
    async with World.at(postgres_url) as world, asked(world) as (_, client):
        person = await world.store.write(lambda tx: tx.people.resolve("c-liis", {"sms": PHONE}))
        with psycopg.connect(postgres_url) as somebody:
            somebody.execute("SELECT 1 FROM people FOR UPDATE")
            work = [
                asyncio.ensure_future(world.store.write(lambda tx: tx.people.lock(person)))
                for _ in range(600)
            ]
            await asyncio.sleep(0)
            status, said = await health(world, client)
            assert (status, said["warnings"]) == (503, ["store: 600 units of work wait"])
            assert "askwhy_store_waiting 600.0" in (await client.get("/metrics")).text
        await asyncio.gather(*work)
        assert world.store.waiting == 0
        assert (await health(world, client))[0] == 200


async def test_many_who_ask_at_once_cost_one_look(world: World) -> None:
    async with asked(world) as (_, client):
        await health(world, client)
        before = await world.store.write(lambda tx: tx.upkeep.at("health"))
        for _ in range(20):
            assert (await client.get("/health")).status_code == 200
        assert await world.store.write(lambda tx: tx.upkeep.at("health")) == before


async def test_a_worker_tells_how_it_is_and_hears_nothing(world: World) -> None:
    async with asked(world) as (app, client):
        assert (await client.get("/metrics")).status_code == 200
        assert (await client.post("/webhooks/sms")).status_code == 404
        assert (await client.get("/api/v1/score")).status_code == 404
        paths = {getattr(route, "path", "") for route in build_web(app).routes}
        assert {"/health", "/metrics", "/api/{path:path}"} <= paths
