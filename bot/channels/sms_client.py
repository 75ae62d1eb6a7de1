"""twilio's asynchronous client, told three things: which host, how long each phase may take, and to be silent."""

from base64 import b64encode
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import ClientSession, ClientTimeout, TCPConnector
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response

from bot.channels.base import Timeouts, by_proxy
from bot.channels.sms_errors import failure_of_break, failure_of_reply


class SmsHttpClient(AsyncTwilioHttpClient):  # type: ignore[misc]  # the library has no types
    """Build inside the running loop. Raises SendFailed for anything but 2xx; never retries, never logs.

    The parent's ``edge`` and ``region`` only rewrite twilio.com, its timeout does not bound a hanging server, and its
    log has the phone numbers.
    """

    def __init__(self, api_base_url: str, timeouts: Timeouts, *secrets: str) -> None:
        super().__init__(pool_connections=False)
        self._base = urlsplit(api_base_url)
        self._timeout = ClientTimeout(
            total=timeouts.total,
            connect=timeouts.connect,
            sock_connect=timeouts.connect,
            sock_read=timeouts.read,
        )
        self._secrets = secrets
        # A connection that Twilio closed while it was idle breaks the next request, with unknown outcome.
        self.session = ClientSession(
            connector=TCPConnector(limit=200, keepalive_timeout=10), trust_env=by_proxy(api_base_url)
        )

    async def request(
        self,
        method: str,
        url: str,
        params: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 -- the parent's signature
        allow_redirects: bool = False,
    ) -> Response:
        """Make one request at our host. Twilio's listings give their next page as a whole URL: rewritten as well."""
        sent_headers = {**(headers or {}), "Authorization": _basic(*auth)} if auth else headers
        try:
            async with self.session.request(
                method.upper(),
                self._at_our_host(url),
                params=params,
                data=urlencode(data) if data else None,
                headers=sent_headers,
                timeout=self._timeout,
                allow_redirects=False,
            ) as answer:
                status, text, received = answer.status, await answer.text(errors="replace"), answer.headers
        except Exception as error:  # noqa: BLE001 -- every kind is read there
            failure = failure_of_break(error)
        else:
            if 200 <= status <= 299:
                return Response(status, text, received)
            failure = failure_of_reply(status, text, received, *self._secrets)
        raise failure

    def _at_our_host(self, url: str) -> str:
        path = self._base.path.rstrip("/") + urlsplit(url).path
        return urlsplit(url)._replace(scheme=self._base.scheme, netloc=self._base.netloc, path=path).geturl()


def _basic(user: str, password: str) -> str:
    """Build the header by hand: aiohttp 3.14 warns that its own BasicAuth goes away."""
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"
