"""Two queues that people take for jobs like "send these SMS". The job makes the HTTP call that ours makes, and nothing else.

    python -m benchmarks.peers.queues huey FILE URL COUNT
    python -m benchmarks.peers.queues procrastinate DATABASE_URL URL COUNT

Neither judges opt-out, cap, window or competition at the moment of sending; neither keeps an attempt that survives a
crash: huey forgets a job when it takes it, procrastinate runs one again that may have been sent.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from typing import Any

import httpx

from benchmarks import messages

PATH = f"/2010-04-01/Accounts/{messages.ACCOUNT}/Messages.json"
WORKERS = 2


def form(number: int) -> dict[str, str]:
    return {
        "To": messages.phone(number),
        "From": messages.OURS,
        "Body": "How likely are you to recommend us, 0 to 10?",
    }


def run_huey(file: str, url: str, count: int) -> None:
    from huey import SqliteHuey
    from huey.consumer import Consumer

    huey: Any = SqliteHuey(filename=file, fsync=True)
    local = threading.local()
    done = threading.Semaphore(0)

    @huey.task()  # type: ignore[untyped-decorator]  # huey has no types
    def send(number: int) -> None:
        if not hasattr(local, "client"):
            local.client = httpx.Client(trust_env=False)
        local.client.post(f"{url}{PATH}", data=form(number))
        done.release()

    for number in range(count):
        send(number)
    print("ready", flush=True)
    consumer = Consumer(huey, workers=WORKERS, periodic=False, check_worker_health=False)
    consumer.start()
    for _ in range(count):
        done.acquire()
    consumer.stop(graceful=False)


async def run_procrastinate(database: str, url: str, count: int) -> None:
    from procrastinate import App, PsycopgConnector

    app = App(connector=PsycopgConnector(conninfo=database))
    client = httpx.AsyncClient(trust_env=False)

    @app.task(name="send")
    async def send(number: int) -> None:
        await client.post(f"{url}{PATH}", data=form(number))

    async with app.open_async():
        await app.connector.execute_query_async("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        await app.schema_manager.apply_schema_async()
        jobs: list[Any] = [{"number": number} for number in range(count)]
        await send.batch_defer_async(*jobs)
        print("ready", flush=True)
        await app.run_worker_async(concurrency=10, wait=False, install_signal_handlers=False)
    await client.aclose()


if __name__ == "__main__":
    which, place, provider, number_of = sys.argv[1:]
    if which == "huey":
        run_huey(place, provider, int(number_of))
    else:
        asyncio.run(run_procrastinate(place, provider, int(number_of)))
