"""The HTTP side of the Telegram client: PTB's, with our own reading of refusals and without its logging of bodies."""

import json
from typing import Any

from telegram.error import TelegramError
from telegram.request import BaseRequest, HTTPXRequest, RequestData

from bot.channels.base import Timeouts, by_proxy
from bot.channels.telegram_errors import failure_of_reply

_DEFAULT = BaseRequest.DEFAULT_NONE


class BotRequest(HTTPXRequest):
    """Raises our SendFailed for any answer but 200; PTB wraps it, failure_of_break() finds it again as the cause.

    PTB's own classes lose the status of a 5xx, put the token into InvalidToken's text, and make BadRequest a
    NetworkError.
    """

    __slots__ = ("_secret",)

    def __init__(self, api_base_url: str, timeouts: Timeouts, token: str) -> None:
        super().__init__(
            connect_timeout=timeouts.connect,
            write_timeout=timeouts.write,
            media_write_timeout=timeouts.write,
            read_timeout=timeouts.read,
            pool_timeout=timeouts.connect,
            httpx_kwargs={"trust_env": by_proxy(api_base_url)},
        )
        self._secret = token

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = _DEFAULT,
        write_timeout: Any = _DEFAULT,
        connect_timeout: Any = _DEFAULT,
        pool_timeout: Any = _DEFAULT,
    ) -> tuple[int, bytes]:
        """Make one request; returns (200, body)."""
        status, payload = await super().do_request(
            url, method, request_data, read_timeout, write_timeout, connect_timeout, pool_timeout
        )
        if status != 200:
            raise failure_of_reply(status, payload, self._secret)
        return status, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """Read an answer; PTB's own would log what it cannot read."""
        try:
            answer = json.loads(payload)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict) or "result" not in answer:
            raise TelegramError("Invalid server response")
        return answer
