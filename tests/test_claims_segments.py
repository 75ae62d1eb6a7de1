"""`[limits] sms_segments_per_day`: when it is used up, questions wait for the next day, and who is answered is still answered."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.bootstrap import build_firm
from bot.channels.base import Outgoing
from bot.claims import claim
from bot.config import load_config
from bot.outgoing import Kind, queue
from bot.taking import take_visit
from storage import make_store
from storage.transaction import Transaction
from surveys.visits import Visit

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1, hours=1)
A_DAY = timedelta(days=1)


async def test_questions_stop_at_the_days_segments_and_go_on_the_day_after(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[limits]\nsms_segments_per_day = 3\n", encoding="utf-8")
    firm = build_firm(load_config(tmp_path / "config.toml", {}), channels=("sms",))
    store = make_store(f"sqlite:///{tmp_path / 'askwhy.db'}")
    await store.open()
    numbers = itertools.count()

    def take(tx: Transaction) -> None:
        for number in range(8):
            take_visit(
                tx, firm, Visit(f"v-{number}", f"c-{number}", MONDAY, phone=f"+3725555{number:04}"), MONDAY
            )

    def kinds(now: datetime) -> Callable[[Transaction], list[str]]:
        def all_claims(tx: Transaction) -> list[str]:
            found: list[str] = []
            while (batch := claim(tx, firm, "sms", "s", now, 100, "w", lambda: f"a{next(numbers)}")).claimed:
                found += [one.row.kind for one in batch.claimed]
            return found

        return all_claims

    await store.write(take)
    assert await store.write(kinds(TUESDAY)) == ["invitation"] * 3
    assert await store.write(kinds(TUESDAY + timedelta(hours=1))) == []
    reply = Outgoing(address="+37255550000", text="Thank you!")
    await store.write(lambda tx: queue(tx, Kind.REPLY, "sms", reply, TUESDAY))
    assert await store.write(kinds(TUESDAY + timedelta(hours=2))) == ["reply"]
    assert await store.write(kinds(TUESDAY + A_DAY)) == ["invitation"] * 3
    await store.close()
