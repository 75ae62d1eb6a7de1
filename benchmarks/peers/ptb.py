"""The bot most people write: python-telegram-bot, ConversationHandler, PicklePersistence flushed every second.

    python -m benchmarks.peers.ptb PORT PICKLE [SECONDS BETWEEN SAVES]

The webhook puts the update into the bot's queue and answers 200, as the library's own examples do. It does not: store before
it answers, know a repeated update, read a score out of words, know opt-out in other words than /stop, count for reports,
cap or plan anything. So that only hearing is compared, it sends no replies here: that is in its favour.
"""

from __future__ import annotations

import asyncio
import hmac
import sys
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Update, User
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackContext,
    CommandHandler,
    ConversationHandler,
    ExtBot,
    MessageHandler,
    PicklePersistence,
    filters,
)

from benchmarks import messages

WHY, AFTER = range(2)
FLUSH = 1.0
"""Seconds between two saves; the library's default is 60."""

Context = CallbackContext[Any, dict[str, Any], Any, Any]


class SilentBot(ExtBot[None]):
    """A bot that knows its own name, so that no server has to be asked for it."""

    async def get_me(self, *_: Any, **__: Any) -> User:
        self._bot_user = User(123456, "Bot", is_bot=True, username="acme_bot")
        return self._bot_user


async def score(update: Update, context: Context) -> int:
    assert context.user_data is not None
    assert update.message is not None
    context.user_data["score"] = update.message.text
    return WHY


async def why(update: Update, context: Context) -> int:
    assert context.user_data is not None
    assert update.message is not None
    context.user_data["why"] = update.message.text
    return AFTER


async def more(update: Update, context: Context) -> int:
    assert context.user_data is not None
    assert update.message is not None
    context.user_data.setdefault("more", []).append(update.message.text)
    return AFTER


class Counting(Application[Any, Any, Any, Any, Any, Any]):
    """Tells how many updates were handled, and how many of them the file on the disk holds."""

    handled = 0
    saved = 0

    async def process_update(self, update: object) -> None:
        await super().process_update(update)
        Counting.handled += 1

    async def update_persistence(self) -> None:
        handled = Counting.handled
        await super().update_persistence()
        Counting.saved = handled


def application(path: str, flush: float) -> Application[Any, Any, Any, Any, Any, Any]:
    text = filters.TEXT & ~filters.COMMAND
    handler = ConversationHandler(
        entry_points=[MessageHandler(text, score)],
        states={WHY: [MessageHandler(text, why)], AFTER: [MessageHandler(text, more)]},
        fallbacks=[CommandHandler("stop", more)],
        name="survey",
        persistent=True,
    )
    persistence: Any = PicklePersistence(path, update_interval=flush)
    builder = ApplicationBuilder().application_class(Counting).bot(SilentBot(messages.BOT_TOKEN))
    built = builder.updater(None).persistence(persistence).build()
    built.add_handler(handler)
    return built


async def main(port: int, path: str, flush: float) -> None:
    bot = application(path, flush)

    async def hear(request: Request) -> Response:
        given = request.headers.get("x-telegram-bot-api-secret-token", "")
        if not hmac.compare_digest(given.encode(), messages.WEBHOOK_SECRET.encode()):
            return Response(status_code=403)
        await bot.update_queue.put(Update.de_json(await request.json(), bot.bot))
        return Response()

    async def saved(request: Request) -> Response:
        return Response(str(Counting.saved))

    async def handled(request: Request) -> Response:
        return Response(str(Counting.handled))

    routes = [
        Route("/webhooks/telegram", hear, methods=["POST"]),
        Route("/saved", saved),
        Route("/handled", handled),
    ]
    web = Starlette(routes=routes)
    server = uvicorn.Server(uvicorn.Config(web, port=port, log_level="warning"))
    async with bot:
        await bot.start()
        await server.serve()
        await bot.stop()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]) if len(sys.argv) > 3 else FLUSH))
