"""F23: copies made under load, each restored into an empty place: whole, and equal to one moment. A live store stays."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

from tests.e2e.process import Askwhy, until
from tests.fakes.twilio import FakeTwilio
from tests.faults.people import PATIENT, people_writing, phone
from tests.faults.sound import (
    acknowledged,
    assert_service_sound,
    assert_sound,
    firm_of,
    scores,
    stored_ids,
)
from tests.faults.test_fault_killed import visits


async def test_a_backup_under_load_is_whole_and_restores_to_one_moment(
    askwhy: Callable[..., Askwhy], twilio: FakeTwilio, tmp_path: Path, full: bool
) -> None:
    service = askwhy(telegram=None, twilio=twilio, more=PATIENT)
    await service.start()
    await service.visits(*(visit | {"phone": phone(n)} for n, visit in enumerate(visits(16))))
    await until(lambda: len(twilio.sent) >= 16, "the questions")
    copies: list[tuple[Path, set[str], set[str]]] = []
    async with people_writing(twilio):
        for number in range(12 if full else 3):
            copy = tmp_path / f"copy-{number}.db"
            before = acknowledged(twilio)
            told = await service.told("backup", str(copy))
            copies.append((copy, before, {message["sid"] for message in twilio.messages.all}))
            assert told["bytes"] == copy.stat().st_size
            await asyncio.sleep(0.2)
        code, out = await service.command("restore", str(copies[0][0]), "--json")
        assert (code, "Stop the service first" in json.loads(out)["error"]) == (1, True)
    assert await service.stop() == 0
    await assert_service_sound(service, twilio)

    sizes = []
    for number, (copy, before, after) in enumerate(copies):
        elsewhere = askwhy(telegram=None, twilio=twilio, more=PATIENT)
        await elsewhere.told("restore", str(copy))
        stored = set(await stored_ids(elsewhere.store))
        assert before <= stored <= after, number
        assert len(await scores(elsewhere.store)) <= 16
        await assert_sound(elsewhere.store, firm_of(elsewhere), heard=before)
        sizes.append(len(stored))
    assert sizes == sorted(sizes)
    assert sizes[-1] > sizes[0]
