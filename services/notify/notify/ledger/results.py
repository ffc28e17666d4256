"""What became of letters, and the news of it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import asyncpg

from notify.core.fate import Fate
from notify.ledger.rows import AT_REST, OF_LETTER, AtRest, columns, noted

# `claims` fences: a worker whose lease ran out, or a write that is repeated because its answer was lost, must not
# undo what came since. A letter that the relay took is sent, whoever holds it. One whose decision fell meanwhile is
# not tried again.
_STATE = "CASE WHEN r.state = 'queued' AND l.fallen IS NOT NULL THEN 'suppressed' ELSE r.state END"
_CAUSE = "CASE WHEN r.state = 'queued' AND l.fallen IS NOT NULL THEN l.fallen ELSE r.cause END"
_RECORD = f"""
UPDATE letters l
SET state = {_STATE}, cause = {_CAUSE}, attempts = l.attempts + r.tried, doubts = l.doubts + r.doubts,
    changed_at = now(), told_at = CASE WHEN r.state = 'sent' THEN now() ELSE l.told_at END,
    published = l.application_id IS NULL,
    due_at = CASE WHEN r.state = 'queued' AND l.fallen IS NULL THEN (
        SELECT now() + r.pause * interval '1 second' FROM contacts c WHERE c.candidate_id = l.candidate_id) END,
    changes = {noted(_STATE, _CAUSE)}
FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::float8[], $6::integer[], $7::integer[])
     AS r (decision_id, claim, state, cause, pause, tried, doubts)
WHERE l.decision_id = r.decision_id
  AND (l.state = 'sending' AND l.claims = r.claim OR l.state IN ('queued', 'sending', 'held') AND r.state = 'sent')
RETURNING {OF_LETTER}
"""

# A letter comes back: it was sent, as it shows if nobody knew, and told nothing.
_BOUNCE = f"""
UPDATE letters l SET state = 'failed', cause = $2, due_at = NULL, told_at = NULL, changed_at = now(), published = false,
    changes = {noted("'failed'", "$2::text")}
WHERE l.message_id = $3 AND (l.state = 'sent' OR l.state IN ('queued', 'held') AND l.doubts > 0)
  AND (l.candidate_id, l.programme) = (SELECT candidate_id, programme FROM letters WHERE decision_id = $1)
RETURNING {OF_LETTER}
"""

_STATE_OF = "SELECT state FROM letters WHERE decision_id = $1 AND message_id = $2"

_UNPUBLISHED = f"""
SELECT {AT_REST} FROM letters
WHERE state IN ('sent', 'failed', 'suppressed', 'held') AND NOT published AND application_id IS NOT NULL
  AND changed_at <= now() - $1::interval
ORDER BY changed_at LIMIT $2
"""

# News that is older than the letter's state is not the news that was told.
_PUBLISHED = """
UPDATE letters l SET published = true FROM unnest($1::uuid[], $2::timestamptz[]) AS told (decision_id, changed_at)
WHERE l.decision_id = told.decision_id AND l.changed_at = told.changed_at
"""


class Result(NamedTuple):
    """What became of a letter's part under one claim."""

    decision_id: UUID
    claim: int
    fate: Fate


class Results:
    """What the recorder writes and reads."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def record(self, results: Sequence[Result]) -> list[AtRest]:
        """Write down what became of letters, in one statement; return those that came to rest by it."""
        # One row a letter, or Postgres would choose: that it was sent counts for more than what came of another claim.
        last = {result.decision_id: result for result in sorted(results, key=_weight)}
        rows = await self._pool.fetch(_RECORD, *columns([(*result[:2], *result.fate) for result in last.values()]))
        return [AtRest(*row) for row in rows if row["state"] != "queued" and row["application_id"] is not None]

    async def bounced(self, decision: UUID, message_id: str, cause: str) -> list[AtRest]:
        """Note that a letter came back that was sent, or may have been; `decision` is one that it told. Returns its
        parts, none where there is no such letter."""
        return [AtRest(*row) for row in await self._pool.fetch(_BOUNCE, decision, cause, message_id)]

    async def state(self, decision: UUID, message_id: str) -> str | None:
        """The state of a letter that tells this decision under this Message-ID; None where there is none."""
        state: str | None = await self._pool.fetchval(_STATE_OF, decision, message_id)
        return state

    async def unpublished(self, older: timedelta, most: int) -> list[AtRest]:
        """Letters at rest for longer than `older` whose news is not marked as published."""
        return [AtRest(*row) for row in await self._pool.fetch(_UNPUBLISHED, older, most)]

    async def mark_published(self, told: Sequence[AtRest]) -> None:
        """Note that the news of these letters is in the log."""
        await self._pool.execute(_PUBLISHED, [it.decision_id for it in told], [it.changed_at for it in told])


def _weight(result: Result) -> tuple[bool, int]:
    return result.fate.state == "sent", result.claim
