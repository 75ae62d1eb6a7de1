"""What `askwhy check` looks at: one file per theme, listed below.

A check is a function that gets what was read without errors (Checked) and yields findings. Those of FILES look at
nothing else; STORE opens the store; PROVIDERS ask over the network, and are left out by `--offline`.
"""

from collections.abc import Callable, Iterator

from bot.commands.checks.asking import check_asking
from bot.commands.checks.finding import Checked, Finding
from bot.commands.checks.reaching import check_accounts, check_store
from bot.commands.checks.service import check_service
from bot.commands.checks.texts import check_texts

Check = Callable[[Checked], Iterator[Finding]]

FILES: tuple[Check, ...] = (check_service, check_asking, check_texts)
STORE: tuple[Check, ...] = (check_store,)
PROVIDERS: tuple[Check, ...] = (check_accounts,)
