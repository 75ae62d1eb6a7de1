"""Requests as the providers make them, and as they never would."""

from collections.abc import Mapping

import httpx
from twilio.request_validator import RequestValidator

from tests.e2e.inside import PUBLIC, Whole
from tests.e2e.process import WEBHOOK_SECRET
from tests.fakes.twilio import ACCOUNT, NUMBER
from tests.fakes.twilio import TOKEN as AUTH_TOKEN

SMS = "/webhooks/sms"
STATUS = "/webhooks/sms/status"
TELEGRAM = "/webhooks/telegram"
SECRET = {"X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET}


def sms_form(sid: str = "SM1", body: str = "9", **more: str) -> dict[str, str]:
    """Return the form of one SMS to us."""
    form = {"MessageSid": sid, "AccountSid": ACCOUNT, "From": "+37255550101", "To": NUMBER, "Body": body}
    return {**form, **more}


async def post_sms(
    service: Whole,
    form: Mapping[str, str],
    *,
    path: str = SMS,
    token: str = AUTH_TOKEN,
    public: str = PUBLIC,
    headers: Mapping[str, str] | None = None,
    signature: str | None = None,
) -> httpx.Response:
    """Post a form, signed for `public` by Twilio's own library unless `signature` is given."""
    signed = signature or RequestValidator(token).compute_signature(public + path, dict(form))
    async with service.client() as client:
        return await client.post(
            path, data=dict(form), headers={"X-Twilio-Signature": signed, **(headers or {})}
        )
