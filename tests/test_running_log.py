"""A whole conversation with the log at its most talkative: every message has one id, and nobody's data is in it."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot import logs
from tests.e2e.inside import PUBLIC, whole
from tests.e2e.process import API_TOKEN, WEBHOOK_SECRET
from tests.fakes.telegram import FakeTelegram
from tests.fakes.twilio import FakeTwilio

PHONE, NAME, WORDS = "+37255550177", "Kunigunde Näidis", "the waiting room smelled of oranges"
CHAT = 700_177_001


@pytest.fixture
def log(twilio: FakeTwilio, telegram: FakeTelegram) -> Iterator[io.StringIO]:
    """Everything, libraries included, at debug level."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.set_up(
        secrets=[twilio.token, telegram.token, API_TOKEN, WEBHOOK_SECRET], level="debug", stream=stream
    )
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    logs.forget_secrets()


def records(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


async def talk(telegram: FakeTelegram, twilio: FakeTwilio, folder: Path) -> tuple[str, str]:
    """By SMS: asked, answered, why, STOP. By Telegram: asked, a button, a why. Return two ids of messages."""
    async with whole(telegram, twilio, listens=True, store=f"sqlite:///{folder / 'askwhy.db'}") as service:
        telegram.updates.webhook, telegram.updates.secret = f"{service.url}/webhooks/telegram", WEBHOOK_SECRET
        await service.visit("v-1", "c-1", phone=PHONE, name=NAME)
        await service.pass_time(minutes=1)
        score = await twilio.text(PHONE, f"3 {WORDS}")
        await service.pass_time(seconds=5)
        await twilio.text(PHONE, "STOP")
        await service.pass_time(seconds=5)
        await service.link("c-2", CHAT)
        await service.visit("v-2", "c-2", name=NAME)
        await service.pass_time(minutes=1)
        question = telegram.last(CHAT)
        button = telegram.press(CHAT, question.message_id, question.buttons[0][2])
        await telegram.updates.deliver(button)
        await service.pass_time(seconds=5)
        await telegram.updates.deliver(telegram.say(CHAT, WORDS))
        await service.pass_time(seconds=5)
        async with service.client() as client:
            await client.post(
                "/api/v1/visits", json={"visit_id": "v-3", "customer_id": "c-1", "phone": PHONE, "name": NAME}
            )
            await client.post("/webhooks/sms", data={"From": PHONE, "Body": WORDS})  # no signature
            assert (await client.get("/health")).status_code == 200
            assert (await client.get("/metrics")).status_code == 200
            assert (await client.get("/api/v1/score")).status_code == 200
            assert (await client.get("/api/v1/visits/v-1")).status_code == 200
        return score, str(button)


async def test_nobodys_phone_name_words_or_secret_is_in_the_log(
    log: io.StringIO, telegram: FakeTelegram, twilio: FakeTwilio, tmp_path: Path
) -> None:
    await talk(telegram, twilio, tmp_path)
    text = log.getvalue()
    assert len(records(log)) > 12
    private = (PHONE, PHONE[1:], PHONE[4:], NAME, "Kunigunde", WORDS, "oranges", "N\\u00e4idis")
    assert not [word for word in private if word in text]
    secrets = (twilio.token, telegram.token, telegram.token.partition(":")[2], API_TOKEN, WEBHOOK_SECRET)
    assert not [secret for secret in secrets if secret in text]
    assert PUBLIC


async def test_every_line_about_a_message_bears_its_id_from_the_webhook_to_the_answer(
    log: io.StringIO, telegram: FakeTelegram, twilio: FakeTwilio, tmp_path: Path
) -> None:
    score, button = await talk(telegram, twilio, tmp_path)
    ours = [record for record in records(log) if record["event"] in {"heard", "sent"}]
    for message_id, channel in ((score, "sms"), (button, "telegram")):
        lines = [record for record in ours if record.get("message_id") == message_id]
        assert [line["event"] for line in lines][:2] == ["heard", "sent"], ours
        assert {line["channel"] for line in lines} == {channel}
        assert lines[1]["visit_id"] in {"v-1", "v-2"}
    questions = [record for record in ours if record.get("kind") == "invitation"]
    assert [(line["event"], line["visit_id"], "message_id" in line) for line in questions] == [
        ("sent", "v-1", False),
        ("sent", "v-2", False),
    ]
