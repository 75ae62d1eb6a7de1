"""Did this request really come from the provider? Every comparison takes the same time for right and wrong.

Twilio's scheme: twilio.com/docs/usage/webhooks/webhooks-security; SharedKey: .../webhook-shared-keys. A valid old request
stays valid for ever (there is no time in it), so messages are also deduplicated by MessageSid without expiry.
"""

import hmac
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bot.channels.sms_forms import is_form, parse_form

SIGNATURE = "x-twilio-signature"
SETTINGS = "x-twilio-webhooks-signature-settings"
TELEGRAM_SECRET = "x-telegram-bot-api-secret-token"  # noqa: S105 -- the name of a header

_DIGESTS = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}


def same_secret(given: str | None, expected: str) -> bool:
    """Compare Telegram's secret header. ValueError if we expect none: that would let everybody in."""
    if not expected:
        raise ValueError("The webhook secret is empty. Set ASKWHY_TELEGRAM__WEBHOOK_SECRET.")
    return hmac.compare_digest((given or "").encode("utf-8", "replace"), expected.encode())


def twilio_signed(url: str, body: bytes, headers: Mapping[str, str], secrets: Sequence[str]) -> bool:
    """Check a request's signature.

    ``url`` is the public one, as configured, with raw path and raw query, never made from Host or X-Forwarded.
    ``headers`` have lower-case names. ``secrets``: auth tokens, or a SharedKey's secret; each may have signed,
    so that one can be replaced by another without a gap. ValueError without any.
    """
    if not secrets or not all(secrets):
        raise ValueError(
            "There is no auth token to check Twilio's signature with. Set ASKWHY_SMS__AUTH_TOKEN."
        )
    signature = headers.get(SIGNATURE, "")
    algorithm = _algorithm(headers.get(SETTINGS, ""))
    if not signature or algorithm not in _DIGESTS:
        return False
    if is_form(headers.get("content-type", "")):
        fields = parse_form(body)
    elif _body_hash_matches(url, body):
        fields = []
    else:
        return False
    return any(_matches(url, fields, signature, algorithm, secret) for secret in secrets)


def _matches(url: str, fields: list[tuple[str, str]], signature: str, algorithm: str, secret: str) -> bool:
    """Check our own single pass first (a quarter of the library's time), the library for other spellings of the port."""
    text = url + "".join(name + value for name, value in sorted(set(fields)))
    digest = hmac.new(secret.encode(), text.encode("utf-8", "surrogatepass"), _DIGESTS[algorithm]).digest()
    if hmac.compare_digest(b64encode(digest), signature.encode("utf-8", "replace")):
        return True
    from twilio.request_validator import RequestValidator

    return bool(RequestValidator(secret).validate(url, _Fields(fields), signature, algorithm))


def _body_hash_matches(url: str, body: bytes) -> bool:
    """Check a body that is no form: its hash stands in the signed URL."""
    claimed = dict(parse_qsl(urlsplit(url).query)).get("bodySHA256", "")
    return hmac.compare_digest(sha256(body).hexdigest().encode(), claimed.lower().encode("utf-8", "replace"))


def _algorithm(settings: str) -> str:
    """Read ``key=...,algorithm=HMAC_SHA256``; without it Twilio signs by HMAC-SHA1."""
    if not settings:
        return "HMAC_SHA1"
    from twilio.request_validator import get_signature_algorithm

    return str(get_signature_algorithm(settings)).upper()


class _Fields(dict[str, Any]):
    """Fields that may repeat, as twilio's validator asks for them."""

    def __init__(self, fields: Iterable[tuple[str, str]]) -> None:
        super().__init__(fields)
        self._all = list(fields)

    def getall(self, name: str) -> list[str]:
        return [value for key, value in self._all if key == name]
