"""FakeTwilio: Messages over REST, signed status callbacks and signed inbound messages, on loopback.

In a test::

    async with FakeTwilio(app_url="http://127.0.0.1:8080") as fake:
        # [sms] account_sid = fake.account_sid, from_number = fake.number, api_base_url = fake.url; AUTH_TOKEN = fake.token
        await fake.text("+37255550101", "9 quick and friendly")      # a person writes; waits for our webhook's answer
        assert fake.sent[0].body == "..."
        await fake.settled()                                         # all status callbacks are through

Requests to us are signed for ``public_url`` and delivered to ``app_url``. As a process:
``python -m tests.fakes.twilio --port 9002 --log sent.jsonl --app-url http://127.0.0.1:8080``; then
``POST /control {"do": "text", "args": ["+37255550101", "9"]}`` acts as a person, ``GET /control/sent`` lists what was accepted.
"""

import base64
import itertools
import json
import random
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from tests.fakes.injection import Fault, Faults
from tests.fakes.limits import Window
from tests.fakes.log import SendLog
from tests.fakes.loopback import Answer, Loopback, Reply, Request
from tests.fakes.twilio_account import Account
from tests.fakes.twilio_messages import Messages, resource, segments_of
from tests.fakes.twilio_webhooks import Webhooks

ACCOUNT = "AC" + "0123456789abcdef" * 2
SERVICE = "MG" + "0123456789abcdef" * 2
TOKEN = "fake-auth-token-that-no-log-may-show"
NUMBER = "+12025550100"

STOP_WORDS = {"stop", "stopall", "unsubscribe", "end", "quit", "cancel", "revoke", "optout"}
START_WORDS = {"start", "yes", "unstop"}


@dataclass(slots=True)
class SentSms:
    """A message that Twilio took."""

    sid: str
    to: str
    sender: str  # a number, or the Messaging Service
    body: str
    at: float
    params: dict[str, str]


def twilio_error(code: int, message: str, status: int = 400, **headers: str) -> Reply:
    """A refusal in Twilio's form."""
    more_info = f"https://www.twilio.com/docs/errors/{code}"
    return Reply.of_json(
        {"code": code, "message": message, "more_info": more_info, "status": status}, status, **headers
    )


OPTED_OUT = twilio_error(21610, "Attempt to send to unsubscribed recipient")
TOO_MANY = twilio_error(20429, "Too Many Requests", 429)


class FakeTwilio:
    """``mps``: accepted messages a second before 20429, 0 = no limit. ``advanced_opt_out``: STOP comes with OptOutType."""

    def __init__(
        self,
        *,
        app_url: str = "",
        public_url: str = "",
        mps: int = 0,
        advanced_opt_out: bool = False,
        log: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.account_sid, self.token, self.number, self.service = ACCOUNT, TOKEN, NUMBER, SERVICE
        self.numbers = [NUMBER, "+12025550199"]  # of the Messaging Service
        self.account = Account(ACCOUNT, SERVICE, self.numbers)
        self.sent: list[SentSms] = []
        self.opted_out: set[str] = set()
        self.replies: list[tuple[str, str]] = []  # what Twilio itself answered to STOP and START
        self.faults = Faults()  # for creating messages
        self.messages = Messages(now)
        self.webhooks = Webhooks(app_url, public_url)
        self.statuses: tuple[str, ...] = ("sent", "delivered")  # told by callbacks, in this order
        self.outcomes: dict[
            str, tuple[str, int]
        ] = {}  # number -> (last status, ErrorCode) instead of delivered
        self.early = False  # callbacks come before the answer to the create
        self.shuffle: random.Random | None = None  # callbacks out of order
        self._advanced = advanced_opt_out
        self._rate = Window(mps, 1.0) if mps else None
        self._clock = clock
        self._ids = itertools.count(1)
        self._log = SendLog(log)
        self._server = Loopback(self._handle)

    @property
    def url(self) -> str:
        """What ``[sms] api_base_url`` must be."""
        return self._server.url

    async def serve(self, port: int = 0) -> None:
        await self._server.start(port)

    async def stop(self) -> None:
        await self.webhooks.close()
        await self._server.stop()
        self._log.close()

    async def __aenter__(self) -> Self:
        await self.serve()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def fail(
        self, answer: Answer, *, to: str | None = None, times: int | None = 1, accepted: bool = False
    ) -> None:
        """Let the next sends fail so: a twilio_error() or a Misbehaviour; accepted=True loses only the answer."""
        self.faults.add(Fault(answer, times, to, accepted))

    async def text(self, sender: str, body: str, *, to: str = NUMBER, **more: str) -> str:
        """A person writes. Waits for our webhook's answer and returns the MessageSid, answered or not."""
        word = body.strip().lower()
        opt_out = "STOP" if word in STOP_WORDS else "START" if word in START_WORDS else ""
        if opt_out:
            self.opted_out = self.opted_out | {sender} if opt_out == "STOP" else self.opted_out - {sender}
            self.replies.append((sender, opt_out))
        sid = self._sid("SM")
        self.messages.add(sid=sid, to=to, sender=sender, body=body, direction="inbound", status="received")
        form = {
            "ToCountry": "US", "ToState": "DC", "SmsMessageSid": sid, "NumMedia": "0", "ToCity": "", "FromZip": "",
            "SmsSid": sid, "FromState": "", "SmsStatus": "received", "FromCity": "", "Body": body, "FromCountry": "EE",
            "To": to, "ToZip": "", "NumSegments": str(segments_of(body)), "MessageSid": sid,
            "AccountSid": self.account_sid, "From": sender, "ApiVersion": "2010-04-01",
            **({"OptOutType": opt_out} if opt_out and self._advanced else {}), **more,
        }  # fmt: skip
        await self.webhooks.post("/webhooks/sms", form, self.token, sid)
        return sid

    async def redeliver(self, sid: str) -> int:
        """Post an inbound message again; the status that we answer."""
        return await self.webhooks.again(sid)

    async def settled(self) -> None:
        """Wait until all status callbacks are through."""
        await self.webhooks.settled()

    async def _handle(self, request: Request) -> Answer:
        if request.path.startswith("/control"):
            return await self._control(request)
        expected = base64.b64encode(f"{self.account_sid}:{self.token}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            return twilio_error(20003, "Authenticate", 401)
        account = f"/2010-04-01/Accounts/{self.account_sid}"
        match request.method, request.path:
            case "POST", path if path == f"{account}/Messages.json":
                return await self._create(request.form())
            case "GET", path if path == f"{account}/Messages.json":
                return Reply.of_json(self.messages.page(request.path, dict(request.query)))
        if request.method == "GET" and (found := self.account.get(request.path, dict(request.query))):
            return Reply.of_json(found)
        return twilio_error(20404, f"The requested resource {request.path} was not found", 404)

    async def _control(self, request: Request) -> Answer:
        if request.method == "GET":
            return Reply.of_json([asdict(message) for message in self.sent])
        command = json.loads(request.body)
        actions: dict[str, Callable[..., Awaitable[object]]] = {
            "text": self.text,
            "redeliver": self.redeliver,
        }
        return Reply.of_json(
            await actions[command["do"]](*command.get("args", ()), **command.get("more", {}))
        )

    async def _create(self, params: dict[str, str]) -> Answer:
        fault = self.faults.take(params.get("To", ""))
        if fault and not fault.accepted:
            return fault.answer
        if refusal := self._refusal(params):
            return refusal
        sender = params.get("From") or params["MessagingServiceSid"]
        sent = SentSms(self._sid("SM"), params["To"], sender, params["Body"], self._clock(), params)
        status = "queued" if "From" in params else "accepted"
        direction = "outbound-api"
        message = self.messages.add(
            sid=sent.sid, to=sent.to, sender=sender, body=sent.body, direction=direction, status=status
        )
        self.sent.append(sent)
        self._log.append(
            {"sid": sent.sid, "to": sent.to, "body": sent.body, "at": time.time(), "params": params}
        )
        answer = fault.answer if fault else Reply.of_json(resource(message, self.account_sid), 201)
        callbacks = self._callbacks(sent, message)
        if self.early:
            await callbacks
        else:
            self.webhooks.later(callbacks)
        return answer

    def _refusal(self, params: dict[str, str]) -> Reply | None:
        if not params.get("To"):
            return twilio_error(21604, "A 'To' phone number is required.")
        if not re.fullmatch(r"\+[1-9]\d{6,14}", params["To"]):
            return twilio_error(21211, f"The 'To' number {params['To']} is not a valid phone number.")
        if not params.get("Body"):
            return twilio_error(21602, "Message body is required.")
        if len(params["Body"]) > 1600:
            return twilio_error(21617, "The concatenated message body exceeds the 1600 character limit.")
        if ("From" in params) == ("MessagingServiceSid" in params):
            return twilio_error(21603, "A 'From' phone number or a 'MessagingServiceSid' is required.")
        if params.get("From", self.number) not in self.numbers:
            return twilio_error(
                21606, f"The 'From' phone number {params['From']} is not a valid phone number."
            )
        if params.get("MessagingServiceSid", self.service) != self.service:
            return twilio_error(21701, "The Messaging Service does not exist", 404)
        validity = params.get("ValidityPeriod", "1")
        if not validity.isdecimal() or not 1 <= int(validity) <= 36_000:
            return twilio_error(21624, f"The Validity Period {validity} is invalid.")
        if params["To"] in self.opted_out:
            return OPTED_OUT
        if self._rate and self._rate.wait(self._clock()) > 0:
            return TOO_MANY
        if self._rate:
            self._rate.accept(self._clock())
        return None

    async def _callbacks(self, sent: SentSms, message: dict[str, Any]) -> None:
        last, code = self.outcomes.get(sent.to, ("", 0))
        steps = [(status, 0) for status in self.statuses if not last or status != "delivered"]
        steps += [(last, code)] if last else []
        self.messages.move(message, *steps[-1]) if steps else None
        if self.shuffle:
            self.shuffle.shuffle(steps)
        for status, error in steps:
            form = {
                "SmsSid": sent.sid, "SmsStatus": status, "MessageStatus": status, "To": sent.to, "MessageSid": sent.sid,
                "AccountSid": self.account_sid, "From": message["sender"], "ApiVersion": "2010-04-01",
                **({"ErrorCode": str(error)} if error else {}),
            }  # fmt: skip
            if callback := sent.params.get("StatusCallback"):
                await self.webhooks.post(callback, form, self.token, f"{sent.sid} {status}")

    def _sid(self, prefix: str) -> str:
        return f"{prefix}{next(self._ids):032x}"


if __name__ == "__main__":
    from tests.fakes.process import run

    run(lambda args: FakeTwilio(app_url=args.app_url, public_url=args.public_url, mps=args.mps, log=args.log))
