"""A further channel as somebody would write it by the docstring of bot/channels: this file, and one line in the table."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import SecretStr

from bot.channels.base import Decision, Inbound, InboundKind, Outgoing, SendFailed, Sent, clean_text
from bot.config.sections import Rate, Section
from bot.config.types import BaseUrl

if TYPE_CHECKING:
    import httpx

    from bot.config import Config


class WhatsApp(Section):
    """What [whatsapp] may say."""

    phone_id: str
    api_base_url: BaseUrl = "https://graph.facebook.com"
    messages_per_second: Rate = 20.0
    token: SecretStr | None = None
    app_secret: SecretStr | None = None


ERRORS = {131026: Decision.ADDRESS_UNUSABLE, 131050: Decision.OPTED_OUT, 190: Decision.OPERATOR}


class WhatsAppChannel:
    """One phone id."""

    name = "whatsapp"
    section: ClassVar[type[Section]] = WhatsApp

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Build it as [whatsapp] says."""
        section = config.channel_sections["whatsapp"]
        assert isinstance(section, WhatsApp)
        return cls(section)

    def __init__(self, section: WhatsApp) -> None:
        self.sender = section.phone_id
        self._section = section
        self._client: httpx.AsyncClient | None = None

    async def start(self) -> None:
        """Build the client."""
        import httpx

        token = self._section.token.get_secret_value() if self._section.token else ""
        headers = {"Authorization": f"Bearer {token}"}
        self._client = httpx.AsyncClient(
            base_url=self._section.api_base_url, headers=headers, timeout=5, trust_env=False
        )

    async def verify(self) -> str:
        """Ask who we are."""
        return f"whatsapp: {(await self._call('GET', f'/{self.sender}')).get('display_phone_number')}"

    async def send(self, message: Outgoing, attempt_id: str) -> Sent:
        """Send one text."""
        body = {"messaging_product": "whatsapp", "to": message.address, "text": {"body": message.text}}
        answer = await self._call("POST", f"/{self.sender}/messages", json=body)
        return Sent(str(answer["messages"][0]["id"]))

    async def close(self) -> None:
        """Close the client."""
        if self._client:
            await self._client.aclose()

    def read_posted(self, query: str, headers: Mapping[str, str], body: bytes) -> list[Inbound] | None:
        """Read what people wrote."""
        secret = self._section.app_secret.get_secret_value() if self._section.app_secret else ""
        signed = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        if not secret or not hmac.compare_digest(signed, headers.get("x-hub-signature-256", "")):
            return None
        try:
            changes = [change["value"] for entry in json.loads(body)["entry"] for change in entry["changes"]]
            messages = [message for value in changes for message in value.get("messages", ())]
            return [self._inbound(message) for message in messages]
        except (ValueError, LookupError, TypeError, AttributeError):
            return []

    def answer_to_proof(self, query: Mapping[str, str]) -> str | None:
        """Answer with the challenge."""
        return query.get("hub.challenge") if query.get("hub.verify_token") == self.sender else None

    def _inbound(self, message: Mapping[str, Any]) -> Inbound:
        text, address = clean_text(message["text"]["body"]), str(message["from"])
        return Inbound("whatsapp", str(message["id"]), address, InboundKind.TEXT, text, self.sender)

    async def _call(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        import httpx

        assert self._client, "start() first"
        try:
            answer = await self._client.request(method, path, **more)
        except httpx.ConnectError:
            raise SendFailed(Decision.LATER, "no_connection", "No connection to WhatsApp.") from None
        except httpx.HTTPError:
            raise SendFailed(Decision.UNKNOWN, "broken", "The connection to WhatsApp broke.") from None
        found: dict[str, Any] = answer.json()
        if answer.is_success:
            return found
        code = found.get("error", {}).get("code", 0)
        raise SendFailed(ERRORS.get(code, Decision.LATER), str(code), "WhatsApp refused.")
