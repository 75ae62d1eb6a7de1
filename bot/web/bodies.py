"""Read a request's body, never more of it than allowed and never for longer."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

TIME_LIMIT = 5.0
"""Seconds in which a whole body must arrive."""


class BodyTooLargeError(Exception):
    """The body is larger than the configured limit."""


class BodyTooSlowError(Exception):
    """The body did not arrive in time, or not at all."""


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body, at most `limit` bytes of it, within TIME_LIMIT. Raises BodyTooLargeError, BodyTooSlowError."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise BodyTooLargeError
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(TIME_LIMIT):
            async for part in request.stream():
                size += len(part)
                if size > limit:
                    raise BodyTooLargeError
                parts.append(part)
    except (TimeoutError, ClientDisconnect) as error:
        raise BodyTooSlowError from error
    return b"".join(parts)
