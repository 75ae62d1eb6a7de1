"""Where Twilio posts what people write to our numbers: set in the account by hand, so it is compared with what we need.

A number in a Messaging Service is heard where the service says, unless the service leaves it to its numbers
(`use_inbound_webhook_on_number`); a TwiML application set on a number stands before the number's own address. Sources:
the descriptions of IncomingPhoneNumber, ShortCode and Service in Twilio's REST API.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.channels.base import Decision, SendFailed

DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Hook:
    """One address set at Twilio. `of`: the number or Messaging Service; `url` is empty where none is set."""

    of: str
    url: str
    method: str

    def wrong(self, wanted: str) -> tuple[str, str] | None:
        """Return what is wrong with it and the fix, None when what people write is posted to `wanted`."""
        if not _same_place(self.url, wanted):
            now = f"goes to {self.url}" if self.url else "goes nowhere"
            problem = f"what people write to {self.of} {now}, not to {wanted}"
        elif self.method.upper() != "POST":
            problem = f"what people write to {self.of} comes by HTTP {self.method.upper()}, not POST"
        else:
            return None
        return problem, f'In console.twilio.com set "A message comes in" of {self.of} to {wanted}, HTTP POST.'


async def hooks_of_number(twilio: Any, account: str, number: str) -> list[Hook]:
    """Return where messages to one number or short code go; empty if the account has no such number."""
    service = await _service_with(twilio, number)
    if service is not None and not service.use_inbound_webhook_on_number:
        return [_of_service(service, f"{number} (by Messaging Service {service.sid})")]
    return await _own_hooks(twilio.api.v2010.accounts(account), number)


async def _service_with(twilio: Any, number: str) -> Any:
    """Return the Messaging Service that a number is in; None if it is in none, or services are not told of."""
    try:
        for service in await twilio.messaging.v1.services.list_async(limit=50):
            if number in {row.phone_number for row in await service.phone_numbers.list_async()}:
                return service
    except SendFailed as failure:
        if failure.decision is Decision.UNKNOWN:
            raise
    return None


async def hooks_of_service(twilio: Any, account: str, sid: str, numbers: tuple[str, ...]) -> list[Hook]:
    """Return where messages to a Messaging Service go: one place, or one for each of its `numbers`."""
    service = await twilio.messaging.v1.services(sid).fetch_async()
    if not service.use_inbound_webhook_on_number:
        return [_of_service(service, f"Messaging Service {sid}")]
    owner = twilio.api.v2010.accounts(account)
    return [hook for number in numbers for hook in await _own_hooks(owner, number)]


async def _own_hooks(account: Any, number: str) -> list[Hook]:
    if number.startswith("+"):
        rows = await account.incoming_phone_numbers.list_async(phone_number=number, limit=1)
    else:
        rows = await account.short_codes.list_async(short_code=number, limit=1)
    return [await _hook(account, number, row) for row in rows]


async def _hook(account: Any, number: str, row: Any) -> Hook:
    application = getattr(row, "sms_application_sid", None)
    place = await account.applications(application).fetch_async() if application else row
    return Hook(number, place.sms_url or "", place.sms_method or "POST")


def _of_service(service: Any, name: str) -> Hook:
    return Hook(name, service.inbound_request_url or "", service.inbound_method or "POST")


def _same_place(url: str, wanted: str) -> bool:
    """Compare without query and fragment: Twilio keeps its retries in the fragment, and signs the query with the rest."""
    try:
        return _place(url) == _place(wanted)
    except ValueError:  # a port that is no number
        return False


def _place(url: str) -> tuple[str, str, int | None, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or DEFAULT_PORTS.get(parts.scheme), parts.path
