"""Twilio's list of messages, in and out: what ``GET Messages.json`` tells, newest first, in pages."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode


def segments_of(body: str) -> int:
    """Roughly: the fake needs a number, not a bill."""
    return max(1, -(-len(body) // (153 if body.isascii() else 67)))


class Messages:
    """All messages of the account. ``now`` gives aware datetimes."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.all: list[dict[str, Any]] = []

    def add(
        self, *, sid: str, to: str, sender: str, body: str, direction: str, status: str
    ) -> dict[str, Any]:
        """File a message. One of ours has no date_sent before it has left Twilio."""
        now = self._now()
        message: dict[str, Any] = {
            "sid": sid,
            "to": to,
            "sender": sender,
            "body": body,
            "direction": direction,
        }
        message |= {
            "status": status,
            "created": now,
            "sent": now if direction == "inbound" else None,
            "error": None,
        }
        self.all.append(message)
        return message

    def move(self, message: dict[str, Any], status: str, error: int = 0) -> None:
        message.update(status=status, sent=self._now(), error=error or None)

    def page(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        """One page of the listing, filtered by To, From, DateSent, DateSent> and DateSent<."""
        found = [message for message in reversed(self.all) if _matches(message, query)]
        size, number = int(query.get("PageSize", "50")), int(query.get("Page", "0"))
        rows = found[number * size : (number + 1) * size]
        more = {**query, "Page": str(number + 1), "PageToken": f"PA{number + 1}"}
        account = path.split("/")[3]
        return {
            "messages": [resource(message, account) for message in rows],
            "page": number,
            "page_size": size,
            "start": number * size,
            "end": number * size + max(0, len(rows) - 1),
            "uri": path,
            "first_page_uri": path,
            "previous_page_uri": None,
            "next_page_uri": f"{path}?{urlencode(more)}" if (number + 1) * size < len(found) else None,
        }


def resource(message: dict[str, Any], account: str) -> dict[str, Any]:
    """A message as Twilio's API shows it: numbers as strings, dates by RFC 2822, unknown yet as null."""
    by_service = message["sender"].startswith("MG")
    uri = f"/2010-04-01/Accounts/{account}/Messages/{message['sid']}"
    return {
        "account_sid": account,
        "api_version": "2010-04-01",
        "body": message["body"],
        "date_created": _date(message["created"]),
        "date_sent": _date(message["sent"]),
        "date_updated": _date(message["sent"] or message["created"]),
        "direction": message["direction"],
        "error_code": message["error"],
        "error_message": None,
        "from": None if by_service else message["sender"],
        "messaging_service_sid": message["sender"] if by_service else None,
        "num_media": "0",
        "num_segments": "0" if by_service and message["sent"] is None else str(segments_of(message["body"])),
        "price": "-0.0075" if message["status"] == "delivered" else None,
        "price_unit": "USD",
        "sid": message["sid"],
        "status": message["status"],
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message["to"],
        "uri": f"{uri}.json",
    }


def _matches(message: dict[str, Any], query: dict[str, str]) -> bool:
    if (
        query.get("To", message["to"]) != message["to"]
        or query.get("From", message["sender"]) != message["sender"]
    ):
        return False
    sent: datetime | None = message["sent"]
    after, before, day = query.get("DateSent>"), query.get("DateSent<"), query.get("DateSent")
    if sent is None:
        return not (after or before or day)
    if day:
        return sent.date() == _moment(day).date()
    return (not after or sent >= _moment(after)) and (not before or sent <= _moment(before))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _date(moment: datetime | None) -> str | None:
    return format_datetime(moment.astimezone(UTC)) if moment else None
