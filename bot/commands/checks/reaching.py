"""What only asking can tell: that the store opens and holds together, that the providers know us."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.channels import CHANNELS
from bot.channels.base import Decision, SendFailed, SetByHand
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
    off: dict[str, None] = {name: None for name in CHANNELS if name in lacking}
    for name, channel in build_channels(checked.config.model_copy(update=off)).items():
        yield from asyncio.run(_asked(f"[{name}]", channel))


async def _asked(where: str, channel: Channel) -> list[Finding]:
    """Ask who we are, then what is set there by hand."""
    try:
        await channel.start()
        found = [Finding(where, await channel.verify(), "Nothing to do.", "note")]
        return found + await _wrongly_set(where, channel)
    except SendFailed as failure:
        fix = FIXES.get(failure.decision, "Try again in a while.")
        return [Finding(where, f"{failure.detail} ({failure.code})", fix)]
    finally:
        await channel.close()


async def _wrongly_set(where: str, channel: Channel) -> list[Finding]:
    if not isinstance(channel, SetByHand):
        return []
    try:
        return [Finding(where, problem, fix) for problem, fix in await channel.wrongly_set()]
    except SendFailed as failure:
        problem = f"the provider does not tell what is set there: {failure.detail} ({failure.code})"
        return [Finding(where, problem, "Compare it by hand with README.md.", "note")]
