"""Dead letters of records that were redriven and failed again, and whether their applications were forgotten since."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from console.core.happenings import Place
from console.store.settling import Spot
from hiring.events.dead_letter import DeadLetter

_NOTE = """
INSERT INTO failed_again SELECT * FROM unnest($1::integer[], $2::bigint[], $3::integer[], $4::bigint[], $5::uuid[])
ON CONFLICT DO NOTHING
"""
# Topics are read side by side: who settled the first one may not be known yet.
_ORIGIN = """
SELECT from_partition, from_offset, s.by, s.why, s.at
FROM failed_again a
LEFT JOIN settlements s ON (s.partition, s."offset", s.command_id) = (from_partition, from_offset, a.command_id)
WHERE a.partition = $1 AND a."offset" = $2
"""
_LATER = """
SELECT d.partition, d."offset", d.failed_at, d.state
FROM failed_again a JOIN dead_letters d USING (partition, "offset")
WHERE from_partition = $1 AND from_offset = $2 ORDER BY d.failed_at, 1, 2
"""
_AMONG = """
SELECT partition, "offset" FROM unnest($1::integer[], $2::bigint[]) AS g (partition, "offset")
JOIN failed_again USING (partition, "offset")
"""
_FORGOTTEN = "SELECT at FROM forgotten WHERE application_id = $1"


class Origin(NamedTuple):
    """The dead letter that a record was redriven from; by whom, why and when, once that is known."""

    partition: int
    offset: int
    by: str | None = None
    why: str | None = None
    at: datetime | None = None


class Later(NamedTuple):
    """A dead letter that came of another one."""

    partition: int
    offset: int
    failed_at: datetime
    state: str


async def write(connection: Any, letters: Iterable[tuple[Place, DeadLetter]]) -> None:
    """Keep where each of these came from, of those that were redriven. Raises what asyncpg raises."""
    rows = [
        (at.partition, at.offset, it.letter_partition, it.letter_offset, it.command_id)
        for at, it in letters
        if it.letter_partition is not None and it.letter_offset is not None
    ]
    if rows:
        await connection.execute(_NOTE, *(list(column) for column in zip(*rows, strict=True)))


class FailingAgain:
    """Reads for the pages of dead letters. All of it raises what asyncpg raises."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def origin(self, spot: Spot) -> Origin | None:
        """What the letter at a place was redriven from, if it was."""
        row = await self._pool.fetchrow(_ORIGIN, *spot)
        return None if row is None else Origin(*row)

    async def later(self, spot: Spot) -> list[Later]:
        """The letters that came of this one when it was redriven, the first one first; more than one where the
        console was killed meanwhile."""
        return [Later(*row) for row in await self._pool.fetch(_LATER, *spot)]

    async def among(self, spots: Sequence[Spot]) -> set[Spot]:
        """Those of some letters that came of another one, whose record failed again when it was redriven."""
        rows = await self._pool.fetch(_AMONG, [it[0] for it in spots], [it[1] for it in spots])
        return {(row[0], row[1]) for row in rows}

    async def forgotten_at(self, application: UUID) -> datetime | None:
        """When an application was forgotten last."""
        at: datetime | None = await self._pool.fetchval(_FORGOTTEN, application)
        return at
