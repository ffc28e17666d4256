"""Decisions in Postgres: written once, read back as they were written."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import asyncpg

from hiring.consumer import Outdated
from screening.first_applications import Candidacy, judged_as_further
from screening.stored_decision import StoredDecision, submitted_later

# Answers with the places of those that were there already, most batches have none or few, and of those whose candidate
# has been forgotten since they were submitted, which are not stored. Where policies have been approved since the plan
# was made, nothing is written and the answer is -1: no decision is stored that does not follow every policy approved
# before it.
_ADD = """
WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[], $7::bytea[],
        $8::int[], $9::bigint[]) WITH ORDINALITY
        AS g (application_id, settles, decision_id, outcome, track, decided_at, data, partition_, offset_, place)),
outdated AS MATERIALIZED (SELECT count(*) <> $12 AS is_so FROM policies WHERE approved_at IS NOT NULL),
erased AS MATERIALIZED (
    SELECT place FROM unnest($10::text[], $11::timestamptz[]) WITH ORDINALITY AS g (candidate_id, submitted_at, place)
    JOIN erasures e USING (candidate_id) WHERE g.submitted_at <= e.at),
added AS (
    INSERT INTO decisions (application_id, settles, decision_id, outcome, track, decided_at, data,
        source_partition, source_offset)
    SELECT application_id, settles, decision_id, outcome, track, decided_at, data, partition_, offset_ FROM given
    WHERE NOT (SELECT is_so FROM outdated) AND place NOT IN (SELECT place FROM erased)
    ON CONFLICT (application_id, settles) DO NOTHING
    RETURNING decision_id)
SELECT -1, false FROM outdated WHERE is_so
UNION ALL
SELECT place - 1, place IN (SELECT place FROM erased) FROM given
WHERE decision_id NOT IN (SELECT decision_id FROM added)
"""
# Each of these and, after it, the review of it where a person gave one, with when it was submitted last where that is
# later than its record says. The last of its batch stands again where the application has other revisions, but not
# where its record, or a later one of the partition, has made one stand already: a batch may be repeated late. Offsets
# of two partitions cannot be compared, and then it stands again.
_READ = """
WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bool[], $4::int[], $5::bigint[], $6::timestamptz[], $7::bigint[])
        AS g (application_id, settles, last, partition_, offset_, submitted_at, place)),
first AS (
    SELECT g.place, g.last, g.partition_, g.offset_, g.submitted_at,
        greatest(g.submitted_at, s.submitted_at) AS newest, d.decision_id AS of, d.*
    FROM given g JOIN decisions d USING (application_id, settles)
    LEFT JOIN resubmissions s USING (application_id, settles)),
later AS (
    INSERT INTO resubmissions AS s (application_id, settles, submitted_at)
    SELECT application_id, settles, newest FROM first
    WHERE newest = submitted_at AND newest > coalesce(recorded_submission(data), '-infinity')
    ON CONFLICT (application_id, settles) DO UPDATE SET submitted_at = excluded.submitted_at
    WHERE s.submitted_at < excluded.submitted_at),
chain AS (
    SELECT * FROM first
    UNION ALL
    SELECT place, last, partition_, offset_, submitted_at, newest, f.decision_id, r.* FROM first f JOIN decisions r
        ON r.application_id = f.application_id AND r.settles = f.decision_id),
again AS (
    UPDATE decisions d SET serial = DEFAULT, source_partition = end_.partition_, source_offset = end_.offset_
    FROM (SELECT DISTINCT ON (application_id) * FROM chain WHERE last ORDER BY application_id, serial DESC) AS end_
    WHERE d.application_id = end_.application_id AND d.settles = end_.settles
      AND EXISTS (SELECT FROM decisions o WHERE o.application_id = end_.application_id
                  AND o.decision_id <> end_.of AND o.settles <> end_.of)
      AND NOT EXISTS (SELECT FROM decisions o WHERE o.application_id = end_.application_id
                      AND o.source_partition = end_.partition_ AND o.source_offset >= end_.offset_))
SELECT place, CASE WHEN newest > coalesce(recorded_submission(data), '-infinity') THEN newest END,
    application_id::text, settles::text, decision_id::text, outcome, track, decided_at, data
FROM chain ORDER BY place, serial
"""
_STANDING = "SELECT DISTINCT application_id::text FROM decisions WHERE application_id = ANY($1::uuid[])"


class Stored(NamedTuple):
    """What became of a batch: the decisions as they stand, and the applications of forgotten people without any."""

    decisions: list[StoredDecision]
    forgotten: Sequence[str] = ()


class DecisionStore:
    """The table `decisions` of screening's own database."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def add(
        self, decisions: Sequence[StoredDecision], approved: int, candidacies: Sequence[Candidacy] = ()
    ) -> Stored:
        """Insert what is new, in one statement; return each decision as it stands in the table, in order.

        A revision that was decided already keeps its first decision, whatever policy decided it, so whoever repeats
        a batch publishes the same; a person's review of it follows it, and both say when it was submitted last.
        What a forgotten person submitted before the erasure is not stored. `approved` is how many policies the
        decisions were made by. Raises Outdated where there are more by now; asyncpg.PostgresError, OSError or
        TimeoutError.
        """
        if not decisions:
            return Stored([])
        if not candidacies:
            return await _add(self._pool, decisions, approved)
        async with self._pool.acquire() as connection, connection.transaction():
            decisions = await judged_as_further(connection, decisions, candidacies)
            return await _add(connection, decisions, approved)


async def _add(database: Any, decisions: Sequence[StoredDecision], approved: int) -> Stored:
    answers = dict(await database.fetch(_ADD, *zip(*decisions, strict=True), approved))
    if not answers:
        return Stored(list(decisions))
    if -1 in answers:
        raise Outdated
    erased = {place for place, is_erased in answers.items() if is_erased}
    chains = await _read(database, decisions, [place for place in answers if place not in erased])
    stored = [
        standing
        for place, decision in enumerate(decisions)
        if place not in erased
        for standing in chains.get(place, [decision])
    ]
    if not erased:
        return Stored(stored)
    of_erased = list(dict.fromkeys(decisions[place].application_id for place in sorted(erased)))
    standing = {row[0] for row in await database.fetch(_STANDING, of_erased)}
    return Stored(stored, [application for application in of_erased if application not in standing])


async def _read(
    database: Any, decisions: Sequence[StoredDecision], known: Sequence[int]
) -> dict[int, list[StoredDecision]]:
    """The decisions that were there already, by place, each with the review of it."""
    if not known:
        return {}
    last = {decision.application_id: place for place, decision in enumerate(decisions)}
    rows = await database.fetch(
        _READ,
        [decisions[place].application_id for place in known],
        [decisions[place].settles for place in known],
        [last[decisions[place].application_id] == place for place in known],
        [decisions[place].source_partition for place in known],
        [decisions[place].source_offset for place in known],
        [decisions[place].submitted_at for place in known],
        known,
    )
    chains: dict[int, list[StoredDecision]] = {}
    for place, later, *row in rows:
        decision = StoredDecision(*row)
        chains.setdefault(place, []).append(decision if later is None else submitted_later(decision, later))
    if len(chains) < len(known):
        # A row was taken away between the two statements: what would be published instead stands nowhere.
        raise Outdated
    return chains
