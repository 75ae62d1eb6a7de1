"""Web and worker as processes apart: each tells how it is, only one hears, only one sends."""

import asyncio
import sys
from pathlib import Path

import httpx

from bot.web.server import listen_beside
from tests.e2e.process import Askwhy, until
from tests.fakes.twilio import FakeTwilio
from tests.faults.test_fault_stopping import phone, visits


async def test_a_worker_is_watched_on_the_port_after_the_webs(tmp_path: Path, twilio: FakeTwilio) -> None:
    web = Askwhy(tmp_path, telegram=None, twilio=twilio)
    await web.start("--role", "web")
    await web.visits(*visits(1))
    beside = f"http://127.0.0.1:{web.port + 1}"
    with (tmp_path / "worker.log").open("wb") as log:
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", "--role", "worker",
            stdout=log, stderr=log, env=web._environ(), cwd=tmp_path,
        )  # fmt: skip
    async with httpx.AsyncClient(trust_env=False) as client:

        async def well() -> bool:
            try:
                return (await client.get(f"{beside}/health")).status_code == 200
            except httpx.TransportError:
                return False

        await until(well, "/health of the worker")
        await until(lambda: len(twilio.sent) == 1, "the question, sent by the worker")
        await twilio.text(phone(0), "9 quick")
        await until(lambda: len(twilio.sent) == 2, "the thanks")
        counted = {
            'askwhy_sends_total{channel="sms",kind="invitation",outcome="sent"} 1.0': (beside, web.url),
            'askwhy_replies_total{channel="sms",outcome="handled"} 1.0': (web.url, beside),
        }
        for line, (there, not_there) in counted.items():
            assert line in (await client.get(f"{there}/metrics")).text
            assert line not in (await client.get(f"{not_there}/metrics")).text
        for url in (web.url, beside):  # what the store knows, both tell
            assert (
                'askwhy_outbox_messages{channel="sms",state="sent"} 2.0'
                in (await client.get(f"{url}/metrics")).text
            )
        assert (await client.post(f"{beside}/webhooks/sms")).status_code == 404
    worker.terminate()
    assert await worker.wait() == 0
    assert await web.stop() == 0
    web.check_log()


def test_a_worker_whose_port_is_taken_runs_without_telling(tmp_path: Path, twilio: FakeTwilio) -> None:
    web = Askwhy(tmp_path, telegram=None, twilio=None)
    from bot.config.sections import Web

    first = listen_beside(Web(port=web.port))
    assert first is not None
    assert listen_beside(Web(port=web.port)) is None
    first.close()
