"""What a unit of work sees: the tables, inside one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from storage.database import Connection, Database
from storage.tables.answers import Answers
from storage.tables.conversations import Conversations
from storage.tables.messages import Inbox, Outbox
from storage.tables.people import People
from storage.tables.privacy import Privacy
from storage.tables.staff import Staff
from storage.tables.upkeep import Upkeep
from storage.tables.visits import Visits


class Transaction:
    """The tables by name: `tx.people`, `tx.visits`, `tx.conversations`, `tx.answers`, `tx.inbox`, `tx.outbox`, `tx.staff`.

    `tx.privacy` and `tx.upkeep` see the same rows from the side of a person and of the program's own health. For `sync` see
    storage.database.Database.
    """

    def __init__(
        self,
        connection: Connection,
        queries: Mapping[str, str],
        secret: bytes,
        sync: Callable[[], None] = lambda: None,
    ) -> None:
        db = self.db = Database(connection, queries, sync)
        self.people = People(db, secret)
        self.visits = Visits(db, secret)
        self.conversations = Conversations(db)
        self.answers = Answers(db)
        self.inbox = Inbox(db)
        self.outbox = Outbox(db)
        self.staff = Staff(db)
        self.privacy = Privacy(db, secret)
        self.upkeep = Upkeep(db)
