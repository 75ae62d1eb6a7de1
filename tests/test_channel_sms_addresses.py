"""Where Twilio posts what people write to our numbers, in all ways in which that can be set, is compared with ours."""

import pytest

from bot.channels.base import Decision, SendFailed
from bot.channels.sms import SmsChannel, SmsSettings
from tests.fakes.twilio import FakeTwilio
from tests.fakes.twilio_account import APPLICATION, Place

OURS = "https://feedback.example.com/webhooks/sms"
THEIRS = "https://old.example.com/sms"
SHORT = "894546"


@pytest.fixture
def by_number(twilio: FakeTwilio) -> FakeTwilio:
    """A Twilio whose Messaging Service leaves it to its numbers."""
    twilio.account.by_number = True
    return twilio


async def wrongs(twilio: FakeTwilio, sender: str | None = None) -> list[tuple[str, str]]:
    """What is set wrongly for a sender: our number unless told."""
    sender = sender or twilio.number
    by_service = sender.startswith("MG")
    settings = SmsSettings(
        twilio.account_sid,
        twilio.token,
        from_number=None if by_service else sender,
        messaging_service_sid=sender if by_service else None,
        public_base_url="https://feedback.example.com/",
        api_base_url=twilio.url,
    )
    channel = SmsChannel(settings)
    await channel.start()
    try:
        return await channel.wrongly_set()
    finally:
        await channel.close()


@pytest.fixture(
    params=[OURS, f"{OURS}#rc=3&rp=all", f"{OURS}?from=twilio", OURS.replace(".com/", ".com:443/")]
)
def good(request: pytest.FixtureRequest) -> str:
    """An address whose messages reach us and whose signature we accept."""
    return str(request.param)


@pytest.fixture(
    params=[
        "",
        THEIRS,
        OURS + "/",
        OURS.replace("https", "http"),
        "https://feedback.example.com:99999/x",
        "\x00",
    ]
)
def bad(request: pytest.FixtureRequest) -> str:
    """An address that is not ours."""
    return str(request.param)


async def test_a_number_that_is_heard_by_us_is_well(by_number: FakeTwilio, good: str) -> None:
    by_number.account.numbers[by_number.number] = Place(good)
    assert await wrongs(by_number) == []


async def test_a_number_that_others_hear_is_told(by_number: FakeTwilio, bad: str) -> None:
    by_number.account.numbers[by_number.number] = Place(bad)
    ((problem, fix),) = await wrongs(by_number)
    assert by_number.number in problem
    assert (bad or "nowhere") in problem
    assert OURS in problem
    assert OURS in fix


async def test_a_get_is_no_post(by_number: FakeTwilio) -> None:
    by_number.account.numbers[by_number.number] = Place(OURS, "GET")
    ((problem, _),) = await wrongs(by_number)
    assert "HTTP GET, not POST" in problem


async def test_an_application_stands_before_the_numbers_own_address(by_number: FakeTwilio) -> None:
    by_number.account.numbers[by_number.number] = Place(OURS, application=APPLICATION)
    by_number.account.application = Place(THEIRS)
    assert THEIRS in (await wrongs(by_number))[0][0]
    by_number.account.application = Place(OURS)
    assert await wrongs(by_number) == []


async def test_a_service_stands_before_the_number_in_it(twilio: FakeTwilio) -> None:
    twilio.account.numbers[twilio.number] = Place(OURS)
    twilio.account.service_place = Place(THEIRS)
    ((problem, _),) = await wrongs(twilio)
    assert f"{twilio.number} (by Messaging Service {twilio.service})" in problem
    twilio.account.numbers[twilio.number] = Place(THEIRS)
    twilio.account.service_place = Place(OURS)
    assert await wrongs(twilio) == []


async def test_a_service_as_sender_is_heard_at_its_own_address_or_at_those_of_its_numbers(
    twilio: FakeTwilio,
) -> None:
    ((problem, _),) = await wrongs(twilio, twilio.service)
    assert f"{twilio.service} goes nowhere" in problem
    twilio.account.service_place = Place(OURS)
    assert await wrongs(twilio, twilio.service) == []
    twilio.account.by_number = True
    first, second = twilio.numbers
    twilio.account.numbers = {first: Place(OURS), second: Place(THEIRS)}
    ((problem, _),) = await wrongs(twilio, twilio.service)
    assert second in problem


async def test_a_short_code_is_looked_for_among_the_short_codes(by_number: FakeTwilio) -> None:
    by_number.account.numbers = {SHORT: Place(THEIRS)}
    ((problem, _),) = await wrongs(by_number, SHORT)
    assert f"{SHORT} goes to {THEIRS}" in problem


async def test_where_services_are_not_told_of_the_number_itself_is_looked_at(twilio: FakeTwilio) -> None:
    everything = twilio.account.get
    twilio.account.get = lambda path, query: None if path.startswith("/v1") else everything(path, query)  # type: ignore[method-assign]
    twilio.account.numbers[twilio.number] = Place(THEIRS)
    ((problem, _),) = await wrongs(twilio)
    assert THEIRS in problem


async def test_a_number_that_the_account_does_not_have_is_told(by_number: FakeTwilio) -> None:
    ((problem, _),) = await wrongs(by_number)
    assert problem == f"the account has no number {by_number.number}"


async def test_a_refusal_is_a_failure_like_any_other(by_number: FakeTwilio) -> None:
    by_number.token = "changed"
    channel = SmsChannel(
        SmsSettings(by_number.account_sid, "old", from_number=by_number.number, api_base_url=by_number.url)
    )
    await channel.start()
    with pytest.raises(SendFailed) as failed:
        await channel.wrongly_set()
    assert failed.value.decision is Decision.OPERATOR
    await channel.close()
