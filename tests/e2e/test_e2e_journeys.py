"""The main job, whole: a visit comes in, the customer is asked and says why, staff ask for the score."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.e2e.process import Askwhy, until
from tests.fakes.telegram import FakeTelegram
from tests.fakes.twilio import FakeTwilio

Make = Callable[..., Askwhy]

STAFF = "[staff]\ntelegram_ids = [42]\nphones = ['+372 5555 0142']\nminimum_answers = 1"


def visit(number: int, **more: Any) -> dict[str, Any]:
    moment = datetime.now(UTC).isoformat()
    return {
        "visit_id": f"v-{number}",
        "customer_id": f"c-{number}",
        "occurred_at": moment,
        "branch": "Tartu",
        **more,
    }


async def test_by_sms_from_the_visit_to_the_score(askwhy: Make, twilio: FakeTwilio) -> None:
    service = askwhy(telegram=None, twilio=twilio, more=STAFF)
    await service.start()
    taken = await service.visits(visit(1, phone="+372 5555 0101", name="Liis Tamm"))
    assert taken == {"new": 1, "known": 0, "updated": 0, "rejected": []}
    await until(lambda: len(twilio.sent) == 1, "the question")
    assert "Acme Auto" in twilio.sent[0].body
    await twilio.text("+37255550101", "9")
    await until(lambda: len(twilio.sent) == 2, "the question why")
    await twilio.text("+37255550101", "quick and friendly")
    await until(lambda: len(twilio.sent) == 3, "the thanks")
    assert [message.to for message in twilio.sent] == ["+37255550101"] * 3
    await twilio.text("+37255550142", "SCORE 30d")
    await until(lambda: len(twilio.sent) == 4, "the score")
    assert twilio.sent[3].to == "+37255550142"
    assert "NPS +100" in twilio.sent[3].body
    assert await service.stop() == 0


async def test_by_telegram_polling(askwhy: Make, telegram: FakeTelegram) -> None:
    service = askwhy(telegram=telegram, twilio=None, more=STAFF)
    await service.start()
    link = await service.told("link", "c-1")
    telegram.start(7001, link["url"].partition("start=")[2])
    await until(lambda: telegram.sent, "the greeting")
    await service.visits(visit(1))
    await until(lambda: len(telegram.sent) == 2, "the question")
    telegram.press(7001, telegram.sent[1].message_id, telegram.sent[1].buttons[1][4])
    await until(lambda: len(telegram.sent) == 3, "the question why")
    telegram.say(7001, "quick")
    await until(lambda: len(telegram.sent) == 4, "the thanks")
    assert await service.stop() == 0
