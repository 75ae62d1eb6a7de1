"""The nightly copy: at its hour by the organisation's clock, checked, a fixed number of them, one alert when it fails."""

import asyncio
import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.backups import BACKUP_DONE, copies_in
from bot.config import load_config
from bot.housekeeping import Housekeeping, Stopped
from storage.sqlite_copies import problems
from tests.privacy_world import World, liis_answers

ON = {"ASKWHY_BACKUP__ENABLED": "true", "ASKWHY_STAFF__TELEGRAM_IDS": "[42]"}


def world_in(folder: Path, **environ: str) -> World:
    settings = {**ON, "ASKWHY_BACKUP__DIRECTORY": str(folder / "copies"), **environ}
    return World.at(f"sqlite:///{folder / 'askwhy.db'}", **settings)


def keeper(world: World) -> Housekeeping:
    return Housekeeping(world.store, world.firm, world.config, world.clock)


async def pass_minutes(world: World, house: Housekeeping, minutes: int) -> None:
    """Let the scheduler's job look every ten minutes."""
    for _ in range(minutes // 10):
        await world.clock.advance(world.clock.now() + timedelta(minutes=10))
        await house.look()


async def test_one_copy_a_night_at_the_organisations_hour_and_the_newest_are_kept(tmp_path: Path) -> None:
    async with world_in(tmp_path, ASKWHY_BACKUP__KEEP="3") as world:
        await liis_answers(world)
        house = keeper(world)
        await house.look()
        assert copies_in(tmp_path / "copies") == []  # the night has not come
        await pass_minutes(world, house, 5 * 24 * 60)
        copies = copies_in(tmp_path / "copies")
        assert [copy.at.strftime("%d %H:%M") for copy in copies] == ["15 01:30", "14 01:30", "13 01:30"]
        assert await world.store.write(lambda tx: tx.upkeep.at(BACKUP_DONE)) == copies[0].at
    for copy in copies:
        assert problems(copy.path) == []
        assert copy.path.stat().st_mode & 0o777 == 0o600
        assert sqlite3.connect(copy.path).execute("SELECT count(*) FROM answers").fetchone() == (4,)


@pytest.mark.parametrize(
    ("start", "copied"),
    [
        (datetime(2027, 3, 27, 12, tzinfo=UTC), ["2027-03-28 01:30", "2027-03-29 00:30", "2027-03-30 00:30"]),
        (
            datetime(2027, 10, 30, 12, tzinfo=UTC),
            ["2027-10-31 00:30", "2027-11-01 01:30", "2027-11-02 01:30"],
        ),
    ],
)
async def test_on_the_nights_when_clocks_change_there_is_one_copy_too(
    tmp_path: Path, start: datetime, copied: list[str]
) -> None:
    async with world_in(tmp_path) as world:
        await world.clock.advance(start)
        house = keeper(world)
        await house.look()
        await pass_minutes(world, house, 3 * 24 * 60)
    assert [f"{copy.at:%Y-%m-%d %H:%M}" for copy in reversed(copies_in(tmp_path / "copies"))] == copied


async def test_a_night_that_was_slept_through_is_made_up_for_and_two_processes_make_one_copy(
    tmp_path: Path,
) -> None:
    async with world_in(tmp_path) as world, world_in(tmp_path) as other:
        await keeper(world).look()
        for one in (world, other):
            await one.clock.advance(datetime(2026, 11, 12, 9, tzinfo=UTC))
        await asyncio.gather(keeper(world).look(), keeper(other).look())
        await keeper(world).look()
    assert len(copies_in(tmp_path / "copies")) == 1


async def test_a_failing_copy_alerts_the_admins_once_and_is_tried_every_hour_until_it_works(
    tmp_path: Path,
) -> None:
    blocked = tmp_path / "copies"
    blocked.write_text("a file where the folder should be")
    async with world_in(tmp_path) as world:
        house = keeper(world)
        await house.look()
        await pass_minutes(world, house, 24 * 60)
        await world.send()
        told = [message.text for message in world.channels["telegram"].sent]
        assert len(told) == 1
        assert told[0].startswith("askwhy: the nightly backup failed: ")
        blocked.unlink()
        await pass_minutes(world, house, 70)
        assert len(copies_in(blocked)) == 1
        assert await world.store.write(lambda tx: tx.outbox.notice("backup", world.clock.now()))


async def test_halves_of_copies_that_were_killed_are_cleared_away_and_strangers_files_stay(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    (folder / "askwhy-20261101T013000Z.db.part").touch()
    (folder / "mine.db").touch()
    async with world_in(tmp_path, ASKWHY_BACKUP__KEEP="1") as world:
        await keeper(world).work()
        await world.clock.advance(world.clock.now() + timedelta(days=1))
        await keeper(world).work()
    assert sorted(file.name for file in folder.iterdir()) == ["askwhy-20261110T100000Z.db", "mine.db"]


async def test_what_an_upgrade_or_a_restore_left_beside_the_store_goes_after_as_many_days(
    tmp_path: Path,
) -> None:
    async with world_in(tmp_path, ASKWHY_BACKUP__KEEP="3") as world:
        now = world.clock.now()
        old, young = now - timedelta(days=3, hours=1), now - timedelta(days=2)
        gone = f"askwhy.db.before-restore-{old:%Y%m%dT%H%M%S}Z"
        kept = [
            f"askwhy.db.before-restore-{young:%Y%m%dT%H%M%S}Z",
            "askwhy.db.schema-2",
            "askwhy.db.mine",
            "askwhy.db",
        ]
        for name in (gone, f"{gone}-wal", "askwhy.db.schema-1", *kept):
            (tmp_path / name).touch()
        for name, at in (("askwhy.db.schema-1", old), ("askwhy.db.schema-2", young)):
            os.utime(tmp_path / name, (at.timestamp(), at.timestamp()))
        blocked = tmp_path / "copies"
        blocked.touch()
        await keeper(world).work()
        assert (tmp_path / gone).exists()  # no copy was made: nothing is given up for it
        blocked.unlink()
        await keeper(world).work()
        names = {file.name for file in tmp_path.iterdir()}
    assert set(kept) <= names
    assert not {gone, f"{gone}-wal", "askwhy.db.schema-1"} & names


async def test_being_asked_to_stop_ends_a_copy_and_leaves_nothing_of_it(tmp_path: Path) -> None:
    async with world_in(tmp_path) as world:
        house = keeper(world)
        house.stop()
        with pytest.raises(Stopped):
            await house._copy()
    assert list((tmp_path / "copies").iterdir()) == []


async def test_a_night_that_was_broken_off_is_done_an_hour_later_by_whoever_lives(tmp_path: Path) -> None:
    async with world_in(tmp_path) as world, world_in(tmp_path) as other:
        await keeper(world).look()
        await world.clock.advance(datetime(2026, 11, 12, 9, tzinfo=UTC))
        ending = keeper(world)
        ending.stop()
        await ending.look()
        await world.store.close()
        await other.clock.advance(world.clock.now())
        await pass_minutes(other, keeper(other), 50)
        assert copies_in(tmp_path / "copies") == []
        await pass_minutes(other, keeper(other), 10 * 60)
    assert [copy.at.strftime("%d %H:%M") for copy in copies_in(tmp_path / "copies")] == ["12 10:00"]


async def test_nothing_is_copied_unless_it_is_switched_on(tmp_path: Path) -> None:
    async with world_in(tmp_path, ASKWHY_BACKUP__ENABLED="false") as world:
        await keeper(world).work()
    assert not (tmp_path / "copies").exists()
    assert load_config(None, {"ASKWHY_STORAGE__URL": "sqlite:///x.db"}).backup.enabled is False
