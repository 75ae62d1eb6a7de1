"""A wrong configuration is refused with file, line, key, value and fix; all problems at once; never with a secret."""

from pathlib import Path

import pytest

from bot.config import ConfigError, load_config

WRONG = {  # the file; what must be said
    "[asknig]\nx = 1": "line 1: [asknig] is not a section. Did you mean [asking]?",
    'name = "Acme"': "line 1: name stands before the first section.",
    '[organisation]\nlangage = "et"': 'line 2: [organisation] langage = "et" is not a key. Did you mean language?',
    "[web]\nzzz = 1": "line 2: [web] zzz = 1 is not a key. The keys are: host, port, public_base_url.",
    '[web]\nport = "abc"': 'line 2: [web] port = "abc" is no whole number. Write digits, without quotes.',
    "[web]\nport = 99999": "line 2: [web] port = 99999 is too large. It must be 65535 or less.",
    "[web]\nport = true": "line 2: [web] port = true is not a number.",
    "[web]\nport = 1.5": "line 2: [web] port = 1.5 is no whole number.",
    "[web]\nhost = 5": 'line 2: [web] host = 5 is not a text. Put it in "quotes".',
    '[web]\npublic_base_url = "feedback.example.com"': 'is not an address of a web server. Write e.g. "https://',
    '[web]\npublic_base_url = "https://me:pw@example.com"': "holds a user name or password",
    "web = 5": "[web] = 5 is not a section.",
    '[organisation]\ntimezone = "Europe/Talin"': "is not a time zone. Write an IANA name such as 'Europe/Tallinn'.",
    '[organisation]\ncountry = "UK"': 'country = "UK" is no country. The United Kingdom is "GB".',
    '[organisation]\nlanguage = "Estonian"': "is no language code. Write the code of ISO 639",
    '[organisation]\nname = ""': 'name = "" is empty. Write something',
    '[storage]\nurl = "mysql://x"': 'url = "mysql://x" is no store. Write "sqlite:///askwhy.db"',
    '[asking]\ndelay = "1 dai"': 'delay = "1 dai" is not a duration. Write a number and a unit',
    "[asking]\ndelay = 5": "delay = 5 is not a duration",
    '[asking]\nwindow = "19:00-10:00"': "closes before it opens. Nobody is asked over midnight.",
    '[asking]\nwindow = "10-19"': 'window = "10-19" is no window of hours. Write opening and closing time',
    '[asking]\nweekdays = ["monday"]': "weekdays = \"monday\" is not one of the possible values. Write one of 'mon', 'tue'",
    "[asking]\nweekdays = []": "names no day, so nobody could ever be asked",
    "[asking]\nchannels = []": "channels = [] is empty. Name at least one.",
    '[asking]\nchannels = "sms"': 'channels = "sms" is not a list. Write a list: ["a", "b"].',
    "[asking]\nsample = 1.5": "sample = 1.5 is too large. It must be 1 or less.",
    "[asking]\nreminders = 9": "reminders = 9 is too large. It must be 3 or less.",
    '[asking]\nskip_public_holidays = "maybe"': "is neither true nor false",
    '[[asking.rules]]\ndelay = "2 hours"': "line 1: [[asking.rules]] number 1: when is missing.",
    '[[asking.rules]]\nwhen = {branch = "A"}\ndela = "1 day"': 'line 3: [[asking.rules]] number 1: dela = "1 day" is not a key. Did you mean delay?',
    '[asking]\ncaps = [{max = 1, period = "x", same = "employee"}]': 'caps.period = "x" is not a duration',
    '[sms]\nfrom_number = "ACME"': 'from_number = "ACME" is a name: one way, nobody can answer it.',
    '[sms]\nfrom_number = "+12"': 'from_number = "+12" is no sender',
    '[sms]\nfrom_number = "+37255550100"\nmessaging_service_sid = "MG0"': "has both from_number and messaging_service_sid",
    '[sms]\naccount_sid = "SK0"': 'account_sid = "SK0" is no account.',
    '[staff]\ntelegram_ids = ["@mari"]': 'telegram_ids = "@mari" is no whole number',
    "[staff]\ntelegram_groups = [5]": "telegram_groups = 5 is too large. It must be below 0.",
    '[staff]\nphones = ["12"]': 'holds the phone "12": it is too short. Write it as',
    '[limits]\nmax_body = "big"': 'max_body = "big" is no size. Write e.g. "64 KiB"',
    '[backup]\nat = "25:00"': 'at = "25:00" is no time of day',
    "[measures]\nmargin = 3": "Give a share above 0 and up to 1",
    "[measures]\nlostafter = 3": "lostafter = 3 is not a key. Did you mean lost_after?",
    '[branches.Narva]\ntimezone = "Narva"': '[branches.Narva] timezone = "Narva" is not a time zone',
    '[themes.price]\net = "hind"': '[themes.price] et = "hind" is not a list',
}  # fmt: skip


def said(tmp_path: Path, text: str | bytes, environ: dict[str, str] | None = None) -> str:
    path = tmp_path / "config.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as caught:
        load_config(path, environ or {})
    return str(caught.value)


@pytest.mark.parametrize("text", WRONG, ids=lambda text: text.replace("\n", " ")[:50])
def test_every_kind_of_mistake_is_named_with_its_place_and_its_fix(tmp_path: Path, text: str) -> None:
    message = said(tmp_path, text)
    assert message.startswith(f"{tmp_path}/config.toml, line ")
    assert WRONG[text] in message
    assert "\n" not in message


def test_all_problems_are_told_together(tmp_path: Path) -> None:
    text = '[web]\nport = "x"\n[asknig]\n[telegram]\ntoken = "1:a"\nmode = "poling"\n[asking]\ndelay = "x"\n'
    message = said(tmp_path, text, {"ASKWHY_WEB__HOTS": "1", "ASKWHY_LIMITS__MAX_BODY": "?"})
    assert len(message.splitlines()) == 7
    for part in (
        "[web] port",
        "[asknig]",
        "[telegram] token",
        "mode",
        "delay",
        "ASKWHY_WEB__HOTS",
        "ASKWHY_LIMITS__",
    ):
        assert part in message


def test_a_mistake_in_asking_is_not_repeated_for_each_rule(tmp_path: Path) -> None:
    rules = '[[asking.rules]]\nwhen = {a = "b"}\n' * 3
    assert len(said(tmp_path, f'[asking]\ndelay = "x"\n{rules}').splitlines()) == 1


def test_the_line_is_found_in_nested_tables_and_dotted_keys(tmp_path: Path) -> None:
    blocks = (
        '[[composite.blocks]]\nname = "A"\nweight = 100\n[[composite.blocks.indicators]]\nname = "B"\nweight = 60\n'
        'source = "metric:a"\n[[composite.blocks.indicators]]\nname = "C"\nweight = "x"\nsource = "metric:b"\n'
    )
    assert "line 10: [composite] blocks.indicators.weight" in said(tmp_path, blocks)
    assert 'line 2: [web] port = "x"' in said(tmp_path, '# comment\nweb.port = "x"\n')
    assert 'line 1: [web] port = "x"' in said(tmp_path, 'web = {port = "x"}\n')


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b'[organisation]\nname = "Acm', "line 2: is not TOML: "),
        (b"[asking", "line 1: is not TOML: "),
        (b"[web]\nport = \n", "line 2: is not TOML: invalid value"),
        (b"[web]\nport = 1\nport = 2\n", "is not TOML: cannot overwrite a value"),
        (
            b'[organisation]\nname = "\xd5unaaed"\n',
            "line 2: is not UTF-8 (byte 0xD5). Save the file as UTF-8.",
        ),
        ("[web]\n".encode("utf-16"), "is UTF-16. Save the file as UTF-8."),
        (b"a = " + b"[" * 5000, "is "),
    ],
)
def test_a_file_that_is_no_toml_is_refused_with_its_line(tmp_path: Path, raw: bytes, expected: str) -> None:
    assert expected in said(tmp_path, raw)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf[web]\nport = 9000\n")
    assert load_config(path, {}).web.port == 9000


def test_a_missing_file_is_named_with_the_command_that_writes_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: does not exist. Write one with `askwhy init`"):
        load_config(tmp_path / "nowhere.toml", {})
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load_config(tmp_path, {})


@pytest.mark.parametrize(
    ("name", "guess"),
    [
        ("ASKWHY_TELEGRAM_TOKEN", "Did you mean ASKWHY_TELEGRAM__TOKEN?"),
        ("ASKWHY_SMS__AUTHTOKEN", "Did you mean ASKWHY_SMS__AUTH_TOKEN?"),
        ("ASKWHY_ASKING__DELAI", "Did you mean ASKWHY_ASKING__DELAY?"),
        ("ASKWHY___", "Names are ASKWHY_<SECTION>__<KEY>"),
    ],
)
def test_a_variable_that_sets_nothing_is_an_error(name: str, guess: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(None, {name: "hush-hush"})
    assert str(caught.value).startswith(f"{name}: sets no key")
    assert guess in str(caught.value)
    assert "hush-hush" not in str(caught.value)


def test_a_wrong_value_in_the_environment_names_its_variable() -> None:
    with pytest.raises(ConfigError, match=r'^ASKWHY_WEB__PORT: .web. port = "x" is no whole number'):
        load_config(None, {"ASKWHY_WEB__PORT": "x"})


def test_a_long_value_is_shortened_and_a_control_character_escaped(tmp_path: Path) -> None:
    message = said(tmp_path, f'[asking]\ndelay = "{"x" * 500}"\nwindow = "a\\nb\\u001b[31m"\n')
    assert "x" * 201 not in message
    assert "\x1b" not in message
    assert 'window = "a\\nb\\x1b[31m"' in message
