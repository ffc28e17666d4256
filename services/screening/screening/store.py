"""Decisions in Postgres: written once, read back as they were written."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg

from hiring.consumer import Outdated

# Answers with the places of those that were there already: most batches have none or few. Where policies have been
# approved since the plan was made, nothing is written and the answer is -1: no decision is stored that does not
# follow every policy approved before it.
_ADD = """
WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[], $7::bytea[],
        $8::int[], $9::bigint[]) WITH ORDINALITY
        AS g (application_id, settles, decision_id, outcome, track, decided_at, data, partition_, offset_, place)),
outdated AS MATERIALIZED (SELECT count(*) <> $10 AS is_so FROM policies WHERE approved_at IS NOT NULL),
added AS (
    INSERT INTO decisions (application_id, settles, decision_id, outcome, track, decided_at, data,
        source_partition, source_offset)
    SELECT application_id, settles, decision_id, outcome, track, decided_at, data, partition_, offset_ FROM given
    WHERE NOT (SELECT is_so FROM outdated)
    ON CONFLICT (application_id, settles) DO NOTHING
    RETURNING decision_id)
SELECT -1 FROM outdated WHERE is_so
UNION ALL
SELECT place - 1 FROM given WHERE decision_id NOT IN (SELECT decision_id FROM added)
"""
# Each of these and, after it, the review of it where a person gave one. The last of its batch stands again where the
# application has other revisions, but not where its record, or a later one of the partition, has made one stand
# already: a batch may be repeated late. Offsets of two partitions cannot be compared, and then it stands again.
_READ = """
WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bool[], $4::int[], $5::bigint[], $6::bigint[])
        AS g (application_id, settles, last, partition_, offset_, place)),
first AS (
    SELECT place, last, partition_, offset_, decision_id AS of, d.*
    FROM given JOIN decisions d USING (application_id, settles)),
chain AS (
    SELECT * FROM first
    UNION ALL
    SELECT place, last, partition_, offset_, f.decision_id, r.* FROM first f JOIN decisions r
        ON r.application_id = f.application_id AND r.settles = f.decision_id),
again AS (
    UPDATE decisions d SET serial = DEFAULT, source_partition = end_.partition_, source_offset = end_.offset_
    FROM (SELECT DISTINCT ON (application_id) * FROM chain WHERE last ORDER BY application_id, serial DESC) AS end_
    WHERE d.application_id = end_.application_id AND d.settles = end_.settles
      AND EXISTS (SELECT FROM decisions o WHERE o.application_id = end_.application_id
                  AND o.decision_id <> end_.of AND o.settles <> end_.of)
      AND NOT EXISTS (SELECT FROM decisions o WHERE o.application_id = end_.application_id
                      AND o.source_partition = end_.partition_ AND o.source_offset >= end_.offset_))
SELECT place, application_id::text, settles::text, decision_id::text, outcome, track, decided_at, data
FROM chain ORDER BY place, serial
"""
# The first of a candidate stays the first; of two in a batch, the one that came first.
_CLAIM = """
INSERT INTO first_applications (programme, candidate_id, application_id)
SELECT DISTINCT ON (programme, candidate_id) programme, candidate_id, application_id
FROM unnest($1::text[], $2::text[], $3::uuid[])
    WITH ORDINALITY AS g (programme, candidate_id, application_id, place)
ORDER BY programme, candidate_id, place
ON CONFLICT (programme, candidate_id) DO NOTHING
"""
_FURTHER = """
SELECT place - 1 FROM unnest($1::text[], $2::text[], $3::uuid[])
    WITH ORDINALITY AS g (programme, candidate_id, application_id, place)
JOIN first_applications f USING (programme, candidate_id) WHERE f.application_id <> g.application_id
"""


class StoredDecision(NamedTuple):
    """A row of `decisions`, in the order of its columns; ids as text, `data` the event's JSON as published.

    `settles` is what it answers: see `revision_settled`, and for a review the decision_id of what was reviewed.
    Where the record stood that asks for it: its partition and offset, where there is one and it is known.
    """

    application_id: str
    settles: str
    decision_id: str
    outcome: str
    track: str | None
    decided_at: datetime
    data: bytes
    source_partition: int | None = None
    source_offset: int | None = None


class Candidacy(NamedTuple):
    """An application to a programme that notes each candidate's first; `further` is decided if it is not that one."""

    programme: str
    candidate_id: str
    place: int
    """Which of the planned decisions it is about."""
    further: StoredDecision | None


def revision_settled(revision: str) -> str:
    """What a policy's decision on a revision settles: half of the digest, as the text of a UUID."""
    return revision[:32]


class DecisionStore:
    """The table `decisions` of screening's own database."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def add(
        self, decisions: Sequence[StoredDecision], approved: int, candidacies: Sequence[Candidacy] = ()
    ) -> list[StoredDecision]:
        """Insert what is new, in one statement; return each decision as it stands in the table, in order.

        A revision that was decided already keeps its first decision, whatever policy decided it, so whoever repeats
        a batch publishes the same bytes; a person's review of it follows it. `approved` is how many policies the
        decisions were made by. Raises Outdated where there are more by now; asyncpg.PostgresError, OSError or
        TimeoutError.
        """
        if not decisions:
            return []
        if not candidacies:
            return await _add(self._pool, decisions, approved)
        async with self._pool.acquire() as connection, connection.transaction():
            further = dict(await _further(connection, decisions, candidacies))
            decisions = [further.get(place, decision) for place, decision in enumerate(decisions)]
            return await _add(connection, decisions, approved)


async def _further(
    connection: Any, decisions: Sequence[StoredDecision], candidacies: Sequence[Candidacy]
) -> list[tuple[int, StoredDecision]]:
    columns = (
        [one.programme for one in candidacies],
        [one.candidate_id for one in candidacies],
        [decisions[one.place].application_id for one in candidacies],
    )
    # What an approval reads and writes it locks in this order too.
    await connection.execute("LOCK TABLE decisions IN ROW EXCLUSIVE MODE")
    await connection.execute(_CLAIM, *columns)
    # A statement of its own, so that it sees what another replica has claimed in the meantime.
    found = [candidacies[row[0]] for row in await connection.fetch(_FURTHER, *columns)]
    return [(one.place, one.further) for one in found if one.further is not None]


async def _add(database: Any, decisions: Sequence[StoredDecision], approved: int) -> list[StoredDecision]:
    known = [row[0] for row in await database.fetch(_ADD, *zip(*decisions, strict=True), approved)]
    if not known:
        return list(decisions)
    if -1 in known:
        raise Outdated
    last = {decision.application_id: place for place, decision in enumerate(decisions)}
    rows = await database.fetch(
        _READ,
        [decisions[place].application_id for place in known],
        [decisions[place].settles for place in known],
        [last[decisions[place].application_id] == place for place in known],
        [decisions[place].source_partition for place in known],
        [decisions[place].source_offset for place in known],
        known,
    )
    stored: dict[int, list[StoredDecision]] = {}
    for place, *row in rows:
        stored.setdefault(place, []).append(StoredDecision(*row))
    if len(stored) < len(known):
        # A row was taken away between the two statements: what would be published instead stands nowhere.
        raise Outdated
    return [standing for place, decision in enumerate(decisions) for standing in stored.get(place, [decision])]
