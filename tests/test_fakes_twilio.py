"""The Twilio on loopback behaves as the real one where we rely on it."""

import base64
import random
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.channels.sms import SmsChannel, SmsSettings
from tests.fakes.loopback import Answer, Loopback, Reply, Request
from tests.fakes.twilio import ACCOUNT, NUMBER, SERVICE, TOKEN, FakeTwilio

LIIS = "+37255550101"
PUBLIC = "https://askwhy.example"
GOOD = {
    "To": LIIS,
    "From": NUMBER,
    "Body": "hello",
    "StatusCallback": f"{PUBLIC}/webhooks/sms/status?attempt=a1",
}


class App:
    """Stands in for our web server: reads what Twilio signed as the SMS channel reads it."""

    def __init__(self) -> None:
        self.channel = SmsChannel(SmsSettings(ACCOUNT, TOKEN, from_number=NUMBER, public_base_url=PUBLIC))
        self.texts: list[str] = []
        self.statuses: list[tuple[str | None, str]] = []
        self.raw: list[bytes] = []
        self.server = Loopback(self._handle)

    async def _handle(self, request: Request) -> Answer:
        self.raw.append(request.body)
        query = "&".join(f"{name}={value}" for name, value in request.query)
        if request.path.endswith("/status"):
            update = self.channel.read_status(request.path, query, request.headers, request.body)
            assert update
            self.statuses.append((update.attempt_id, update.status))
            return Reply(204)
        inbound = self.channel.read_inbound(request.path, query, request.headers, request.body)
        assert inbound
        self.texts.append(inbound.text)
        return Reply(200, b"<Response/>")


@pytest.fixture
async def app() -> AsyncIterator[App]:
    app = App()
    await app.server.start()
    yield app
    await app.server.stop()


@pytest.fixture
async def fake(app: App) -> AsyncIterator[FakeTwilio]:
    async with FakeTwilio(app_url=app.server.url, public_url=PUBLIC) as fake:
        yield fake


async def create(fake: FakeTwilio, **params: str) -> tuple[int, dict[str, Any]]:
    auth = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    url = f"{fake.url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(url, data=params, headers={"Authorization": f"Basic {auth}"})
    return answer.status_code, answer.json()


async def test_a_text_arrives_signed_for_the_public_address_and_can_come_twice(
    fake: FakeTwilio, app: App
) -> None:
    sid = await fake.text(LIIS, "9 kõik & hästi")
    assert await fake.redeliver(sid) == 200
    assert app.texts == ["9 kõik & hästi"] * 2
    assert app.raw[0] == app.raw[1]


async def test_statuses_arrive_signed_with_the_attempt(fake: FakeTwilio, app: App) -> None:
    status, made = await create(fake, **GOOD)
    assert (status, made["status"]) == (201, "queued")
    await fake.settled()
    assert app.statuses == [("a1", "sent"), ("a1", "delivered")]


async def test_statuses_may_come_before_the_answer_and_out_of_order(fake: FakeTwilio, app: App) -> None:
    fake.early = True
    fake.shuffle = random.Random(1)
    fake.statuses = ("queued", "sending", "sent", "delivered")
    await create(fake, **GOOD)
    assert sorted(status for _, status in app.statuses) == ["delivered", "queued", "sending", "sent"]
    assert [status for _, status in app.statuses] != list(fake.statuses)


async def test_a_message_may_fail_after_it_was_taken(fake: FakeTwilio, app: App) -> None:
    fake.outcomes[LIIS] = ("undelivered", 30005)
    await create(fake, **GOOD)
    await fake.settled()
    assert app.statuses[-1] == ("a1", "undelivered")
    assert b"ErrorCode=30005" in app.raw[-1]


async def test_a_text_to_an_app_that_is_down_is_tried_twice_and_stays_in_the_listing(app: App) -> None:
    async with FakeTwilio(app_url="http://127.0.0.1:9", public_url=PUBLIC) as fake:
        sid = await fake.text(LIIS, "9")
        assert fake.webhooks.deliveries == [(sid, 0)]
        assert fake.messages.all[0]["sid"] == sid


async def test_a_stop_is_answered_by_twilio_and_told_if_wanted(app: App) -> None:
    async with FakeTwilio(app_url=app.server.url, public_url=PUBLIC, advanced_opt_out=True) as fake:
        await fake.text(LIIS, "Stop")
        assert fake.replies == [(LIIS, "STOP")]
        assert b"OptOutType=STOP" in app.raw[0]
        assert (await create(fake, **GOOD))[1]["code"] == 21610


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"To": ""}, 21604),
        ({"To": "12345"}, 21211),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"From": "+12025550188"}, 21606),
        ({"MessagingServiceSid": SERVICE}, 21603),
        ({"ValidityPeriod": "0"}, 21624),
        ({"ValidityPeriod": "36001"}, 21624),
        ({"ValidityPeriod": "abc"}, 21624),
    ],
)
async def test_a_message_that_twilio_would_refuse_is_refused(
    fake: FakeTwilio, change: dict[str, str], code: int
) -> None:
    status, body = await create(fake, **{**GOOD, **change})
    assert (status, body["status"], body["code"]) == (400, 400, code)
    assert fake.sent == []
