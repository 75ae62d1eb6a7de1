"""What `askwhy check` looks at: one file per theme, listed in CHECKS.

A check is a function that gets what was read without errors (Checked) and yields findings. OFFLINE ones ask nobody;
ONLINE ones open the store and ask providers, and are left out by `--offline`.
"""

from collections.abc import Callable, Iterator

from bot.commands.checks.asking import check_asking
from bot.commands.checks.finding import Checked, Finding
from bot.commands.checks.reaching import check_accounts, check_store
from bot.commands.checks.service import check_service
from bot.commands.checks.texts import check_texts

Check = Callable[[Checked], Iterator[Finding]]

OFFLINE: tuple[Check, ...] = (check_service, check_asking, check_texts)
ONLINE: tuple[Check, ...] = (check_store, check_accounts)
