"""`askwhy quarantine`: messages that could not be handled are seen, tried again, or given up by hand."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.bootstrap import build_firm
from bot.channels.base import Inbound, InboundKind
from bot.commands.context import Context
from bot.commands.outcome import finish
from bot.config import load_config
from bot.planning import claim_invitation
from bot.taking import take_visit
from storage import make_store
from storage.base import Store
from storage.rows import VisitRow
from storage.transaction import Transaction
from surveys.visits import Visit

PHONE = "+37255550101"
ASKED = datetime(2024, 3, 5, 12, tzinfo=UTC)


class Desk:
    """A store with one customer who was asked, and messages in quarantine."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capture = capture
        (folder / "config.toml").write_text('[staff]\nphones = ["+37255550199"]\n', encoding="utf-8")

    def store(self) -> Store:
        return make_store(f"sqlite:///{self.folder / 'askwhy.db'}")

    def write(self, work: Any) -> Any:
        async def run() -> Any:
            store = self.store()
            await store.open()
            result = await store.write(work)
            await store.close()
            return result

        return asyncio.run(run())

    def put(self, *texts: str, address: str = PHONE) -> list[str]:
        def work(tx: Transaction) -> list[str]:
            ids = []
            for text in texts:
                inbound = Inbound("sms", f"SM{address}{len(text)}", address, InboundKind.TEXT, text, "us")
                number = tx.inbox.add("sms", inbound.external_id, address, ASKED, inbound.to_dict(), "retry")
                assert number is not None
                tx.inbox.set(number, "quarantined", 3, "ValueError: it was a fault of ours")
                tx.outbox.notice("quarantine", ASKED)
                ids.append(str(number))
            return ids

        ids: list[str] = self.write(work)
        return ids

    def ask(self) -> None:
        firm = build_firm(load_config(self.folder / "config.toml", {}))
        visit = Visit("v-1", "c-1", ASKED - timedelta(days=1), phone=PHONE)

        def work(tx: Transaction) -> None:
            take_visit(tx, firm, visit, ASKED - timedelta(days=1))
            person = tx.people.by_address("sms", PHONE)
            assert person is not None
            assert claim_invitation(tx, firm, "sms", "v-1", tx.people.lock(person), ASKED, ("a", "o", ASKED))

        self.write(work)

    def visit(self) -> VisitRow:
        row = self.write(lambda tx: tx.visits.get("v-1"))
        assert isinstance(row, VisitRow)
        return row

    def run(self, command: str, code: int = 0, **options: Any) -> dict[str, Any]:
        context = Context({}, self.folder / "config.toml", json=True)
        assert finish(context, f"quarantine {command}", options) == code
        answer: dict[str, Any] = json.loads(self.capture.readouterr().out.splitlines()[-1])
        return answer


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def test_an_empty_quarantine_is_an_empty_list(desk: Desk) -> None:
    assert desk.run("list") == {"messages": []}


def test_each_message_is_listed_with_its_reason(desk: Desk) -> None:
    (number,) = desk.put("hello")
    (message,) = desk.run("list")["messages"]
    assert message["id"] == int(number)
    assert message["reason"] == "ValueError: it was a fault of ours"
    assert message["text"] == "hello"


def test_a_message_that_is_handled_again_does_what_it_means(desk: Desk) -> None:
    desk.ask()
    (number,) = desk.put("9 sest kiire")
    assert desk.run("replay", ids=[number], every=False)["messages"][0]["state"] == "handled"
    assert desk.visit().state == "answered"
    assert desk.run("list") == {"messages": []}
    assert desk.write(lambda tx: tx.outbox.notice("quarantine", ASKED)), "next time the admins are told again"


def test_what_staff_asked_is_left_to_the_service_that_answers_it(desk: Desk) -> None:
    desk.put("SCORE 30d", address="+37255550199")
    assert desk.run("replay", ids=[], every=True)["messages"][0]["state"] == "waiting"
    assert len(desk.write(lambda tx: tx.inbox.waiting("staff"))) == 1


def test_a_message_that_fails_again_stays(desk: Desk) -> None:
    def spoil(tx: Transaction) -> None:
        number = tx.inbox.add("sms", "SMx", PHONE, ASKED, {"kind": "text"}, "retry")
        assert number is not None
        tx.inbox.set(number, "quarantined", 3, "TypeError")

    desk.write(spoil)
    context = Context({}, desk.folder / "config.toml", json=True)
    assert finish(context, "quarantine replay", {"ids": [], "every": True}) == 1
    assert len(desk.run("list")["messages"]) == 1


def test_what_is_given_up_leaves_no_text(desk: Desk) -> None:
    first, second = desk.put("a secret of mine", "another")
    assert desk.run("drop", ids=[first], every=False)["messages"][0]["state"] == "dropped"
    assert [message["id"] for message in desk.run("list")["messages"]] == [int(second)]
    row = desk.write(lambda tx: tx.inbox.get(int(first)))
    assert row.state == "dropped"
    assert "secret" not in str(row.body)


def test_the_ones_that_are_meant_must_be_named(desk: Desk) -> None:
    assert "Which ones?" in desk.run("replay", code=2, ids=[], every=False)["error"]
    assert "no message '99' in quarantine" in desk.run("drop", code=2, ids=["99"], every=False)["error"]


def test_people_see_a_table(desk: Desk) -> None:
    desk.put("hello")
    assert finish(Context({}, desk.folder / "config.toml"), "quarantine list", {}) == 0
    assert "it was a fault of ours" in desk.capture.readouterr().out
