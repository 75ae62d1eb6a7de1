"""People, their addresses, their customer ids."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from storage.database import Database, encode, storable
from storage.moments import micros, moment
from storage.results import Raced, Row
from storage.rows import AddressRow, CustomerRow, PersonRow


class People:
    """A person is one human: the same address or the same customer id always leads to the same person."""

    def __init__(self, db: Database, secret: bytes) -> None:
        self._db = db
        self._secret = secret

    def resolve(self, customer_id: str | None, addresses: Mapping[str, str]) -> int:
        """Return the person behind a customer id and addresses (channel → address), locked; new or merged where needed."""
        found = []
        if customer_id is not None and (row := self._db.one("person_by_customer", customer_id=customer_id)):
            found.append(int(row["person_id"]))
        unknown = []
        for channel, address in addresses.items():
            owner = self.by_address(channel, address)
            if owner is None:
                unknown.append((channel, address))
            elif owner not in found:
                found.append(owner)
        for known in sorted(found):  # always in this order: two units never wait for each other
            self.lock(known)
        person_id = found[0] if found else self._new()
        for other in found[1:]:
            self.merge(person_id, other)
        for channel, address in unknown:
            self._add_address(person_id, channel, address)
        return person_id

    def strangers(self, customers: Sequence[tuple[str, str | None]]) -> list[bool]:
        """Tell for each (customer id, phone) whether nothing at all is known of it, not even an opt-out."""
        ids = [customer_id for customer_id, _ in customers]
        phones = [phone for _, phone in customers if phone]
        hashes = {phone: self._hash("sms", phone) for phone in phones} if self._db.one("any_opt_out") else {}
        known = {row["customer_id"] for row in self._db.all("customers_among", keys=json.dumps(ids))}
        places = {row["address"] for row in self._db.all("phones_among", keys=json.dumps(phones))}
        stopped = {
            row["hash"] for row in self._db.all("opted_out_among", keys=json.dumps([*hashes.values()]))
        }
        return [
            customer_id not in known
            and (phone is None or (phone not in places and hashes.get(phone) not in stopped))
            for customer_id, phone in customers
        ]

    def add_strangers(self, customers: Sequence[tuple[CustomerRow, str | None]]) -> list[int]:
        """Store customers of whom nothing is known, each with a phone or none, as people of their own; return these."""
        made = self._db.all("add_people", keys=json.dumps([0] * len(customers)))
        people = [int(row["person_id"]) for row in made]
        rows = [
            storable({**_values(customer), "person_id": person})
            for person, (customer, _) in zip(people, customers, strict=True)
        ]
        places = [
            {"channel": "sms", "address": phone, "person_id": person}
            for person, (_, phone) in zip(people, customers, strict=True)
            if phone is not None
        ]
        if self._db.many("put_customer", rows) < len(rows) or (
            places and self._db.many("add_address", places) < len(places)
        ):
            raise Raced("a customer or a phone became known meanwhile")
        return people

    def by_address(self, channel: str, address: str) -> int | None:
        """Return the person whom an address belongs to."""
        row = self._db.one("person_by_address", channel=channel, address=address)
        return int(row["person_id"]) if row else None

    def lock(self, person_id: int) -> PersonRow:
        """Return a person; other units of work about the same person wait until this one ends."""
        row = self._db.one("lock_person", person_id=person_id)
        if row is None:
            raise Raced(f"person {person_id} was merged with another")
        return _person(row)

    def lock_at(self, channel: str, address: str) -> PersonRow:
        """Return the person behind an address, locked; a new one where nobody is known."""
        row = self._db.one("lock_person_at", channel=channel, address=address)
        return _person(row) if row else self.lock(self.resolve(None, {channel: address}))

    def lock_if_free(self, person_id: int) -> PersonRow | None:
        """Return a person locked like `lock()`; None, without waiting, while another unit of work has it."""
        row = self._db.one("lock_free_person", person_id=person_id)
        return _person(row) if row else None

    def merge(self, kept: int, gone: int) -> None:
        """Make two people one. The newest open conversation stays open; an opt-out of either holds for both."""
        one, other = (self.lock(number) for number in sorted((kept, gone)))
        if one.person_id != kept:
            one, other = other, one
        for older in self._db.all("open_conversations_of", kept=kept, gone=gone)[1:]:
            self._close(older)
        first = min((p for p in (one, other) if p.opted_out_at), key=_opted_out_at, default=one)
        self._db.run(
            "merge_people",
            kept=kept,
            opted_out_at=micros(first.opted_out_at),
            opted_out_how=first.opted_out_how,
            erased_at=micros(_later(one.erased_at, other.erased_at)),
            written_at=micros(_later(one.written_at, other.written_at)),
            wished_at=micros(_later(one.wished_at, other.wished_at)),
            language=one.language or other.language,
        )
        for name in _MERGES:
            self._db.run(name, kept=kept, gone=gone)
        self._db.run("drop_person", gone=gone)
        self._keep_opt_out(kept)

    def addresses(self, person_id: int) -> tuple[AddressRow, ...]:
        """Return all addresses of a person, unusable ones too."""
        rows = self._db.all("addresses_of", person_id=person_id)
        return tuple(
            AddressRow(r["channel"], r["address"], r["unusable"], moment(r["reached_at"])) for r in rows
        )

    def opt_out(self, person_id: int, at: datetime, how: str) -> None:
        """Opt a person out on all addresses; kept by keyed hash as well, so that erasure does not lose it."""
        self._db.run("set_opted_out", person_id=person_id, at=micros(at), how=how)
        self._keep_opt_out(person_id)

    def opt_in(self, person_id: int) -> None:
        """Take an opt-out back."""
        self._db.run("set_opted_out", person_id=person_id, at=None, how=None)
        for row in self.addresses(person_id):
            self._db.run("drop_opt_out_hash", hash=self._hash(row.channel, row.address))

    def set_language(self, person_id: int, language: str) -> None:
        """Remember the language a person writes in."""
        self._db.run("set_person_language", person_id=person_id, language=language)

    def set_written(self, person_id: int, at: datetime) -> None:
        """Remember a message of ours that answers nothing."""
        self._db.run("set_written", person_id=person_id, at=micros(at))

    def set_wished(self, person_id: int, at: datetime) -> None:
        """Remember a survey at the person's own wish."""
        self._db.run("set_wished", person_id=person_id, at=micros(at))

    def set_unusable(self, channel: str, address: str, code: str | None) -> None:
        """Remember that an address never works, with the provider's code; or that it works again."""
        self._db.run("set_unusable", channel=channel, address=address, code=code)

    def set_reached(self, channel: str, address: str, at: datetime) -> None:
        """Remember the first accepted message to an address."""
        self._db.run("set_reached", channel=channel, address=address, at=micros(at))

    def move_address(self, channel: str, address: str, new: str) -> None:
        """Follow a chat that the provider gave a new id."""
        if self.by_address(channel, new) is None:
            self._db.run("move_address", channel=channel, address=address, new=new)

    def customer(self, customer_id: str) -> CustomerRow | None:
        """Return a customer's own facts."""
        return _customer(self._db.one("customer", customer_id=customer_id))

    def customer_of(self, person_id: int) -> CustomerRow | None:
        """Return the facts of one of a person's customer ids."""
        return _customer(self._db.one("customer_of", person_id=person_id))

    def put_customer(self, row: CustomerRow) -> None:
        """Insert or update a customer; what is None stays as it was."""
        if not self._db.count("put_customer", **_values(row)):
            raise Raced(f"customer {row.customer_id} is somebody else by now")

    def _add_address(self, person_id: int, channel: str, address: str) -> None:
        """Give a person a new address, with the opt-out that the address or the person has."""
        if not self._db.count("add_address", channel=channel, address=address, person_id=person_id):
            raise Raced(f"the address of person {person_id} is somebody else's by now")
        before = self._db.one("opt_out_hash", hash=self._hash(channel, address))
        if before is not None and self.lock(person_id).opted_out_at is None:
            self._db.run("set_opted_out", person_id=person_id, at=before["at"], how="stop")
        self._keep_opt_out(person_id)

    def _keep_opt_out(self, person_id: int) -> None:
        """Keep an opt-out by keyed hash of every address, so that it outlives the person's erasure."""
        at = self.lock(person_id).opted_out_at
        if at is not None:
            for row in self.addresses(person_id):
                self._db.run("put_opt_out_hash", hash=self._hash(row.channel, row.address), at=micros(at))

    def _close(self, row: Row) -> None:
        """End the older of two open conversations that turn out to be with one person, as time would."""
        state = "answered" if row["state"] == "answering" else "expired"
        data = {**json.loads(row["data"]), "state": state, "wake_at": None}
        self._db.run(
            "save_conversation",
            conversation_id=row["conversation_id"],
            state=state,
            data=encode(data),
            wake_at=None,
            channel=row["channel"],
            address=row["address"],
        )
        self._db.run("set_visit_state", visit_id=row["visit_id"], state=state, reason=None, detail="{}")

    def _new(self) -> int:
        row = self._db.one("add_person")
        assert row is not None
        return int(row["person_id"])

    def _hash(self, channel: str, address: str) -> str:
        return hmac.digest(self._secret, f"{channel}:{address}".encode(), "sha256").hex()


_MERGES = (
    "merge_addresses",
    "merge_customers",
    "merge_visits",
    "merge_responses",
    "merge_outbox",
    "merge_conversations",
)


def _values(row: CustomerRow) -> dict[str, object]:
    return {
        "customer_id": row.customer_id,
        "person_id": row.person_id,
        "name": row.name,
        "language": row.language,
        "timezone": row.timezone,
        "quiet": row.quiet,
    }


def _person(row: Row) -> PersonRow:
    return PersonRow(
        int(row["person_id"]),
        moment(row["opted_out_at"]),
        row["opted_out_how"],
        moment(row["erased_at"]),
        moment(row["written_at"]),
        moment(row["wished_at"]),
        row["language"],
    )


def _opted_out_at(person: PersonRow) -> datetime:
    assert person.opted_out_at is not None
    return person.opted_out_at


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one, other) if one and other else one or other


def _customer(row: Row | None) -> CustomerRow | None:
    if row is None:
        return None
    return CustomerRow(
        row["customer_id"], int(row["person_id"]), row["name"], row["language"], row["timezone"], row["quiet"]
    )
