"""After an older copy was restored nobody is asked twice, and what was really sent and answered is found again."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.commands.context import Context
from bot.commands.outcome import finish
from bot.restoring import hold_back
from storage.sqlite_copies import backup, restore
from tests.e2e.inside import NOON, whole
from tests.fakes.twilio import FakeTwilio
from tests.hearing_world import BOB, LIIS, ONE_DAY, World, world

TWO_HOURS = timedelta(hours=2)
ASKING = {"delay": "1 hour", "min_gap": "90 days", "reminders": 1}


async def restored(here: World) -> int:
    """Let the store be a copy that was restored just now."""
    return await hold_back(here.store, here.firm, here.clock.now())


async def test_what_was_due_since_the_copy_counts_as_asked_and_its_answer_is_an_answer() -> None:
    async with world() as here:
        await here.visit(phone=LIIS)
        await here.clock.advance(here.clock.now() + ONE_DAY + TWO_HOURS)
        assert await restored(here) == 1
        assert await here.passes(2 * ONE_DAY) == []
        row = (await here.visits())["v-1"]
        assert (row.state, row.asked_at) == ("unknown", row.due_at)
        assert len(await here.says("9 quick")) == 1
        assert (await here.visits())["v-1"].state == "answered"
        await here.visit(visit_id="v-2", phone=LIIS)
        assert (await here.visits())["v-2"].reason == "cap"


async def test_a_visit_handed_in_again_after_the_restore_is_not_asked_about_either() -> None:
    async with world() as here:
        visited = here.clock.now()
        await here.clock.advance(visited + ONE_DAY + TWO_HOURS)
        assert await restored(here) == 0
        await here.visit(phone=LIIS, occurred_at=visited)
        await here.visit(visit_id="v-2", customer_id="c-2", phone=BOB)
        assert len(await here.passes(ONE_DAY)) == 1
        rows = await here.visits()
        assert (rows["v-1"].state, rows["v-2"].state) == ("unknown", "asked")


async def test_whoever_would_not_have_been_asked_is_told_why() -> None:
    async with world() as here:
        await here.visit(phone=LIIS)
        await here.says("STOP")
        await here.clock.advance(here.clock.now() + ONE_DAY + TWO_HOURS)
        assert await restored(here) == 0
        assert (await here.visits())["v-1"].reason == "opted_out"


async def test_a_restore_at_night_sends_nothing_in_the_morning_that_was_due_before() -> None:
    async with world() as here:
        await here.visit(phone=LIIS)
        await here.clock.advance(here.clock.now() + ONE_DAY + timedelta(hours=9))
        assert await restored(here) == 1
        assert await here.passes(3 * ONE_DAY) == []


@pytest.mark.parametrize("queued", [True, False])
async def test_a_reminder_that_was_due_before_is_not_repeated(queued: bool) -> None:
    async with world() as here:
        await here.asks()
        await here.clock.advance(here.clock.now() + ONE_DAY + TWO_HOURS)
        if queued:
            await here.service.on_tick()
        await restored(here)
        assert await here.passes(4 * ONE_DAY) == []
        assert (await here.visits())["v-1"].state == "expired"


async def test_twilio_tells_what_went_out_and_what_people_wrote_and_the_rest_is_sent(
    twilio: FakeTwilio, tmp_path: Path
) -> None:
    path, copy = tmp_path / "askwhy.db", tmp_path / "copy.db"
    url = f"sqlite:///{path}"
    asked, forgotten = "+37255550101", "+37255550102"
    async with whole(None, twilio, store=url, asking=ASKING) as service:
        twilio.messages._now = service.clock.now
        await service.visit("v-1", phone=asked)
        backup(path, copy)
        await service.pass_time(hours=1)
        assert [message.to for message in twilio.sent] == [asked]
        await twilio.text(asked, "9 quick and friendly")
    restore(copy, path, tmp_path / "aside.db")
    async with whole(None, twilio, store=url, start=NOON + TWO_HOURS, asking=ASKING) as service:
        twilio.messages._now = service.clock.now
        app = service.app
        await service.visit("v-2", phone=forgotten, occurred_at=NOON.isoformat())
        assert await hold_back(app.store, app.firm, app.clock.now()) == 2
        assert await service.hear_missed() == 1
        await service.minutes(8)
        assert await service.state("v-1") == ("answered", None)
        assert await service.state("v-2") == ("asked", None)
        questions = [message.to for message in twilio.sent if "how likely" in message.body]
        assert sorted(questions) == [asked, forgotten]


@pytest.fixture
def ago(tmp_path: Path) -> Callable[[timedelta], Path]:
    """Write a visits file with one visit some time ago, and a configuration that asks at any hour."""
    (tmp_path / "config.toml").write_text(
        '[asking]\ndelay = "1 hour"\nwindow = "00:00-23:59"\nskip_public_holidays = false\n'
        'weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\n',
        encoding="utf-8",
    )

    def write(time: timedelta) -> Path:
        at = datetime.now(UTC) - time
        path = tmp_path / "visits.csv"
        path.write_text(
            f"visit_id,customer_id,occurred_at,phone\nv-1,c-1,{at.isoformat()},{LIIS}\n", encoding="utf-8"
        )
        return path

    return write


@pytest.mark.parametrize(
    ("nothing_sent", "held_back", "state"), [(False, 1, "unknown"), (True, 0, "planned")]
)
def test_the_command_holds_back_unless_nothing_was_sent(
    ago: Callable[[timedelta], Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    nothing_sent: bool,
    held_back: int,
    state: str,
) -> None:
    context = Context({}, tmp_path / "config.toml", json=True)
    assert finish(context, "import visits", {"file": ago(TWO_HOURS)}) == 0
    assert finish(context, "backup", {"file": tmp_path / "copy.db"}) == 0
    capsys.readouterr()
    assert finish(context, "restore", {"file": tmp_path / "copy.db", "nothing_sent": nothing_sent}) == 0
    assert json.loads(capsys.readouterr().out)["held_back"] == held_back
    assert finish(context, "explain", {"visit_id": "v-1"}) == 0
    assert json.loads(capsys.readouterr().out)["state"] == state


def test_people_are_told_what_is_held_back(
    ago: Callable[[timedelta], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    context = Context({}, tmp_path / "config.toml")
    assert finish(context, "import visits", {"file": ago(TWO_HOURS)}) == 0
    assert finish(context, "backup", {"file": tmp_path / "copy.db"}) == 0
    assert finish(context, "restore", {"file": tmp_path / "copy.db"}) == 0
    assert "nobody is asked twice" in capsys.readouterr().out
