"""`askwhy run` killed and stopped at any moment: nobody is asked twice, nothing acknowledged is lost, nothing hangs."""

import asyncio
import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.e2e.process import Askwhy, until
from tests.fakes.loopback import Misbehaviour
from tests.fakes.telegram import FakeTelegram
from tests.fakes.twilio import FakeTwilio
from tests.faults.sound import assert_service_sound

Make = Callable[..., Askwhy]

UNDECIDED = "SELECT 1 FROM visits WHERE state IN ('planned', 'asking')"


def visits(count: int, first: int = 0) -> list[dict[str, Any]]:
    now = datetime.now(UTC).isoformat()
    return [
        {"visit_id": f"v-{n}", "customer_id": f"c-{n}", "occurred_at": now, "phone": f"+3725555{n:04d}"}
        for n in range(first, first + count)
    ]


def look(service: Askwhy, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{service.store}?mode=ro", uri=True, timeout=10)) as store:
        return store.execute(sql).fetchall()


def a_minute_passes(service: Askwhy) -> None:
    """Let the leases of a killed process run out, as they do while nobody is there."""
    with closing(sqlite3.connect(service.store, isolation_level=None)) as store:
        store.execute("UPDATE outbox SET lease_until = lease_until - 60000000 WHERE state = 'claimed'")


async def test_killed_while_the_provider_holds_the_call_each_customer_is_asked_once_at_most(
    askwhy: Make, twilio: FakeTwilio
) -> None:
    service = askwhy(telegram=None, twilio=twilio)
    twilio.statuses = ()
    await service.start()
    twilio.fail(Misbehaviour.HANG, times=None, accepted=True)  # taken, but askwhy never hears so
    await service.visits(*visits(20))
    await until(lambda: len(twilio.sent) >= 5, "calls under way")
    await service.kill()
    under_way = {message.to for message in twilio.sent}
    claimed = {to for (to,) in look(service, "SELECT address FROM outbox WHERE state = 'claimed'")}
    assert under_way <= claimed
    a_minute_passes(service)
    twilio.faults.clear()
    twilio.messages.all.clear()  # and Twilio's listing does not tell either
    await service.start()
    await until(lambda: not look(service, UNDECIDED), "an end")
    unknown = {to for (to,) in look(service, "SELECT address FROM outbox WHERE state = 'unknown'")}
    assert unknown == claimed
    asked = Counter(message.to for message in twilio.sent)
    assert set(asked.values()) == {1}
    assert len(asked) == 20 - len(claimed - under_way)
    assert len(look(service, "SELECT 1 FROM visits WHERE state = 'unknown'")) == len(claimed)
    await assert_service_sound(service, twilio)


async def test_killed_at_random_while_sending_no_customer_is_asked_twice(
    askwhy: Make, twilio: FakeTwilio
) -> None:
    service = askwhy(telegram=None, twilio=twilio)
    await service.start()
    chance = random.Random(2)
    for first in range(0, 150, 50):
        await service.visits(*visits(50, first))
        enough = len(twilio.sent) + chance.randint(1, 30)
        await until(lambda: len(twilio.sent) >= enough, "sends")  # noqa: B023 -- awaited here
        await service.kill()
        a_minute_passes(service)
        await service.start()
    await until(lambda: not look(service, UNDECIDED), "an end")
    assert max(Counter(message.to for message in twilio.sent).values()) == 1
    lost = 150 - len({message.to for message in twilio.sent})
    unknown = look(service, "SELECT count(*) FROM visits WHERE state = 'unknown'")[0][0]
    assert lost <= unknown
    assert await service.stop() == 0
    await assert_service_sound(service, twilio)


async def test_killed_in_the_middle_of_a_batch_of_updates_none_is_lost(
    askwhy: Make, telegram: FakeTelegram
) -> None:
    service = askwhy(telegram=telegram, twilio=None)
    await service.start()
    await until(lambda: telegram.updates.waiting, "the long poll")
    updates: list[int] = []
    for _ in range(2):
        updates += [telegram.say(7000 + number, "hello") for number in range(150)]
        before = len(look(service, "SELECT 1 FROM inbox"))
        await until(lambda: len(look(service, "SELECT 1 FROM inbox")) > before, "some of the batch")  # noqa: B023
        await service.kill()
        await service.start()
    await until(lambda: not telegram.updates.pending, "all confirmed")
    stored = [int(number) for (number,) in look(service, "SELECT external_id FROM inbox")]
    assert sorted(stored) == sorted(updates)
    await assert_service_sound(service)


async def test_messages_that_came_while_askwhy_was_down_are_heard_at_start(
    askwhy: Make, twilio: FakeTwilio
) -> None:
    service = askwhy(telegram=None, twilio=twilio)
    await service.start()
    await service.visits(*visits(50))
    await until(lambda: len(twilio.sent) == 50, "the questions")
    await service.kill()
    for number in range(50):
        await twilio.text(f"+3725555{number:04d}", "9 quick and friendly")
    assert {status for _, status in twilio.webhooks.deliveries[-50:]} == {0}
    await service.start()
    await until(
        lambda: len(look(service, "SELECT 1 FROM visits WHERE state = 'answered'")) == 50, "the answers"
    )
    await until(lambda: len(twilio.sent) == 100, "the thanks")
    await asyncio.gather(
        *(
            twilio.redeliver(message["sid"])
            for message in twilio.messages.all
            if message["direction"] == "inbound"
        )
    )
    assert look(service, "SELECT count(*), count(DISTINCT external_id) FROM inbox") == [(50, 50)]
    assert await service.stop() == 0
    assert len(twilio.sent) == 100
    await assert_service_sound(service, twilio)


async def test_stopped_under_load_all_that_was_acknowledged_is_stored(
    askwhy: Make, twilio: FakeTwilio
) -> None:
    service = askwhy(telegram=None, twilio=twilio)
    await service.start()
    await service.visits(*visits(40))
    texts = [asyncio.create_task(twilio.text(f"+3725556{number:04d}", "hello")) for number in range(150)]
    await until(lambda: len(twilio.webhooks.deliveries) > 20, "some answers")
    assert await service.stop() == 0
    await asyncio.gather(*texts)
    acknowledged = {what for what, status in twilio.webhooks.deliveries if status == 200}
    stored = {sid for (sid,) in look(service, "SELECT external_id FROM inbox")}
    assert acknowledged <= stored
    assert look(service, "SELECT 1 FROM outbox WHERE state = 'claimed'") == []
    await assert_service_sound(service, twilio)


@pytest.mark.parametrize("second", ["--role=web", "--role=all"])
async def test_a_port_that_is_taken_is_told_in_a_sentence(
    askwhy: Make, twilio: FakeTwilio, second: str
) -> None:
    service = askwhy(telegram=None, twilio=twilio)
    with closing(await asyncio.start_server(lambda *_: None, "127.0.0.1", service.port)):
        code, _ = await service.command("run", second)
    assert code == 1
    assert f"port = {service.port}" in service.log.read_text()
