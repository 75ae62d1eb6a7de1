"""`askwhy link`: bring a customer into the Telegram chat, or let whoever stands at a counter answer there."""

from __future__ import annotations

import secrets
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.commands.context import Context, WrongUseError
from bot.commands.deep_links import deep_link
from bot.commands.outcome import DONE
from bot.commands.using_store import with_store
from bot.deep_links import token_hash
from surveys.visits import LONGEST_KEY, customer_key

if TYPE_CHECKING:
    from bot.commands.using_store import Surroundings

RANDOM_BYTES = 18
"""144 bits: a token cannot be guessed, and fits into Telegram's 64 characters."""

PICTURES = (".png", ".svg")


def run(
    context: Context, *, customer_id: str | None, qr: Path | None, branch: str | None, employee: str | None
) -> int:
    """Print a link; for a customer it works once and expires, for a counter it does neither."""
    kind, body = _for_whom(customer_id, branch, employee)
    if qr is not None and qr.suffix.lower() not in PICTURES:
        raise WrongUseError(f"--qr {qr}: a QR code is written as a picture. End the name in .png or .svg.")

    async def work(here: Surroundings) -> tuple[str, datetime | None]:
        token = secrets.token_urlsafe(RANDOM_BYTES)
        url = await deep_link(here.config, token)
        if qr is not None:
            _draw(url, qr)
        expires_at = here.now + here.config.links.expire_after if kind == "customer" else None
        await here.store.write(lambda tx: tx.staff.put_link(token_hash(token), kind, body, expires_at))
        return url, expires_at

    url, expires_at = with_store(context, work)
    if context.json:
        context.emit({"url": url, "expires_at": expires_at.isoformat() if expires_at else None})
        return DONE
    context.say(url)
    if expires_at is not None:
        zone = context.config().organisation.timezone
        context.say(f"It works once, until {expires_at.astimezone(zone):%Y-%m-%d %H:%M}.")
    else:
        context.say("It works for everybody, once a day each, until you take the code away.")
    if qr is not None:
        context.say(f"The QR code is in {qr}.")
    return DONE


def _for_whom(
    customer_id: str | None, branch: str | None, employee: str | None
) -> tuple[str, dict[str, Any]]:
    """Return the kind of the link and what it leads to."""
    counter = {key: value.strip() for key, value in (("branch", branch), ("employee", employee)) if value}
    if (customer_id is None) == (not counter):
        raise WrongUseError(
            "A link is for one customer (askwhy link CUSTOMER_ID), "
            "or for a counter (askwhy link --branch BRANCH, with or without --employee NAME)."
        )
    if customer_id is None:
        return "counter", counter
    known_as = customer_key(customer_id)
    if known_as is None:
        raise WrongUseError(
            f"CUSTOMER_ID {customer_id[:40]!r}: an id has 1 to {LONGEST_KEY} visible characters. "
            "Write it as in the visits file."
        )
    return "customer", {"customer_id": known_as}


def _draw(url: str, path: Path) -> None:
    import segno

    try:
        segno.make(url, error="m", micro=False).save(str(path), scale=10, border=4)
    except OSError as error:
        raise WrongUseError(
            f"--qr {path}: it cannot be written ({error.strerror}). Name another place."
        ) from None
