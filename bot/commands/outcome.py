"""How a command ends: what users have to put right is told in a sentence, and never with a traceback."""

import sys
import traceback
from typing import Any, Final

from bot.commands import load
from bot.commands.context import Context

DONE: Final = 0
FAILED: Final = 1
WRONG: Final = 2  # wrong use or wrong configuration
SOME_REJECTED: Final = 3

# Errors whose text is for the user, with the exit code. By name, so that nothing is imported to look at them.
FOR_USERS: Final = {
    "bot.commands.context.WrongUseError": WRONG,
    "bot.commands.context.CommandError": FAILED,
    "bot.config.errors.ConfigError": WRONG,
    "surveys.definition_error.SurveyError": WRONG,
    "storage.base.StoreUnavailable": FAILED,
    "storage.base.StoreError": WRONG,
}


def finish(context: Context, command: str, arguments: dict[str, Any]) -> int:
    """Run a command and return its exit code."""
    try:
        return load(command)(context, **arguments)
    except BrokenPipeError:
        raise  # whoever read our output has left; the command line ends quietly
    except Exception as error:  # noqa: BLE001  (the one place that turns errors into an ending)
        code = _code_of(error)
        if code is None:
            _own_fault(context, command)
            return FAILED
        context.fail(str(error))
        return code


def _code_of(error: Exception) -> int | None:
    for kind in type(error).__mro__:
        code = FOR_USERS.get(f"{kind.__module__}.{kind.__qualname__}")
        if code is not None:
            return code
    return None


def _own_fault(context: Context, command: str) -> None:
    """Tell of a fault that is ours: with a traceback, but without the secrets that it may quote."""
    from bot.logs import redact

    sys.stderr.write(redact(traceback.format_exc()))
    context.fail(f"askwhy {command} stopped by a fault of its own. Please report it with the lines above.")
