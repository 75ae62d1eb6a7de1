"""What the clock starts is done once, however many workers run, and goes on when the leading one is killed."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from bot.backups import NIGHT, copies_in
from storage.moments import micros
from tests.e2e.process import Askwhy, until
from tests.fakes.twilio import FakeTwilio

MANAGER = "+37255550142"


def _due(url: str) -> None:
    """Let the night and the manager's digest be due."""
    with psycopg.connect(url) as connection:
        past = micros(datetime.now(UTC) - timedelta(minutes=5))
        connection.execute(
            "INSERT INTO jobs (job, due_at) VALUES (%s, %s) ON CONFLICT (job) DO UPDATE SET due_at = excluded.due_at",
            (NIGHT, past),
        )
        connection.execute("UPDATE staff SET digest_at = %s", (past,))


async def test_digest_and_backup_are_made_once_by_two_workers_and_by_those_left_after_a_kill(
    askwhy: Callable[..., Askwhy], twilio: FakeTwilio, postgres_url: str, tmp_path: Path
) -> None:
    copies = tmp_path / "copies"
    more = f"[storage]\nurl = '{postgres_url}'\n[backup]\nenabled = true\ndirectory = '{copies}'"
    one, other, third = workers = [askwhy(telegram=None, twilio=twilio, more=more) for _ in range(3)]
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    past = tmp_path / "answers.csv"
    past.write_text("customer_id,score,answered_at\n" + "".join(f"c{n},9,{yesterday}\n" for n in range(6)))
    await one.told("import", "answers", str(past), "--survey", "nps")
    await one.told("staff", "add", "Mari", "--phone", MANAGER, "--role", "manager")
    with psycopg.connect(postgres_url) as connection:
        connection.execute("UPDATE staff SET digest = 'daily'")

    def made() -> tuple[int, int]:
        digests = [message for message in twilio.sent if message.to == MANAGER]
        return len(copies_in(copies)), len(digests)

    def nights() -> list[Askwhy]:
        return [
            w for w in workers if w.log.exists() and any(r["event"] == "backup_made" for r in w.records())
        ]

    _due(postgres_url)
    await asyncio.gather(*(worker.start("--role", "worker") for worker in (one, other)))
    await until(lambda: made() == (1, 1) and nights(), "the copy and the digest")
    (leading,) = nights()
    await leading.kill()
    _due(postgres_url)
    await third.start("--role", "worker")
    await until(lambda: made() >= (2, 2), "the next copy and digest, by who is left")
    left = [worker for worker in workers if worker is not leading]
    for worker in left:
        assert await worker.stop() == 0
    assert made() == (2, 2)
    with psycopg.connect(postgres_url) as connection:
        queued = connection.execute("SELECT count(*) FROM outbox WHERE kind = 'staff'").fetchone()
    assert queued == (2,)
    assert sum(r["event"] == "backup_made" for worker in workers for r in worker.records()) == 2
