"""Reading the configuration: file, `.env`, environment, files of secrets, and which of them wins."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from bot.config import load_config

TOKEN = "123456:AAAA-bbbb_cccc-dddd_eeee-ffff_gggg"


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, "utf-8")
    return path


def secret(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text, "utf-8")
    path.chmod(mode)
    return path


def test_an_empty_file_gives_the_defaults_of_the_manual(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, ""), {})
    assert (config.organisation.country, config.organisation.timezone.key) == ("EE", "Europe/Tallinn")
    assert (config.organisation.language, config.organisation.languages) == (
        "en",
        ("en", "et", "fi", "he", "ru"),
    )
    assert (config.web.host, config.web.port) == ("127.0.0.1", 8080)
    assert (config.telegram, config.sms) == (None, None)
    asking = config.asking
    assert (asking.survey, asking.delay, asking.min_gap) == ("nps", timedelta(days=1), timedelta(days=90))
    assert (asking.window.opens, asking.window.closes) == (time(10), time(19))
    assert asking.weekdays == ("mon", "tue", "wed", "thu", "fri", "sat")
    assert (asking.skip_public_holidays, asking.max_per_year, asking.sample) == (True, 2, 1.0)
    assert (asking.stale_after, asking.expire_after) == (timedelta(days=3), timedelta(days=3))
    assert (asking.reminders, asking.reminder_after) == (1, timedelta(days=1))
    assert asking.channels == ("telegram", "sms")
    assert (config.staff.minimum_answers, config.limits.replies_per_customer_per_day) == (5, 20)
    assert (config.limits.max_body, config.limits.max_api_body) == (64 * 1024, 1024 * 1024)


def test_a_channel_has_its_defaults_once_its_section_stands_there(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, "[telegram]\n[sms]\n"), {})
    assert config.telegram is not None
    assert config.sms is not None
    assert (config.telegram.mode, config.telegram.messages_per_second) == ("polling", 25)
    assert config.telegram.api_base_url == "https://api.telegram.org"
    assert (config.sms.api_base_url, config.sms.messages_per_second) == ("https://api.twilio.com", 1)
    assert config.sms.confirm_opt_out


def test_a_channel_is_on_when_only_the_environment_speaks_of_it() -> None:
    config = load_config(None, {"ASKWHY_TELEGRAM__TOKEN": TOKEN})
    assert config.telegram is not None
    assert config.telegram.token is not None
    assert config.telegram.token.get_secret_value() == TOKEN
    assert config.sms is None


def test_the_environment_wins_over_dotenv_and_dotenv_over_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, '[web]\nport = 1\nhost = "a"\npublic_base_url = "https://a.example.com"\n')
    secret(tmp_path / ".env", "ASKWHY_WEB__PORT=2\nexport ASKWHY_WEB__HOST='b'  # ours\nOTHER=1\n")
    config = load_config(path, {"ASKWHY_WEB__PORT": "3"})
    assert (config.web.port, config.web.host, config.web.public_base_url) == (3, "b", "https://a.example.com")


def test_lists_in_the_environment_are_separated_by_commas_or_json() -> None:
    config = load_config(
        None, {"ASKWHY_STAFF__TELEGRAM_IDS": "1, 2", "ASKWHY_ASKING__WEEKDAYS": '["mon", "fri"]'}
    )
    assert config.staff.telegram_ids == (1, 2)
    assert config.asking.weekdays == ("mon", "fri")


def test_a_table_in_the_environment_is_json() -> None:
    rules = '[{"when": {"branch": "Tartu"}, "delay": "2 hours"}]'
    environ = {"ASKWHY_ASKING__QUOTA": '{"target": 9, "by": "branch"}', "ASKWHY_ASKING__RULES": rules}
    asking = load_config(None, environ).asking
    assert asking.quota is not None
    assert asking.quota.target == 9
    assert asking.rules[0].delay == timedelta(hours=2)


def test_an_empty_variable_sets_nothing() -> None:
    assert load_config(None, {"ASKWHY_TELEGRAM__TOKEN": "", "ASKWHY_WEB__PORT": ""}).telegram is None


def test_names_in_free_tables_keep_the_spelling_of_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, '[branches.Narva]\ntimezone = "Europe/Tallinn"\n')
    config = load_config(path, {"ASKWHY_BRANCHES__NARVA__TIMEZONE": "Europe/Helsinki"})
    assert config.zone_of("Narva").key == "Europe/Helsinki"
    assert config.zone_of("Tartu").key == config.zone_of(None).key == "Europe/Tallinn"


def test_paths_are_relative_to_the_file_not_to_the_caller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    path = written(home, '[storage]\nurl = "sqlite:///data/a.db"\n[telegram]\ntoken_file = "token"\n')
    secret(home / "token", f"{TOKEN}\n")
    monkeypatch.chdir(tmp_path)
    config = load_config(Path("home/config.toml"), {})
    assert config.storage.url == f"sqlite:///{home}/data/a.db"
    assert (config.surveys_folder, config.backup_folder) == (home / "surveys", home / "backups")
    assert config.telegram is not None
    assert config.telegram.token is not None
    assert config.telegram.token.get_secret_value() == TOKEN
    assert load_config(path, {}) == load_config(path.resolve(), {})


def test_the_default_store_lies_beside_the_file_and_an_absolute_one_stays(tmp_path: Path) -> None:
    assert load_config(written(tmp_path, ""), {}).storage.url == f"sqlite:///{tmp_path}/askwhy.db"
    assert (
        load_config(None, {"ASKWHY_STORAGE__URL": "sqlite:////var/a.db"}).storage.url == "sqlite:////var/a.db"
    )
    url = "postgresql://me@localhost/askwhy"
    assert load_config(None, {"ASKWHY_STORAGE__URL": url.replace("ql", "")}).storage.url == url


def test_the_languages_begin_with_the_organisations_own(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, '[organisation]\nlanguage = "et"\nlanguages = ["ru", "et"]\n'), {})
    assert config.organisation.languages == ("et", "ru")
    assert (
        load_config(written(tmp_path, '[organisation]\nlanguage = "lv"\n'), {}).organisation.languages[0]
        == "lv"
    )


def test_phones_of_staff_are_brought_into_one_form(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, '[staff]\nphones = ["5555 0100", "+1 202 555 0123"]\n'), {})
    assert config.staff.phones == ("+37255550100", "+12025550123")


def test_a_rule_inherits_what_it_does_not_override(tmp_path: Path) -> None:
    text = """
        [asking]
        min_gap = "30 days"
        [[asking.rules]]
        when = {touchpoint = "delivery"}
        delay = "2 hours"
        quota = {target = 10, by = "branch"}
        [[asking.rules]]
        when = {branch = "Tartu", touchpoint = "phone"}
        sample = 0.5
    """
    rules = load_config(written(tmp_path, text), {}).asking.as_rules()
    assert rules.base.min_gap == timedelta(days=30)
    first, second = rules.rules
    assert first.when == {"touchpoint": "delivery"}
    assert (first.policy.delay, first.policy.min_gap) == (timedelta(hours=2), timedelta(days=30))
    assert first.policy.quota is not None
    assert (second.policy.sample, second.policy.delay) == (0.5, timedelta(days=1))


def test_a_configuration_never_changes_and_never_shows_its_secrets(tmp_path: Path) -> None:
    config = load_config(
        written(tmp_path, ""),
        {"ASKWHY_TELEGRAM__TOKEN": TOKEN, "ASKWHY_STORAGE__URL": "postgresql://me:hush-hush@db/askwhy"},
    )
    assert TOKEN not in repr(config) + str(config)
    assert "hush-hush" not in repr(config) + str(config)
    assert config.secrets() == {TOKEN}
    with pytest.raises(ValueError, match="frozen"):
        config.web = config.web
