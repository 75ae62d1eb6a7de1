"""What Twilio's codes mean, both in the answer to a send and later in a status callback.

Twilio says that codes are refined all the time (twilio.com/docs/api/errors): a code that is not here is LATER, and the
outbox tries it a few times only.
"""

import json
from collections.abc import Mapping

from bot.channels.base import Decision, SendFailed, scrub

_GONE, _OUT, _LATER, _US = Decision.ADDRESS_UNUSABLE, Decision.OPTED_OUT, Decision.LATER, Decision.OPERATOR

ERRORS: dict[int, tuple[Decision, str]] = {
    21610: (_OUT, "The person answered STOP to this sender at Twilio."),
    21211: (_GONE, "Not a phone number."),
    21217: (_GONE, "Not a phone number."),
    21265: (_GONE, "The number is a short code."),
    21266: (_GONE, "Sender and receiver are the same number."),
    21612: (_GONE, "This sender cannot reach this number."),
    21614: (_GONE, "Not a mobile number."),
    21635: (_GONE, "A landline."),
    30004: (_GONE, "Blocked by the receiver or the carrier."),
    30005: (_GONE, "The number is unknown or no longer in use."),
    30006: (_GONE, "A landline, or a carrier that cannot be reached."),
    20429: (_LATER, "Too many requests at once."),
    21611: (_LATER, "The sender's queue at Twilio is full (more than 10 hours)."),
    30001: (_LATER, "The queue overflowed."),
    30002: (_LATER, "The account was suspended between accepting and sending."),
    30003: (_LATER, "The phone is switched off or out of reach."),
    30008: (_LATER, "The carrier gave no reason."),
    30010: (_LATER, "The message costs more than its limit."),
    30036: (_LATER, "It waited longer than it was valid."),
    10001: (_US, "The account is not active."),
    20003: (_US, "Account SID or auth token is wrong."),
    20005: (_US, "The account is not active."),
    20404: (_US, "Twilio knows no such account. Check account_sid and api_base_url."),
    21408: (_US, "Sending to this country is not enabled in the account (Geo permissions)."),
    21603: (_US, "No sender. Set from_number or messaging_service_sid."),
    21606: (_US, "The sender is not a number of this account that can send SMS."),
    21608: (_US, "A trial account sends to verified numbers only."),
    21659: (_US, "The sender is not a number of this account."),
    21660: (_US, "The sender belongs to another account."),
    21701: (_US, "There is no such Messaging Service."),
    21703: (_US, "The Messaging Service has no numbers."),
    30007: (_US, "Filtered as spam by Twilio or the carrier."),
    30032: (_US, "The toll-free number is not verified."),
    30034: (_US, "The US number is not registered for A2P 10DLC."),
}


def decision_of(code: int) -> Decision:
    """Decide on an error code of a status callback or of a listed message; unknown codes are LATER."""
    return ERRORS.get(code, (Decision.LATER, ""))[0]


def failure_of_reply(status: int, text: str, headers: Mapping[str, str], *secrets: str) -> SendFailed:
    """Read an answer that is not 2xx. ``text`` may be anything."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    body = body if isinstance(body, dict) else {}
    code = body.get("code")
    wait = headers.get("Retry-After", "")
    retry_after = float(wait) if wait.isascii() and wait.isdecimal() and len(wait) < 8 else None
    if isinstance(code, int) and code in ERRORS:
        decision, meaning = ERRORS[code]
        return SendFailed(decision, str(code), meaning, retry_after=retry_after)
    said = scrub(body.get("message", ""), *secrets)
    name = str(code) if isinstance(code, int) else str(status)
    return SendFailed(_by_status(status), name, f"Twilio answered {status}: {said}", retry_after=retry_after)


def failure_of_break(error: BaseException) -> SendFailed:
    """Read a broken conversation: LATER only if surely not a byte of the request was read by Twilio."""
    import aiohttp

    kind = type(error).__name__  # no more: the text of a foreign exception may hold the number
    match error:
        case SendFailed():
            return error
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError() | aiohttp.ClientSSLError():
            return SendFailed(Decision.LATER, "no_connection", f"No connection to Twilio ({kind}).")
        case aiohttp.InvalidURL() | aiohttp.NonHttpUrlClientError():
            return SendFailed(Decision.OPERATOR, "api_base_url", "[sms] api_base_url is not a web address.")
        case TimeoutError():
            return SendFailed(Decision.UNKNOWN, "timeout", "Twilio did not answer in time.")
        case aiohttp.ClientError() | OSError():
            return SendFailed(Decision.UNKNOWN, "broken", f"The connection to Twilio broke ({kind}).")
        case _:
            return SendFailed(Decision.UNKNOWN, "garbled", f"Twilio's answer could not be read ({kind}).")


def _by_status(status: int) -> Decision:
    """Decide by the status when the code tells nothing. RFC 9110: 503 means not now; other 5xx may come too late."""
    if status in (401, 403):
        return Decision.OPERATOR
    return Decision.UNKNOWN if status >= 500 and status != 503 else Decision.LATER
