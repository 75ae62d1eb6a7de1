"""Tell the admins about trouble: each kind once, until it is over."""

from __future__ import annotations

from datetime import datetime

from bot.channels.base import Outgoing, SendFailed
from bot.firm import Firm
from bot.outgoing import Kind, queue
from bot.resting import OF_A_DESTINATION
from storage.transaction import Transaction


def alert_admins(
    tx: Transaction, firm: Firm, notice: str, text: str, now: datetime, *, not_by: str = ""
) -> bool:
    """Queue `text` to every admin, unless the same `notice` was told and is not over; never through `not_by`."""
    if not tx.outbox.notice(notice, now):
        return False
    for channel, address in admins(tx, firm, not_by):
        message = Outgoing(address=address, text=text)
        queue(tx, Kind.ALERT, channel, message, now)
    return True


def tell_of_trouble(
    tx: Transaction, firm: Firm, channel: str, sender: str, failure: SendFailed, now: datetime
) -> None:
    """Tell the admins that a sender does not get through, by another channel; once, until it does again.

    Trouble with some receivers only does not end with the next message that arrives: it is told once a day.
    """
    notice, not_by = f"sender:{sender}", channel
    if failure.code in OF_A_DESTINATION:
        notice, not_by = f"{notice}:{failure.code}:{now.astimezone(firm.zone):%Y-%m-%d}", ""
    text = f"askwhy: {channel} does not send ({failure.code}): {failure.detail}"
    alert_admins(tx, firm, notice, text, now, not_by=not_by)


def admins(tx: Transaction, firm: Firm, not_by: str = "") -> list[tuple[str, str]]:
    """Return (channel, address) of the admins: by Telegram, else by SMS."""
    stored = [(row.channel, row.address) for row in tx.staff.all() if row.role == "admin"]
    everyone = {
        *(("telegram", address) for address in firm.staff_ids),
        *(("sms", address) for address in firm.staff_phones),
        *stored,
    }
    usable = sorted(pair for pair in everyone if pair[0] != not_by and pair[0] in firm.channels)
    by_telegram = [pair for pair in usable if pair[0] == "telegram"]
    return by_telegram or usable
