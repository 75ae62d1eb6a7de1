"""The main job, whole: a visit comes in, the customer is asked and says why, staff ask for the score.

In one process on SQLite, and with web and worker apart on PostgreSQL.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.process import WEBHOOK_SECRET, Apart, Askwhy, until
from tests.fakes.telegram import FakeTelegram
from tests.fakes.twilio import FakeTwilio

Make = Callable[..., Askwhy]

CATALOG = Path(__file__).parents[2] / "surveys" / "catalog"
STAFF = "[staff]\ntelegram_ids = [42]\nphones = ['+372 5555 0142']\nminimum_answers = 1"
LIIS = "+37255550101"


@pytest.fixture(params=["one process", "web and worker apart"])
def askwhy(request: pytest.FixtureRequest, askwhy: Make) -> Make:
    """Make services of either kind."""
    if request.param == "one process":
        return askwhy
    storage = f'[storage]\nurl = "{request.getfixturevalue("postgres_url")}"'

    def make(*, more: str = "", **settings: Any) -> Askwhy:
        return askwhy(Apart, more=f"{storage}\n{more}", **settings)

    return make


def visit(number: int, **more: Any) -> dict[str, Any]:
    moment = datetime.now(UTC).isoformat()
    return {
        "visit_id": f"v-{number}",
        "customer_id": f"c-{number}",
        "occurred_at": moment,
        "branch": "Tartu",
        **more,
    }


async def edits_of(telegram: FakeTelegram, name: str) -> list[dict[str, Any]]:
    return [params for method, params in telegram.calls if method.lower() == name]


async def test_by_sms_from_the_visit_to_the_score(askwhy: Make, twilio: FakeTwilio) -> None:
    service = askwhy(telegram=None, twilio=twilio, more=STAFF)
    await service.start()
    taken = await service.visits(visit(1, phone="+372 5555 0101", name="Liis Tamm"))
    assert taken == {"new": 1, "known": 0, "updated": 0, "rejected": []}
    await until(lambda: len(twilio.sent) == 1, "the question")
    assert "Acme Auto" in twilio.sent[0].body
    await twilio.text(LIIS, "9")
    await until(lambda: len(twilio.sent) == 2, "the question why")
    await twilio.text(LIIS, "quick and friendly")
    await until(lambda: len(twilio.sent) == 3, "the thanks")
    assert {message.to for message in twilio.sent} == {LIIS}

    await twilio.text("+37255550142", "SCORE 30d")
    await until(lambda: len(twilio.sent) == 4, "the score")
    assert twilio.sent[3].to == "+37255550142"
    assert "NPS +100" in twilio.sent[3].body
    await twilio.text("+37255550177", "SCORE 30d")
    await until(lambda: len(twilio.sent) == 5, "what any unknown word gets")
    assert not re.search(r"NPS|\d", twilio.sent[4].body)

    await twilio.settled()
    assert {status for _, status in twilio.webhooks.deliveries} == {200, 204}
    await the_same_numbers_everywhere(service, asked=1, answers=1, value=100.0)
    story = await service.told("explain", "v-1")
    assert (story["state"], story["reason"]) == ("answered", None)
    assert await service.stop() == 0


async def the_same_numbers_everywhere(service: Askwhy, *, asked: int, answers: int, value: float) -> None:
    """Compare the command line with the API, and both with what is expected."""
    by_command = await service.told("score", "30d", "--by", "branch")
    async with service.client() as client:
        by_api = (await client.get("/api/v1/score", params={"period": "30d", "by": "branch"})).json()
        health = (await client.get("/health")).json()
        metrics = (await client.get("/metrics")).text
    assert by_command == by_api
    assert (by_api["asked"], by_api["n"], by_api["value"]) == (asked, answers, value)
    assert [(group["key"], group["n"]) for group in by_api["groups"]] == [("Tartu", answers)]
    assert health["status"] == "ok"
    assert "askwhy_" in metrics
    assert "+372" not in metrics


async def test_by_telegram_from_the_visit_to_the_chart(askwhy: Make, telegram: FakeTelegram) -> None:
    service = askwhy(telegram=telegram, twilio=None, more=STAFF)
    await service.start()
    await service.visits(visit(1, phone="+372 5555 0101"))
    telegram.start(7001)
    await until(lambda: len(telegram.sent) == 1, "the greeting")
    telegram.share_contact(7001, "37255550101")
    await until(lambda: any(message.buttons for message in telegram.sent), "the question")
    question = next(message for message in telegram.sent if message.buttons)
    assert [len(row) for row in question.buttons] == [6, 5]

    await until(
        lambda: any(one.get("visit_id") == "v-1" for one in service.records()), "the record of the send"
    )
    telegram.press(7001, question.message_id, question.buttons[1][3])
    await until(
        lambda: telegram.messages[7001, question.message_id].get("reply_markup") is None, "no buttons"
    )
    assert "9" in telegram.messages[7001, question.message_id]["text"]
    await until(lambda: telegram.sent[-1].message_id > question.message_id, "the question why")
    before = len(telegram.sent)
    telegram.say(7001, "quick & <b>friendly</b>")
    await until(lambda: len(telegram.sent) > before, "the thanks")
    answered = await edits_of(telegram, "answercallbackquery")
    assert len(answered) == 1

    telegram.start(666)
    await until(lambda: telegram.last(7001) and any(m.chat_id == 666 for m in telegram.sent), "a greeting")
    to_stranger = [message for message in telegram.sent if message.chat_id == 666]
    telegram.say(666, "/score")
    telegram.say(666, "/nonsense")
    telegram.say(42, "/score 30d by branch")
    await until(lambda: any(message.photo for message in telegram.sent), "the chart")
    score = telegram.last(42)
    assert "NPS" in score.text
    assert "+100" in score.text
    assert [message for message in telegram.sent if message.chat_id == 666] == to_stranger
    telegram.say(42, "/why promoters")
    await until(lambda: "quick & <b>friendly</b>" in telegram.last(42).text, "the customer's own words")
    await the_same_numbers_everywhere(service, asked=1, answers=1, value=100.0)
    assert await service.stop() == 0


async def test_by_telegram_webhook_with_a_link(askwhy: Make, telegram: FakeTelegram) -> None:
    service = askwhy(telegram=telegram, twilio=None, more=STAFF, mode="webhook")
    await service.start()
    await until(lambda: telegram.updates.webhook, "the webhook")
    assert telegram.updates.webhook == f"{service.url}/webhooks/telegram"
    assert telegram.updates.secret == WEBHOOK_SECRET
    link = await service.told("link", "c-1")
    token = link["url"].partition("?start=")[2]
    assert len(token) >= 22
    telegram.start(7001, token)
    await until(lambda: len(telegram.sent) == 1, "the greeting")
    telegram.start(7002, token)
    await until(lambda: len(telegram.sent) == 2, "a link works once")
    await service.visits(visit(1))
    await until(lambda: len(telegram.sent) == 3, "the question")
    assert telegram.sent[2].chat_id == 7001
    telegram.say(7001, "9 sest kõik sai kohe korda")
    await until(lambda: len(telegram.sent) == 4, "the thanks")
    assert "Aitäh" in telegram.sent[3].text
    assert (await service.told("explain", "v-1"))["state"] == "answered"
    assert await service.stop() == 0


async def test_a_link_in_an_sms_and_one_by_the_api_lead_to_telegram(
    askwhy: Make, telegram: FakeTelegram, twilio: FakeTwilio
) -> None:
    service = askwhy(telegram=telegram, twilio=twilio, more=STAFF)
    own = service.folder / "surveys" / "nps.toml"
    own.parent.mkdir()
    ready = (CATALOG / "nps.toml").read_text("utf-8")
    own.write_text(
        ready.replace("10 (very likely)?", "10 (very likely)? In Telegram: {{ telegram_link }} or so")
    )
    await service.start()
    await until(lambda: any(method.lower() == "getme" for method, _ in telegram.calls), "the bot's name")
    await service.visits(visit(1, phone=LIIS), visit(2, phone="+37255550102"))
    await until(lambda: len(twilio.sent) == 2, "the questions")
    links = {
        sms.to: re.findall(r"https://t\.me/acme_asks_bot\?start=([\w-]{24}) or so", sms.body)
        for sms in twilio.sent
    }
    (token,), (other,) = links[LIIS], links["+37255550102"]
    assert token != other
    telegram.start(7001, token)
    await until(lambda: len(telegram.sent) == 1, "the greeting")
    telegram.start(7009, token)
    await until(lambda: len(telegram.sent) == 2, "a link works once")
    telegram.say(7001, "9 quick and friendly")
    await until(lambda: len(telegram.sent) == 3, "the thanks, where the customer writes now")
    assert (await service.told("explain", "v-1"))["state"] == "answered"
    await service.visits(visit(3, customer_id="c-1"))
    await until(lambda: len(telegram.sent) == 4, "the next question")
    assert telegram.sent[3].chat_id == 7001
    assert "t.me" not in telegram.sent[3].text

    async with service.client() as client:
        made = await client.post("/api/v1/links", json={"customer_id": "c-77"})
        assert made.status_code == 201
        assert datetime.fromisoformat(made.json()["expires_at"]) > datetime.now(UTC)
        wrongs: list[Any] = [{"customer_id": ""}, {"customer_id": "x" * 300}, {}, []]
        for wrong in wrongs:
            assert (await client.post("/api/v1/links", json=wrong)).status_code == 422
        client.headers["Authorization"] = "Bearer wrong"
        assert (await client.post("/api/v1/links", json={"customer_id": "c-77"})).status_code == 401
    telegram.start(7077, made.json()["url"].partition("?start=")[2])
    await until(lambda: len(telegram.sent) == 5, "the greeting")
    await service.visits(visit(4, customer_id="c-77"))
    await until(lambda: telegram.sent[-1].chat_id == 7077 and len(telegram.sent) == 6, "the question")
    assert await service.stop() == 0


async def test_both_channels_in_one_service_reach_each_customer_by_the_first_that_does(
    askwhy: Make, telegram: FakeTelegram, twilio: FakeTwilio
) -> None:
    service = askwhy(telegram=telegram, twilio=twilio, more=STAFF)
    await service.start()
    telegram.start(7001)
    telegram.share_contact(7001, "37255550101")
    await until(lambda: len(telegram.sent) == 2, "greeting and thanks for the number")
    await service.visits(visit(1, phone=LIIS), visit(2, phone="+37255550102"))
    await until(lambda: len(telegram.sent) == 3 and len(twilio.sent) == 1, "both questions")
    assert twilio.sent[0].to == "+37255550102"
    await twilio.text(LIIS, "STOP")
    await service.visits(visit(3, customer_id="c-1", phone=LIIS))
    story = await service.told("explain", "v-3")
    assert (story["state"], story["reason"]) == ("suppressed", "opted_out")
    assert await service.stop() == 0
