"""Letters that are stuck: failed, or held for an operator."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

_STUCK = """
SELECT application_id, decision_id, programme, letter, letter_at, letters -> decision_id::text ->> 2
FROM applications WHERE submitted_at IS NOT NULL AND decision_id IS NOT NULL AND letter_at IS NOT NULL
"""
# With the state as a constant, so that the index of stuck ones serves whatever the planner knows of the others.
_LIST = {
    state: f"""
{_STUCK} AND letter = '{state}' AND (letter_at, application_id) < ($1, $2) AND ($3::text IS NULL OR programme = $3)
ORDER BY letter_at DESC, application_id DESC LIMIT $4
"""
    for state in ("failed", "held")
}
_ONE = f"{_STUCK} AND application_id = $1 AND letter IN ('failed', 'held')"


class Stuck(NamedTuple):
    """A letter that did not go out; `cause` is what notify said of it."""

    application_id: UUID
    decision_id: UUID
    programme: str
    state: str
    since: datetime
    cause: str | None


class LettersReading:
    """Reads for the pages. All of it raises what asyncpg raises."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def stuck(
        self, state: str, before: tuple[datetime, UUID], most: int, programme: str | None = None
    ) -> list[Stuck]:
        """Letters in a state, `failed` or `held`, before one, the latest first."""
        return [Stuck(*row) for row in await self._pool.fetch(_LIST[state], *before, programme, most)]

    async def stuck_one(self, application: UUID) -> Stuck | None:
        """The letter of that application, where it is stuck."""
        row = await self._pool.fetchrow(_ONE, application)
        return None if row is None else Stuck(*row)
