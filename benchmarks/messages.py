"""What customers send: signed Twilio forms and Telegram updates, with what must have become of each.

Deterministic: the same numbers give the same bytes. Every person writes up to four times: a score (often with its why),
words, a correction, a thank-you; so the score that must stand in the end is known for each.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import quote_plus

ACCOUNT = "AC" + "0123456789abcdef" * 2
AUTH_TOKEN = "benchmark-auth-token"
OURS = "+12025550100"
PUBLIC_URL = "https://feedback.example.com"
BOT_TOKEN = "123456:benchmark-bot-token"
WEBHOOK_SECRET = "benchmark-webhook-secret"

DUPLICATES, FORGED = 0.05, 0.02

FIRST = (
    ("9", 9),
    ("10", 10),
    ("8 friendly staff", 8),
    ("7 - waited 40 min", 7),
    ("ten!!", 10),
    ("9 because it was quick", 9),
    ("6, the phone was busy", 6),
    ("I'd say 7", 7),
    ("9/10", 9),
    ("3 nobody called me back", 3),
)

Kind = Literal["new", "duplicate", "forged"]

Builder = Callable[[int, int, int, bool], bytes]
"""(person, turn, number, forged) -> the bytes of a request."""


@dataclass(frozen=True, slots=True)
class Message:
    """One request: its bytes, whether it is new, and what it says."""

    request: bytes
    kind: Kind
    person: int
    round: int
    external_id: str

    @property
    def status(self) -> int:
        """The only right answer."""
        return 403 if self.kind == "forged" else 200


def phone(person: int) -> str:
    """An Estonian mobile number that looks made up."""
    return f"+3725{person:07d}"


def chat(person: int) -> int:
    return 700_000_000 + person


def words(person: int, turn: int) -> str:
    """What a person writes in a turn."""
    if turn == 0:
        return FIRST[person % len(FIRST)][0]
    if turn == 2:
        return f"sorry, I meant {corrected(person)}"
    return ("", "the people at the desk were kind", "", "thank you")[turn % 4]


def corrected(person: int) -> int:
    return (person * 7) % 11


def score_after(person: int, turns: int) -> int:
    """The score that must stand after so many turns (1 and more)."""
    return corrected(person) if turns > 2 else FIRST[person % len(FIRST)][1]


def sms_messages(people: int, count: int, port: int, *, seed: int = 1) -> list[Message]:
    """Return `count` signed forms of `people`: 5 % come twice, 2 % are signed wrong."""
    return _mixed(
        people, count, seed, lambda person, turn, sid, forged: _form(person, turn, sid, port, forged)
    )


def telegram_messages(people: int, count: int, port: int, *, seed: int = 1) -> list[Message]:
    """Return `count` updates of `people`, mixed likewise; forged means a wrong secret header."""
    return _mixed(
        people, count, seed, lambda person, turn, sid, forged: _update(person, turn, sid, port, forged)
    )


def _mixed(people: int, count: int, seed: int, build: Builder) -> list[Message]:
    chance = random.Random(seed)
    twice, forged = int(count * DUPLICATES), int(count * FORGED)
    fresh = count - twice - forged
    if fresh > people * 4:
        raise ValueError(f"{people} people write four times each: {fresh} new messages are too many.")
    placed = []  # (where in the stream, message)
    for number in range(fresh):
        turn, person = divmod(number, people)
        request = build(person, turn, number, False)
        placed.append((float(number), Message(request, "new", person, turn, str(number))))
    for place, first in (placed[chance.randrange(fresh)] for _ in range(twice)):
        placed.append((chance.uniform(place, fresh), replace(first, kind="duplicate")))
    for number in range(fresh, fresh + forged):
        person = chance.randrange(people)
        request = build(person, 0, number, True)
        placed.append((chance.uniform(0, fresh), Message(request, "forged", person, 0, str(number))))
    return [message for _, message in sorted(placed, key=lambda pair: pair[0])]


def _form(person: int, turn: int, number: int, port: int, forged: bool) -> bytes:
    sid = f"SM{number:032x}"
    fields = {
        "ToCountry": "US", "ToState": "DC", "SmsMessageSid": sid, "NumMedia": "0", "ToCity": "", "FromZip": "",
        "SmsSid": sid, "FromState": "", "SmsStatus": "received", "FromCity": "", "Body": words(person, turn),
        "FromCountry": "EE", "To": OURS, "ToZip": "", "NumSegments": "1", "MessageSid": sid,
        "AccountSid": ACCOUNT, "From": phone(person), "ApiVersion": "2010-04-01",
    }  # fmt: skip
    url = f"{PUBLIC_URL}/webhooks/sms"
    text = url + "".join(name + value for name, value in sorted(fields.items()))
    key = b"not the token" if forged else AUTH_TOKEN.encode()
    signature = b64encode(hmac.new(key, text.encode(), hashlib.sha1).digest()).decode()
    body = "&".join(f"{name}={quote_plus(value)}" for name, value in fields.items()).encode()
    kind = "application/x-www-form-urlencoded"
    return _http(port, "/webhooks/sms", body, kind, f"X-Twilio-Signature: {signature}")


def _update(person: int, turn: int, number: int, port: int, forged: bool) -> bytes:
    who = {"id": chat(person), "first_name": f"Customer{person}"}
    update = {
        "update_id": number,
        "message": {
            "message_id": number + 1,
            "from": {**who, "is_bot": False, "language_code": "en"},
            "chat": {**who, "type": "private"},
            "date": 1_700_000_000,
            "text": words(person, turn),
        },
    }
    secret = "wrong" if forged else WEBHOOK_SECRET
    body = json.dumps(update).encode()
    header = f"X-Telegram-Bot-Api-Secret-Token: {secret}"
    return _http(port, "/webhooks/telegram", body, "application/json", header)


def _http(port: int, path: str, body: bytes, kind: str, header: str) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\n{header}\r\n\r\n"
    )
    return head.encode() + body
