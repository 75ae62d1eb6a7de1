"""The command line `askwhy`: names, options and help of every command.

`app.py` is the program with its global options; the other files hold the commands by theme. No body is here: each
function hands over to what `bot.commands.COMMANDS` names, so that `askwhy --help` imports nothing heavy.
"""

from bot.cli.app import main

__all__ = ["main"]
