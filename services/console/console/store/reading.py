"""What the pages ask of the read model. Every question reads few rows, however many applications there are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import orjson

from console.core.glance import Counted, Glance, glance
from console.core.projection import Cell, Line
from console.core.reviews import NO_POLICY
from hiring.events.application import Facts
from hiring.events.decision import DecisionMade

_MODEL = "SELECT changed, rebuilding_since, last_arrived FROM read_model"
_LEFT = "SELECT coalesce(sum(target - next), 0) FROM positions WHERE next < target"
CELLS = "SELECT programme, outcome, track, unit, letter, withdrawn, n FROM cells WHERE n <> 0"
"""How many applications are in each state: see Counted."""
# Of the policies that judge what is submitted now.
_SEATS = """
SELECT DISTINCT ON (programme) programme, seats FROM policies
WHERE approved_at IS NOT NULL AND (effective_from IS NULL OR effective_from <= now())
ORDER BY programme, effective_from DESC NULLS LAST, approved_at DESC
"""
# What /reviews lists.
_WAITING = """
SELECT programme, count(*), count(*) FILTER (WHERE reason = $1) FROM waiting WHERE NOT answering GROUP BY programme
"""
_GROUPS = "SELECT topic, flaw, n, first_at, last_at, open FROM dead_letter_groups ORDER BY open = 0, last_at DESC"

_APPLICATION = """
SELECT source, programme, submitted_at, facts, decision, letter, withdrawn_at
FROM applications WHERE application_id = $1 AND submitted_at IS NOT NULL
"""
_HISTORY = "SELECT kind, id, at, by, details FROM history WHERE application_id = $1 ORDER BY at, kind DESC, id"

_DEAD = """
SELECT d.partition, d."offset", flaw, detail, topic, source_partition, source_offset, consumer, failed_at, d.state,
    s.by, s.why, s.at
FROM dead_letters d LEFT JOIN settlements s USING (partition, "offset")
"""
_DEAD_OF_GROUP = f"""
{_DEAD} WHERE topic = $1 AND flaw = $2 AND (failed_at, d.partition, d."offset") < ($3, $4, $5)
ORDER BY failed_at DESC, d.partition DESC, d."offset" DESC LIMIT $6
"""
_DEAD_ONE = f'{_DEAD} WHERE d.partition = $1 AND d."offset" = $2'


class Group(NamedTuple):
    """Dead letters of one topic and reason: `n` in all, of which `open` are neither redriven nor discarded."""

    topic: str
    flaw: str
    n: int
    first_at: datetime
    last_at: datetime
    open: int


class Dead(NamedTuple):
    """A dead letter: where it stands on its topic, why it is there, where the record stood that failed.

    `state` is `open`, `redriven` or `discarded`; by whom, why and when, of those that are not open.
    """

    partition: int
    offset: int
    flaw: str
    detail: str
    topic: str
    source_partition: int
    source_offset: int
    consumer: str
    failed_at: datetime
    state: str
    by: str | None = None
    why: str | None = None
    settled_at: datetime | None = None


class Known(NamedTuple):
    """What is known of one application; `history` from the first to the last."""

    application_id: UUID
    source: str
    programme: str
    submitted_at: datetime
    facts: Facts
    decision: DecisionMade | None
    letter: str
    withdrawn_at: datetime | None
    history: Sequence[Line]


class Reading:
    """Reads for the pages. All of it raises what asyncpg raises."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def changed(self) -> int:
        """A number that grows whenever anything is written."""
        number: int = await self._pool.fetchval("SELECT changed FROM read_model")
        return number

    async def glance(self) -> Glance:
        """The whole drive in its figures, as of one moment."""
        async with self._pool.acquire() as connection, connection.transaction(isolation="repeatable_read"):
            [(changed, since, last)] = await connection.fetch(_MODEL)
            left = await connection.fetchval(_LEFT) if since else 0
            cells = [Counted(Cell(*row[:6]), row[6]) for row in await connection.fetch(CELLS)]
            dead = await connection.fetchval("SELECT coalesce(sum(open), 0) FROM dead_letter_groups")
            queue = await connection.fetch(_WAITING, NO_POLICY)
            seats = {row[0]: orjson.loads(row[1]) for row in await connection.fetch(_SEATS)}
        return glance(
            cells,
            changed=changed,
            dead=int(dead),
            last_arrived=last,
            rebuilding=since,
            left=int(left),
            seats=seats,
            waiting={row[0]: row[1] for row in queue},
            no_policy={row[0]: row[2] for row in queue if row[2]},
        )

    async def application(self, id_: UUID) -> Known | None:
        """One application, or None where its event is not here."""
        async with self._pool.acquire() as connection, connection.transaction(isolation="repeatable_read"):
            row = await connection.fetchrow(_APPLICATION, id_)
            if row is None:
                return None
            history = await connection.fetch(_HISTORY, id_)
        source, programme, submitted_at, facts, decision, letter, withdrawn_at = row
        return Known(
            id_,
            source,
            programme,
            submitted_at,
            orjson.loads(facts),
            _decision(decision),
            letter,
            withdrawn_at,
            [Line(id_, it["kind"], it["id"], it["at"], it["by"], orjson.loads(it["details"])) for it in history],
        )

    async def groups(self) -> list[Group]:
        """Dead letters by topic and reason: those with open ones first, of these the latest."""
        return [Group(*row) for row in await self._pool.fetch(_GROUPS)]

    async def dead_of(self, topic: str, flaw: str, before: tuple[datetime, int, int], most: int) -> list[Dead]:
        """Dead letters of a group before one, the latest first."""
        return [Dead(*row) for row in await self._pool.fetch(_DEAD_OF_GROUP, topic, flaw, *before, most)]

    async def dead(self, partition: int, offset: int) -> Dead | None:
        """The dead letter at a place of its topic."""
        row = await self._pool.fetchrow(_DEAD_ONE, partition, offset)
        return None if row is None else Dead(*row)


def _decision(stored: Any) -> DecisionMade | None:
    # The pseudonym is not kept: no page needs it.
    return None if stored is None else DecisionMade.model_validate({**orjson.loads(stored), "candidate_id": "0" * 64})
