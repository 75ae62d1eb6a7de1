"""F2 with several processes on one PostgreSQL: workers killed at random while they send. Nobody is asked twice."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import psycopg

from tests.e2e.process import Askwhy, until
from tests.fakes.twilio import FakeTwilio
from tests.faults.sound import assert_service_sound


async def test_workers_killed_while_sending_ask_each_customer_once_at_most(
    askwhy: Callable[..., Askwhy], twilio: FakeTwilio, postgres_url: str, full: bool
) -> None:
    count, kills = (10_000, 60) if full else (300, 3)
    store = f'[storage]\nurl = "{postgres_url}"'
    web, *workers = (askwhy(telegram=None, twilio=twilio, more=store) for _ in range(3))
    await web.start("--role", "web")
    now = datetime.now(UTC).isoformat()
    for first in range(0, count, 500):
        numbers = range(first, min(first + 500, count))
        await web.visits(
            *(
                {"visit_id": f"v{n}", "customer_id": f"c{n}", "occurred_at": now, "phone": f"+37256{n:06d}"}
                for n in numbers
            )
        )
    assert not twilio.sent
    for worker in workers:
        await worker.start("--role", "worker")
    chance = random.Random(11)
    for kill in range(kills):
        await asyncio.sleep(chance.uniform(0.3, 1.5))
        await workers[kill % 2].kill()
        await workers[kill % 2].start("--role", "worker")

    def left() -> int:
        with psycopg.connect(postgres_url) as connection:
            row = connection.execute("SELECT count(*) FROM visits WHERE state = 'planned'").fetchone()
            assert row
            return int(row[0])

    await until(lambda: left() == 0, "everything due is claimed", 3_000)
    for worker in workers:
        await worker.stop()
    asked = Counter(sent.to for sent in twilio.sent)
    assert set(asked.values()) == {1}
    with psycopg.connect(postgres_url) as connection:
        claimed: dict[str, int] = dict(
            connection.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall()
        )
        dimension = connection.execute("SELECT sum(n) FROM asked_tallies WHERE dimension = ''").fetchone()
    assert sum(claimed.values()) == count
    assert claimed["sent"] <= len(asked) <= count
    assert dimension is not None
    assert int(dimension[0]) == count
    await assert_service_sound(web, twilio)
