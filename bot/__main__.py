"""`python -m bot` is `askwhy`."""

from bot.cli import main

main()
