"""Who looks at which application: claimed, renewed, given back. Two people never hold the same one."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from console.core.reviews import Wanted
from console.store.reviews import FITS

HELD = timedelta(minutes=10)
"""So long a claim holds; an open page renews it."""
LONGEST = timedelta(hours=1)
"""After so long an open page renews it no more: it may have been left open."""
SENT = timedelta(minutes=1)
"""So long nobody else gets what a verdict was just sent on: by then it is known here to be answered, or under way."""
SKIPPED = timedelta(minutes=30)

# Whoever asks at the same moment passes over the row that another is about to claim.
_LONGEST_FREE = f"""
SELECT w.application_id FROM waiting w
WHERE {FITS} AND NOT EXISTS (
        SELECT FROM claims c
        WHERE c.application_id = w.application_id AND c.until > now() AND (c.by <> $4 OR c.sent = w.decision_id))
    AND NOT EXISTS (SELECT FROM skips s WHERE s.application_id = w.application_id AND s.by = $4 AND s.until > now())
ORDER BY w.since, w.application_id LIMIT 1 FOR UPDATE OF w SKIP LOCKED
"""  # noqa: S608, put together from constants
_TAKE = """
INSERT INTO claims AS c (application_id, by, taken_at, until) VALUES ($1, $2, now(), now() + $3)
ON CONFLICT (application_id) DO UPDATE SET by = excluded.by, until = excluded.until, sent = NULL,
    taken_at = CASE WHEN c.by = excluded.by AND c.sent IS NULL AND c.until > now() THEN c.taken_at ELSE now() END
WHERE c.by = excluded.by OR c.until <= now()
RETURNING c.until
"""
# A row that another is changing is left to them: two who wait for each other would both fail.
_TIDY = """
DELETE FROM claims WHERE application_id IN (
    SELECT application_id FROM claims
    WHERE (until <= now() OR (by = $2 AND sent IS NULL)) AND application_id <> $1 FOR UPDATE SKIP LOCKED)
"""
_HOLDER = "SELECT by, until FROM claims WHERE application_id = $1 AND until > now()"
_RENEW = """
UPDATE claims SET until = now() + $3
WHERE application_id = $1 AND by = $2 AND sent IS NULL AND taken_at > now() - $4::interval
RETURNING until
"""
_RELEASE = "DELETE FROM claims WHERE application_id = $1 AND by = $2 AND sent IS NULL"
_SEND = "UPDATE claims SET sent = $3, until = now() + $4 WHERE application_id = $1 AND by = $2"
_SKIP = """
INSERT INTO skips (by, application_id, until) VALUES ($1, $2, now() + $3)
ON CONFLICT (by, application_id) DO UPDATE SET until = excluded.until
"""
_SKIPS_OVER = "DELETE FROM skips WHERE by = $1 AND until <= now()"
_SKIPPED = f"""
SELECT count(*) FROM skips s JOIN waiting w USING (application_id) WHERE s.by = $4 AND s.until > now() AND {FITS}
"""  # noqa: S608, likewise
_UNSKIP = "DELETE FROM skips WHERE by = $1"


class Claim(NamedTuple):
    """Who looks at an application, and until when it is theirs."""

    by: str
    until: datetime


class Claims:
    """The claims in Postgres, for every console there is. All of it raises what asyncpg raises."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def next(self, by: str, wanted: Wanted) -> UUID | None:
        """Claim the longest waiting that nobody looks at and `by` has not skipped; None where there is none."""
        while True:
            async with self._pool.acquire() as connection, connection.transaction():
                found: UUID | None = await connection.fetchval(_LONGEST_FREE, *wanted, by)
                if found is None or await _take(connection, found, by):
                    return found
            # Another claimed it between the look and the claim, and has committed: look once more.

    async def take(self, application: UUID, by: str) -> Claim | None:
        """Claim an application, or renew the claim. Whose it is now; by somebody else where it was theirs before."""
        async with self._pool.acquire() as connection, connection.transaction():
            if until := await _take(connection, application, by):
                return Claim(by, until)
        return await self.holder(application)

    async def holder(self, application: UUID) -> Claim | None:
        """Whose an application is."""
        row = await self._pool.fetchrow(_HOLDER, application)
        return None if row is None else Claim(*row)

    async def renew(self, application: UUID, by: str) -> Claim | None:
        """Keep a claim for longer. Whose it is now; None where it ended, or is held for as long as it may be."""
        until = await self._pool.fetchval(_RENEW, application, by, HELD, LONGEST)
        return await self.holder(application) if until is None else Claim(by, until)

    async def release(self, application: UUID, by: str) -> None:
        """Give a claim back."""
        await self._pool.execute(_RELEASE, application, by)

    async def sent(self, application: UUID, by: str, decision: UUID) -> None:
        """Note that the claim's holder is about to send a verdict on a decision."""
        await self._pool.execute(_SEND, application, by, decision, SENT)

    async def skip(self, application: UUID, by: str) -> None:
        """Put an application to the back of the queue, for `by` alone."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(_RELEASE, application, by)
            await connection.execute(_SKIPS_OVER, by)
            await connection.execute(_SKIP, by, application, SKIPPED)

    async def skipped(self, by: str, wanted: Wanted) -> int:
        """How many that wait are at the back of the queue for `by`."""
        return int(await self._pool.fetchval(_SKIPPED, *wanted, by))

    async def unskip(self, by: str) -> None:
        """Have what was skipped in its place again."""
        await self._pool.execute(_UNSKIP, by)


async def _take(connection: Any, application: UUID, by: str) -> datetime | None:
    until: datetime | None = await connection.fetchval(_TAKE, application, by, HELD)
    if until is not None:
        await connection.execute(_TIDY, application, by)
    return until
