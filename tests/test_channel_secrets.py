"""No secret, phone or text of a customer in a log, an exception, a traceback or a repr, even with all logging on."""

import logging
import traceback

import pytest

from bot.channels.base import Channel, Outgoing, SendFailed, Timeouts
from bot.channels.sms import SmsChannel, SmsSettings
from bot.channels.telegram import TelegramChannel, TelegramSettings
from tests.fakes.loopback import Answer, Loopback, Misbehaviour, Reply, Request
from tests.fakes.telegram import TOKEN as BOT_TOKEN
from tests.fakes.telegram import telegram_error
from tests.fakes.twilio import ACCOUNT, NUMBER, twilio_error
from tests.fakes.twilio import TOKEN as AUTH_TOKEN

PHONE = "+37255550101"
WHY = "Mari at the counter was rude"
HIDDEN = [BOT_TOKEN, BOT_TOKEN.partition(":")[2], AUTH_TOKEN, PHONE, PHONE[1:], WHY]
FAST = Timeouts(connect=0.2, write=0.2, read=0.2, total=0.3)

ANSWERS = [
    Reply(200, b'{"ok": true, "result": true}'),
    *(
        telegram_error(code, f"Rejected {BOT_TOKEN} for {PHONE}")
        for code in (400, 401, 403, 404, 418, 429, 500)
    ),
    *(twilio_error(code, f"Rejected {AUTH_TOKEN} for {PHONE}", 400) for code in (20003, 21211, 29999)),
    Reply(500, f"<html>{BOT_TOKEN} {AUTH_TOKEN} {PHONE}</html>".encode()),
    Misbehaviour.HANG,
    Misbehaviour.RESET,
    Misbehaviour.GARBAGE,
    Misbehaviour.HALF,
]


def channels(url: str) -> list[Channel]:
    return [
        TelegramChannel(TelegramSettings(BOT_TOKEN, url, FAST)),
        SmsChannel(
            SmsSettings(
                ACCOUNT, AUTH_TOKEN, NUMBER, webhook_secrets=(AUTH_TOKEN,), api_base_url=url, timeouts=FAST
            )
        ),
    ]


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: str(getattr(answer, "status", answer)))
@pytest.mark.parametrize("number", [0, 1], ids=["telegram", "sms"])
async def test_whatever_the_provider_answers_nothing_leaks(
    answer: Answer, number: int, caplog: pytest.LogCaptureFixture
) -> None:
    async def handle(request: Request) -> Answer:
        return answer

    server = Loopback(handle)
    await server.start()
    caplog.set_level(logging.DEBUG)
    channel = channels(server.url)[number]
    await channel.start()
    with pytest.raises(SendFailed) as caught:
        await channel.send(Outgoing(PHONE, WHY), "attempt-1")
    await channel.close()
    await server.stop()
    failure = caught.value
    assert failure.__cause__ is None
    assert failure.__context__ is None
    frames = [frame for frame, _ in traceback.walk_tb(failure.__traceback__)]
    assert not any("url" in frame.f_locals for frame in frames), (
        "a traceback with locals would show the token"
    )
    shown = [
        repr(channel),
        str(failure),
        repr(failure),
        repr(vars(failure)),
        *traceback.format_exception(failure),
    ]
    shown += [record.getMessage() for record in caplog.records]
    assert not [hidden for hidden in HIDDEN for text in shown if hidden in text]


def test_settings_do_not_show_their_secrets() -> None:
    settings = [
        TelegramSettings(BOT_TOKEN),
        SmsSettings(ACCOUNT, AUTH_TOKEN, NUMBER, webhook_secrets=(AUTH_TOKEN,)),
    ]
    assert not [hidden for hidden in HIDDEN[:3] if hidden in repr(settings)]
