"""Decisions in Postgres: written once, read back as they were written."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

_ADD = """
INSERT INTO decisions (application_id, decision_id, candidate_id, revision, programme, policy_digest,
                       outcome, track, unit, decided_at, data)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[],
                     $7::text[], $8::text[], $9::text[], $10::timestamptz[], $11::json[])
ON CONFLICT (application_id, decision_id) DO NOTHING
RETURNING decision_id
"""


class StoredDecision(NamedTuple):
    """A row of `decisions`, in the order of its columns; `data` is the event's JSON as published."""

    application_id: UUID
    decision_id: UUID
    candidate_id: str
    revision: str
    programme: str
    policy_digest: str
    outcome: str
    track: str | None
    unit: str | None
    decided_at: datetime
    data: str


_READ = f"""
SELECT {", ".join(StoredDecision._fields)} FROM decisions
WHERE (application_id, decision_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
"""  # noqa: S608 - the columns are our own


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
        added = {row[0] for row in await self._pool.fetch(_ADD, *map(list, zip(*decisions, strict=True)))}
        known = [decision for decision in decisions if decision.decision_id not in added]
        if not known:
            return list(decisions)
        rows = await self._pool.fetch(
            _READ,
            [decision.application_id for decision in known],
            [decision.decision_id for decision in known],
        )
        stored = {row["decision_id"]: StoredDecision(*row) for row in rows}
        return [stored.get(decision.decision_id, decision) for decision in decisions]
