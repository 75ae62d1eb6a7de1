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

    def no_visit_is(state: str) -> bool:
        return _number(postgres_url, f"SELECT count(*) FROM visits WHERE state = '{state}'") == 0

    await until(lambda: no_visit_is("planned"), "everything due is claimed", 3_000)
    for worker in workers:
        await worker.stop()
    asked = Counter(sent.to for sent in twilio.sent)
    assert set(asked.values()) == {1}
    assert _number(postgres_url, "SELECT count(*) FROM outbox") == count
    assert _number(postgres_url, "SELECT count(*) FROM outbox WHERE state = 'sent'") <= len(asked)
    assert _number(postgres_url, ASKED) == count  # unknown counts as asked

    _let_minutes_pass(postgres_url)
    await workers[0].start("--role", "worker")
    await until(lambda: no_visit_is("asking"), "claims of the dead are known to be unknown", 60)
    await workers[0].stop()
    await workers[1].start("--role", "worker")  # asks Twilio at once what became of them
    await until(lambda: len(twilio.sent) == count, "what Twilio never got is sent after all", 150)
    await until(lambda: no_visit_is("unknown") and no_visit_is("asking"), "all outcomes are known", 150)
    assert Counter(sent.to for sent in twilio.sent) == Counter(f"+37256{n:06d}" for n in range(count))
    assert _number(postgres_url, "SELECT count(*) FROM outbox WHERE state = 'sent'") == count
    assert _number(postgres_url, ASKED) == count
    await assert_service_sound(web, twilio)


ASKED = "SELECT sum(n) FROM asked_tallies WHERE dimension = ''"


def _let_minutes_pass(url: str) -> None:
    """Make what was under way when its worker was killed six minutes older: leases lapse, and Twilio would list it by now."""
    with psycopg.connect(url) as connection:
        connection.execute(
            "UPDATE outbox SET created_at = created_at - 360000000, lease_until = lease_until - 360000000"
            " WHERE state IN ('claimed', 'unknown')"
        )


def _number(url: str, query: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
        assert row
        return int(row[0])
