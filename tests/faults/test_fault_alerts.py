"""F22: a thousand detractors in a minute, and the staff's chat is gone. One message, and the survey goes on."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.bootstrap import build_app
from bot.channels.base import Decision, Inbound, InboundKind, Outgoing, SendFailed, Sent
from bot.channels.console import ConsoleChannel
from bot.clock import VirtualClock
from bot.config import Config
from bot.staff.detractors import send_alerts
from storage.sqlite import SqliteStore
from surveys.visits import Visit
from tests.faults.sound import assert_sound, scores
from tests.faults.worker import Sms, opened

MONDAY = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
GROUP = "-100123"


class Telegram(ConsoleChannel):
    """The console in the place of Telegram; the staff's group has thrown the bot out."""

    name = "telegram"
    tried = 0

    async def send(self, message: Outgoing, attempt_id: str) -> Sent:
        if message.address == GROUP:
            self.tried += 1
            raise SendFailed(Decision.OPTED_OUT, "403", "The bot is no member of this group.")
        return await super().send(message, attempt_id)


async def test_a_storm_of_detractors_is_one_alert_and_a_lost_chat_hurts_nobody(
    tmp_path: Path, full: bool
) -> None:
    count = 1_000 if full else 120
    path = tmp_path / "askwhy.db"
    clock = VirtualClock(MONDAY)
    sms, telegram = Sms(), Telegram()
    config = Config.model_validate(
        {
            "organisation": {"name": "Acme Auto"},
            "staff": {"telegram_groups": [int(GROUP)], "telegram_ids": [77]},
        }
    )
    app = build_app(
        config, clock=clock, store=SqliteStore(path), channels={"sms": sms, "telegram": telegram}, paced=False
    )
    async with opened(app):
        await send_alerts(app.store, app.firm, clock.now())
        phones = [f"+37256{number:06d}" for number in range(count)]
        await app.service.on_visits([Visit(f"v{p}", f"c{p}", MONDAY, phone=p, language="en") for p in phones])
        clock.jump(timedelta(days=1))
        await app.pass_time()
        for number, phone in enumerate(phones):
            reply = Inbound(
                "sms", f"SM{number}", phone, InboundKind.TEXT, "2 nobody told me anything", "+12025550100"
            )
            await app.service.on_inbound(reply)
        clock.jump(timedelta(seconds=30))
        await send_alerts(app.store, app.firm, clock.now())
        await app.pass_time()
        alerts = [message for message in telegram.sent if f"{count:,}" in message.text]
        assert telegram.tried == 1
        assert [message.address for message in alerts] == ["77"]
        assert len(await scores(path)) == count
    await assert_sound(path, app.firm, now=clock.now())
