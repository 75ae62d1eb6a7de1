"""Who may ask for scores: staff by configuration, or by `askwhy staff add` and one-time links. Everybody else: silence.

On Telegram a person is their numeric user id, in a private chat or in a listed group; channel posts, forwarded messages
and anonymous admins are nobody. On SMS a person is a listed phone, and gets aggregates only: senders can be forged.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.channels.base import Inbound
from bot.commands_typed import CUSTOMER_WORDS, STAFF_BUTTON, STAFF_WORDS, customer_word, is_command
from bot.firm import Firm
from storage.rows import StaffRow
from storage.transaction import Transaction

ADMIN = "admin"
ROLES = ("viewer", "manager", ADMIN)

CONFIGURED = "configured"
"""The stored role of who has the right by configuration alone: it keeps their digest and gives no right."""


CUSTOMERS_OWN = frozenset({"STOP", "START", "FEEDBACK"})
"""What staff type as customers: nothing may come between a person and their STOP."""


def asks_as_staff(tx: Transaction, firm: Firm, inbound: Inbound) -> bool:
    """Tell whether a message is a staff command, from staff, in a place where staff may be answered."""
    own_word = customer_word(inbound.text) in CUSTOMERS_OWN
    return is_command(inbound) and not own_word and member_of(tx, firm, inbound) is not None


def note_refused(tx: Transaction, inbound: Inbound, now: datetime) -> None:
    """Keep in the audit that somebody without the right used a staff command; an SMS may be just words."""
    if inbound.channel == "sms" or not is_command(inbound):
        return
    text = inbound.text.removeprefix(STAFF_BUTTON).removeprefix("/")
    word = (text.split(maxsplit=1) or [""])[0].partition("@")[0].lower()
    if word in STAFF_WORDS - CUSTOMER_WORDS.keys():
        tx.staff.audit(now, inbound.channel, inbound.user_id or inbound.address, word, allowed=False)


def member_of(tx: Transaction, firm: Firm, inbound: Inbound) -> StaffRow | None:
    """Return the staff member who sent a message, None for anybody else."""
    if inbound.anonymous or (not inbound.private and str(inbound.chat_id) not in firm.staff_groups):
        return None
    address = inbound.address if inbound.channel == "sms" else inbound.user_id
    if address is None:
        return None
    stored = tx.staff.get(inbound.channel, address)
    if stored is None:
        stored = StaffRow(inbound.channel, address, inbound.name, CONFIGURED, (), None, "off", None)
    return as_member(firm, stored)


def as_member(firm: Firm, stored: StaffRow) -> StaffRow | None:
    """Return a stored row with the rights it has today: those of the configuration, else its own, else None."""
    if is_configured(firm, stored):
        return replace(stored, role=ADMIN, branches=())
    return stored if stored.role in ROLES else None


def is_configured(firm: Firm, member: StaffRow) -> bool:
    """Tell whether the configuration names this member."""
    return member.address in (firm.staff_phones if member.channel == "sms" else firm.staff_ids)
