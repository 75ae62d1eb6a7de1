"""SMS by Twilio: sending, reading its webhooks, and asking it afterwards what it took and what we missed."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import parse_qs, quote

from bot.channels.base import Decision, Inbound, Outgoing, SendFailed, Sent, Timeouts
from bot.channels.signatures import twilio_signed
from bot.channels.sms_addresses import hooks_of_number, hooks_of_service
from bot.channels.sms_errors import failure_of_break
from bot.channels.sms_forms import (
    StatusUpdate,
    inbound,
    is_ours,
    parse_body,
    parse_inbound,
    parse_status,
    status_update,
)

if TYPE_CHECKING:
    from bot.channels.sms_client import SmsHttpClient
    from bot.config import Config

INBOUND_PATH = "/webhooks/sms"
STATUS_PATH = "/webhooks/sms/status"
MAX_VALIDITY = 36_000
"""Seconds, Twilio's limit and default (error 21624)."""

PAGES = 6
"""How many requests' time a listing may take: a thousand messages come in one."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SmsSettings:
    """One sender: ``from_number`` in E.164, or ``messaging_service_sid``. Exactly one of them.

    ``webhook_secrets`` may sign webhooks as well: the token that is being replaced, or a SharedKey's secret. Without ``public_base_url`` Twilio
    cannot call back: what became of a message is then only known by asking.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    from_number: str | None = None
    messaging_service_sid: str | None = None
    public_base_url: str | None = None
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    api_base_url: str = "https://api.twilio.com"
    timeouts: Timeouts = field(default_factory=Timeouts)

    def __post_init__(self) -> None:
        if bool(self.from_number) == bool(self.messaging_service_sid):
            raise ValueError("[sms] needs either from_number or messaging_service_sid, and not both.")
        if not self.auth_token:
            raise ValueError("[sms] has no auth token. Set ASKWHY_SMS__AUTH_TOKEN.")


def is_one_way(sender: str) -> bool:
    """Tell whether nobody can answer to this sender: a name such as ACME instead of a number."""
    return not sender.startswith("MG") and any(character.isalpha() for character in sender)


class SmsChannel:
    """One Twilio sender."""

    name = "sms"

    @classmethod
    def from_config(cls, config: "Config") -> Self:
        """Build it as `[sms]` says."""
        section = config.sms
        assert section, "[sms] is off"
        extra = (section.auth_token_2, section.shared_key)
        settings = SmsSettings(
            account_sid=section.account_sid or "",
            auth_token=section.auth_token.get_secret_value() if section.auth_token else "",
            from_number=section.from_number,
            messaging_service_sid=section.messaging_service_sid,
            public_base_url=config.web.public_base_url,
            webhook_secrets=tuple(secret.get_secret_value() for secret in extra if secret),
            api_base_url=section.api_base_url,
        )
        return cls(settings)

    def __init__(self, settings: SmsSettings) -> None:
        self.sender = settings.from_number or settings.messaging_service_sid or ""
        self._settings = settings
        self._http: SmsHttpClient | None = None
        self._twilio: Any = None

    async def start(self) -> None:
        """Build the client, in the running loop as aiohttp wants it."""
        for library in ("bot.channels.sms_client", "twilio.rest", "twilio.rest.api"):
            await asyncio.to_thread(import_module, library)
        from twilio.rest import Client

        from bot.channels.sms_client import SmsHttpClient

        settings = self._settings
        self._http = SmsHttpClient(settings.api_base_url, settings.timeouts, settings.auth_token)
        self._twilio = Client(settings.account_sid, settings.auth_token, http_client=self._http)

    async def close(self) -> None:
        """Close the client's connections."""
        http, self._http = self._http, None
        if http:
            await http.close()

    async def verify(self) -> str:
        """Ask Twilio for the account, and that the sender has numbers. Raises SendFailed."""
        account = await self._call(
            lambda: self._twilio.api.v2010.accounts(self._settings.account_sid).fetch_async()
        )
        if not account.sid:
            raise SendFailed(Decision.UNKNOWN, "garbled", "Twilio's answer names no account.")
        numbers = await self.numbers()
        if not numbers:
            raise SendFailed(Decision.OPERATOR, "21703", "The Messaging Service has no numbers.")
        return f"sms: account {account.friendly_name} is {account.status}, sends from {', '.join(numbers)}"

    async def wrongly_set(self) -> list[tuple[str, str]]:
        """Compare the addresses set at Twilio with ours: (problem, fix) for each that is another. Raises SendFailed."""
        settings, twilio = self._settings, self._twilio
        if settings.from_number:
            found = hooks_of_number(twilio, settings.account_sid, settings.from_number)
        else:
            sid, numbers = settings.messaging_service_sid or "", await self.numbers()
            found = hooks_of_service(twilio, settings.account_sid, sid, numbers)
        hooks = await self._call(lambda: found, PAGES)
        if not hooks:
            problem = f"the account has no number {self.sender}"
            return [(problem, "Put a number of this account into [sms] from_number.")]
        wrongs = (hook.wrong(self._public_url(INBOUND_PATH, "")) for hook in hooks)
        return [wrong for wrong in wrongs if wrong]

    async def numbers(self) -> tuple[str, ...]:
        """Our numbers in E.164: the one configured, or all of the Messaging Service. Raises SendFailed."""
        if self._settings.from_number:
            return (self._settings.from_number,)
        service = self._twilio.messaging.v1.services(self._settings.messaging_service_sid)
        rows = await self._call(service.phone_numbers.list_async, PAGES)
        return tuple(row.phone_number for row in rows)

    async def send(self, message: Outgoing, attempt_id: str) -> Sent:
        """Send one SMS; buttons are ignored. Raises SendFailed.

        The attempt id rides in the StatusCallback: Twilio tells us of a message whose creation we never saw answered.
        """
        made = await self._call(
            lambda: self._twilio.messages.create_async(**self._parameters(message, attempt_id))
        )
        if not isinstance(made.sid, str) or not made.sid:
            raise SendFailed(Decision.UNKNOWN, "garbled", "Twilio's answer names no message.")
        known = status_update(
            sid=made.sid, status="", attempt_id=None, code=None, segments=made.num_segments, price=made.price
        )
        return Sent(made.sid, known.segments, known.price)

    def _parameters(self, message: Outgoing, attempt_id: str) -> dict[str, Any]:
        settings = self._settings
        valid_for = None if message.valid_for is None else max(1, min(message.valid_for, MAX_VALIDITY))
        optional = {
            "from_": settings.from_number,
            "messaging_service_sid": settings.messaging_service_sid,
            "validity_period": valid_for,
            "status_callback": self.status_callback(attempt_id) if settings.public_base_url else None,
        }
        given = {name: value for name, value in optional.items() if value is not None}
        return {"to": message.address, "body": message.text, **given}

    def status_callback(self, attempt_id: str) -> str:
        """Return where Twilio tells what became of this attempt."""
        return self._public_url(STATUS_PATH, f"attempt={quote(attempt_id, safe='')}")

    def read_inbound(self, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Inbound | None:
        """Read POST /webhooks/sms: raw path and query, lower-case header names. None = refuse with 403."""
        form = self._genuine(path, query, headers, body, "To")
        return parse_inbound(form) if form else None

    def read_status(
        self, path: str, query: str, headers: Mapping[str, str], body: bytes
    ) -> StatusUpdate | None:
        """Read POST /webhooks/sms/status likewise."""
        form = self._genuine(path, query, headers, body, "From")
        attempt = parse_qs(query).get("attempt", [None])[0]
        return parse_status(form, attempt) if form else None

    async def find_sent(
        self, message: Outgoing, attempt_id: str, since: datetime, known: Collection[str] = ()
    ) -> StatusUpdate | None:
        """Ask Twilio whether it has this message, created at or after ``since`` (aware); None = it has not.

        ``known`` are ids of other attempts. Not filtered by DateSent: what still waits at Twilio has none.
        Raises SendFailed.
        """

        async def find() -> StatusUpdate | None:
            created_after = since - timedelta(seconds=1)  # Twilio's dates have whole seconds
            async for row in await self._twilio.messages.stream_async(to=message.address, page_size=50):
                if row.date_created < created_after:
                    return None
                if (
                    str(row.direction).startswith("outbound")
                    and row.sid not in known
                    and str(row.body).endswith(message.text)  # a trial account puts words before it
                ):
                    return status_update(
                        sid=row.sid,
                        status=str(row.status),
                        attempt_id=attempt_id,
                        code=row.error_code,
                        segments=row.num_segments,
                        price=row.price,
                    )
            return None

        return await self._call(find, PAGES)

    async def missed(self, since: datetime) -> list[Inbound]:
        """List what people sent to our numbers at or after ``since`` (aware), oldest first. Raises SendFailed.

        The same MessageSid as by the webhook: the inbox knows what it has. Opt-out words are read by us, since a
        listing has no OptOutType.
        """
        found: list[Any] = []
        for number in await self.numbers():
            listing = partial(
                self._twilio.messages.list_async, to=number, date_sent_after=since.astimezone(UTC)
            )
            # Newest first, with dates of whole seconds: reversed, so that one second's messages keep their order.
            found += reversed(await self._call(partial(listing, page_size=1000), PAGES))
        rows = sorted((row for row in found if row.direction == "inbound"), key=lambda row: row.date_sent)
        return [inbound(sid=row.sid, sender=row.from_, to=row.to, body=row.body or "") for row in rows]

    def _genuine(
        self, path: str, query: str, headers: Mapping[str, str], body: bytes, field_of_ours: str
    ) -> dict[str, str] | None:
        settings = self._settings
        secrets = (settings.auth_token, *settings.webhook_secrets)
        if not twilio_signed(self._public_url(path, query), body, headers, secrets):
            return None
        form = dict(parse_body(headers.get("content-type", ""), body))
        numbers = (settings.from_number, settings.messaging_service_sid)
        return form if is_ours(form, settings.account_sid, field_of_ours, numbers) else None

    def _public_url(self, path: str, query: str) -> str:
        base = (self._settings.public_base_url or "").rstrip("/")
        return f"{base}{path}?{query}" if query else f"{base}{path}"

    async def _call(self, call: Callable[[], Awaitable[T]], times: int = 1) -> T:
        """Make one call, in as long as so many requests may take. Whatever happens becomes a SendFailed without a cause."""
        assert self._http, "start() first"
        try:
            async with asyncio.timeout(times * self._settings.timeouts.total):
                return await call()
        except Exception as error:  # noqa: BLE001 -- the library may raise anything; send() raises SendFailed only
            failure = failure_of_break(error)
        raise failure.with_traceback(None)
