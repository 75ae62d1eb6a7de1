"""`askwhy check` beyond the files: the store is opened, and without --offline the providers are asked who we are."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli.app import app
from tests.fakes.telegram import FakeTelegram
from tests.fakes.twilio import FakeTwilio
from tests.fakes.twilio_account import Place

HOOK = "https://feedback.example.com/webhooks/sms"


@pytest.fixture(autouse=True)
def _set_up_at_twilio(twilio: FakeTwilio) -> None:
    """Twilio posts what people write to us, with the retries that the manual recommends."""
    twilio.account.numbers[twilio.number] = Place(f"{HOOK}#rc=3&rp=all")
    twilio.account.by_number = True


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


async def checked(text: str, *options: str, **env: str) -> tuple[int, dict[str, Any]]:
    Path("config.toml").write_text(f'[organisation]\nname = "Acme Auto"\n{text}', "utf-8")
    result = await asyncio.to_thread(CliRunner().invoke, app, ["check", "--json", *options], env=env)
    return result.exit_code, json.loads(result.stdout)


def telegram_section(fake: FakeTelegram) -> str:
    return f'[telegram]\napi_base_url = "{fake.url}"\n'


def sms_section(fake: FakeTwilio) -> str:
    return (
        f'[web]\npublic_base_url = "https://feedback.example.com"\n[sms]\naccount_sid = "{fake.account_sid}"\n'
        f'from_number = "{fake.number}"\napi_base_url = "{fake.url}"\n'
    )


async def test_accounts_that_know_us_and_a_store_that_is_well(
    telegram: FakeTelegram, twilio: FakeTwilio
) -> None:
    secrets = {"ASKWHY_TELEGRAM__TOKEN": telegram.token, "ASKWHY_SMS__AUTH_TOKEN": twilio.token}
    code, answer = await checked(telegram_section(telegram) + sms_section(twilio), **secrets)
    notes = " ".join(note["problem"] for note in answer["notes"])
    assert (code, answer["ok"]) == (0, True)
    assert "@acme_asks_bot" in notes
    assert "Acme is active" in notes
    assert "askwhy.db is well" in notes
    assert Path("askwhy.db").exists()


async def test_a_wrong_token_is_an_error_of_its_channel_and_ends_with_1(
    telegram: FakeTelegram, twilio: FakeTwilio
) -> None:
    secrets = {"ASKWHY_TELEGRAM__TOKEN": "1:wrong", "ASKWHY_SMS__AUTH_TOKEN": "wrong"}
    code, answer = await checked(telegram_section(telegram) + sms_section(twilio), **secrets)
    assert (code, answer["ok"]) == (1, False)
    problems = {problem["where"]: problem for problem in answer["problems"]}
    assert "401" in problems["[telegram]"]["problem"]
    assert "20003" in problems["[sms]"]["problem"]
    assert "wrong" not in json.dumps(problems["[telegram]"])


async def test_a_provider_that_is_away_is_said_so(twilio: FakeTwilio) -> None:
    section = sms_section(twilio)
    await twilio._server.stop()
    code, answer = await checked(section, ASKWHY_SMS__AUTH_TOKEN=twilio.token)
    assert code == 1
    assert "No connection to Twilio" in answer["problems"][0]["problem"]


async def test_a_channel_without_its_secret_keeps_no_other_from_being_asked(
    telegram: FakeTelegram, twilio: FakeTwilio
) -> None:
    text = telegram_section(telegram) + sms_section(twilio)
    code, answer = await checked(text, ASKWHY_TELEGRAM__TOKEN=telegram.token)
    assert code == 2
    assert any("auth_token" in problem["problem"] for problem in answer["problems"])
    assert any("@acme_asks_bot" in note["problem"] for note in answer["notes"])


async def test_a_number_whose_messages_go_elsewhere_is_named_with_both_addresses(twilio: FakeTwilio) -> None:
    twilio.account.numbers[twilio.number] = Place("https://old.example.com/sms")
    code, answer = await checked(sms_section(twilio), ASKWHY_SMS__AUTH_TOKEN=twilio.token)
    (problem,) = [problem for problem in answer["problems"] if problem["severity"] == "error"]
    assert (code, answer["ok"], problem["where"]) == (1, False, "[sms]")
    for named in (twilio.number, "https://old.example.com/sms", HOOK):
        assert named in problem["problem"]
    assert HOOK in problem["fix"]


async def test_offline_nobody_is_asked_where_messages_go(twilio: FakeTwilio) -> None:
    twilio.account.numbers[twilio.number] = Place("https://old.example.com/sms")
    offline = await checked(sms_section(twilio), "--offline", ASKWHY_SMS__AUTH_TOKEN=twilio.token)
    assert (offline[0], offline[1]["ok"]) == (0, True)


async def test_a_provider_that_does_not_tell_where_messages_go_is_no_mistake_of_ours(
    twilio: FakeTwilio,
) -> None:
    def only_itself(path: str, query: dict[str, str]) -> dict[str, Any] | None:
        return (
            {"sid": twilio.account_sid, "friendly_name": "Acme", "status": "active"}
            if "/v1" not in path
            else None
        )

    twilio.account.get = only_itself  # type: ignore[method-assign]
    code, answer = await checked(sms_section(twilio), ASKWHY_SMS__AUTH_TOKEN=twilio.token)
    assert (code, answer["ok"]) == (0, True)
    assert any("does not tell" in note["problem"] for note in answer["notes"])


async def test_a_damaged_store_is_an_error(telegram: FakeTelegram) -> None:
    Path("askwhy.db").write_bytes(b"not a store" * 1000)
    code, answer = await checked("")
    assert code == 1
    assert "damaged" in answer["problems"][-1]["problem"]


async def test_offline_a_damaged_store_is_found_all_the_same() -> None:
    Path("askwhy.db").write_bytes(b"damaged" * 1000)
    code, answer = await checked("", "--offline")
    assert (code, answer["ok"]) == (1, False)
    (problem,) = answer["problems"]
    assert problem["where"] == "[storage] url"
    assert "damaged" in problem["problem"]
    assert "askwhy restore" in problem["fix"]
