"""Decisions in Postgres: written once, read back as they were written."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import asyncpg

# Answers with the places of those that were there already: most batches have none or few.
_ADD = """
WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::bytea[])
        WITH ORDINALITY AS g (application_id, decision_id, outcome, track, decided_at, data, place)),
added AS (
    INSERT INTO decisions (application_id, decision_id, outcome, track, decided_at, data)
    SELECT application_id, decision_id, outcome, track, decided_at, data FROM given
    ON CONFLICT (application_id, decision_id) DO NOTHING
    RETURNING decision_id)
SELECT place - 1 FROM given WHERE decision_id NOT IN (SELECT decision_id FROM added)
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
        known = [decisions[row[0]] for row in await self._pool.fetch(_ADD, *zip(*decisions, strict=True))]
        if not known:
            return list(decisions)
        rows = await self._pool.fetch(_READ, [row.application_id for row in known], [row.decision_id for row in known])
        stored = {row["decision_id"]: StoredDecision(*row) for row in rows}
        return [stored.get(decision.decision_id, decision) for decision in decisions]
