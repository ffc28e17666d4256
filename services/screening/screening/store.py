"""Decisions in Postgres: written once, read back as they were written."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import asyncpg

_ADD = """
WITH added AS (
    INSERT INTO decisions (application_id, decision_id, outcome, track, decided_at, data)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::bytea[])
    ON CONFLICT (application_id, decision_id) DO NOTHING
    RETURNING 1)
SELECT count(*) FROM added
"""
_READ = """
SELECT application_id::text, decision_id::text, outcome, track, decided_at, data FROM decisions
WHERE (application_id, decision_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
"""


class StoredDecision(NamedTuple):
    """A row of `decisions`, in the order of its columns; ids as text, `data` the event's JSON as published."""

    application_id: str
    decision_id: str
    outcome: str
    track: str | None
    decided_at: datetime
    data: bytes


class DecisionStore:
    """The table `decisions` of screening's own database."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def add(self, decisions: Sequence[StoredDecision]) -> list[StoredDecision]:
        """Insert what is new, in one statement; return each decision as it stands in the table.

        A decision that was there already keeps its first record, so whoever repeats a batch publishes the same
        bytes. Raises asyncpg.PostgresError, OSError or TimeoutError.
        """
        if not decisions:
            return []
        applications, ids, *others = zip(*decisions, strict=True)
        if await self._pool.fetchval(_ADD, applications, ids, *others) == len(decisions):
            return list(decisions)
        rows = await self._pool.fetch(_READ, applications, ids)
        stored = {row["decision_id"]: StoredDecision(*row) for row in rows}
        return [stored[decision.decision_id] for decision in decisions]
