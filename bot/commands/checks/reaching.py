"""What only asking can tell: that the store opens and holds together, that the providers know us."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

from bot.channels.base import Decision, SendFailed
from bot.commands.checks.finding import Checked, Finding
from bot.config import service_problems
from storage.base import StoreError

if TYPE_CHECKING:
    from bot.channels.base import Channel

REPAIR = "Use `askwhy restore BACKUP`, or put back a copy of the file."

FIXES = {
    Decision.OPERATOR: "Put it right in the account or in the configuration, then check again.",
    Decision.LATER: "Check the network and api_base_url; or leave it out for now: askwhy check --offline.",
}
"""What to do, by what a refusal means; anything else may pass by itself."""


def check_store(checked: Checked) -> Iterator[Finding]:
    """Open the store, which creates or migrates it, and look for damage."""
    from bot.bootstrap import open_store

    store = open_store(checked.config)

    async def look() -> list[str]:
        await store.open()
        try:
            return await store.check()
        finally:
            await store.close()

    try:
        damages = asyncio.run(look())
    except StoreError as error:
        problem, _, fix = str(error).rpartition(". ")  # a store's errors end with what to do
        yield Finding("[storage] url", problem or fix, fix)
        return
    for damage in damages:
        yield Finding("[storage] url", f"{store.url}: {damage}", REPAIR)
    if not damages:
        schema = store.schema
        yield Finding("[storage] url", f"{store.url} is well (schema {schema.now})", "Nothing to do.", "note")


def check_accounts(checked: Checked) -> Iterator[Finding]:
    """Ask each provider who we are; channels that lack a secret are told of elsewhere."""
    from bot.bootstrap import build_channels

    lacking = {problem.key.partition("]")[0].strip("[") for problem in service_problems(checked.config)}
    off: dict[str, None] = {name: None for name in ("telegram", "sms") if name in lacking}
    for name, channel in build_channels(checked.config.model_copy(update=off)).items():
        try:
            known = asyncio.run(_asked(channel.verify, channel))
        except SendFailed as failure:
            fix = FIXES.get(failure.decision, "Try again in a while.")
            yield Finding(f"[{name}]", f"{failure.detail} ({failure.code})", fix)
        else:
            yield Finding(f"[{name}]", known, "Nothing to do.", "note")


async def _asked(question: Callable[[], Awaitable[str]], channel: Channel) -> str:
    await channel.start()
    try:
        return await question()
    finally:
        await channel.close()
