"""What an account at Twilio has: its numbers, short codes, applications and Messaging Service, with their addresses."""

from dataclasses import dataclass, field
from typing import Any

APPLICATION = "AP" + "0123456789abcdef" * 2


@dataclass(slots=True)
class Place:
    """Where what people write is posted to."""

    url: str = ""
    method: str = "POST"
    application: str | None = None  # stands before the url


@dataclass
class Account:
    """`numbers` (and short codes) of the account with their places; `pool`: those in the Messaging Service."""

    sid: str
    service: str
    pool: list[str]
    numbers: dict[str, Place] = field(default_factory=dict)
    service_place: Place = field(default_factory=Place)
    by_number: bool = False  # the service leaves it to its numbers
    application: Place = field(default_factory=Place)

    def get(self, path: str, query: dict[str, str]) -> dict[str, Any] | None:
        """Answer a GET; None for what is not there."""
        account = f"/2010-04-01/Accounts/{self.sid}"
        if path == f"{account}.json":
            return {"sid": self.sid, "friendly_name": "Acme", "status": "active", "type": "Full"}
        if path == f"{account}/IncomingPhoneNumbers.json":
            return self._listed(path, "incoming_phone_numbers", "phone_number", query.get("PhoneNumber"))
        if path == f"{account}/SMS/ShortCodes.json":
            return self._listed(path, "short_codes", "short_code", query.get("ShortCode"))
        if path == f"{account}/Applications/{APPLICATION}.json":
            return {
                "sid": APPLICATION,
                "sms_url": self.application.url,
                "sms_method": self.application.method,
            }
        if path == "/v1/Services":
            return _page("services", [self._service()])
        if path == f"/v1/Services/{self.service}":
            return self._service()
        if path == f"/v1/Services/{self.service}/PhoneNumbers":
            rows = [{"sid": f"PN{i:032x}", "phone_number": number} for i, number in enumerate(self.pool)]
            return _page("phone_numbers", rows)
        return None

    def _service(self) -> dict[str, Any]:
        return {
            "sid": self.service,
            "account_sid": self.sid,
            "friendly_name": "Acme asks",
            "inbound_request_url": self.service_place.url or None,
            "inbound_method": self.service_place.method,
            "use_inbound_webhook_on_number": self.by_number,
        }

    def _listed(self, path: str, key: str, name: str, wanted: str | None) -> dict[str, Any]:
        rows = [
            {
                name: number,
                "sms_url": place.url,
                "sms_method": place.method,
                **({"sms_application_sid": place.application} if key == "incoming_phone_numbers" else {}),
            }
            for number, place in self.numbers.items()
            if wanted in (None, number) and (name == "short_code") != number.startswith("+")
        ]
        return {key: rows, "page": 0, "page_size": 50, "uri": path, "next_page_uri": None}


def _page(key: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {key: rows, "meta": {"key": key, "page": 0, "page_size": 50, "next_page_url": None}}
