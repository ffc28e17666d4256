"""Decisions in Postgres: written once, read back as they were written."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import asyncpg

_ADD = """
INSERT INTO decisions (application_id, decision_id, outcome, track, decided_at, data)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::json[])
ON CONFLICT (application_id, decision_id) DO NOTHING
RETURNING decision_id::text
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
    data: str


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
        columns = list(zip(*decisions, strict=True))
        added = await self._pool.fetch(_ADD, *columns)
        if len(added) == len(decisions):
            return list(decisions)
        new = {row[0] for row in added}
        known = [decision for decision in decisions if decision.decision_id not in new]
        rows = await self._pool.fetch(_READ, [row.application_id for row in known], [row.decision_id for row in known])
        stored = {row["decision_id"]: StoredDecision(*row) for row in rows}
        return [stored.get(decision.decision_id, decision) for decision in decisions]
