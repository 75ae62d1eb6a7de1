"""FakeTelegram: the Bot API on loopback. Updates stay until a higher offset confirms them; limits are Telegram's.

In a test::

    async with FakeTelegram() as fake:
        channel = TelegramChannel(TelegramSettings(token=fake.token, api_base_url=fake.url))
        fake.start(7001)                    # people are methods of tests.fakes.telegram_people.People
        ...
        assert fake.sent[0].text == "..."

As a process: ``python -m tests.fakes.telegram --port 9001 --log sent.jsonl``; then
``POST /control {"do": "say", "args": [7001, "9"]}`` acts as a person, ``GET /control/sent`` lists what was accepted.
"""

import itertools
import json
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from tests.fakes.injection import Fault, Faults
from tests.fakes.limits import Window
from tests.fakes.log import SendLog
from tests.fakes.loopback import Answer, Loopback, Reply, Request
from tests.fakes.telegram_html import plain_text
from tests.fakes.telegram_people import BOT, People, Update
from tests.fakes.telegram_updates import Updates

TOKEN = "100200300:fake-token-that-no-log-may-show"


@dataclass(slots=True)
class SentMessage:
    """A message that Telegram took. ``text`` is what the reader sees, the caption of a photo included."""

    chat_id: int
    message_id: int
    text: str
    at: float
    params: dict[str, Any] = field(default_factory=dict)
    photo: int | None = None  # its size in bytes

    @property
    def buttons(self) -> list[list[str]]:
        """Data of the inline keyboard as it was sent."""
        rows = self.params.get("reply_markup", {}).get("inline_keyboard", [])
        return [[button["callback_data"] for button in row] for row in rows]


def telegram_error(code: int, description: str, **parameters: Any) -> Reply:
    """A refusal in Telegram's form; parameters: retry_after, migrate_to_chat_id."""
    body = {"ok": False, "error_code": code, "description": description}
    return Reply.of_json({**body, **({"parameters": parameters} if parameters else {})}, code)


BLOCKED = telegram_error(403, "Forbidden: bot was blocked by the user")


class FakeTelegram(People):
    """``limits=False`` lifts the rate limits, ``clock`` gives monotonic seconds for them."""

    def __init__(
        self,
        *,
        token: str = TOKEN,
        limits: bool = True,
        log: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.token = token
        self.sent: list[SentMessage] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []  # every call of a method, refused ones too
        self.blocked: set[int] = set()
        self.known: set[int] = set()  # a bot cannot write first
        self.migrated: dict[int, int] = {}  # group -> supergroup
        self.messages: dict[tuple[int, int], dict[str, Any]] = {}
        self.message_ids = itertools.count(1)
        self.faults = Faults()  # for sends and edits
        self.poll_faults: list[Answer] = []  # the next answers to getUpdates
        self.updates = Updates()
        self.limited = limits
        self._clock = clock
        self._overall = Window(30, 1.0)
        self._per_chat: dict[int, Window] = defaultdict(lambda: Window(1, 1.0))
        self._per_group: dict[int, Window] = defaultdict(lambda: Window(20, 60.0))
        self._log = SendLog(log)
        self._server = Loopback(self._handle)

    @property
    def url(self) -> str:
        """What ``[telegram] api_base_url`` must be."""
        return self._server.url

    async def serve(self, port: int = 0) -> None:
        await self._server.start(port)

    async def stop(self) -> None:
        await self.updates.close()
        await self._server.stop()
        self._log.close()

    async def __aenter__(self) -> Self:
        await self.serve()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def push(self, update: Update) -> int:
        return self.updates.add(update)

    def fail(
        self, answer: Answer, *, to: int | None = None, times: int | None = 1, accepted: bool = False
    ) -> None:
        """Let the next sends fail so: a telegram_error() or a Misbehaviour."""
        self.faults.add(Fault(answer, times, None if to is None else str(to), accepted))

    def last(self, chat_id: int) -> SentMessage:
        """The newest message that this chat got."""
        return next(message for message in reversed(self.sent) if message.chat_id == chat_id)

    async def _handle(self, request: Request) -> Answer:
        if request.path.startswith("/control"):
            return self._control(request)
        _, token, method = f"{request.path}//".split("/")[:3]
        if token != f"bot{self.token}":
            return telegram_error(401, "Unauthorized")
        params = _parameters(request)
        self.calls.append((method, params))
        handler = getattr(self, f"_do_{method.lower()}", None)
        return await handler(params) if handler else telegram_error(404, "Not Found")

    def _control(self, request: Request) -> Answer:
        if request.method == "GET":
            return Reply.of_json([asdict(message) for message in self.sent])
        command = json.loads(request.body)
        action = {name: getattr(self, name) for name in vars(People) if not name.startswith("_")}[
            command["do"]
        ]
        return Reply.of_json(action(*command.get("args", ()), **command.get("more", {})))

    async def _do_getme(self, params: dict[str, Any]) -> Answer:
        return _ok({**BOT, "can_join_groups": True, "supports_inline_queries": False})

    async def _do_getupdates(self, params: dict[str, Any]) -> Answer:
        if self.poll_faults:
            return self.poll_faults.pop(0)
        if self.updates.webhook:
            return telegram_error(409, "Conflict: can't use getUpdates method while webhook is active")
        batch = await self.updates.poll(
            params.get("offset", 0), params.get("limit", 100), params.get("timeout", 0)
        )
        if batch is None:
            return telegram_error(409, "Conflict: terminated by other getUpdates request")
        return _ok(batch)

    async def _do_setwebhook(self, params: dict[str, Any]) -> Answer:
        self.updates.set_webhook(params["url"], params.get("secret_token", ""), params.get("allowed_updates"))
        return _ok(result=True)

    async def _do_deletewebhook(self, params: dict[str, Any]) -> Answer:
        self.updates.set_webhook("", "", None)
        return _ok(result=True)

    async def _do_setmycommands(self, params: dict[str, Any]) -> Answer:
        return _ok(result=True)

    async def _do_getchat(self, params: dict[str, Any]) -> Answer:
        chat = int(params["chat_id"])
        return _ok(
            {
                "id": chat,
                "type": "private",
                "accent_color_id": 0,
                "max_reaction_count": 11,
                "accepted_gift_types": {},
            }
        )

    async def _do_answercallbackquery(self, params: dict[str, Any]) -> Answer:
        return _ok(result=True)

    async def _do_sendmessage(self, params: dict[str, Any]) -> Answer:
        return self._send(params, params.get("text", ""), 4096, "message")

    async def _do_sendphoto(self, params: dict[str, Any]) -> Answer:
        return self._send(params, params.get("caption", ""), 1024, "message caption")

    async def _do_editmessagereplymarkup(self, params: dict[str, Any]) -> Answer:
        return self._edit(params, {})

    async def _do_editmessagetext(self, params: dict[str, Any]) -> Answer:
        return self._edit(params, {"text": params["text"]})

    def _send(self, params: dict[str, Any], raw: str, limit: int, what: str) -> Answer:
        chat = int(params["chat_id"])
        fault = self.faults.take(str(chat))
        if fault and not fault.accepted:
            return fault.answer
        try:
            text = plain_text(raw) if params.get("parse_mode") == "HTML" else raw
        except ValueError as error:
            return telegram_error(400, f"Bad Request: {error}")
        if refusal := self._refusal(chat, text, limit, what, params):
            return refusal
        message_id = next(self.message_ids)
        message: dict[str, Any] = {
            "message_id": message_id,
            "from": BOT,
            "date": int(time.time()),
            "text": text,
        }
        message["chat"] = {"id": chat, "type": "private" if chat > 0 else "supergroup"}
        if markup := params.get("reply_markup", {}).get("inline_keyboard"):
            message["reply_markup"] = {"inline_keyboard": markup}
        self.messages[chat, message_id] = message
        photo = params.pop("photo", None)
        sent = SentMessage(chat, message_id, text, self._clock(), params, photo and len(photo))
        self.sent.append(sent)
        self._log.append({"chat_id": chat, "message_id": sent.message_id, "text": text, "at": time.time()})
        return fault.answer if fault else _ok(message)

    def _refusal(self, chat: int, text: str, limit: int, what: str, params: dict[str, Any]) -> Reply | None:
        if new := self.migrated.get(chat):
            description = "Bad Request: group chat was upgraded to a supergroup chat"
            return telegram_error(400, description, migrate_to_chat_id=new)
        if chat not in self.known:
            return telegram_error(400, "Bad Request: chat not found")
        if chat in self.blocked:
            return (
                BLOCKED
                if chat > 0
                else telegram_error(403, "Forbidden: bot was kicked from the supergroup chat")
            )
        if not text.strip() and what == "message":
            return telegram_error(400, "Bad Request: message text is empty")
        if len(text) > limit:
            return telegram_error(400, f"Bad Request: {what} is too long")
        buttons = itertools.chain(*params.get("reply_markup", {}).get("inline_keyboard", []))
        if any(not 1 <= len(button["callback_data"].encode()) <= 64 for button in buttons):
            return telegram_error(400, "Bad Request: BUTTON_DATA_INVALID")
        return self._flood(chat)

    def _flood(self, chat: int) -> Reply | None:
        now = self._clock()
        windows = [self._overall, self._per_chat[chat], *([self._per_group[chat]] if chat < 0 else [])]
        if self.limited and (wait := max(window.wait(now) for window in windows)) > 0:
            seconds = int(wait) + 1
            return telegram_error(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        for window in windows:
            window.accept(now)
        return None

    def _edit(self, params: dict[str, Any], change: dict[str, Any]) -> Answer:
        chat = int(params["chat_id"])
        if fault := self.faults.take(str(chat)):
            return fault.answer
        message = self.messages.get((chat, int(params["message_id"])))
        if message is None:
            return telegram_error(400, "Bad Request: message to edit not found")
        markup = params.get("reply_markup")
        edited = {**message, **change, "reply_markup": markup}
        if edited == {"reply_markup": None, **message}:
            return telegram_error(
                400, "Bad Request: message is not modified: specified new message content is the same"
            )
        message.update(edited)
        if not markup:
            del message["reply_markup"]
        return _ok(message)


def _ok(result: Any) -> Reply:
    return Reply.of_json({"ok": True, "result": result})


def _parameters(request: Request) -> dict[str, Any]:
    """Form fields or multipart; values other than plain texts are JSON. A file replaces its attach:// name."""
    if not request.headers.get("content-type", "").startswith("multipart/"):
        given = {**dict(request.query), **request.form()}
        return {name: _value(name, value) for name, value in given.items()}
    fields, files = request.multipart()
    params = {name: _value(name, value) for name, value in fields.items()}
    return (
        params
        | {
            name: files[value.removeprefix("attach://")]
            for name, value in fields.items()
            if value.startswith("attach://")
        }
        | {name: content for name, content in files.items() if name == "photo"}
    )


def _value(name: str, value: str) -> Any:
    if name in {"text", "caption", "url", "secret_token", "callback_query_id"}:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


if __name__ == "__main__":
    from tests.fakes.process import run

    run(lambda args: FakeTelegram(limits=not args.no_limits, log=args.log))
