"""`askwhy link`: one customer's way into the chat, once; a counter's for everybody who stands there."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.bootstrap import build_app
from bot.channels.base import Inbound, InboundKind
from bot.channels.console import ConsoleChannel
from bot.clock import SystemClock
from bot.commands.context import Context
from bot.commands.outcome import finish
from bot.config import load_config
from storage import make_store
from tests.fakes.telegram import FakeTelegram

CONFIG = '[links]\ntelegram_bot = "@acme_auto_bot"\n'
URL = re.compile(r"https://t\.me/acme_auto_bot\?start=([A-Za-z0-9_-]{24})")


class Desk:
    """A folder with a configuration, where links are made."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str], config: str = CONFIG) -> None:
        self.folder = folder
        self.capture = capture
        (folder / "config.toml").write_text(config, encoding="utf-8")

    def link(self, code: int = 0, **options: Any) -> dict[str, Any]:
        given = {"customer_id": None, "qr": None, "branch": None, "employee": None, **options}
        assert finish(Context({}, self.folder / "config.toml", json=True), "link", given) == code
        answer: dict[str, Any] = json.loads(self.capture.readouterr().out)
        return answer

    async def follow(self, *starts: tuple[str, str]) -> list[tuple[str, str]]:
        """Let chats open the bot with payloads, while the service runs; return what each is told."""
        told: list[tuple[str, str]] = []

        class Telegram(ConsoleChannel):
            name = "telegram"

        channel = Telegram(on_send=lambda message, _: told.append((message.address, message.text)))
        config = load_config(self.folder / "config.toml", {})
        app = build_app(config, clock=SystemClock(), channels={"telegram": channel}, paced=False)
        await app.open()
        for number, (chat, payload) in enumerate(starts):
            inbound = Inbound("telegram", f"u{number}", chat, InboundKind.START, payload, "bot", user_id=chat)
            await app.service.on_inbound(inbound)
            await app.pass_time()
        await app.close()
        return told

    async def visits(self) -> int:
        store = make_store(f"sqlite:///{self.folder / 'askwhy.db'}")
        await store.open()
        rows = await store.read.rows("visits_by_state")
        await store.close()
        return sum(row["n"] for row in rows)


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def token_of(answer: dict[str, Any]) -> str:
    found = URL.fullmatch(answer["url"])
    assert found, answer
    return found[1]


def test_a_link_has_144_random_bits_and_expires(desk: Desk) -> None:
    answers = [desk.link(customer_id="c-17") for _ in range(3)]
    assert len({token_of(answer) for answer in answers}) == 3
    lasts = datetime.fromisoformat(answers[0]["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=29) < lasts <= timedelta(days=30)
    stored = (desk.folder / "askwhy.db").read_bytes()
    assert all(token_of(answer).encode() not in stored for answer in answers)


def test_the_first_account_that_follows_it_is_the_customer_and_no_other(desk: Desk) -> None:
    token = token_of(desk.link(customer_id="c-17"))
    told = asyncio.run(desk.follow(("111", token), ("222", token)))
    assert "Welcome" in told[0][1]
    assert told[1][0] == "222"
    assert "has been used or has expired" in told[1][1]


def test_a_counters_link_asks_everybody_who_scans_it(desk: Desk) -> None:
    answer = desk.link(branch="Tartu", employee="Mari")
    assert answer["expires_at"] is None
    token = token_of(answer)
    told = asyncio.run(desk.follow(("111", token), ("222", token), ("111", token)))
    asked = [chat for chat, text in told if "how likely are you to recommend us" in text]
    assert asked[:2] == ["111", "222"]
    assert asyncio.run(desk.visits()) == 2, "the same person twice a day is one visit"


def test_a_qr_code_is_a_picture(desk: Desk) -> None:
    desk.link(customer_id="c-17", qr=desk.folder / "c-17.png")
    assert (desk.folder / "c-17.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "A link is for one customer"),
        ({"customer_id": "c-1", "branch": "Tartu"}, "A link is for one customer"),
        ({"customer_id": "\u200b "}, "visible characters"),
        ({"customer_id": "c" * 300}, "visible characters"),
        ({"customer_id": "c-1", "qr": Path("c-1.doc")}, "End the name in .png"),
        ({"customer_id": "c-1", "qr": Path("/nowhere/c-1.png")}, "cannot be written"),
    ],
)
def test_what_cannot_be_linked_is_refused_with_the_fix(
    desk: Desk, options: dict[str, Any], told: str
) -> None:
    assert told in desk.link(code=2, **options)["error"]


def test_without_the_bots_name_the_fix_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "[links] telegram_bot" in Desk(tmp_path, capsys, "").link(code=2, customer_id="c-1")["error"]


async def test_telegram_is_asked_for_the_bots_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], telegram: FakeTelegram
) -> None:
    desk = Desk(tmp_path, capsys, f'[telegram]\napi_base_url = "{telegram.url}"\n')
    context = Context({"ASKWHY_TELEGRAM__TOKEN": telegram.token}, tmp_path / "config.toml", json=True)
    options = {"customer_id": "c-1", "qr": None, "branch": None, "employee": None}
    assert await asyncio.to_thread(finish, context, "link", options) == 0
    assert json.loads(desk.capture.readouterr().out)["url"].startswith("https://t.me/")


def test_people_are_told_how_long_it_works(desk: Desk) -> None:
    context = Context({}, desk.folder / "config.toml")
    options = {"customer_id": "c-1", "qr": desk.folder / "c-1.svg", "branch": None, "employee": None}
    assert finish(context, "link", options) == 0
    told = desk.capture.readouterr().out
    assert "It works once, until 20" in told
    assert "c-1.svg" in told
