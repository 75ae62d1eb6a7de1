"""A new person adds WhatsApp by the docstring of bot/channels: one file, one line of the table; then it asks and hears."""

import hashlib
import hmac
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.process import Askwhy, until
from tests.fakes.loopback import Answer, Loopback, Reply, Request

SECRETS = {"ASKWHY_WHATSAPP__TOKEN": "fake-token", "ASKWHY_WHATSAPP__APP_SECRET": "fake-app-secret"}
LIIS = "37255550101"

WITH_ONE_LINE_MORE = """
import sys
from bot.channels import CHANNELS
CHANNELS["whatsapp"] = "tests.channels.whatsapp_toy:WhatsAppChannel"
from bot.cli.app import app
sys.argv[0] = "askwhy"
app()
"""


class Extended(Askwhy):
    """askwhy with one line more in its table of channels."""

    def _program(self) -> list[str]:
        return [sys.executable, "-c", WITH_ONE_LINE_MORE]

    def _environ(self) -> dict[str, str]:
        return {**super()._environ(), **SECRETS}


async def test_whatsapp_is_one_file_and_one_line(tmp_path: Path) -> None:
    sent: list[dict[str, Any]] = []

    async def graph(request: Request) -> Answer:
        if request.method == "GET":
            return Reply.of_json({"display_phone_number": "+1 202 555 0100"})
        sent.append(json.loads(request.body))
        return Reply.of_json({"messages": [{"id": f"wamid.{len(sent)}"}]})

    provider = Loopback(graph)
    await provider.start()
    section = f"[whatsapp]\nphone_id = '1060'\napi_base_url = '{provider.url}'\n"
    service = Extended(tmp_path, telegram=None, twilio=None, more=section)
    config = tmp_path / "config.toml"
    config.write_text(
        config.read_text("utf-8").replace("[asking]", '[asking]\nchannels = ["whatsapp", "sms"]', 1)
    )
    try:
        notes = [note["problem"] for note in (await service.told("check"))["notes"]]
        assert "whatsapp: +1 202 555 0100" in notes
        await service.start()
        async with service.client() as client:
            proof = {"hub.verify_token": "1060", "hub.challenge": "4711"}
            assert (await client.get("/webhooks/whatsapp", params=proof)).text == "4711"
            assert (await client.get("/webhooks/whatsapp")).status_code == 403
            assert await write(client, "wamid.a", "feedback", secret="wrong") == 403
            for _ in range(2):
                assert await write(client, "wamid.a", "feedback") == 200
            await until(lambda: len(sent) == 1, "the question")
            assert sent[0]["to"] == LIIS
            assert await write(client, "wamid.b", "9 quick and friendly") == 200
            await until(lambda: len(sent) == 2, "the thanks")
        _, out = await service.command("export", "answers", "--format", "jsonl")
        exported = json.loads(out)
        assert (exported["score"], exported["why"], exported["channel"]) == (
            9,
            "quick and friendly",
            "whatsapp",
        )
        now = datetime.now(UTC).isoformat()
        visit = {"visit_id": "v-1", "customer_id": exported["customer_id"], "occurred_at": now}
        await service.visits(visit)
        await until(
            lambda: len(sent) == 3, "the question about the visit, by the way that the customer wrote"
        )
        assert sent[2]["to"] == LIIS
        assert (await service.told("explain", "v-1"))["state"] == "asked"
    finally:
        await service.stop()
        await provider.stop()


async def write(client: httpx.AsyncClient, number: str, text: str, secret: str = "fake-app-secret") -> int:
    message = {"id": number, "from": LIIS, "type": "text", "text": {"body": text}}
    body = json.dumps({"entry": [{"changes": [{"value": {"messages": [message]}}]}]}).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    answer = await client.post(
        "/webhooks/whatsapp", content=body, headers={"X-Hub-Signature-256": f"sha256={signature}"}
    )
    return answer.status_code
