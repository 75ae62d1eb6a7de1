"""A message that cannot be handled, in the running service: put aside, told once, brought back by the command line."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime

from tests.e2e.process import Askwhy, until
from tests.fakes.twilio import FakeTwilio

LIIS, MARI = "+37255550101", "+37255550102"


async def test_a_message_in_quarantine_is_listed_replayed_and_answered(
    askwhy: Callable[..., Askwhy], twilio: FakeTwilio
) -> None:
    service = askwhy(telegram=None, twilio=twilio, more="[staff]\nphones = ['+372 5555 0142']")
    service.may_log_tracebacks = True
    await service.start()
    now = datetime.now(UTC).isoformat()
    await service.visits(
        *(
            {"visit_id": phone, "customer_id": phone, "occurred_at": now, "phone": phone}
            for phone in (LIIS, MARI)
        )
    )
    await until(lambda: len(twilio.sent) == 2, "the questions")
    before = change(service, "{")
    await twilio.text(LIIS, "9 quick and friendly")
    await twilio.text(MARI, "8")
    await until(lambda: any(message.to == "+37255550142" for message in twilio.sent), "the alert")
    listed = (await service.told("quarantine", "list"))["messages"]
    assert len(listed) == 1
    assert (await service.told("explain", MARI))["state"] == "answering"

    change(service, before)
    await service.told("quarantine", "replay", "--all")
    assert (await service.told("explain", LIIS))["state"] == "answered"
    assert (await service.told("quarantine", "list"))["messages"] == []
    await until(lambda: sum(message.to == LIIS for message in twilio.sent) == 2, "the thanks")
    assert sum(message.to == "+37255550142" for message in twilio.sent) == 1
    assert await service.stop() == 0


def change(service: Askwhy, data: str) -> str:
    """Put something else in the place of a stored conversation; return what stood there."""
    with closing(sqlite3.connect(service.store, isolation_level=None, timeout=10)) as store:
        (before,) = store.execute("SELECT data FROM conversations WHERE address = ?", (LIIS,)).fetchone()
        store.execute("UPDATE conversations SET data = ? WHERE address = ?", (data, LIIS))
        return str(before)
