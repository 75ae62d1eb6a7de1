"""New low scores: one alert to every listed group and admin, masked, and every score once."""

from datetime import datetime, timedelta
from functools import partial

from bot.channels.base import Decision, Outgoing, SendFailed
from bot.outcomes import record_failed
from bot.staff.detractors import send_alerts
from storage.transaction import Transaction
from tests.staff_world import ADMIN, FIRM, GROUP, NOW, World, give, world

MINUTE = timedelta(minutes=1)


async def alerts(here: World, now: datetime) -> list[Outgoing]:
    before = len(await here.sent())
    await send_alerts(here.store, FIRM, now)
    return (await here.sent())[before:]


def low(tx: Transaction, number: int, at: datetime, branch: str, why: str | None = None) -> None:
    for index in range(number):
        give(tx, 2, at=at, branch=branch, why=why, visit_id=f"{branch}-{at:%H%M%S}-{index}", employee="Jaan")


async def test_many_new_detractors_are_one_message_to_each_group_and_admin() -> None:
    async with world() as here:
        assert await alerts(here, NOW) == []

        def work(tx: Transaction) -> None:
            low(tx, 8, NOW + MINUTE / 2, "Tartu", "Jaan was rude, call +372 5555 0123")
            low(tx, 4, NOW + MINUTE / 2, "Tallinn")
            give(tx, 9, at=NOW + MINUTE / 2, visit_id="happy", why="fine")

        await here.store.write(work)
        told = await alerts(here, NOW + MINUTE)
        again = await alerts(here, NOW + 2 * MINUTE)
    assert sorted(message.address for message in told) == [GROUP, ADMIN]
    lines = told[0].text.splitlines()
    assert lines[0] == "<b>12 new detractors: Tartu 8, Tallinn 4</b>"
    assert lines[1:] == ["“••• was rude, call •••” (2)"] * 3
    assert again == []


async def test_every_score_is_told_once_however_the_runs_fall() -> None:
    async with world() as here:
        await alerts(here, NOW)
        told = 0
        for second in range(0, 300, 7):
            at = NOW + timedelta(seconds=second)
            await here.store.write(partial(low, number=1, at=at, branch="Tartu"))
            if second % 3 == 0:
                told += await send_alerts(here.store, FIRM, at)
        told += await send_alerts(here.store, FIRM, NOW + 10 * MINUTE)
    assert told == len(range(7, 300, 7)) + 1


async def test_imported_answers_are_no_news() -> None:
    async with world() as here:
        await alerts(here, NOW)
        await here.store.write(lambda tx: give(tx, 0, at=NOW + MINUTE / 2))
        assert await alerts(here, NOW + MINUTE) == []


async def test_after_a_long_stop_old_scores_are_no_news() -> None:
    async with world() as here:
        await alerts(here, NOW)
        await here.store.write(lambda tx: low(tx, 3, NOW + MINUTE, "Tartu"))
        await here.store.write(lambda tx: low(tx, 1, NOW + timedelta(days=3), "Narva"))
        told = await alerts(here, NOW + timedelta(days=3, minutes=1))
    assert told[0].text.startswith("<b>1 new detractor: Narva 1</b>")


async def test_a_group_that_is_gone_hurts_nothing() -> None:
    async with world() as here:
        await alerts(here, NOW)
        await here.store.write(lambda tx: low(tx, 1, NOW + MINUTE / 2, "Tartu"))
        await alerts(here, NOW + MINUTE)
        rows = await here.store.write(lambda tx: tx.outbox.due("telegram", NOW + MINUTE, 9))
        gone = SendFailed(Decision.ADDRESS_UNUSABLE, "403", "The bot was thrown out of the group.")
        for row in rows:
            await here.store.write(
                partial(record_failed, firm=FIRM, number=row.outbox_id, failure=gone, now=NOW + MINUTE)
            )
        await here.store.write(lambda tx: low(tx, 1, NOW + 3 * MINUTE / 2, "Tartu"))
        assert len(await alerts(here, NOW + 2 * MINUTE)) == 2


async def test_low_scores_of_other_measures_are_called_so() -> None:
    async with world() as here:
        await alerts(here, NOW)
        await here.store.write(lambda tx: give(tx, 1, survey="csi", at=NOW + MINUTE / 2, visit_id="v-1"))
        told = await alerts(here, NOW + MINUTE)
    assert told[0].text == "<b>1 new low score</b>"
