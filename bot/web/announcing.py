"""Tell Telegram where we are, in webhook mode; again and again until it has heard, since it may be away at our start."""

from __future__ import annotations

import asyncio

import structlog

from bot.alerts import alert_admins
from bot.bootstrap import App
from bot.channels.base import Decision, SendFailed
from bot.channels.telegram import TelegramChannel
from bot.polling import PAUSES, unless
from storage.base import StoreError

log = structlog.get_logger(__name__)


async def announce(app: App, stopping: asyncio.Event) -> None:
    """Set the webhook, or give up when `stopping` is set; nothing to do in polling mode."""
    channel, settings = app.channels.get("telegram"), app.config.telegram
    if not isinstance(channel, TelegramChannel) or settings is None or settings.mode != "webhook":
        return
    secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else ""
    url = f"{(app.config.web.public_base_url or '').rstrip('/')}/webhooks/telegram"
    failures = 0
    while not stopping.is_set():
        try:
            await channel.verify()  # learns our name, to know commands for other bots in a group
            await channel.set_webhook(url, secret)
        except SendFailed as failure:
            failures += 1
            log.warning("webhook_not_set", code=failure.code, detail=failure.detail)
            await _tell(app, failure)
            pause = failure.retry_after or PAUSES[min(failures, len(PAUSES)) - 1]
            await unless(stopping, app.clock.sleep(pause))
        else:
            log.info("webhook_set")
            return


async def _tell(app: App, failure: SendFailed) -> None:
    """Tell the admins, once, of what only a human can put right."""
    if failure.decision is not Decision.OPERATOR:
        return
    now = app.clock.now()
    text = f"askwhy: telegram does not hear ({failure.code}): {failure.detail}"
    try:
        await app.store.write(lambda tx: alert_admins(tx, app.firm, "webhook", text, now, not_by="telegram"))
    except StoreError as error:
        log.warning("store_unavailable", error=str(error))
