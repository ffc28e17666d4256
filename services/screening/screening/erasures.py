"""Forgets a person: deletes every decision on what they submitted before they asked for it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from hiring.events.command import CandidateErased

# Whatever is being stored is there once the table is locked, and whoever stores after it sees the erasure.
_LOCK = "LOCK TABLE decisions IN SHARE ROW EXCLUSIVE MODE"
# Two statements, each by an index whatever the planner knows of the table. An application may have had another address
# before: everything of it is read, in the order in which it came to stand.
APPLICATIONS_OF = "SELECT DISTINCT application_id FROM decisions WHERE substring(data FROM 127 FOR 64) = $1"
_DECISIONS = """
SELECT d.application_id::text, d.settles::text, d.data, s.submitted_at
FROM decisions d LEFT JOIN resubmissions s USING (application_id, settles)
WHERE d.application_id = ANY($1::uuid[]) ORDER BY d.serial
"""
_DELETE = """
DELETE FROM decisions d USING unnest($1::uuid[], $2::uuid[]) AS g (application_id, settles)
WHERE d.application_id = g.application_id AND d.settles = g.settles
RETURNING d.decision_id
"""
_REQUESTS = "DELETE FROM review_requests WHERE application_id = ANY($1::uuid[]) AND decision_id = ANY($2::uuid[])"
_RESUBMISSIONS = """
DELETE FROM resubmissions s USING unnest($1::uuid[], $2::uuid[]) AS g (application_id, settles)
WHERE s.application_id = g.application_id AND s.settles = g.settles
"""
_WITHDRAWALS = "DELETE FROM withdrawals WHERE application_id = ANY($1::uuid[]) AND at <= $2"
_FIRST = """
DELETE FROM first_applications
WHERE programme = ANY($1::text[]) AND candidate_id = ANY($2::text[]) AND application_id = ANY($3::uuid[])
"""
_NOTE = """
INSERT INTO erasures AS e (candidate_id, at, applications, application_ids) VALUES ($1, $2, cardinality($3::uuid[]), $3)
ON CONFLICT (candidate_id) DO UPDATE SET at = greatest(e.at, excluded.at), obeyed_at = now(),
    applications = e.applications + excluded.applications,
    application_ids = ARRAY(SELECT DISTINCT unnest(e.application_ids || excluded.application_ids))
"""
_LET_GO = """
UPDATE erasures SET application_ids = '{}' WHERE application_ids <> '{}' AND obeyed_at < now() - interval '7 days'
"""
_FORGOTTEN = """
SELECT id::text FROM erasures, unnest(application_ids) AS id
WHERE candidate_id = $1 AND NOT EXISTS (SELECT FROM decisions WHERE application_id = id) ORDER BY id
"""


class Kept(NamedTuple):
    """A row of `decisions` and what its record says. `submitted_at`: when the revision was submitted last, if known."""

    application_id: str
    settles: str
    candidate_id: str
    programme: str
    revision: str
    submitted_at: datetime | None


def kept(application_id: str, settles: str, data: bytes, submitted_again_at: datetime | None) -> Kept:
    """A row as it is read."""
    record = orjson.loads(data)
    told = record.get("submitted_at")
    times = [submitted_again_at, datetime.fromisoformat(told) if told else None]
    submitted_at = max((time for time in times if time is not None), default=None)
    return Kept(application_id, settles, record["candidate_id"], record["programme"], record["revision"], submitted_at)


def to_erase(decisions: Sequence[Kept], candidate: str, at: datetime) -> list[Kept]:
    """What goes of some applications, whose decisions are in the order in which they came to stand.

    What the candidate submitted up to `at` goes; so does what stood before it under another pseudonym, where it is
    the last word: the address was corrected. Of records of earlier releases it is not known when: they go.
    """
    # A person's verdict is on the same revision, which may have been submitted again since.
    later = {
        (one.application_id, one.revision)
        for one in decisions
        if one.submitted_at is not None and one.submitted_at > at
    }
    going = {
        one for one in decisions if one.candidate_id == candidate and (one.application_id, one.revision) not in later
    }
    last = {one.application_id: one for one in decisions}
    return [
        one
        for one in decisions
        if one in going or (one.candidate_id != candidate and last[one.application_id] in going)
    ]


async def erase(connection: Any, command: CandidateErased) -> list[str]:
    """Forget a person; the applications to be forgotten by whoever else has them, those of earlier times among them."""
    candidate = command.candidate_id
    await connection.execute(_LOCK)
    applications = [row[0] for row in await connection.fetch(APPLICATIONS_OF, candidate.encode())]
    found = [kept(*row) for row in await connection.fetch(_DECISIONS, applications)]
    going = to_erase(found, candidate, command.at)
    gone = sorted({one.application_id for one in going} - {one.application_id for one in set(found) - set(going)})
    if going:
        keys = [one.application_id for one in going], [one.settles for one in going]
        deleted = [row[0] for row in await connection.fetch(_DELETE, *keys)]
        await connection.execute(_REQUESTS, keys[0], deleted)
        await connection.execute(_RESUBMISSIONS, *keys)
        await connection.execute(_WITHDRAWALS, gone, command.at)
        people, programmes = {one.candidate_id for one in going}, {one.programme for one in going}
        await connection.execute(_FIRST, list(programmes), list(people), gone)
    await connection.execute(_NOTE, candidate, command.at, gone)
    await connection.execute(_LET_GO)
    return await forgotten(connection, candidate)


async def forgotten(connection: Any, candidate: str) -> list[str]:
    """The applications of a forgotten person on which there is no decision."""
    return [row[0] for row in await connection.fetch(_FORGOTTEN, candidate)]
