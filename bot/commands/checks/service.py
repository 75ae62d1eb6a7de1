"""What the service needs to run: channels, secrets, a public address that providers accept."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from bot.commands.checks.finding import Checked, Finding
from bot.config import service_problems
from bot.config.model import Config
from surveys.texts import LANGUAGES, base_language

TELEGRAM_PORTS = {443, 80, 88, 8443}  # https://core.telegram.org/bots/api#setwebhook


def check_service(checked: Checked) -> Iterator[Finding]:
    """Check what `askwhy run` would refuse, and what it would do without."""
    config, file = checked.config, checked.file
    for missing in service_problems(config):
        yield Finding(missing.where, missing.told(), missing.fix)
    yield from _channels(config, file)
    yield from _telegram_address(config, file)
    organisation = config.organisation
    if "name" not in organisation.model_fields_set:
        fix = f'Customers would read "{organisation.name}": write your name.'
        yield Finding(file, "[organisation] name is missing", fix, "warning")
    for code in organisation.languages:
        if base_language(code) not in LANGUAGES:
            problem = f'[organisation] languages: the bot has no sentences of its own in "{code}"'
            fix = f"They come in English, beside your survey's texts. It has: {', '.join(LANGUAGES)}."
            yield Finding(file, problem, fix, "warning")
    address = urlsplit(config.storage.url)
    if address.password and "storage" in config.model_fields_set:
        fix = "Better set ASKWHY_STORAGE__URL in the environment, or keep the password in ~/.pgpass."
        yield Finding(file, "[storage] url holds a password", fix, "warning")


def _channels(config: Config, file: str) -> Iterator[Finding]:
    on = set(config.channel_sections)
    if not on:
        yield Finding(
            file, "no channel is on, so nobody can be asked", "Fill in [telegram] or [sms].", "note"
        )
        return
    for number, keys in enumerate((config.asking, *config.asking.rules)):
        if not on & set(keys.channels):
            where = "[asking]" if number == 0 else f"[[asking.rules]] number {number}:"
            problem = f"{where} channels = {list(keys.channels)} names no channel that is on"
            yield Finding(file, problem, f"Fill in its section, or name one of: {', '.join(sorted(on))}.")


def _telegram_address(config: Config, file: str) -> Iterator[Finding]:
    if config.telegram is None or config.telegram.mode != "webhook" or config.web.public_base_url is None:
        return
    address = urlsplit(config.web.public_base_url)
    if address.scheme != "https" or (address.port or 443) not in TELEGRAM_PORTS:
        problem = f'[web] public_base_url = "{config.web.public_base_url}" gets nothing from Telegram'
        fix = 'It delivers to https on port 443, 80, 88 or 8443 only; or use [telegram] mode = "polling".'
        yield Finding(file, problem, fix)
