"""Conversations, and the survey versions they were begun with."""

from __future__ import annotations

import json
from datetime import datetime

from storage.database import Database, encode
from storage.moments import micros
from storage.results import Row
from storage.rows import ConversationRow
from surveys.conversation_value import Conversation


class Conversations:
    """One conversation per visit; at most one open conversation per person."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def put_survey(self, survey: str, version: str, source: str) -> None:
        """Keep the text of a survey version for as long as conversations may need it."""
        if self._db.one("survey_version", survey=survey, version=version) is None:
            self._db.run("put_survey", survey=survey, version=version, source=source)

    def survey_source(self, survey: str, version: str) -> str | None:
        """Return the text of a survey version."""
        row = self._db.one("survey_source", survey=survey, version=version)
        return str(row["source"]) if row else None

    def add(
        self,
        visit_id: str,
        person_id: int,
        to: tuple[str, str],
        survey: tuple[str, str],
        conversation: Conversation,
    ) -> int:
        """Store a new conversation at `to` (channel, address) about `survey` (id, version); return its number."""
        row = self._db.one(
            "add_conversation",
            visit_id=visit_id,
            person_id=person_id,
            channel=to[0],
            address=to[1],
            survey=survey[0],
            version=survey[1],
            state=str(conversation.state),
            data=encode(conversation.to_dict()),
            opened_at=micros(conversation.started_at),
            wake_at=micros(conversation.wake_at),
        )
        assert row is not None
        return int(row["conversation_id"])

    def save(self, row: ConversationRow) -> None:
        """Store what a conversation has become."""
        self._db.run(
            "save_conversation",
            conversation_id=row.conversation_id,
            state=str(row.conversation.state),
            data=encode(row.conversation.to_dict()),
            wake_at=micros(row.conversation.wake_at),
            channel=row.channel,
            address=row.address,
        )

    def drop(self, conversation_id: int) -> None:
        """Forget a conversation that never began."""
        self._db.run("drop_conversation", conversation_id=conversation_id)

    def get(self, conversation_id: int) -> ConversationRow | None:
        """Return one conversation."""
        return _conversation(self._db.one("conversation", conversation_id=conversation_id))

    def about(self, visit_id: str) -> ConversationRow | None:
        """Return the conversation about a visit."""
        return _conversation(self._db.one("conversation_about", visit_id=visit_id))

    def open_of(self, person_id: int) -> ConversationRow | None:
        """Return the conversation of a person that waits for an answer."""
        return _conversation(self._db.one("open_conversation", person_id=person_id))

    def last_of(self, person_id: int) -> ConversationRow | None:
        """Return the latest conversation of a person, open or not."""
        return _conversation(self._db.one("last_conversation", person_id=person_id))

    def postpone(self, conversation_id: int, at: datetime) -> None:
        """Wake a conversation later than it wished."""
        self._db.run("postpone_conversation", conversation_id=conversation_id, at=micros(at))

    def due(self, now: datetime, limit: int) -> list[tuple[int, int]]:
        """Return (conversation, person) of those whose moment has come, oldest first."""
        rows = self._db.all("due_conversations", now=micros(now), limit=limit)
        return [(int(row["conversation_id"]), int(row["person_id"])) for row in rows]


def _conversation(row: Row | None) -> ConversationRow | None:
    if row is None:
        return None
    return ConversationRow(
        conversation_id=int(row["conversation_id"]),
        visit_id=row["visit_id"],
        person_id=int(row["person_id"]),
        channel=row["channel"],
        address=row["address"],
        survey=row["survey"],
        version=row["version"],
        conversation=Conversation.from_dict(json.loads(row["data"])),
    )
