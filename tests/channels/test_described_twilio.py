"""What we ask of Twilio is what its OpenAPI description tells, and the fake answers as it describes.

This shows that every name, type, pattern and enumeration of ours is one of theirs, and that we know all
states they name. It cannot show what Twilio does with a good request, nor rules that the description tells in words
only; those are in the fake, from the documentation.
"""

import inspect
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from twilio.rest.api.v2010.account.message import MessageInstance, MessageList

from bot.channels.base import Outgoing
from bot.channels.sms import SmsChannel, SmsSettings
from bot.channels.sms_forms import RANKS
from tests.channels.described import TWILIO, operation_of, wrong_in_answer, wrong_in_request
from tests.fakes.loopback import Answer, Reply, Request
from tests.fakes.twilio import FakeTwilio
from tests.fakes.twilio_account import APPLICATION, Place

PHONE, SHORT = "+37255550101", "894546"
SINCE = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)


class Watched(FakeTwilio):
    """A Twilio that compares every request, and its own answer, with the description."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.called: set[str | None] = set()

    async def _handle(self, request: Request) -> Answer:
        answer = await super()._handle(request)
        assert isinstance(answer, Reply)
        self.called.add(operation_of(request))
        self.wrong += wrong_in_request(request) + wrong_in_answer(request, answer)
        return answer


def sms(twilio: FakeTwilio, sender: str) -> SmsChannel:
    by_service = sender.startswith("MG")
    return SmsChannel(
        SmsSettings(
            twilio.account_sid,
            twilio.token,
            from_number=None if by_service else sender,
            messaging_service_sid=sender if by_service else None,
            public_base_url="https://feedback.example.com",
            api_base_url=twilio.url,
        )
    )


async def test_all_that_we_ask_of_twilio_is_described_and_answered_as_described() -> None:
    async with Watched() as twilio:
        twilio.account.numbers = {
            twilio.number: Place("https://feedback.example.com/webhooks/sms", application=APPLICATION),
            SHORT: Place("https://feedback.example.com/webhooks/sms"),
        }
        for sender, by_number in ((twilio.number, True), (twilio.service, False), (SHORT, True)):
            twilio.account.by_number = by_number
            channel = sms(twilio, sender)
            await channel.start()
            await channel.verify()
            await channel.wrongly_set()
            if sender != SHORT:
                await channel.send(Outgoing(PHONE, "0 to 10?", valid_for=99_999), "attempt/1 é")
                await channel.send(Outgoing(PHONE, "õ" * 300), "attempt-2")
            await twilio.text(PHONE, "9 kõik hea")
            await channel.missed(SINCE)
            await channel.find_sent(Outgoing(PHONE, "never sent"), "attempt-3", SINCE)
            await channel.close()
        await twilio.settled()
        assert sorted(set(twilio.wrong)) == []
        assert twilio.called == set(TWILIO)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"ValidityPeriod": "abc"}, "ValidityPeriod"),
        ({"MessagingServiceSid": "MG1"}, "MessagingServiceSid"),
        ({"StatusCallback": "https://our_host.example/x"}, "StatusCallback"),
        ({"From": "ACME"}, "From"),
        ({"RiskCheck": "off"}, "RiskCheck"),
        ({"Text": "hi"}, "Text is not described"),
    ],
)
async def test_what_is_not_described_is_seen(change: dict[str, str], told: str) -> None:
    from urllib.parse import urlencode

    form = {"To": PHONE, "From": "+12025550100", "Body": "hi"}
    path = f"/2010-04-01/Accounts/AC{'0' * 32}/Messages.json"
    good = Request("POST", path, [], {}, urlencode(form).encode())
    assert wrong_in_request(good) == []
    (wrong,) = wrong_in_request(Request("POST", path, [], {}, urlencode({**form, **change}).encode()))
    assert told in wrong
    assert wrong_in_request(Request("POST", path, [], {}, b"Body=hi")) == ["CreateMessage form To is missing"]
    assert wrong_in_request(Request("GET", path + "x", [], {}, b"")) == [f"GET {path}x is not described"]


def test_the_description_is_the_one_that_the_vendors_client_was_made_from() -> None:
    """The installed client may be newer and know more; what the excerpt says must still be true in it."""
    for method, name, part in (
        (MessageList.create_async, "CreateMessage", "form"),
        (MessageList.list_async, "ListMessage", "query"),
    ):
        theirs = {re.sub("_", "", key) for key in inspect.signature(method).parameters}
        ours = {re.sub(r"\W", "", key).lower() for key in TWILIO[name][part]}
        ours -= {"page", "pagetoken", "datesent"}
        assert ours <= theirs, name
    assert values(MessageInstance.Status) >= set(message("status")["enum"])


def test_every_state_that_twilio_names_has_its_place_in_our_order() -> None:
    of_ours = set(message("status")["enum"]) | values(MessageInstance.Status)
    assert of_ours - {"received", "receiving"} <= set(RANKS) | {"partially_delivered"}


def message(field: str) -> Any:
    return TWILIO["CreateMessage"]["answer"]["properties"][field]


def values(constants_of: type) -> set[str]:
    """The values of one of the vendor's enumerations, which are plain classes."""
    return {value for name, value in vars(constants_of).items() if name.isupper()}
