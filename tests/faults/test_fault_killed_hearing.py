"""F1: killed again and again while replies come in. What was acknowledged is stored, once; nothing is made up."""

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime

from tests.e2e.process import Askwhy, until
from tests.fakes.twilio import NUMBER, FakeTwilio
from tests.faults.sound import assert_service_sound, scores, stored_ids

CLIENTS = 16


def _phone(number: int) -> str:
    return f"+37256{number:06d}"


async def test_no_acknowledged_reply_is_lost_or_stored_twice(
    askwhy: Callable[..., Askwhy], twilio: FakeTwilio, full: bool
) -> None:
    customers, kills = (10_000, 100) if full else (160, 4)
    service = askwhy(telegram=None, twilio=twilio)
    if full:  # the loop of this test has enough to do without twenty thousand status callbacks
        twilio.statuses = ()
    await service.start()
    now = datetime.now(UTC).isoformat()
    for first in range(0, customers, 400):
        await service.visits(
            *(
                {"visit_id": f"v{n}", "customer_id": f"c{n}", "occurred_at": now, "phone": _phone(n)}
                for n in range(first, min(first + 400, customers))
            )
        )
    await until(lambda: len(twilio.sent) >= customers, "every customer is asked", 3_000)
    waiting = list(range(customers))
    chance = random.Random(7)
    acknowledged = 0
    stop_killing = asyncio.Event()

    async def client() -> None:
        nonlocal acknowledged
        while waiting:
            number = waiting.pop()
            form = _form(twilio, number)
            while await twilio.webhooks.post("/webhooks/sms", form, twilio.token, form["MessageSid"]) != 200:
                await asyncio.sleep(0.02)
            acknowledged += 1

    async def killer() -> None:
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(0.05, 0.5))
            if stop_killing.is_set():
                return
            await service.kill()
            await service.start()

    killing = asyncio.create_task(killer())
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    stop_killing.set()
    await killing
    assert acknowledged == customers
    await service.kill()
    ids = await stored_ids(service.store)
    assert sum(ids.values()) == len(ids) == customers
    assert await scores(service.store) == {f"v{n}": n % 11 for n in range(customers)}
    await assert_service_sound(service, twilio)


def _form(twilio: FakeTwilio, number: int) -> dict[str, str]:
    return {
        "MessageSid": f"SM{number:032x}",
        "AccountSid": twilio.account_sid,
        "From": _phone(number),
        "To": NUMBER,
        "Body": f"{number % 11} it went as it went",
        "NumMedia": "0",
        "NumSegments": "1",
    }
