"""The whole service inside a test: real HTTP to the fakes and from them, time moved by hand.

async with whole(telegram, twilio) as service:
    await service.visit("v-1", phone="+37255550101")
    await service.pass_time()
    assert await service.state("v-1") == ("asked", None)
"""

import asyncio
import contextlib
import itertools
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from bot.bootstrap import App, build_app
from bot.channels.base import Channel, Timeouts
from bot.channels.sms import SmsChannel, SmsSettings
from bot.channels.telegram import TelegramChannel, TelegramSettings
from bot.clock import Clock, VirtualClock
from bot.config import Config
from bot.reconciling import hear_missed, settle_unknown
from bot.web.server import serve
from storage import make_store
from storage.rows import CustomerRow
from storage.transaction import Transaction
from surveys.visits import parse_visit
from tests.e2e.process import API_TOKEN, WEBHOOK_SECRET
from tests.fakes.telegram import FakeTelegram
from tests.fakes.twilio import FakeTwilio

NOON = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
"""A Monday, noon in Tallinn."""

QUICK = Timeouts(connect=0.5, write=0.5, read=0.25, total=0.5)
"""So that a provider that hangs costs a test half a second."""

PUBLIC = "https://feedback.example.com"

ASKING: dict[str, Any] = {
    "delay": "0 seconds",
    "window": "00:00-23:59",
    "weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    "skip_public_holidays": False,
    "min_gap": "0 seconds",
    "max_per_year": 1000,
    "reminders": 0,
}


class Whole:
    """One service, its clock and its fakes. `url` is where it listens, if it does."""

    def __init__(
        self, app: App, clock: VirtualClock | None, telegram: FakeTelegram | None, twilio: FakeTwilio | None
    ) -> None:
        self.app = app
        self.telegram = telegram
        self.twilio = twilio
        self.url = ""
        self._clock = clock

    @property
    def clock(self) -> VirtualClock:
        assert self._clock, "this service runs on the machine's own time"
        return self._clock

    async def visit(self, visit_id: str, customer_id: str | None = None, **columns: Any) -> None:
        """Let a visit come in that just ended."""
        firm, now = self.app.firm, self.app.clock.now()
        row = {
            "visit_id": visit_id,
            "customer_id": customer_id or f"c-{visit_id}",
            "occurred_at": now.isoformat(),
            **columns,
        }
        visit = parse_visit(row, zone=firm.zone, country=firm.country, languages=firm.languages, now=now)
        await self.app.service.on_visits([visit])

    async def link(self, customer_id: str, chat: int, phone: str | None = None) -> None:
        """Make a customer reachable in Telegram, and by phone."""
        if self.telegram:
            self.telegram.known.add(chat)
        addresses = {"telegram": str(chat), **({"sms": phone} if phone else {})}

        def known(tx: Transaction) -> None:
            person_id = tx.people.resolve(customer_id, addresses)
            tx.people.put_customer(CustomerRow(customer_id, person_id, None, None, None, None))

        await self.app.store.write(known)

    async def pass_time(self, **span: float) -> None:
        """Let time pass, then do all that is due, and hear what the provider tells of it."""
        await self.clock.advance(self.clock.now() + timedelta(**span))
        await self.app.pass_time()
        if self.twilio:
            await self.twilio.settled()

    async def minutes(self, count: int, each: int = 1) -> None:
        """Let minutes pass one by one, with the jobs of the scheduler."""
        for _ in range(0, count, each):
            await self.pass_time(minutes=each)
            if isinstance(sms := self.app.channels.get("sms"), SmsChannel):
                await settle_unknown(self.app.service, sms)

    async def hear_missed(self) -> int:
        """Ask Twilio for what came in unheard."""
        sms = self.app.channels["sms"]
        assert isinstance(sms, SmsChannel)
        return await hear_missed(self.app.service, sms)

    async def state(self, visit_id: str) -> tuple[str, str | None]:
        """Tell state and reason of a visit."""
        row = await self.app.store.write(lambda tx: tx.visits.get(visit_id))
        assert row
        return row.state, row.reason

    async def rows(self, sql: str) -> list[dict[str, Any]]:
        """Look into the store."""
        found = await self.app.store.write(lambda tx: tx.db._connection.execute(sql).fetchall())
        return [dict(row) for row in found]

    async def alerts(self) -> list[str]:
        """Tell what the admins were, or are to be, told."""
        return [row["body"] for row in await self.rows("SELECT body FROM outbox WHERE kind = 'alert'")]

    def client(self, **options: Any) -> httpx.AsyncClient:
        """Return a client that may use the API."""
        headers = {"Authorization": f"Bearer {API_TOKEN}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=30, trust_env=False, **options)


@asynccontextmanager
async def whole(
    telegram: FakeTelegram | None = None,
    twilio: FakeTwilio | None = None,
    /,
    *,
    store: str = "memory:",
    clock: Clock | None = None,
    start: datetime = NOON,
    listens: bool = False,
    timeouts: Timeouts = QUICK,
    **sections: dict[str, Any],
) -> AsyncIterator[Whole]:
    """Build and open a service; `sections` change its configuration, `listens` makes it serve HTTP."""
    virtual = VirtualClock(start) if clock is None else None
    config = _config(telegram, twilio, sections)
    channels = _channels(config, telegram, twilio, timeouts)
    app = build_app(
        config,
        clock=clock or virtual,
        store=make_store(store),
        channels=channels,
        paced=False,
        new_id=_ids(),
    )
    service = Whole(app, virtual, telegram, twilio)
    stopping, serving = asyncio.Event(), None
    await app.open()
    try:
        if listens:
            at = socket.create_server(("127.0.0.1", 0), backlog=512)
            service.url = f"http://127.0.0.1:{at.getsockname()[1]}"
            serving = asyncio.create_task(serve(app, at, stopping))
            if twilio:
                twilio.webhooks.app_url, twilio.webhooks.public_url = service.url, PUBLIC
        yield service
    finally:
        stopping.set()
        if serving:
            await serving
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(10):
                for dispatcher in app.dispatchers.values():
                    await dispatcher.settle()
        await app.close()


def _config(
    telegram: FakeTelegram | None, twilio: FakeTwilio | None, sections: dict[str, dict[str, Any]]
) -> Config:
    on: dict[str, dict[str, Any]] = {
        "organisation": {"name": "Acme Auto"},
        "asking": {},
        "staff": {"telegram_ids": [42], "phones": ["+37255550142"], "minimum_answers": 1},
        "web": {"public_base_url": PUBLIC, "api_token": SecretStr(API_TOKEN)},
    }
    if telegram:
        on["telegram"] = {
            "mode": "webhook", "token": SecretStr(telegram.token), "webhook_secret": SecretStr(WEBHOOK_SECRET),
            "api_base_url": telegram.url,
        }  # fmt: skip
    if twilio:
        on["sms"] = {
            "account_sid": twilio.account_sid, "from_number": twilio.number, "auth_token": SecretStr(twilio.token),
            "api_base_url": twilio.url,
        }  # fmt: skip
    data = {name: {**on.get(name, {}), **sections.get(name, {})} for name in {*on, *sections}}
    data["asking"] = {**ASKING, **data["asking"]}
    folder = Path(os.devnull)
    return Config.model_validate({**data, "file": None, "folder": folder})


def _channels(
    config: Config, telegram: FakeTelegram | None, twilio: FakeTwilio | None, timeouts: Timeouts
) -> dict[str, Channel]:
    channels: dict[str, Channel] = {}
    if telegram:
        channels["telegram"] = TelegramChannel(
            TelegramSettings(token=telegram.token, api_base_url=telegram.url, timeouts=timeouts, part_gap=0)
        )
    if twilio:
        assert config.sms
        more = (config.sms.auth_token_2, config.sms.shared_key)
        channels["sms"] = SmsChannel(
            SmsSettings(
                account_sid=twilio.account_sid,
                auth_token=twilio.token,
                from_number=twilio.number,
                public_base_url=PUBLIC,
                webhook_secrets=tuple(secret.get_secret_value() for secret in more if secret),
                api_base_url=twilio.url,
                timeouts=timeouts,
            )
        )
    return channels


def _ids() -> Any:
    numbers = itertools.count(1)
    return lambda: f"attempt-{next(numbers)}"
