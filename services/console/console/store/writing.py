"""A batch into the read model: one transaction, and the positions move in it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from console.core.happenings import Happenings, Place
from console.core.projection import Effect, Standing, project
from console.store import asked, failing_again, policies, reviews, settling, trials
from hiring.events.answer import CommandAnswered
from hiring.events.dead_letter import DeadLetter

# The row is the lock: one writer at a time, so what is read here stays true until it is written.
_BEGIN = "SELECT generation FROM read_model FOR UPDATE"
_POSITIONS = "SELECT topic, partition, next FROM positions"

_KNOWN = """
SELECT application_id, source, programme, revision, submitted_at, decision_id, outcome, track, unit, decided_at,
    decided_by, letters, withdrawn_at
FROM applications WHERE application_id = ANY($1::uuid[])
"""
_FORGOTTEN = "SELECT application_id, at FROM forgotten WHERE application_id = ANY($1::uuid[])"

# Facts and decision are only sent where they are new: NULL keeps what is there, unless the part itself is gone.
_STAND = """
INSERT INTO applications AS a (application_id, source, programme, revision, submitted_at, decision_id, outcome, track,
    unit, decided_at, decided_by, letters, letter, letter_at, withdrawn_at, facts, decision)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::uuid[], $7::text[],
    $8::text[], $9::text[], $10::timestamptz[], $11::text[], $12::json[], $13::text[], $14::timestamptz[],
    $15::timestamptz[], $16::json[], $17::json[])
ON CONFLICT (application_id) DO UPDATE SET source = excluded.source, programme = excluded.programme,
    revision = excluded.revision, submitted_at = excluded.submitted_at, decision_id = excluded.decision_id,
    outcome = excluded.outcome, track = excluded.track, unit = excluded.unit, decided_at = excluded.decided_at,
    decided_by = excluded.decided_by, letters = excluded.letters, letter = excluded.letter,
    letter_at = excluded.letter_at, withdrawn_at = excluded.withdrawn_at,
    facts = CASE WHEN excluded.submitted_at IS NOT NULL THEN coalesce(excluded.facts, a.facts) END,
    decision = CASE WHEN excluded.decision_id IS NOT NULL THEN coalesce(excluded.decision, a.decision) END
"""
_DROP = "DELETE FROM applications WHERE application_id = ANY($1::uuid[])"
_WIPE = "DELETE FROM history WHERE application_id = ANY($1::uuid[])"
_FORGET = """
INSERT INTO forgotten AS f SELECT * FROM unnest($1::uuid[], $2::timestamptz[])
ON CONFLICT (application_id) DO UPDATE SET at = greatest(f.at, excluded.at)
"""
_TELL = """
INSERT INTO history SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::json[])
ON CONFLICT DO NOTHING
"""
_COUNT = """
INSERT INTO cells AS c
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::bigint[])
ON CONFLICT (programme, outcome, track, unit, letter, withdrawn) DO UPDATE SET n = c.n + excluded.n
"""
_DEAD = """
WITH entered AS (
    INSERT INTO dead_letters (partition, "offset", flaw, detail, topic, source_partition, source_offset, consumer,
        failed_at)
    SELECT * FROM unnest($1::integer[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::integer[], $7::bigint[],
        $8::text[], $9::timestamptz[])
    ON CONFLICT DO NOTHING RETURNING topic, flaw, failed_at)
INSERT INTO dead_letter_groups AS g (topic, flaw, n, first_at, last_at, open)
SELECT topic, flaw, count(*), min(failed_at), max(failed_at), count(*) FROM entered GROUP BY topic, flaw
ON CONFLICT (topic, flaw) DO UPDATE SET n = g.n + excluded.n, open = g.open + excluded.open,
    first_at = least(g.first_at, excluded.first_at),
    last_at = greatest(g.last_at, excluded.last_at)
"""
_MOVE = """
INSERT INTO positions AS p (topic, partition, next) SELECT * FROM unnest($1::text[], $2::integer[], $3::bigint[])
ON CONFLICT (topic, partition) DO UPDATE SET next = greatest(p.next, excluded.next)
"""
_DONE = """
UPDATE read_model SET changed = changed + 1, last_arrived = greatest(last_arrived, $1),
    rebuilding_since = CASE WHEN EXISTS (SELECT FROM positions WHERE next < target) THEN rebuilding_since END
"""


class Writing:
    """Writes for one generation of the read model."""

    def __init__(self, pool: asyncpg.Pool, generation: int) -> None:
        self._pool = pool
        self._generation = generation

    async def write(self, told: Happenings) -> bool:
        """Apply a batch, or what of it is not applied yet; False where a rebuild has begun since, and nothing is."""
        async with self._pool.acquire() as connection, connection.transaction():
            if await connection.fetchval(_BEGIN) != self._generation:
                return False
            positions = {(row[0], row[1]): row[2] for row in await connection.fetch(_POSITIONS)}
            fresh = told.beyond(positions)
            if not fresh.places:
                return True
            effect = await _project(connection, fresh)
            await _write(connection, effect)
            if fresh.asked:
                for kept in asked, policies, trials:
                    await kept.write(connection, [it for _, it in fresh.asked])
            await reviews.refresh(connection, _touched(fresh), _answered(fresh))
            if fresh.dead_letters:
                await connection.execute(_DEAD, *_columns(_dead_rows(fresh.dead_letters)))
            await settling.write(connection, [it for _, it in fresh.asked], [at for at, _ in fresh.dead_letters])
            await failing_again.write(connection, fresh.dead_letters)
            await connection.execute(_MOVE, *_columns(_next(fresh.places)))
            await connection.execute(_DONE, effect.last_arrived)
        return True


def _touched(fresh: Happenings) -> set[UUID]:
    return {it.application_id for it in fresh.applications}


def _answered(fresh: Happenings) -> list[UUID]:
    return [it.command_id for _, it in fresh.asked if isinstance(it, CommandAnswered)]


async def _project(connection: Any, fresh: Happenings) -> Effect:
    ids = sorted({it.application_id for it in fresh.applications})
    if not ids:
        return Effect({})
    known = {row["application_id"]: _standing(row) for row in await connection.fetch(_KNOWN, ids)}
    forgotten: dict[UUID, datetime] = {row[0]: row[1] for row in await connection.fetch(_FORGOTTEN, ids)}
    return project(known, forgotten, fresh.applications)


def _standing(row: Any) -> Standing:
    values = {name: value for name, value in row.items() if name not in ("application_id", "letters")}
    letters = {id_: tuple(told) for id_, told in orjson.loads(row["letters"]).items()}
    return Standing(**values, letters=letters)


async def _write(connection: Any, effect: Effect) -> None:
    gone = [id_ for id_, standing in effect.standings.items() if standing is None]
    rows = [_row(id_, standing) for id_, standing in effect.standings.items() if standing is not None]
    if effect.wiped:
        await connection.execute(_WIPE, sorted(effect.wiped))
        await asked.wipe(connection, sorted(effect.wiped))
        await trials.wipe(connection, sorted(effect.wiped))
        await connection.execute(_FORGET, list(effect.forgotten), list(effect.forgotten.values()))
    if gone:
        await connection.execute(_DROP, gone)
    if rows:
        await connection.execute(_STAND, *_columns(rows))
    if effect.lines:
        lines = [(*it[:5], orjson.dumps(it.details).decode()) for it in effect.lines]
        await connection.execute(_TELL, *_columns(lines))
    if effect.cells:
        await connection.execute(_COUNT, *_columns([(*cell, n) for cell, n in effect.cells.items()]))


def _row(id_: UUID, it: Standing) -> tuple[Any, ...]:
    return (
        id_,
        it.source,
        it.programme,
        it.revision,
        it.submitted_at,
        it.decision_id,
        it.outcome,
        it.track,
        it.unit,
        it.decided_at,
        it.decided_by,
        orjson.dumps(it.letters).decode(),
        it.letter,
        it.letter_at,
        it.withdrawn_at,
        it.facts,
        it.decision,
    )


def _dead_rows(letters: Iterable[tuple[Place, DeadLetter]]) -> list[tuple[Any, ...]]:
    return [
        (at.partition, at.offset, it.flaw, it.detail, it.topic, it.partition, it.offset, it.group, it.failed_at)
        for at, it in letters
    ]


def _next(places: Iterable[Place]) -> list[tuple[str, int, int]]:
    ends: dict[tuple[str, int], int] = {}
    for topic, partition, offset in places:
        ends[topic, partition] = max(ends.get((topic, partition), 0), offset + 1)
    return [(topic, partition, end) for (topic, partition), end in sorted(ends.items())]


def _columns(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
