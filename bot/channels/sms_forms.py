"""Twilio's forms, whatever is in them, become an Inbound or a StatusUpdate. Pure, and never raises."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from urllib.parse import parse_qsl

from bot.channels.base import Decision, Inbound, InboundKind, clean_text
from bot.channels.sms_errors import decision_of

Fields = list[tuple[str, str]]

RANKS: dict[str, int] = {
    "accepted": 0,
    "scheduled": 0,
    "queued": 1,
    "sending": 2,
    "sent": 3,
    "delivered": 4,
    "undelivered": 4,
    "failed": 4,
    "canceled": 4,
    "read": 5,
}
"""How far a message is. Callbacks arrive in any order; only a higher rank changes anything, so a final state stays."""


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """What became of a message of ours. ``decision`` is what a failure means for the address, None if none."""

    provider_id: str
    status: str
    attempt_id: str | None = None
    code: str | None = None
    decision: Decision | None = None
    segments: int | None = None
    price: Decimal | None = None  # positive, in the account's currency

    @property
    def rank(self) -> int:
        """How far; -1 for a status that Twilio has not told us about yet."""
        return RANKS.get(self.status, -1)


def moves_forward(current: str | None, new: str) -> bool:
    """Tell whether a message in status ``current`` (None: not known yet) may move to ``new``."""
    return RANKS.get(new, -1) > RANKS.get(current or "", -1)


def is_form(content_type: str) -> bool:
    """Tell whether a body is a form, as Twilio sends it unless told otherwise; else it is JSON."""
    return content_type.strip().lower().startswith("application/x-www-form-urlencoded")


def parse_body(content_type: str, body: bytes) -> Fields:
    """All fields of a form, or of a JSON object with the same names. [] if unreadable."""
    return parse_form(body) if is_form(content_type) else parse_json(body)


def parse_json(body: bytes) -> Fields:
    """Texts and numbers of a JSON object, numbers as text, like a form's; whatever else is in it is left out."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return []
    if not isinstance(found, dict):
        return []
    plain = {name: value for name, value in found.items() if isinstance(value, str | int | float)}
    return [(name, str(value)) for name, value in plain.items()]


def parse_form(body: bytes) -> Fields:
    """All fields in order, blank ones kept, nothing trimmed: the signature covers them all. [] if unreadable."""
    return list(_parsed(body))


@lru_cache(maxsize=4)
def _parsed(body: bytes) -> tuple[tuple[str, str], ...]:
    """Parse once what is read twice: for its signature and for what it says."""
    try:
        return tuple(parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=1000))
    except ValueError:
        return ()


def parse_inbound(form: Mapping[str, str]) -> Inbound | None:
    """Read an SMS to us; unknown fields are fine. None without its MessageSid, From and To."""
    sid = form.get("MessageSid") or form.get("SmsSid") or form.get("SmsMessageSid")
    sender, to = form.get("From"), form.get("To")
    if not sid or not sender or not to:
        return None
    return inbound(
        sid=sid, sender=sender, to=to, body=form.get("Body", ""), opt_out_type=form.get("OptOutType")
    )


def inbound(*, sid: str, sender: str, to: str, body: str, opt_out_type: str | None = None) -> Inbound:
    """One SMS to us, from a form or from a listing. A picture alone has no body."""
    text = clean_text(body)
    return Inbound(
        channel="sms",
        external_id=clean_text(sid, 64),
        address=clean_text(sender, 64),
        kind=InboundKind.TEXT if text else InboundKind.MEDIA,
        text=text,
        to=clean_text(to, 64),
        opt_out_type=opt_out_type if opt_out_type in ("STOP", "START", "HELP") else None,
    )


def parse_status(form: Mapping[str, str], attempt_id: str | None = None) -> StatusUpdate | None:
    """Read a status callback; ``attempt_id`` from its URL. None without MessageSid and status."""
    sid = form.get("MessageSid") or form.get("SmsSid")
    status = form.get("MessageStatus") or form.get("SmsStatus")
    if not sid or not status:
        return None
    return status_update(
        sid=clean_text(sid, 64),
        status=clean_text(status, 32),
        attempt_id=attempt_id,
        code=form.get("ErrorCode"),
        segments=form.get("NumSegments"),
        price=form.get("Price"),
    )


def status_update(
    *, sid: str, status: str, attempt_id: str | None, code: object, segments: object, price: object
) -> StatusUpdate:
    """State of one message, from a callback or from a listing. Whatever is not a number is None."""
    number = _whole(code)
    failed = status in ("failed", "undelivered")
    return StatusUpdate(
        provider_id=sid,
        status=status,
        attempt_id=attempt_id,
        code=str(number) if number else None,
        decision=decision_of(number or 0) if failed else None,
        segments=_whole(segments) or None,  # 0 = not counted yet, with a Messaging Service
        price=money(price),
    )


def is_ours(form: Mapping[str, str], account_sid: str, field: str, numbers: Iterable[str | None]) -> bool:
    """Tell whether the account, and the number or Messaging Service of ours in it, are those of the configuration."""
    ours = set(filter(None, numbers))
    return form.get("AccountSid") == account_sid and (
        form.get(field) in ours or form.get("MessagingServiceSid") in ours
    )


def money(value: object) -> Decimal | None:
    """Read a price; Twilio writes what we pay as a negative number."""
    try:
        price = Decimal(str(value))
    except InvalidOperation:
        return None
    return abs(price) if price.is_finite() else None


def _whole(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
