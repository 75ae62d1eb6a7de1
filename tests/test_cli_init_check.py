"""`askwhy init` writes what works, and `askwhy check` finds what does not."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli.app import app
from surveys.definition import catalog_source, load_survey

SMS = (
    '[web]\npublic_base_url = "https://feedback.example.com"\n[sms]\naccount_sid = "AC0"\n'
    'from_number = "+37255550100"\nprice_per_segment = 0.05\n'
)
READY = {"ASKWHY_SMS__AUTH_TOKEN": "hush-hush"}
NAMED = '[organisation]\nname = "Acme Auto"\n'


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def ask(*words: str, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(app, list(words), env=env)


def checked(text: str, env: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    Path("config.toml").write_text(text, "utf-8")
    result = ask("check", "--offline", "--json", env=env)
    assert result.stdout.count("\n") == 1
    return result.exit_code, json.loads(result.stdout)


def told(text: str, env: dict[str, str] | None = None, *, code: int = 2) -> str:
    found, answer = checked(text, env)
    assert found == code
    assert answer["ok"] is (code == 0)
    for problem in answer["problems"]:
        assert {"where", "problem", "fix"} <= set(problem)
        assert all(problem.values())
    return "\n".join(f"{p['where']}: {p['problem']}. {p['fix']}" for p in answer["problems"])


def test_init_writes_a_configuration_a_survey_and_a_template_for_secrets() -> None:
    result = ask("init", "shop", "--json")
    assert result.exit_code == 0
    files = json.loads(result.stdout)["files"]
    assert files == ["shop/config.toml", "shop/surveys/nps.toml", "shop/.env.example"]
    assert all(Path(name).is_file() for name in files)
    assert load_survey(Path("shop/surveys/nps.toml")).source == catalog_source("nps")
    assert stat.S_IMODE(Path("shop").stat().st_mode) & 0o700 == 0o700


def test_what_init_writes_passes_the_check_without_any_problem() -> None:
    assert ask("init").exit_code == 0
    result = ask("check", "--json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert (answer["ok"], answer["problems"]) == (True, [])


def test_init_says_what_to_do_next() -> None:
    words = ask("init", "shop").stdout
    assert "chmod 600 .env" in words
    assert "askwhy check" in words


@pytest.mark.parametrize("standing", ["config.toml", "surveys/nps.toml", ".env.example"])
def test_init_overwrites_nothing_and_writes_nothing_then(tmp_path: Path, standing: str) -> None:
    (tmp_path / "surveys").mkdir()
    (tmp_path / standing).write_text("mine")
    result = ask("init")
    assert result.exit_code == 2
    assert f"{standing}: already there, and nothing is overwritten" in result.stderr
    assert (tmp_path / standing).read_text() == "mine"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [Path(standing).name]


def test_check_tells_of_a_configuration_that_cannot_be_read() -> None:
    assert 'line 2: [web] port = "x" is no whole number. Write digits' in told('[web]\nport = "x"\n')
    assert "is not TOML" in told("[web")


def test_check_tells_what_the_service_would_refuse() -> None:
    assert "[sms] auth_token is missing" in told(NAMED + SMS)
    assert told(NAMED + SMS, READY, code=0) == ""
    assert "[telegram] token is missing" in told(NAMED + "[telegram]\n")


@pytest.mark.parametrize(
    ("asking", "expected"),
    [
        ('survey = "npss"', '[asking] survey = "npss" is no survey. Did you mean "nps"?'),
        ('delay = "5 days"', "delay (5 days) is not shorter than stale_after (3 days): nobody is ever asked"),
        ("reminders = 3", "reminders = 3: the last comes after expire_after (3 days)"),
        ('choose = "priority"', 'choose = "priority" needs touchpoint_priority'),
        ("max_per_year = 0", "max_per_year = 0: nobody is ever asked"),
        ("sample = 0", "sample = 0: nobody is ever asked"),
        (
            'channels = ["telegram"]',
            "channels = ['telegram'] names no channel that is on. Fill in its section",
        ),
        (
            '[[asking.rules]]\nwhen = {a = "b"}\nsurvey = "x"',
            '[[asking.rules]] number 1: survey = "x" is no survey',
        ),
    ],
)
def test_check_tells_of_rules_that_cannot_work(asking: str, expected: str) -> None:
    assert expected in told(f"{NAMED}{SMS}[asking]\n{asking}\n", READY)


def test_check_says_a_mistake_of_asking_once_however_many_rules_inherit_it() -> None:
    rules = '[[asking.rules]]\nwhen = {a = "b"}\n[[asking.rules]]\nwhen = {c = "d"}\n'
    assert len(told(f'{NAMED}{SMS}[asking]\nsurvey = "npss"\n{rules}', READY).splitlines()) == 1


def test_check_tells_of_a_rule_that_never_applies() -> None:
    rules = '[[asking.rules]]\nwhen = {a = "b"}\n[[asking.rules]]\nwhen = {a = "b", c = "d"}\n'
    assert "[[asking.rules]] number 2 is never used: number 1 matches first" in told(
        f"{NAMED}{SMS}{rules}", READY, code=0
    )


def test_check_tells_of_a_country_without_known_holidays() -> None:
    text = NAMED + 'country = "AC"\n' + SMS
    assert 'the public holidays of country "AC" are not known' in told(text, READY)
    assert told(f"{text}[asking]\nskip_public_holidays = false\n", READY, code=0) == ""


def test_check_tells_every_broken_survey_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "surveys"
    folder.mkdir()
    (folder / "a.toml").write_text(catalog_source("nps"))
    (folder / "b.toml").write_text(catalog_source("nps"))
    (folder / "c.toml").write_text(catalog_source("csat").replace("scale =", "skale =", 1))
    (folder / "d.toml").write_text("id =")
    message = told(NAMED + SMS, READY)
    assert f"{folder}/b.toml: id = 'nps'" in message
    assert f"{folder}/a.toml has this id already" in message
    assert "c.toml: questions." in message
    assert "d.toml: line 1" in message


def test_check_tells_what_is_not_written_in_a_customers_language(tmp_path: Path) -> None:
    text = '[organisation]\nname = "A"\nlanguages = ["en", "lv"]\n'
    message = told(text + SMS, READY, code=0)
    assert 'the bot has no sentences of its own in "lv"' in message
    assert 'not written in "lv". Customers read that in "en".' in message


def test_check_tells_what_makes_an_sms_dear_and_what_it_costs(tmp_path: Path) -> None:
    (tmp_path / "surveys").mkdir()
    survey = catalog_source("nps").replace("kas soovitaksite", "kui tõenäoliselt soovitaksite")
    (tmp_path / "surveys" / "nps.toml").write_text(survey, "utf-8")
    code, answer = checked(NAMED + SMS, READY)
    assert code == 0
    (problem,) = answer["problems"]
    assert problem["where"] == "survey nps, questions.recommend.text.et"
    assert problem["problem"].startswith("'õ' turns this text into UCS-2")
    assert problem["fix"].startswith("Write instead: Acme Auto: kui töenäoliselt")
    (row,) = [r for r in answer["texts"] if (r["key"], r["language"]) == ("questions.recommend.text", "et")]
    assert (row["encoding"], row["cost"]) == ("UCS-2", round(0.05 * row["segments"], 4))


def test_check_tells_of_a_link_to_a_bot_that_nobody_knows(tmp_path: Path) -> None:
    (tmp_path / "surveys").mkdir()
    survey = catalog_source("nps").replace("(very likely)?", "(very likely)? {{ telegram_link }}")
    (tmp_path / "surveys" / "nps.toml").write_text(survey, "utf-8")
    assert "shows {{ telegram_link }}, but nobody knows the bot" in told(NAMED + SMS, READY, code=0)
    known = '[links]\ntelegram_bot = "@acme_asks_bot"\n'
    assert "nobody knows the bot" not in told(NAMED + SMS + known, READY, code=0)


def test_check_without_json_speaks_in_words() -> None:
    Path("config.toml").write_text(NAMED + "[telegram]\n", "utf-8")
    result = ask("check", "--offline")
    assert result.exit_code == 2
    assert "✗ config.toml: [telegram] token is missing\n  Copy it from @BotFather." in result.stdout
    assert "1 to put right" in result.stdout
    assert "survey  language  segments" in result.stdout


def test_telegram_webhooks_need_an_address_that_telegram_can_reach() -> None:
    text = NAMED + '[telegram]\nmode = "webhook"\n[web]\npublic_base_url = "http://a.example.com:9000"\n'
    env = {"ASKWHY_TELEGRAM__TOKEN": "1:a", "ASKWHY_TELEGRAM__WEBHOOK_SECRET": "x"}
    assert "gets nothing from Telegram. It delivers to https on port 443" in told(text, env)
