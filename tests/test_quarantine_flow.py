"""What cannot be handled is put aside with its reason; the rest flows, the admins hear of it once."""

from bot.stories import story_lines
from tests.e2e.asking_http import post_sms, sms_form
from tests.e2e.inside import Whole, whole
from tests.fakes.telegram import FakeTelegram
from tests.fakes.twilio import FakeTwilio

ILL, WELL = "+37255550101", "+37255550102"


async def damage(service: Whole) -> None:
    """Ask two customers, then damage what is stored of the first one's conversation."""
    await service.visit("v-ill", phone=ILL)
    await service.visit("v-well", phone=WELL)
    await service.pass_time()
    await service.rows(f"UPDATE conversations SET data = '{{' WHERE address = '{ILL}' RETURNING 1")


async def test_a_message_whose_handling_fails_is_acknowledged_tried_three_times_and_put_aside(
    telegram: FakeTelegram, twilio: FakeTwilio
) -> None:
    telegram.known.add(42)
    async with whole(telegram, twilio, listens=True) as service:
        await damage(service)
        assert (await post_sms(service, sms_form("SM1", "9", From=ILL))).status_code == 200
        assert (await post_sms(service, sms_form("SM1", "9", From=ILL))).status_code == 200
        assert (await post_sms(service, sms_form("SM2", "9", From=WELL))).status_code == 200
        await service.minutes(5)
        rows = await service.rows("SELECT external_id, state, tries FROM inbox ORDER BY inbox_id")
        assert rows == [
            {"external_id": "SM1", "state": "quarantined", "tries": 3},
            {"external_id": "SM2", "state": "handled", "tries": 0},
        ]
        (reason,) = await service.rows("SELECT error FROM inbox WHERE state = 'quarantined'")
        assert reason["error"].startswith("JSONDecodeError")
        assert await service.state("v-well") == ("answering", None)


async def test_the_admins_hear_of_many_failures_once(telegram: FakeTelegram, twilio: FakeTwilio) -> None:
    telegram.known.add(42)
    async with whole(telegram, twilio, listens=True) as service:
        await damage(service)
        for number in range(20):
            await post_sms(service, sms_form(f"SM{number}", "9", From=ILL))
        await service.minutes(10)
        assert len(await service.rows("SELECT 1 FROM inbox WHERE state = 'quarantined'")) == 20
        assert len(await service.alerts()) == 1
        assert "quarantine" in telegram.last(42).text


async def test_a_damaged_conversation_holds_up_no_other_invitation(
    telegram: FakeTelegram, twilio: FakeTwilio
) -> None:
    telegram.known.add(42)
    async with whole(telegram, twilio) as service:
        for number in range(5):
            await service.visit(f"v-{number}", f"c-{number}", phone=f"+3725555020{number}")
        await service.rows(
            "INSERT INTO conversations (visit_id, person_id, channel, address, survey, version, state, data, opened_at)"
            " SELECT 'v-old', person_id, 'sms', '+37255550200', 'nps', '1', 'asked', '{', 0 FROM visits"
            " WHERE visit_id = 'v-0' RETURNING 1"
        )
        await service.minutes(2)
        assert await service.state("v-0") == ("failed", "fault")
        assert {(await service.state(f"v-{number}"))[0] for number in range(1, 5)} == {"asked"}
        assert len(twilio.sent) == 4
        assert len(await service.alerts()) == 1


async def test_a_visit_that_cannot_be_read_is_not_asked_about_and_its_story_says_so(
    twilio: FakeTwilio,
) -> None:
    async with whole(None, twilio) as service:
        await service.visit("v-1", phone=ILL)
        await service.visit("v-2", phone=WELL)
        await service.rows("UPDATE visits SET extra = '{' WHERE visit_id = 'v-1' RETURNING 1")
        await service.minutes(2)
        assert [message.to for message in twilio.sent if "how likely" in message.body] == [WELL]
        read = service.app.store.read
        row = await read.visit("v-1")
        assert row is not None
        lines = story_lines(row, await read.story("v-1"), "en", service.app.firm.zone)
        assert lines[0].startswith("Visit v-1: not delivered: a fault of askwhy itself")
        assert "JSONDecodeError" in lines[-1]


async def test_a_stored_message_that_cannot_be_sent_holds_up_no_other(twilio: FakeTwilio) -> None:
    async with whole(None, twilio, listens=True) as service:
        await service.visit("v-1", phone=WELL)
        await service.pass_time()
        await post_sms(service, sms_form("SM1", "help", From=ILL))
        await service.rows("UPDATE outbox SET body = '[]' WHERE kind = 'reply' RETURNING 1")
        await post_sms(service, sms_form("SM2", "9", From=WELL))
        await service.minutes(2)
        assert [
            row["state"] for row in await service.rows("SELECT state FROM outbox WHERE kind = 'reply'")
        ] == ["failed"]
        assert [message.to for message in twilio.sent if message.to in {ILL, WELL}] == [WELL, WELL]


async def test_a_timer_that_fails_stops_no_other(twilio: FakeTwilio) -> None:
    async with whole(None, twilio, asking={"expire_after": "1 day"}) as service:
        await damage(service)
        await service.minutes(26 * 60, each=60)
        assert await service.state("v-well") == ("expired", None)
        assert await service.state("v-ill") == ("asked", None)
