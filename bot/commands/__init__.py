"""What each command of the command line does: one file per command or group, imported only when it is used.

`bot/cli/` holds the names, options and help; the body of a command is the function that COMMANDS names:

    def run(context: Context, …the options…) -> int      # the exit code: 0 done, 1 failed, 2 wrong use, 3 some rejected

It talks to people through `context` (context.py) and raises what outcome.py lists when a user has something to put right.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

COMMANDS: Final = {
    "demo": "bot.commands.demo:run",
    "init": "bot.commands.init:run",
    "check": "bot.commands.check:run",
    "run": "bot.commands.run:run",
    "import visits": "bot.commands.import_visits:run",
    "import answers": "bot.commands.import_answers:run",
    "import metrics": "bot.commands.import_metrics:run",
    "forecast": "bot.commands.forecast:run",
    "explain": "bot.commands.explain:run",
    "export": "bot.commands.export:run",
    "read": "bot.commands.read:run",
    "segments": "bot.commands.segments:run",
    "simulate": "bot.commands.simulate:run",
    "score": "bot.commands.score:run",
    "measures": "bot.commands.measures:run",
    "link": "bot.commands.link:run",
    "staff add": "bot.commands.staff:add",
    "staff list": "bot.commands.staff:show",
    "staff remove": "bot.commands.staff:remove",
    "person export": "bot.commands.person:export",
    "person forget": "bot.commands.person:forget",
    "backup": "bot.commands.backup:run",
    "restore": "bot.commands.restore:run",
    "migrate": "bot.commands.migrate:run",
    "recount": "bot.commands.recount:run",
    "move": "bot.commands.move:run",
    "quarantine list": "bot.commands.quarantine:show",
    "quarantine replay": "bot.commands.quarantine:replay",
    "quarantine drop": "bot.commands.quarantine:drop",
}


def load(command: str) -> Callable[..., int]:
    """Import the body of a command."""
    module, function = COMMANDS[command].split(":")
    body: Any = getattr(import_module(module), function)
    return body  # type: ignore[no-any-return]
