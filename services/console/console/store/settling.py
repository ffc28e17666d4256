"""Dead letters and what became of them: written with the batch that tells it, read for who is to settle them."""

import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from console.core.happenings import Place
from console.core.settling import STATES, Stands
from hiring.events.answer import CommandAnswered, SettlementRecorded
from hiring.events.command import DeadLetterGroup

# The first word on a letter stands: nobody settles one twice, and a record that is read again says the same.
_SETTLE = """
INSERT INTO settlements SELECT * FROM unnest($1::integer[], $2::bigint[], $3::text[], $4::uuid[], $5::text[],
    $6::text[], $7::timestamptz[])
ON CONFLICT DO NOTHING
"""
# Topics are read side by side: the letter may come before or after the word on it.
_MARK = """
WITH marked AS (
    UPDATE dead_letters d SET state = s.state
    FROM unnest($1::integer[], $2::bigint[]) AS g (partition, "offset") JOIN settlements s USING (partition, "offset")
    WHERE d.partition = g.partition AND d."offset" = g."offset" AND d.state = 'open'
    RETURNING d.topic, d.flaw)
UPDATE dead_letter_groups g SET open = g.open - m.n
FROM (SELECT topic, flaw, count(*) AS n FROM marked GROUP BY topic, flaw) AS m
WHERE g.topic = m.topic AND g.flaw = m.flaw
"""

_POSITIONS = "SELECT topic, partition, next FROM positions WHERE topic = ANY($1::text[])"
_REBUILDING = "SELECT rebuilding_since IS NOT NULL FROM read_model"
_LETTER = """
SELECT partition, "offset", consumer, d.state, s.command_id
FROM dead_letters d LEFT JOIN settlements s USING (partition, "offset") WHERE partition = $1 AND "offset" = $2
"""
_OPEN = """
SELECT partition, "offset", consumer, state, NULL FROM dead_letters
WHERE topic = $1 AND flaw = $2 AND state = 'open' AND failed_at <= $3 AND (partition, "offset") > ($4, $5)
ORDER BY partition, "offset" LIMIT $6
"""
_SETTLED_BY = "SELECT count(*) FROM settlements WHERE command_id = $1"
_ANSWER = "SELECT refusal, note, answered_at FROM answers WHERE command_id = $1 AND service = $2"
_STANDS = """
SELECT g.id, a.submitted_at, a.decision_id, a.decided_at, f.at FROM unnest($1::uuid[]) AS g (id)
LEFT JOIN applications a ON a.application_id = g.id LEFT JOIN forgotten f ON f.application_id = g.id
"""

Spot = tuple[int, int]
"""Partition and offset of a dead letter on its topic."""
Partition = tuple[str, int]


class Letter(NamedTuple):
    """A dead letter, the group that set it aside, its state and, where that is not open, by which command."""

    partition: int
    offset: int
    consumer: str
    state: str
    command_id: UUID | None

    @property
    def spot(self) -> Spot:
        return self.partition, self.offset


class Behind(Exception):
    """The read model does not hold yet what the topics held when that was asked."""


async def write(connection: Any, told: Iterable[object], letters: Sequence[Place]) -> None:
    """Keep the settlements among `told`, and mark these and the new dead letters. Raises what asyncpg raises."""
    settled = [it for it in told if isinstance(it, SettlementRecorded)]
    rows = [
        (at.partition, at.offset, STATES[it.then], it.command_id, it.by, it.why, it.at)
        for it in settled
        for at in it.letters
    ]
    if rows:
        await connection.execute(_SETTLE, *_columns(rows))
    spots = sorted({(row[0], row[1]) for row in rows} | {(it.partition, it.offset) for it in letters})
    if spots:
        await connection.execute(_MARK, *_columns(spots))


class Look:
    """What the read model says, all as of one moment."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def answer(self, command: UUID, service: str) -> CommandAnswered | None:
        """What `service` has answered already."""
        row = await self._connection.fetchrow(_ANSWER, command, service)
        return row and CommandAnswered(command_id=command, service=service, **row)

    async def letter(self, spot: Spot) -> Letter | None:
        """The dead letter at a place; None where there is none."""
        row = await self._connection.fetchrow(_LETTER, *spot)
        return row and Letter(*row)

    async def open_of(self, group: DeadLetterGroup, after: Spot, most: int) -> list[Letter]:
        """Open letters of a group beyond a place, in the order of their places."""
        asked = (group.topic, group.flaw, group.failed_until, *after, most)
        return [Letter(*row) for row in await self._connection.fetch(_OPEN, *asked)]

    async def settled_by(self, command: UUID) -> int:
        """How many letters a command settled so far."""
        number: int = await self._connection.fetchval(_SETTLED_BY, command)
        return number

    async def stands(self, applications: Iterable[UUID]) -> dict[UUID, Stands]:
        """What is known of each of these applications, also that it was forgotten."""
        rows = await self._connection.fetch(_STANDS, list(applications))
        return {row[0]: Stands(*row[1:]) for row in rows}


class SettlingReading:
    """Reads for who settles dead letters. All of it raises what asyncpg raises."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    @contextlib.asynccontextmanager
    async def as_of(self, ends: Mapping[Partition, int]) -> AsyncIterator[Look]:
        """Look inside the block; raises Behind where the read model is made anew, or has not read so far."""
        async with self._pool.acquire() as connection, connection.transaction(isolation="repeatable_read"):
            if await connection.fetchval(_REBUILDING):
                raise Behind
            rows = await connection.fetch(_POSITIONS, sorted({topic for topic, _ in ends}))
            reached: dict[Partition, int] = {(row[0], row[1]): row[2] for row in rows}
            if any(reached.get(of, 0) < end for of, end in ends.items()):
                raise Behind
            yield Look(connection)


def _columns(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
