"""One file per staff command; the list is `bot.staff.COMMANDS`."""
