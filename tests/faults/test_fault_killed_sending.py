"""F2 with several processes on one PostgreSQL: workers killed at random while they send. Everybody is asked, nobody twice."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import psycopg

from tests.e2e.process import Askwhy, until
from tests.fakes.twilio import FakeTwilio
from tests.faults.sound import assert_service_sound


async def test_workers_killed_while_sending_ask_each_customer_once(
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

    with psycopg.connect(postgres_url, autocommit=True) as connection:

        def number(query: str) -> int:
            row = connection.execute(query.encode()).fetchone()
            assert row
            return int(row[0])

        def no_visit_is(state: str) -> bool:
            return number(f"SELECT count(*) FROM visits WHERE state = '{state}'") == 0

        await until(lambda: no_visit_is("planned"), "everything due is claimed", 3_000)
        for worker in workers:
            await worker.stop()
        asked = Counter(sent.to for sent in twilio.sent)
        assert set(asked.values()) == {1}
        assert number("SELECT count(*) FROM outbox WHERE state = 'sent'") <= len(asked)
        assert number(ASKED) == count  # unknown counts as asked

        connection.execute(MINUTES_PASS)
        await workers[0].start("--role", "worker")
        await until(lambda: no_visit_is("asking"), "claims of the dead are known to be unknown", 60)
        await workers[0].stop()
        await workers[1].start("--role", "worker")  # asks Twilio at once what became of them
        await until(lambda: len(twilio.sent) == count, "what Twilio never got is sent after all", 400)
        await until(lambda: no_visit_is("unknown") and no_visit_is("asking"), "all outcomes are known", 400)
        assert Counter(sent.to for sent in twilio.sent) == Counter(f"+37256{n:06d}" for n in range(count))
        assert number("SELECT count(*) FROM outbox WHERE state = 'sent'") == count
        assert number(ASKED) == count
    await assert_service_sound(web, twilio)


ASKED = "SELECT sum(n) FROM asked_tallies WHERE dimension = ''"

MINUTES_PASS = """
UPDATE outbox SET created_at = created_at - 360000000, lease_until = lease_until - 360000000
WHERE state IN ('claimed', 'unknown')
"""
"""What was under way when its worker was killed is six minutes older: leases have lapsed, and Twilio would list it by now."""
