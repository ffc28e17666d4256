"""What waits for a person: kept with every batch that may change it, read for the pages."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from console.core.reviews import Counted, Standing, Waiting, Wanted, Word, waits

Spot = tuple[datetime, UUID]
"""A place in the queue: since when it waits, and which application it is."""

_OF_COMMANDS = """
SELECT DISTINCT application_id FROM commands
WHERE command_id = ANY($1::uuid[]) AND type IN ('ReviewGiven', 'ReviewRequested') AND application_id IS NOT NULL
"""
_WORDS = """
SELECT c.application_id, c.type, (c.about ->> 'decision_id')::uuid, c.at, count(a.command_id) > 0,
    count(a.refusal) > 0
FROM commands c LEFT JOIN answers a USING (command_id)
WHERE c.application_id = ANY($1::uuid[]) AND c.type IN ('ReviewGiven', 'ReviewRequested')
GROUP BY c.command_id
"""
# Of declines only those on which anything was said: there are many, and a decision is long to read.
_STANDING = """
SELECT application_id, decision_id, programme, track, outcome, decision ->> 'cause', decision #>> '{reasons,0,rule}',
    decided_at, submitted_at, withdrawn_at
FROM applications
WHERE application_id = ANY($1::uuid[]) AND submitted_at IS NOT NULL
    AND (outcome = 'review' OR (outcome = 'decline' AND application_id = ANY($2::uuid[])))
"""
_GONE = "DELETE FROM waiting WHERE application_id = ANY($1::uuid[])"
_WAIT = """
INSERT INTO waiting AS w SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[],
    $6::timestamptz[], $7::boolean[])
ON CONFLICT (application_id) DO UPDATE SET decision_id = excluded.decision_id, programme = excluded.programme,
    track = excluded.track, reason = excluded.reason, since = excluded.since, answering = excluded.answering
WHERE w.* IS DISTINCT FROM excluded.*
"""

FITS = """
NOT w.answering AND ($1::text IS NULL OR w.programme = $1) AND ($2::text IS NULL OR w.track = $2)
    AND ($3::text IS NULL OR w.reason = $3)
"""
_WAITING = "SELECT w.application_id, w.decision_id, w.programme, w.track, w.reason, w.since, w.answering"
_QUEUE = f"""
{_WAITING}, c.by
FROM waiting w LEFT JOIN claims c ON c.application_id = w.application_id AND c.until > now()
WHERE {FITS} AND (w.since, w.application_id) > ($4, $5)
ORDER BY w.since, w.application_id LIMIT $6
"""
_ONE = f"{_WAITING} FROM waiting w WHERE application_id = $1"
_COUNTED = """
SELECT programme, track, reason, count(*), min(since) FROM waiting WHERE NOT answering GROUP BY programme, track, reason
"""
_ANSWERING = "SELECT count(*) FROM waiting WHERE answering"
_GIVEN = """
SELECT count(*) FROM commands c WHERE type = 'ReviewGiven' AND by = $1 AND at >= $2
AND NOT EXISTS (SELECT FROM answers a WHERE a.command_id = c.command_id AND a.refusal IS NOT NULL)
"""


async def refresh(connection: Any, applications: Iterable[UUID], answered: Iterable[UUID]) -> None:
    """Bring the queue up to date with what a batch wrote: of these applications, and those of the answered commands.

    Raises what asyncpg raises.
    """
    ids = set(applications)
    if commands := list(answered):
        ids |= {row[0] for row in await connection.fetch(_OF_COMMANDS, commands)}
    if not ids:
        return
    words: dict[UUID, list[Word]] = {}
    for application, *word in await connection.fetch(_WORDS, sorted(ids)):
        words.setdefault(application, []).append(Word(*word))
    standing = [Standing(*row) for row in await connection.fetch(_STANDING, sorted(ids), sorted(words))]
    rows = [found for it in standing if (found := waits(it, words.get(it.application_id, ()))) is not None]
    await connection.execute(_GONE, sorted(ids - {it.application_id for it in rows}))
    if rows:
        await connection.execute(_WAIT, *(list(column) for column in zip(*sorted(rows), strict=True)))


class ReviewReading:
    """Reads the queue for the pages. All of it raises what asyncpg raises."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def queue(self, wanted: Wanted, after: Spot, most: int) -> list[tuple[Waiting, str | None]]:
        """What waits after a place, the longest first, each with who looks at it now."""
        rows = await self._pool.fetch(_QUEUE, *wanted, *after, most)
        return [(Waiting(*row[:-1]), row[-1]) for row in rows]

    async def counted(self) -> list[Counted]:
        """How many wait, by programme, track and reason."""
        return [Counted(*row) for row in await self._pool.fetch(_COUNTED)]

    async def answering(self) -> int:
        """How many verdicts are sent and not answered yet."""
        return int(await self._pool.fetchval(_ANSWERING))

    async def waiting(self, application: UUID) -> Waiting | None:
        """The application in the queue, or None where it does not wait."""
        row = await self._pool.fetchrow(_ONE, application)
        return None if row is None else Waiting(*row)

    async def given(self, by: str, since: datetime) -> int:
        """How many verdicts somebody gave since a moment, without those that were refused."""
        return int(await self._pool.fetchval(_GIVEN, by, since))
