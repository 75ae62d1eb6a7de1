"""The Telegram on loopback behaves as the real one where we rely on it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.fakes.loopback import Answer, Loopback, Reply, Request
from tests.fakes.telegram import TOKEN, FakeTelegram


class App:
    """Stands in for our web server: answers with the statuses told, then 200."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.requests: list[Request] = []
        self.server = Loopback(self._handle)

    async def _handle(self, request: Request) -> Answer:
        self.requests.append(request)
        return Reply(self.statuses.pop(0) if self.statuses else 200)


@pytest.fixture
async def app() -> AsyncIterator[App]:
    app = App()
    await app.server.start()
    yield app
    await app.server.stop()


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        fake.updates.retry_delay = 0.01
        yield fake


async def call(fake: FakeTelegram, method: str, **params: object) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.post(f"{fake.url}/bot{TOKEN}/{method}", json=None, data=params)


async def test_updates_reach_the_webhook_with_its_secret_until_it_says_2xx(
    fake: FakeTelegram, app: App
) -> None:
    app.statuses = [503, 500]
    await call(fake, "setWebhook", url=f"{app.server.url}/webhooks/telegram", secret_token="s3cret")
    update_id = fake.say(7001, "9")
    await fake.updates.delivered()
    assert fake.updates.deliveries == [(update_id, 503), (update_id, 500), (update_id, 200)]
    assert {request.headers["x-telegram-bot-api-secret-token"] for request in app.requests} == {"s3cret"}


async def test_an_update_can_come_twice_as_after_an_answer_that_got_lost(
    fake: FakeTelegram, app: App
) -> None:
    await call(fake, "setWebhook", url=app.server.url)
    update_id = fake.say(7001, "9")
    await fake.updates.delivered()
    assert await fake.updates.deliver(update_id) == 200
    assert app.requests[0].body == app.requests[1].body


async def test_kinds_that_were_not_asked_for_do_not_come(fake: FakeTelegram) -> None:
    await call(fake, "setWebhook", url="", allowed_updates='["message"]')
    fake.block(7001)
    fake.say(7001, "9")
    assert [list(update)[1] for update in fake.updates.pending.values()] == ["message"]


async def test_a_wrong_token_and_an_unknown_method_are_refused(fake: FakeTelegram) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.post(f"{fake.url}/botother/getMe")).status_code == 401
    assert (await call(fake, "sendSmoke")).status_code == 404


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"chat_id": 7999, "text": "hi"}, "chat not found"),
        ({"chat_id": 7001, "text": " "}, "message text is empty"),
        ({"chat_id": 7001, "text": "x" * 4097}, "message is too long"),
        ({"chat_id": 7001, "text": "<b>x", "parse_mode": "HTML"}, "can't parse entities"),
        ({"chat_id": 7001, "text": "<blink>x</blink>", "parse_mode": "HTML"}, "can't parse entities"),
        (
            {"chat_id": 7001, "text": "x", "reply_markup": '{"inline_keyboard": [[{"callback_data": ""}]]}'},
            "BUTTON_DATA_INVALID",
        ),
    ],
)
async def test_a_message_that_telegram_would_refuse_is_refused(
    fake: FakeTelegram, params: dict[str, object], description: str
) -> None:
    fake.start(7001)
    answer = await call(fake, "sendMessage", **params)
    assert answer.status_code == 400
    assert description in answer.json()["description"]
    assert fake.sent == []


async def test_a_blocked_bot_may_not_write_until_it_is_unblocked(fake: FakeTelegram) -> None:
    fake.start(7001)
    fake.block(7001)
    assert (await call(fake, "sendMessage", chat_id=7001, text="hi")).status_code == 403
    fake.unblock(7001)
    assert (await call(fake, "sendMessage", chat_id=7001, text="hi")).status_code == 200
    assert fake.last(7001).text == "hi"


async def test_a_newer_poll_ends_the_older_one(fake: FakeTelegram) -> None:
    import asyncio

    older = asyncio.create_task(call(fake, "getUpdates", timeout=30))
    while not fake.updates.waiting:
        await asyncio.sleep(0.001)
    assert (await call(fake, "getUpdates", timeout=0)).status_code == 200
    assert (await older).status_code == 409
