"""What channels pass around: whole through JSON, silent in repr; and the channel in memory."""

import json
import pickle
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import (
    Button,
    Decision,
    Inbound,
    InboundKind,
    Outgoing,
    SendFailed,
    Sent,
    by_proxy,
    clean_text,
    scrub,
)
from bot.channels.console import ConsoleChannel

maybe = st.none() | st.text()
buttons = st.builds(Button, st.text(), st.text(st.characters(max_codepoint=127), min_size=1, max_size=64))
inbounds = st.builds(
    Inbound,
    channel=st.text(),
    external_id=st.text(),
    address=st.text(),
    kind=st.sampled_from(InboundKind),
    text=st.text(),
    to=st.text(),
    user_id=maybe,
    chat_id=maybe,
    private=st.booleans(),
    anonymous=st.booleans(),
    message_id=maybe,
    callback_id=maybe,
    language=maybe,
    name=maybe,
    opt_out_type=maybe,
)
outgoings = st.builds(
    Outgoing,
    address=st.text(),
    text=st.text(),
    buttons=st.lists(st.lists(buttons, max_size=3).map(tuple), max_size=3).map(tuple),
    request_contact=maybe,
    html=st.booleans(),
    photo=st.none() | st.binary(),
    valid_for=st.none() | st.integers(),
    edit_message_id=maybe,
    answer_callback=maybe,
)


@given(inbounds)
def test_what_came_in_is_whole_after_json(inbound: Inbound) -> None:
    assert Inbound.from_dict(json.loads(json.dumps(inbound.to_dict()))) == inbound


@given(outgoings)
def test_what_goes_out_is_whole_after_json(message: Outgoing) -> None:
    assert Outgoing.from_dict(json.loads(json.dumps(message.to_dict()))) == message


def test_defaults_take_no_room_in_the_store() -> None:
    assert Outgoing("7001", "hello").to_dict() == {"address": "7001", "text": "hello"}


@pytest.mark.parametrize("data", ["", "x" * 65, "õ" * 33])
def test_a_button_whose_data_telegram_would_refuse_cannot_be_made(data: str) -> None:
    with pytest.raises(ValueError, match="1 to 64 bytes"):
        Button("9", data)


def test_what_people_write_is_not_in_a_repr() -> None:
    inbound = Inbound(
        "sms", "SM1", "+37255550101", InboundKind.TEXT, "the whole why", "+12025550100", name="Liis"
    )
    assert "why" not in repr(inbound)
    assert "Liis" not in repr(inbound)
    assert "why" not in repr(Outgoing("7001", "the whole why", photo=b"why"))


@given(st.text(st.characters(codec=None)) | st.integers() | st.none())
def test_clean_text_can_be_stored_anywhere(text: object) -> None:
    cleaned = clean_text(text, 100)
    assert "\x00" not in cleaned
    assert len(cleaned) <= 100
    cleaned.encode()


@pytest.mark.parametrize(
    ("url", "proxied"),
    [("https://api.twilio.com", True), ("http://127.0.0.1:9001", False), ("http://localhost:9001/x", False)],
)
def test_a_proxy_of_the_environment_never_stands_before_this_machine(url: str, proxied: bool) -> None:
    assert by_proxy(url) is proxied


def test_a_providers_words_are_scrubbed_of_secrets_numbers_and_lines() -> None:
    said = "The number +37255550101 is not\n reachable for token abc:def"
    assert scrub(said, "abc:def") == "The number … is not reachable for token [secret]"
    assert len(scrub("x" * 10_000)) == 200


def test_a_failure_tells_its_decision_and_survives_a_process_border() -> None:
    failure = SendFailed(Decision.LATER, "429", "Too many messages.", retry_after=7.0, new_address="-1")
    assert str(failure) == "later (429): Too many messages."
    copied = pickle.loads(pickle.dumps(failure))
    assert vars(copied) == vars(failure)


async def test_the_console_keeps_and_shows_what_was_sent() -> None:
    shown: list[tuple[str, str]] = []
    channel = ConsoleChannel(on_send=lambda message, attempt: shown.append((message.text, attempt)), keep=2)
    await channel.start()
    for number in range(3):
        assert await channel.send(Outgoing("c-17", f"text {number}"), f"a{number}") == Sent(
            str(number + 1), 1
        )
    await channel.close()
    assert [message.text for message in channel.sent] == ["text 1", "text 2"]
    assert shown[0] == ("text 0", "a0")
    assert await channel.verify()


async def test_the_console_fails_when_told_and_sends_again_after() -> None:
    channel = ConsoleChannel()
    channel.fail_next(Decision.LATER, "429", retry_after=2.0)
    with pytest.raises(SendFailed) as caught:
        await channel.send(Outgoing("c-17", "hello"), "a1")
    assert (caught.value.decision, caught.value.retry_after) == (Decision.LATER, 2.0)
    assert await channel.send(Outgoing("c-17", "hello"), "a2")


def test_importing_the_channels_imports_no_client() -> None:
    code = (
        "import sys, bot.channels.telegram, bot.channels.sms, bot.channels.signatures;"
        "print(sorted({'telegram', 'twilio', 'aiohttp', 'httpx'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
