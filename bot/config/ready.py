"""What `askwhy run` needs beyond a valid configuration: secrets, accounts, a public address.

Other commands do without: a script that imports visits need not know the bot's token.
"""

from collections.abc import Iterator

from bot.config.errors import Problem
from bot.config.model import Config
from bot.config.overlay import is_secret, variable


def service_problems(config: Config) -> list[Problem]:
    """List what is missing before the service may start; empty when nothing is."""
    by_key = {problem.key: problem for problem in (*_sms(config), *_telegram(config), *_others(config))}
    return list(by_key.values())  # what both channels need is said once


def _telegram(config: Config) -> Iterator[Problem]:
    if config.telegram is None:
        return
    if config.telegram.token is None:
        yield _secret(config, "telegram", "token", "Copy it from @BotFather.")
    if config.telegram.mode == "webhook":
        if config.telegram.webhook_secret is None:
            yield _secret(config, "telegram", "webhook_secret", "Make one up: openssl rand -hex 32.")
        if config.web.public_base_url is None:
            yield _public_base_url(config, '[telegram] mode = "webhook"')


def _sms(config: Config) -> Iterator[Problem]:
    sms = config.sms
    if sms is None:
        return
    if sms.auth_token is None:
        yield _secret(config, "sms", "auth_token", "Copy it from console.twilio.com.")
    if sms.account_sid is None:
        yield _missing(
            config, "[sms] account_sid", 'Copy "Account SID" from console.twilio.com: it begins with AC.'
        )
    if sms.from_number is None and sms.messaging_service_sid is None:
        yield _missing(
            config, "[sms] from_number", "Put the number that sends, or set messaging_service_sid."
        )
    if config.web.public_base_url is None:
        yield _public_base_url(config, "[sms]: Twilio signs this address and reports deliveries to it")


def _others(config: Config) -> Iterator[Problem]:
    """Every secret of a further channel is needed."""
    for name, section in config.channel_sections.items():
        for key in type(section).model_fields if name not in {"telegram", "sms"} else ():
            if is_secret(name, key) and getattr(section, key) is None:
                yield _secret(config, name, key, "The provider tells it.")


def _missing(config: Config, key: str, fix: str) -> Problem:
    return Problem(str(config.file or "the environment"), key, "is missing", fix)


def _secret(config: Config, section: str, key: str, source: str) -> Problem:
    ways = f"Set {variable(section, key)} in the environment or in .env, or {key}_file to a file of mode 600."
    return _missing(config, f"[{section}] {key}", f"{source} {ways}")


def _public_base_url(config: Config, needed_by: str) -> Problem:
    fix = f'It is needed by {needed_by}. Write the https address of this service, e.g. "https://feedback.example.com".'
    return _missing(config, "[web] public_base_url", fix)
