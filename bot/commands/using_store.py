"""Run something on the configured store, opened before and closed after it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from bot.commands.context import Context

if TYPE_CHECKING:
    from bot.config import Config
    from bot.firm import Firm
    from storage.base import Store

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a command that uses the store has at hand. `now` is the moment it began."""

    config: Config
    firm: Firm
    store: Store
    now: datetime


def with_store(context: Context, work: Callable[[Surroundings], Awaitable[T]]) -> T:
    """Return what `work` returns. Raises ConfigError, SurveyError, StoreError, and what `work` raises."""
    from bot.bootstrap import build_firm, open_store
    from bot.clock import SystemClock

    config = context.config()
    firm = build_firm(config)

    async def used() -> T:
        store = open_store(config)
        await store.open()
        try:
            return await work(Surroundings(config, firm, store, SystemClock().now()))
        finally:
            await store.close()

    return asyncio.run(used())
