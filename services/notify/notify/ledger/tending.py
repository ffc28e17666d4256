"""What is put right and counted every now and then."""

from datetime import datetime
from typing import NamedTuple

import asyncpg

from notify.ledger.rows import fall, noted

# A contact and a decision stored at the same moment by two replicas do not see each other; this joins them.
_ADDRESS_ALL = """
UPDATE letters l SET due_at = now() FROM contacts c
WHERE l.state = 'queued' AND l.due_at IS NULL AND c.candidate_id = l.candidate_id
"""
# So do a decision and a wish.
_WITHDRAWN = f"""
UPDATE letters l SET {fall("'withdrawn'")} FROM withdrawals w
WHERE w.application_id = l.application_id AND l.fallen IS NULL AND l.wished_at <= w.at
  AND l.state IN ('queued', 'held')
"""
# Whose worker died with the letter of somebody who was erased meanwhile: nobody can claim it any more.
_LEFT_BEHIND = f"""
UPDATE letters l SET state = 'suppressed', cause = l.fallen, due_at = NULL, changed_at = now(),
    changes = {noted("'suppressed'", "l.fallen")}
WHERE l.state = 'sending' AND l.due_at <= now() AND l.candidate_id IS NULL
"""

_COUNT = """
SELECT (SELECT count(*) FROM letters WHERE state = 'queued' AND due_at IS NULL) AS waiting,
       (SELECT min(created_at) FROM letters WHERE state = 'queued' AND due_at IS NULL) AS waiting_since,
       count(*) FILTER (WHERE due_at <= now()) AS due, count(*) FILTER (WHERE due_at > now()) AS later,
       (SELECT count(*) FROM letters WHERE state = 'held') AS held,
       (SELECT count(*) FROM letters WHERE state = 'failed' AND fallen IS NULL) AS failed,
       (SELECT count(*) FROM pauses WHERE paused) AS pauses
FROM letters WHERE state = 'queued' AND due_at IS NOT NULL
"""
_RELOOK = """
UPDATE letters SET due_at = now() WHERE state = 'queued' AND message_id IS NULL AND due_at > now()
"""


class Counts(NamedTuple):
    """Letters that wait for their contact, and since when the longest does; that are due; that wait for their time;
    that are held; that failed and still stand; and how many pauses are on."""

    waiting: int
    waiting_since: datetime | None
    due: int
    later: int
    held: int
    failed: int
    pauses: int


class Tending:
    """Housekeeping."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def join_up(self) -> None:
        """Join what replicas stored side by side, letters with their contacts and with their withdrawals; and let go
        of erased letters that nobody sends any more."""
        await self._pool.execute(_ADDRESS_ALL)
        await self._pool.execute(_WITHDRAWN)
        await self._pool.execute(_LEFT_BEHIND)

    async def look_again(self) -> None:
        """Let every letter that waits for its time be looked at again: the calendar may be another one."""
        await self._pool.execute(_RELOOK)

    async def count(self) -> Counts:
        """How many letters are not yet under way, and why."""
        row = await self._pool.fetchrow(_COUNT)
        assert row is not None
        return Counts(*row)
