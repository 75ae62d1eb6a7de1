"""Telegram's limits: long texts become several messages, many buttons several rows."""

import re
from collections.abc import Iterable, Iterator

from bot.channels.base import Button

MAX_MESSAGE = 4096
MAX_CAPTION = 1024
"""Bot API: "1-4096 characters after entities parsing", captions 1024. Counted here in UTF-16 units with the markup,
which is never less."""

_TOKEN = re.compile(r"<[^<>]*>|&[#\w]+;|\n|[^\S\n]+|[^\s<&]+|.", re.DOTALL)


def rows_of(buttons: Iterable[Button], *lengths: int) -> tuple[tuple[Button, ...], ...]:
    """Buttons in rows of the given lengths; the last length repeats. 0 to 10 stands well as ``rows_of(b, 6, 5)``."""
    rest = list(buttons)
    rows: list[tuple[Button, ...]] = []
    while rest:
        length = lengths[min(len(rows), len(lengths) - 1)]
        rows.append(tuple(rest[:length]))
        rest = rest[length:]
    return tuple(rows)


def length_of(text: str) -> int:
    """Length in UTF-16 units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split_text(text: str, *, html: bool = False, limit: int = MAX_MESSAGE) -> list[str]:
    """Parts of at most ``limit``, cut at a line's end if possible, else between words, else anywhere.

    With ``html``, tags that are open at a cut are closed there and opened again in the next part, and neither a
    tag nor an entity is cut in two. The line end or blank at a cut is dropped; an empty text has no parts.
    """
    if length_of(text) <= limit:
        return [text] if text.strip() else []
    parts: list[str] = []
    part, open_tags = "", list[str]()
    for token in _tokens(text, html=html, limit=limit // 2):
        closing = _closing(open_tags) if html else ""
        if length_of(part + token + closing) > limit - (20 if html else 0):  # room for one more closing tag
            head, tail = _cut(part, html=html)
            tags = _open_tags(head) if html else []
            parts.append(head.rstrip() + _closing(tags))
            part = "".join(tags) + tail
        part += token
        if html:
            open_tags = _open_tags(part)
    parts.append(part)
    return [part for part in parts if _visible(part, html=html)]


def _tokens(text: str, *, html: bool, limit: int) -> Iterator[str]:
    """Pieces that are not cut, except a piece too long for any message."""
    for match in _TOKEN.finditer(text):
        token = match.group()
        if html and token[0] in "<&":
            yield token
            continue
        while length_of(token) > limit:
            yield token[: limit // 2]  # a character has at most two units
            token = token[limit // 2 :]
        yield token


def _cut(part: str, *, html: bool) -> tuple[str, str]:
    """Where to end a full part: after its last line if that is in the second half, else after its last word."""
    for mark in ("\n", " "):
        at = part.rfind(mark)
        inside_tag = html and part.rfind("<", 0, at) > part.rfind(">", 0, at)
        if at > len(part) // 2 and not inside_tag:
            return part[:at], part[at + 1 :]
    return part, ""


def _open_tags(html: str) -> list[str]:
    tags: list[str] = []
    for tag in re.findall(r"<[^<>]*>", html):
        if tag.startswith("</"):
            tags = tags[:-1]
        else:
            tags.append(tag)
    return tags


def _closing(tags: list[str]) -> str:
    names = [re.split(r"[\s>]", tag[1:])[0] for tag in reversed(tags)]
    return "".join(f"</{name}>" for name in names)


def _visible(part: str, *, html: bool) -> bool:
    return bool((re.sub(r"<[^<>]*>", "", part) if html else part).strip())
