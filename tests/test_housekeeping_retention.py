"""Personal data goes by its age: words and addresses, never a score, never the id that a repeat is known by."""

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.housekeeping import Housekeeping
from bot.privacy.report import REWRITE
from storage.moments import micros
from storage.sqlite_traces import found_in
from storage.transaction import Transaction
from tests.privacy_world import FIRST_WORDS, NAME, OTHER_PHONE, PHONE, WORDS, World, every_byte, liis_answers
from tests.test_privacy_erasing import everything, url

__all__ = ["url"]

COMMENTS = {"ASKWHY_RETENTION__COMMENTS_AFTER": "60 days"}
PHONES = {"ASKWHY_RETENTION__PHONES_AFTER": "60 days"}


async def night(world: World) -> None:
    await Housekeeping(world.store, world.firm, world.config, world.clock).work()


def add_link(tx: Transaction, link: str, expires_at: datetime | None) -> None:
    tx.db.run("put_link", hash=link, kind="customer", body="{}", expires_at=micros(expires_at))


async def old_and_new(world: World) -> None:
    """Liis answered long ago, Tiit answered again lately."""
    await liis_answers(world)
    await world.days_pass(100)
    await world.visit("v-new", "c-other", name="Tiit Tavaline", phone=OTHER_PHONE)
    await world.days_pass(3)
    await world.says(OTHER_PHONE, "9 still quick and friendly")


async def test_words_older_than_the_limit_go_and_newer_words_and_all_scores_stay(url: str) -> None:
    async with World.at(url, **COMMENTS) as world:
        await old_and_new(world)
        before = await world.scores()
        await night(world)
        after = await everything(world)
        assert not [words for words in (WORDS, FIRST_WORDS, "10 quick and friendly") if words in after]
        assert "9 still quick and friendly" in after
        assert PHONE in after
        assert NAME in after
        assert await world.scores() == before
        assert (await world.state("v-1"))[0] == "answered"


async def test_addresses_and_names_of_people_long_unheard_of_go_and_the_others_stay(url: str) -> None:
    async with World.at(url, **PHONES) as world:
        await old_and_new(world)
        before = await world.scores()
        await night(world)
        after = await everything(world)
        assert not [words for words in (PHONE, NAME, "Liis") if words in after]
        assert OTHER_PHONE in after
        assert "Tiit" in after
        assert await world.scores() == before


async def test_what_is_old_goes_however_many_reads_it_takes(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.privacy.retention.WINDOW", 2)
    monkeypatch.setattr("bot.privacy.retention.AT_ONCE", 1)
    async with World.at(url, **COMMENTS, **PHONES) as world:
        await old_and_new(world)
        for number in range(5):
            link, at = f"hash-{number}", world.clock.now() - timedelta(days=100)
            await world.store.write(partial(add_link, link=link, expires_at=None if number == 3 else at))
        await night(world)
        after = await everything(world)
        assert not [words for words in (PHONE, NAME, WORDS, FIRST_WORDS) if words in after]
        assert OTHER_PHONE in after
        kept = [link for link in (f"hash-{number}" for number in range(5)) if link in after]
        assert kept == ["hash-3"]


async def test_nothing_goes_without_a_limit_and_a_second_night_changes_nothing(url: str) -> None:
    async with World.at(url) as world:
        await old_and_new(world)
        before = await everything(world)
        await night(world)
        assert await everything(world) == before
    async with World.at(url, **COMMENTS, **PHONES) as world:
        await world.clock.advance(world.clock.now() + timedelta(days=103))
        await night(world)
        once = await everything(world)
        await night(world)
        assert await everything(world) == once


async def test_who_opted_out_stays_opted_out_when_the_phone_is_forgotten_and_comes_in_again(url: str) -> None:
    async with World.at(url, **PHONES) as world:
        await world.visit("v-1", "c-liis", name=NAME, phone=PHONE)
        await world.days_pass(1)
        await world.says(PHONE, "STOP")
        await world.days_pass(100)
        await night(world)
        assert PHONE not in await everything(world)
        await world.visit("v-2", "c-same-phone", phone=PHONE)
        assert await world.state("v-2") == ("suppressed", "opted_out")


async def test_a_customer_whose_phone_was_forgotten_is_asked_again_after_a_new_visit(url: str) -> None:
    async with World.at(url, **PHONES) as world:
        await liis_answers(world)
        await world.days_pass(100)
        await night(world)
        await world.visit("v-8", "c-liis", name=NAME, phone=PHONE)
        assert (await world.state("v-8"))[0] == "planned"
        row = await world.store.read.visit("v-8")
        assert row is not None
        assert row.visit_number == 3  # the same person as ever


async def test_a_message_handled_long_ago_is_a_repeat_for_ever(url: str) -> None:
    async with World.at(url, **COMMENTS, **PHONES) as world:
        await liis_answers(world)
        await world.days_pass(400)
        await night(world)
        before = await everything(world)
        world._numbers = iter(range(1, 9))  # type: ignore[assignment]
        await world.says(PHONE, f"3 {FIRST_WORDS}")
        assert await everything(world) == before


async def test_the_nightly_rewrite_clears_what_an_erasure_by_day_could_not(tmp_path: Path) -> None:
    path = tmp_path / "askwhy.db"
    async with World.at(f"sqlite:///{path}") as world:
        for number in range(300):
            phone = f"+3725555{number:04d}"
            await world.visit(f"v-{number}", f"c-{number}", name="Nimi Näidis", phone=phone)
        await world.days_pass(1)
        for number in range(0, 300, 3):
            await world.forget(f"c-{number}")
        await world.store.write(lambda tx: tx.upkeep.put(REWRITE, world.clock.now()))
        await night(world)
        assert await world.store.write(lambda tx: tx.upkeep.at(REWRITE)) is None
        content = every_byte(path)
        assert not [n for n in range(0, 300, 3) if f"+3725555{n:04d}".encode() in content]
        assert b"+37255550001" in content
    assert found_in(path, ["+37255550001"])
