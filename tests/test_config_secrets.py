"""Secrets come from the environment, from a private `.env` or a private file of their own; from nowhere else."""

from pathlib import Path

import pytest

from bot.config import Config, ConfigError, load_config

TOKEN = "123456:AAAA-bbbb_cccc-dddd_eeee-ffff_gggg"
SMS = '[sms]\naccount_sid = "AC0"\nfrom_number = "+37255550100"\n[web]\npublic_base_url = "https://a.example.com"\n'


def folder_with(tmp_path: Path, text: str, **files: tuple[str, int]) -> Path:
    for name, (content, mode) in files.items():
        (tmp_path / name).write_text(content, "utf-8")
        (tmp_path / name).chmod(mode)
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    return path


def refused(path: Path | None, environ: dict[str, str] | None = None, *, for_service: bool = False) -> str:
    with pytest.raises(ConfigError) as caught:
        load_config(path, environ or {}, for_service=for_service)
    assert TOKEN not in str(caught.value)
    return str(caught.value)


def telegram_token(config: Config) -> str:
    assert config.telegram is not None
    assert config.telegram.token is not None
    return config.telegram.token.get_secret_value()


@pytest.mark.parametrize(
    ("section", "key"),
    [
        *(("telegram", "token"), ("telegram", "webhook_secret"), ("web", "api_token")),
        *(("sms", "auth_token"), ("sms", "auth_token_2"), ("sms", "shared_key")),
    ],
)
def test_a_secret_in_the_file_is_refused_with_where_it_belongs(
    tmp_path: Path, section: str, key: str
) -> None:
    message = refused(folder_with(tmp_path, f'[{section}]\n{key} = "{TOKEN}"\n'))
    assert f"line 2: [{section}] {key} is a secret and must not stand here" in message
    assert f"ASKWHY_{section}__{key}".upper() in message
    assert f"{key}_file" in message


def test_a_secret_comes_from_a_file_named_in_the_configuration_or_the_environment(tmp_path: Path) -> None:
    path = folder_with(
        tmp_path, '[telegram]\ntoken_file = "one"\n', one=(f"{TOKEN}\n", 0o600), two=("9:b", 0o400)
    )
    assert telegram_token(load_config(path, {})) == TOKEN
    assert telegram_token(load_config(path, {"ASKWHY_TELEGRAM__TOKEN_FILE": "two"})) == "9:b"
    absolute = {"ASKWHY_TELEGRAM__TOKEN_FILE": str(tmp_path / "two")}
    assert telegram_token(load_config(None, absolute)) == "9:b"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_file_of_secrets_that_others_can_read_is_refused_with_the_command_that_helps(
    tmp_path: Path, mode: int
) -> None:
    path = folder_with(tmp_path, '[telegram]\ntoken_file = "one"\n', one=(TOKEN, mode))
    message = refused(path)
    assert f"one: can be read by others (mode {mode:o}). Run: chmod 600 {tmp_path}/one" in message


def test_a_dotenv_that_others_can_read_is_refused_when_it_is_ours(tmp_path: Path) -> None:
    path = folder_with(tmp_path, "", **{".env": (f"ASKWHY_TELEGRAM__TOKEN={TOKEN}\n", 0o644)})
    assert ".env: can be read by others (mode 644). Run: chmod 600" in refused(path)
    (tmp_path / ".env").write_text("OTHER=1\n")
    assert load_config(path, {}).telegram is None
    (tmp_path / ".env").write_text(f"ASKWHY_TELEGRAM__TOKEN={TOKEN}\n")
    (tmp_path / ".env").chmod(0o600)
    assert telegram_token(load_config(path, {})) == TOKEN


def test_a_line_of_dotenv_that_is_no_assignment_is_named(tmp_path: Path) -> None:
    path = folder_with(tmp_path, "", **{".env": ("A=1\n'broken\nASKWHY_WEB__PORT=x\n", 0o600)})
    message = refused(path)
    assert ".env, line 2: is not understood" in message
    assert "ASKWHY_WEB__PORT" in message
    assert ".env, line 3" in message


def test_a_missing_an_empty_and_an_unreadable_file_are_told_apart(tmp_path: Path) -> None:
    text = '[telegram]\ntoken_file = "none"\nwebhook_secret_file = "empty"\n[web]\napi_token_file = "."\n'
    message = refused(folder_with(tmp_path, text, empty=(" \n", 0o600)))
    assert "line 2: [telegram] token_file" in message
    assert "No such file or directory" in message
    assert 'empty" is an empty file' in message
    assert "Is a directory" in message


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    path = folder_with(tmp_path, '[telegram]\ntoken_file = "one"\n', one=("9:b", 0o600))
    message = refused(path, {"ASKWHY_TELEGRAM__TOKEN": TOKEN})
    assert "is given a second time by ASKWHY_TELEGRAM__TOKEN. Remove one of the two." in message


@pytest.mark.parametrize(("key", "value"), [("TOKEN", "hush-hush"), ("WEBHOOK_SECRET", "hush hush")])
def test_a_secret_of_the_wrong_form_is_refused_without_being_shown(key: str, value: str) -> None:
    message = refused(None, {f"ASKWHY_TELEGRAM__{key}": value})
    assert message.startswith(f"ASKWHY_TELEGRAM__{key}: ")
    assert value not in message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[telegram]", ["[telegram] token is missing", "ASKWHY_TELEGRAM__TOKEN", "token_file", "@BotFather"]),
        ('[telegram]\nmode = "webhook"', ["webhook_secret is missing", "[web] public_base_url is missing"]),
        (SMS, ["[sms] auth_token is missing", "ASKWHY_SMS__AUTH_TOKEN"]),
        (
            "[sms]",
            ["account_sid is missing", "from_number is missing", "public_base_url is missing", "auth_token"],
        ),
    ],
)
def test_the_service_is_refused_what_it_cannot_run_without(
    tmp_path: Path, text: str, expected: list[str]
) -> None:
    path = folder_with(tmp_path, text)
    message = refused(path, for_service=True)
    assert message.startswith(str(path))
    for part in expected:
        assert part in message
    load_config(path, {})  # other commands do without


def test_the_service_starts_with_everything_it_needs(tmp_path: Path) -> None:
    path = folder_with(tmp_path, f'{SMS}[telegram]\nmode = "webhook"\n')
    environ = {
        "ASKWHY_SMS__AUTH_TOKEN": "hush-hush-1",
        "ASKWHY_SMS__AUTH_TOKEN_2": "hush-hush-2",
        "ASKWHY_TELEGRAM__TOKEN": TOKEN,
        "ASKWHY_TELEGRAM__WEBHOOK_SECRET": "hush-hush-3",
        "ASKWHY_WEB__API_TOKEN": "hush-hush-4",
    }
    config = load_config(path, environ, for_service=True)
    assert config.secrets() == frozenset(environ.values())
