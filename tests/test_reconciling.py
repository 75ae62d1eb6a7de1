"""What people wrote while nobody listened is asked for afterwards; each message once."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.base import SendFailed
from bot.channels.sms import SmsChannel
from bot.reconciling import Missed
from tests.e2e.inside import NOON, whole
from tests.fakes.twilio import FakeTwilio

PHONE = "+37255550101"


async def test_messages_missed_while_down_are_heard_once_each_and_in_order(twilio: FakeTwilio) -> None:
    async with whole(None, twilio) as service:
        twilio.messages._now = service.clock.now
        await service.visit("v-1", phone=PHONE)
        await service.pass_time()
        for number in range(120):
            await twilio.text(f"+3725556{number:04d}", f"hello {number}")
        await twilio.text(PHONE, "9 quick and friendly")
        assert await service.hear_missed() == 121
        assert await service.state("v-1") == ("answered", None)
        await service.hear_missed()
        rows = await service.rows("SELECT external_id FROM inbox ORDER BY inbox_id")
        assert len(rows) == 121
        assert [row["external_id"] for row in rows] == sorted(row["external_id"] for row in rows)


async def test_what_the_webhook_brought_is_not_heard_again_by_listing(twilio: FakeTwilio) -> None:
    async with whole(None, twilio, listens=True) as service:
        twilio.messages._now = service.clock.now
        await service.visit("v-1", phone=PHONE)
        await service.pass_time()
        await twilio.text(PHONE, "9")
        await service.hear_missed()
        assert len(await service.rows("SELECT * FROM inbox")) == 1
        await service.pass_time()
        assert len(twilio.sent) == 2


async def test_the_last_look_is_remembered_over_a_restart(twilio: FakeTwilio, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'askwhy.db'}"
    async with whole(None, twilio, store=store) as service:
        twilio.messages._now = service.clock.now
        await service.hear_missed()
    three_days = NOON + timedelta(days=3)
    twilio.messages._now = lambda: NOON + timedelta(days=1)
    await twilio.text(PHONE, "stop")
    async with whole(None, twilio, store=store, start=three_days) as service:
        assert await service.hear_missed() == 1
        (person,) = await service.rows("SELECT opted_out_how FROM people")
        assert person == {"opted_out_how": "stop"}


async def test_a_look_that_failed_is_made_again_after_a_minute_and_a_good_one_after_an_hour(
    twilio: FakeTwilio,
) -> None:
    async with whole(None, twilio) as service:
        twilio.messages._now = service.clock.now
        sms = service.app.channels["sms"]
        assert isinstance(sms, SmsChannel)
        missed = Missed(service.app.service, sms)
        token, twilio.token = twilio.token, "another"
        for _ in range(3):
            with pytest.raises(SendFailed, match="auth token is wrong"):
                await missed.look()
        twilio.token = token
        await twilio.text(PHONE, "stop")
        await missed.look()
        await twilio.text("+37255550102", "stop")
        await missed.look()
        assert len(await service.rows("SELECT * FROM inbox")) == 1
        await service.pass_time(hours=1)
        await missed.look()
        assert len(await service.rows("SELECT * FROM inbox")) == 2
