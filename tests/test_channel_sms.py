"""SmsChannel against a Twilio on loopback: what leaves, what a code means, and what can be asked afterwards."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.channels.base import Decision, Outgoing, SendFailed, Timeouts
from bot.channels.sms import SmsChannel, SmsSettings, is_one_way
from bot.channels.sms_errors import ERRORS
from tests.fakes.loopback import Misbehaviour
from tests.fakes.twilio import NUMBER, SERVICE, FakeTwilio, twilio_error

LIIS = "+37255550101"
HELLO = Outgoing(address=LIIS, text="Acme: how likely are you to recommend us, 0 to 10?")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
async def fake() -> AsyncIterator[FakeTwilio]:
    async with FakeTwilio() as fake:
        yield fake


def settings_for(fake: FakeTwilio) -> SmsSettings:
    return SmsSettings(
        account_sid=fake.account_sid,
        auth_token=fake.token,
        from_number=fake.number,
        public_base_url="https://askwhy.example",
        api_base_url=fake.url,
        timeouts=Timeouts(connect=1, write=1, read=1, total=2),
    )


@pytest.fixture
async def channel(fake: FakeTwilio) -> AsyncIterator[SmsChannel]:
    channel = SmsChannel(settings_for(fake))
    await channel.start()
    yield channel
    await channel.close()


@pytest.fixture
async def by_service(fake: FakeTwilio) -> AsyncIterator[SmsChannel]:
    channel = SmsChannel(replace(settings_for(fake), from_number=None, messaging_service_sid=SERVICE))
    await channel.start()
    yield channel
    await channel.close()


async def failure(channel: SmsChannel, message: Outgoing = HELLO) -> SendFailed:
    with pytest.raises(SendFailed) as caught:
        await channel.send(message, "attempt-1")
    return caught.value


async def test_a_message_leaves_with_its_attempt_in_the_status_callback(
    fake: FakeTwilio, channel: SmsChannel
) -> None:
    sent = await channel.send(replace(HELLO, valid_for=3600), "a/1 é")
    assert sent.provider_id == fake.sent[0].sid
    assert sent.segments == 1
    assert fake.sent[0].params == {
        "To": LIIS,
        "From": NUMBER,
        "Body": HELLO.text,
        "ValidityPeriod": "3600",
        "StatusCallback": "https://askwhy.example/webhooks/sms/status?attempt=a%2F1%20%C3%A9",
    }


async def test_a_messaging_service_sends_by_itself_and_tells_the_segments_later(
    fake: FakeTwilio, by_service: SmsChannel
) -> None:
    sent = await by_service.send(HELLO, "attempt-1")
    assert fake.sent[0].params["MessagingServiceSid"] == SERVICE
    assert "From" not in fake.sent[0].params
    assert sent.segments is None
    assert by_service.sender == SERVICE


@pytest.mark.parametrize(("asked", "told"), [(0, "1"), (-5, "1"), (90_000, "36000"), (600, "600")])
async def test_the_validity_stays_within_what_twilio_takes(
    fake: FakeTwilio, channel: SmsChannel, asked: int, told: str
) -> None:
    await channel.send(replace(HELLO, valid_for=asked), "attempt-1")
    assert fake.sent[0].params["ValidityPeriod"] == told


async def test_without_a_public_address_there_is_no_status_callback(fake: FakeTwilio) -> None:
    channel = SmsChannel(replace(settings_for(fake), public_base_url=None))
    await channel.start()
    await channel.send(HELLO, "attempt-1")
    await channel.close()
    assert "StatusCallback" not in fake.sent[0].params


@pytest.mark.parametrize("code", sorted(ERRORS))
async def test_every_code_of_the_table_is_its_decision(
    fake: FakeTwilio, channel: SmsChannel, code: int
) -> None:
    fake.fail(twilio_error(code, f"Something about {LIIS}"))
    failed = await failure(channel)
    assert (failed.decision, failed.code) == (ERRORS[code][0], str(code))
    assert failed.detail == ERRORS[code][1]
    assert fake.sent == []


@pytest.mark.parametrize(
    ("code", "status", "decision"),
    [
        (29999, 400, Decision.LATER),
        (20500, 500, Decision.UNKNOWN),
        (20503, 503, Decision.LATER),
        (29999, 401, Decision.OPERATOR),
        (29999, 403, Decision.OPERATOR),
    ],
)
async def test_a_code_that_nobody_knows_is_decided_by_its_status(
    fake: FakeTwilio, channel: SmsChannel, code: int, status: int, decision: Decision
) -> None:
    fake.fail(twilio_error(code, f"The number {LIIS} is odd", status))
    failed = await failure(channel)
    assert (failed.decision, failed.code) == (decision, str(code))
    assert "55550101" not in failed.detail


async def test_twilio_says_how_long_to_wait(fake: FakeTwilio, channel: SmsChannel) -> None:
    fake.fail(twilio_error(20429, "Too Many Requests", 429, **{"retry-after": "3"}))
    assert (await failure(channel)).retry_after == 3.0


async def test_who_said_stop_to_twilio_is_an_opt_out_and_start_ends_it(
    fake: FakeTwilio, channel: SmsChannel
) -> None:
    await fake.text(LIIS, "STOP")
    assert (await failure(channel)).decision is Decision.OPTED_OUT
    await fake.text(LIIS, "start")
    assert (await channel.send(HELLO, "attempt-2")).provider_id


async def test_more_a_second_than_the_number_may_is_for_later(fake: FakeTwilio) -> None:
    async with FakeTwilio(mps=2, clock=lambda: 0.0) as limited:
        channel = SmsChannel(settings_for(limited))
        await channel.start()
        for number in range(2):
            await channel.send(HELLO, f"attempt-{number}")
        failed = await failure(channel)
        await channel.close()
    assert (failed.decision, failed.code) == (Decision.LATER, "20429")


async def test_a_wrong_token_is_for_the_operator(fake: FakeTwilio) -> None:
    channel = SmsChannel(replace(settings_for(fake), auth_token="wrong"))
    await channel.start()
    assert (await failure(channel)).decision is Decision.OPERATOR
    await channel.close()


async def test_verify_names_the_account_and_the_numbers(channel: SmsChannel, by_service: SmsChannel) -> None:
    assert await channel.verify() == f"sms: account Acme is active, sends from {NUMBER}"
    assert await by_service.numbers() == (NUMBER, "+12025550199")
    assert (await by_service.verify()).endswith("+12025550199")


@pytest.mark.parametrize("lost", [Misbehaviour.HANG, Misbehaviour.RESET, Misbehaviour.GARBAGE])
async def test_a_message_whose_answer_got_lost_is_found_by_asking(
    fake: FakeTwilio, channel: SmsChannel, lost: Misbehaviour
) -> None:
    fake.fail(lost, accepted=True)
    assert (await failure(channel)).decision is Decision.UNKNOWN
    await fake.settled()
    found = await channel.find_sent(HELLO, "attempt-1", LONG_AGO)
    assert found
    assert (found.provider_id, found.attempt_id, found.status) == (fake.sent[0].sid, "attempt-1", "delivered")
    assert str(found.price) == "0.0075"


async def test_a_message_that_never_arrived_is_surely_absent(fake: FakeTwilio, channel: SmsChannel) -> None:
    fake.fail(Misbehaviour.HANG)
    assert (await failure(channel)).decision is Decision.UNKNOWN
    assert await channel.find_sent(HELLO, "attempt-1", LONG_AGO) is None


async def test_only_the_very_message_is_found(fake: FakeTwilio, channel: SmsChannel) -> None:
    first = await channel.send(HELLO, "attempt-1")
    await channel.send(replace(HELLO, text="another text"), "attempt-2")
    await fake.text(LIIS, HELLO.text)  # the person sends our words back
    assert await channel.find_sent(HELLO, "attempt-3", LONG_AGO, known={str(first.provider_id)}) is None
    assert await channel.find_sent(HELLO, "attempt-1", datetime.now(UTC) + timedelta(hours=1)) is None
    assert await channel.find_sent(HELLO, "attempt-1", LONG_AGO)


async def test_a_message_still_waiting_at_twilio_is_found_though_it_has_no_date_yet(
    fake: FakeTwilio, channel: SmsChannel
) -> None:
    fake.statuses = ()
    await channel.send(HELLO, "attempt-1")
    found = await channel.find_sent(HELLO, "attempt-1", LONG_AGO)
    assert found
    assert found.status == "queued"


async def test_a_message_is_found_on_a_later_page(fake: FakeTwilio, channel: SmsChannel) -> None:
    first = await channel.send(HELLO, "attempt-1")
    for number in range(60):
        await channel.send(replace(HELLO, text=f"text {number}"), f"attempt-{number + 2}")
    found = await channel.find_sent(HELLO, "attempt-1", LONG_AGO)
    assert found
    assert found.provider_id == first.provider_id


async def test_what_came_in_while_we_were_down_is_listed_oldest_first_and_once(fake: FakeTwilio) -> None:
    times = iter(LONG_AGO + timedelta(minutes=n) for n in range(100))
    async with FakeTwilio(now=lambda: next(times)) as slow:
        channel = SmsChannel(settings_for(slow))
        await channel.start()
        sids = [await slow.text(LIIS, f"{score}") for score in range(11)]
        since = (LONG_AGO + timedelta(minutes=4)).astimezone(timezone(timedelta(hours=5)))
        missed = await channel.missed(since)
        await channel.close()
    assert [inbound.external_id for inbound in missed] == sids[4:]
    assert [inbound.text for inbound in missed] == [str(score) for score in range(4, 11)]
    assert missed[0].address == LIIS


async def test_all_numbers_of_the_service_are_asked_for_missed_messages(
    fake: FakeTwilio, by_service: SmsChannel
) -> None:
    await by_service.send(HELLO, "attempt-1")
    await fake.text(LIIS, "9", to=NUMBER)
    await fake.text(LIIS, "STOP", to="+12025550199")
    missed = await by_service.missed(LONG_AGO)
    assert [(inbound.text, inbound.to) for inbound in missed] == [("9", NUMBER), ("STOP", "+12025550199")]


@pytest.mark.parametrize(
    ("number", "service"), [(None, None), (NUMBER, SERVICE)], ids=["no sender", "two senders"]
)
def test_exactly_one_sender_must_be_named(number: str | None, service: str | None) -> None:
    with pytest.raises(ValueError, match="either from_number or messaging_service_sid"):
        SmsSettings("AC1", "token", from_number=number, messaging_service_sid=service)


def test_without_a_token_there_is_no_channel() -> None:
    with pytest.raises(ValueError, match="ASKWHY_SMS__AUTH_TOKEN"):
        SmsSettings("AC1", "", from_number=NUMBER)


@pytest.mark.parametrize(
    ("sender", "one_way"),
    [("ACME", True), ("Acme 24", True), (NUMBER, False), ("12345", False), (SERVICE, False)],
)
def test_a_name_as_sender_cannot_be_answered(sender: str, one_way: bool) -> None:
    assert is_one_way(sender) is one_way
