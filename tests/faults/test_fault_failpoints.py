"""F2: killed at every point of sending. Each customer is asked once at most, and what is unknown is counted exactly."""

import signal
from collections import Counter
from collections.abc import Callable

import pytest

from tests.e2e.process import Askwhy, until
from tests.fakes.twilio import FakeTwilio
from tests.faults.killing import POINTS
from tests.faults.sound import assert_service_sound
from tests.faults.test_fault_killed import UNDECIDED, a_minute_passes, look, visits

COUNT = 24


@pytest.mark.parametrize("nth", [1, 4])
@pytest.mark.parametrize("point", POINTS)
async def test_killed_at_each_point_of_sending(
    askwhy: Callable[..., Askwhy], twilio: FakeTwilio, point: str, nth: int
) -> None:
    service = askwhy(telegram=None, twilio=twilio)
    twilio.statuses = ()  # nothing helps askwhy to learn what became of its messages
    service.module, service.environ = "tests.faults.killing", {"KILL_AT": f"{point}:{nth}"}
    await service.start()
    await service.visits(*visits(COUNT))
    assert await service.ended() == -signal.SIGKILL
    claimed = {to for (to,) in look(service, "SELECT address FROM outbox WHERE state = 'claimed'")}
    recorded = {to for (to,) in look(service, "SELECT address FROM outbox WHERE state = 'sent'")}
    arrived = {message.to for message in twilio.sent}
    assert recorded <= arrived <= claimed | recorded
    assert bool(claimed) or point in {"in the claim", "after the record"}

    a_minute_passes(service)
    twilio.messages.all.clear()
    service.module = "bot"
    await service.start()
    await until(lambda: not look(service, UNDECIDED), "an end")
    unknown = {to for (to,) in look(service, "SELECT address FROM outbox WHERE state = 'unknown'")}
    assert unknown == claimed
    asked = Counter(message.to for message in twilio.sent)
    assert set(asked.values()) == {1}
    assert len(asked) == COUNT - len(claimed - arrived)
    assert await service.stop() == 0
    await assert_service_sound(service, twilio)
