"""Links that open the bot in Telegram."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.commands.context import CommandError, WrongUseError
from bot.deep_links import link_to

if TYPE_CHECKING:
    from bot.config import Config


async def deep_link(config: Config, token: str, *, otherwise: str = "") -> str:
    """Return the link that hands `token` to the bot; Telegram is asked for the bot's name where the configuration has none.

    Raises WrongUseError where nobody can tell the name (`otherwise` is what one may do instead), CommandError where
    Telegram does not answer.
    """
    if config.links.telegram_bot:
        return link_to(config.links.telegram_bot.removeprefix("@"), token)
    if config.telegram is None or config.telegram.token is None:
        raise WrongUseError(
            f"A link needs the bot's name: set [links] telegram_bot in config.toml, or [telegram] and its token{otherwise}."
        )
    from bot.channels.base import SendFailed
    from bot.channels.telegram import TelegramChannel, TelegramSettings

    secret = config.telegram.token.get_secret_value()
    channel = TelegramChannel(TelegramSettings(token=secret, api_base_url=config.telegram.api_base_url))
    await channel.start()
    try:
        return await channel.deep_link(token)
    except SendFailed as error:
        raise CommandError(
            f"Telegram does not tell the bot's name: {error.detail} Set [links] telegram_bot."
        ) from None
    finally:
        await channel.close()
