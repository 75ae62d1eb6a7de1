"""Which of several processes leads: the one that holds an advisory lock on a connection kept for this.

PostgreSQL gives the lock back when the connection ends, however it ends; keepalives end the one of a machine that is
gone after some ten seconds.
"""

from __future__ import annotations

import asyncio
import hashlib

import psycopg

from storage import postgres_server as server

KIND = 7_215_402
"""Keeps our locks apart from those of other programs in the database."""

ANSWER_WITHIN = 3.0
"""Seconds; a server that takes longer may have given the lead to another process."""


class Lead:
    """The leads that this process has."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._connection: psycopg.AsyncConnection[dict[str, object]] | None = None
        self._held: set[str] = set()
        self._turn = asyncio.Lock()

    async def take(self, name: str) -> bool:
        """Lead in `name`, unless another process does or the database is away."""
        async with self._turn:
            asking = asyncio.ensure_future(self._take(name))
            done, _ = await asyncio.wait({asking}, timeout=ANSWER_WITHIN)
            if not done and self._connection is not None:
                server.hang_up(self._connection)
            try:
                return await asking
            except psycopg.Error:
                await self._let_go()
                return False

    async def close(self) -> None:
        """Let other processes lead."""
        async with self._turn:
            await self._let_go()

    async def _take(self, name: str) -> bool:
        if self._connection is None:
            self._connection = await psycopg.AsyncConnection.connect(self._address, **server.settings())
            await server.configure_lead(self._connection)
        if name in self._held:
            await self._connection.execute("SELECT 1")  # still connected, so still ours
            return True
        cursor = await self._connection.execute(
            "SELECT pg_try_advisory_lock(%s::int, %s::int) AS ours", (KIND, _number(name))
        )
        row = await cursor.fetchone()
        if row is None or not row["ours"]:
            return False
        self._held.add(name)
        return True

    async def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        self._held.clear()
        if connection is not None:
            await connection.close()


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big", signed=True)
