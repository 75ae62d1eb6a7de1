"""Of several processes one leads: it keeps the lead while it lives, and another takes over when it is gone."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from storage import make_store
from storage.base import Store

HOLDER = """
import asyncio, sys
from storage import make_store

async def main() -> None:
    store = make_store(sys.argv[1])
    await store.open()
    print(await store.hold("sms:+12025550100"), flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def soon(what: Callable[[], Awaitable[bool]], within: float = 5.0) -> bool:
    """Wait until something is so; False if it is not in time."""
    try:
        async with asyncio.timeout(within):
            while not await what():
                await asyncio.sleep(0.05)
    except TimeoutError:
        return False
    return True


@asynccontextmanager
async def another_process(url: str) -> AsyncIterator[subprocess.Popen[str]]:
    process = subprocess.Popen([sys.executable, "-c", HOLDER, url], stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


async def test_the_first_that_asks_leads_and_goes_on_leading(store: Store) -> None:
    assert [await store.hold("sms:1") for _ in range(3)] == [True, True, True]
    assert await store.hold("telegram:1")


async def test_only_one_leads(two_stores: tuple[Store, Store]) -> None:
    one, other = two_stores
    assert await one.hold("sms:1")
    assert not await other.hold("sms:1")
    assert await one.hold("sms:1")


async def test_the_lead_falls_to_another_when_its_holder_closes(two_stores: tuple[Store, Store]) -> None:
    one, other = two_stores
    assert await one.hold("sms:1")
    await one.close()
    assert await other.hold("sms:1")


async def test_the_lead_falls_to_another_when_its_holder_is_killed(shared_url: str) -> None:
    store = make_store(shared_url)
    await store.open()
    async with another_process(shared_url) as holder:
        assert holder.stdout is not None
        assert await asyncio.to_thread(holder.stdout.readline) == "True\n"
        assert not await store.hold("sms:+12025550100")
        holder.send_signal(signal.SIGKILL)
        assert await soon(lambda: store.hold("sms:+12025550100"))
    await store.close()


@pytest.mark.parametrize("rounds", [3])
async def test_many_that_ask_at_once_make_one_leader(shared_url: str, rounds: int) -> None:
    for _ in range(rounds):
        stores = [make_store(shared_url) for _ in range(4)]
        await asyncio.gather(*(store.open() for store in stores))
        asked = await asyncio.gather(*(store.hold("sms:1") for store in stores))
        assert sum(asked) == 1
        await asyncio.gather(*(store.close() for store in stores))
