"""What is kept about a person, piece by piece, and how each piece is taken out. What goes when stands in `bot.privacy`.

An erased person leaves aliases: keyed hashes of the customer ids and addresses, in the place of a customer id. They
tell that a visit is about somebody who was erased, and nothing else.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from storage.database import Database, encode
from storage.moments import micros
from storage.results import Row

ALIAS: Final = "erased-"
"""Every alias begins so."""

_AFTER_ALIASES: Final = "erased."
"""The first text after all aliases: a dot comes after a hyphen."""


class Privacy:
    """A person's rows. `rows()` reads any query of `sql/privacy.sql`; every other method takes something out."""

    def __init__(self, db: Database, secret: bytes) -> None:
        self._db = db
        self._secret = secret

    def rows(self, name: str, **values: object) -> list[Row]:
        """Return the rows of a query about a person."""
        return self._db.all(name, **values)

    def alias_of(self, kind: str, value: str) -> str:
        """Return the alias of a customer id (kind "customer") or of an address (kind: its channel)."""
        if value.startswith(ALIAS):
            return value
        return ALIAS + hmac.digest(self._secret, f"{kind}:{value}".encode(), "sha256").hex()[:32]

    def erased(self, customer_id: str, phone: str | None) -> tuple[str, int] | None:
        """Return (alias, person) of an erased person who has this customer id or phone, None for anybody else."""
        return self._find(
            self.alias_of("customer", customer_id), self.alias_of("sms", phone) if phone else None
        )

    def anybody(self) -> bool:
        """Tell whether anybody was ever erased."""
        return self._db.one("any_alias", first=ALIAS, last=_AFTER_ALIASES) is not None

    def come_back(self, customer_id: str | None, channel: str, address: str) -> None:
        """Let go of the aliases of somebody who came back by their own wish: their next visits are visits again."""
        place = self.alias_of(channel, address)
        own = self.alias_of("customer", customer_id) if customer_id else place
        while found := self._find(own, place):
            self._db.run("drop_aliases", person_id=found[1], first=ALIAS, last=_AFTER_ALIASES)

    def replace_customer(self, customer_id: str, person_id: int) -> None:
        """Put the alias in the place of a customer id."""
        self._db.run("drop_customer", customer_id=customer_id)
        self._put_alias(self.alias_of("customer", customer_id), person_id)

    def replace_addresses(self, person_id: int, places: list[tuple[str, str]]) -> None:
        """Put aliases in the place of all addresses."""
        for channel, address in places:
            self._put_alias(self.alias_of(channel, address), person_id)
        self._db.run("drop_addresses", person_id=person_id)

    def drop_addresses(self, person_id: int) -> None:
        """Forget addresses and names; the customer ids stay."""
        self._db.run("drop_addresses", person_id=person_id)
        self._db.run("hide_customers", person_id=person_id)

    def hide_visit(self, visit_id: str, customer_id: str, detail: Mapping[str, Any]) -> None:
        """Take the person out of a visit; what it counts under stays."""
        self._db.run("hide_visit", visit_id=visit_id, customer_id=customer_id, detail=_json(detail))

    def hide_story(self, story_id: int, detail: Mapping[str, Any]) -> None:
        """Replace the detail of one line of a visit's story."""
        self._db.run("hide_story", story_id=story_id, detail=_json(detail))

    def drop_conversations(self, person_id: int) -> int:
        """Forget how a person was asked; what was answered is not in there alone."""
        return self._db.count("drop_conversations", person_id=person_id)

    def hide_response(self, response_id: int, customer_id: str | None) -> None:
        """Leave of a response what is counted."""
        self._db.run("hide_response", response_id=response_id, customer_id=customer_id)
        self.hide_words(response_id)

    def hide_words(self, response_id: int) -> None:
        """Take the words out of a response: those that stand and those that were replaced."""
        for name in ("hide_why", "hide_answers", "hide_history"):
            self._db.run(name, response_id=response_id)

    def hide_said(self, conversation_id: int, data: Mapping[str, Any]) -> None:
        """Replace what a conversation remembers."""
        self._db.run("hide_said", conversation_id=conversation_id, data=_json(data))

    def hide_place(self, conversation_id: int) -> None:
        """Forget where a conversation took place."""
        self._db.run("hide_place", conversation_id=conversation_id)

    def hide_inbound(self, inbox_id: int, body: Mapping[str, Any]) -> None:
        """Leave of a message that it came; one that waited to be handled is dropped."""
        self._db.run("hide_inbound", inbox_id=inbox_id, body=_json(body))

    def hide_text(self, inbox_id: int, body: Mapping[str, Any]) -> None:
        """Take the words out of a message that came in."""
        self._db.run("hide_text", inbox_id=inbox_id, body=_json(body))

    def hide_outbound(self, outbox_id: int, body: Mapping[str, Any]) -> None:
        """Leave of a message that it went; one that waited to go does not go any more."""
        self._db.run("hide_outbound", outbox_id=outbox_id, body=_json(body))

    def drop_links(self, customer_id: str, used_by: str) -> int:
        """Forget the links of a customer, and those an account used; pass "" for none."""
        return self._db.count("drop_links", body=_json({"customer_id": customer_id}), used_by=used_by)

    def drop_link(self, link: str) -> None:
        """Forget a link, by its hash."""
        self._db.run("drop_link", hash=link)

    def drop_requests(self, channel: str, address: str) -> int:
        """Forget commands that were refused to an address."""
        return self._db.count("drop_requests", channel=channel, address=address)

    def mark_erased(self, person_id: int, at: datetime) -> None:
        """Remember that a person was erased, and nothing else of the person but an opt-out."""
        self._db.run("mark_erased", person_id=person_id, at=micros(at))

    def _find(self, one: str, other: str | None) -> tuple[str, int] | None:
        """Return the first of two aliases that is known, with its person."""
        found = {row["customer_id"]: row for row in self._db.all("aliases", one=one, other=other or one)}
        row = found.get(one) or found.get(other or one)
        return (row["customer_id"], int(row["person_id"])) if row else None

    def _put_alias(self, alias: str, person_id: int) -> None:
        self._db.run(
            "put_customer",
            customer_id=alias,
            person_id=person_id,
            name=None,
            language=None,
            timezone=None,
            quiet=None,
        )


def _json(value: Mapping[str, Any]) -> str:
    return encode(dict(value))
