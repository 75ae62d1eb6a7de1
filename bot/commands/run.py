"""`askwhy run`: the service."""

import asyncio
import contextlib

from bot.commands.context import Context


def run(context: Context, *, role: str) -> None:
    """Run the service until SIGTERM or Ctrl-C."""
    from bot.bootstrap import build_app
    from bot.logs import set_up
    from bot.running import run as run_app

    config = context.config(for_service=True)
    set_up(secrets=config.secrets())
    app = build_app(config)
    with contextlib.suppress(ImportError):
        import uvloop

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run_app(app, role))
        return
    asyncio.run(run_app(app, role))
