"""The ledger in Postgres: contacts, and one letter a decision. Every method raises what asyncpg raises."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from hiring.events.notification import LetterState
from notify.core.fate import Fate
from notify.core.plan import Plan

_FORGET_CONTACTS = "DELETE FROM contacts WHERE candidate_id = ANY($1::text[])"
_FORGET_LETTERS = "DELETE FROM letters WHERE application_id = ANY($1::uuid[])"
# Without a contact there is nowhere to send to: the letter waits again.
_UNADDRESS = "UPDATE letters SET due_at = NULL WHERE state = 'queued' AND candidate_id = ANY($1::text[])"

# At the same instant the later record of the log holds: a source may correct what it said.
_ADD_CONTACTS = """
INSERT INTO contacts AS c (candidate_id, name, email, phone, locale, time_zone, given_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
ON CONFLICT (candidate_id) DO UPDATE
SET name = excluded.name, email = excluded.email, phone = excluded.phone, locale = excluded.locale,
    time_zone = excluded.time_zone, given_at = excluded.given_at
WHERE c.given_at <= excluded.given_at
"""

# The scalar sub-query makes the look-up an index probe a row, whatever the planner believes of the tables.
_ADD_LETTERS = """
INSERT INTO letters (decision_id, application_id, candidate_id, decision, due_at)
SELECT r.decision_id, r.application_id, r.candidate_id, r.decision,
       (SELECT now() FROM contacts c WHERE c.candidate_id = r.candidate_id)
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::json[])
     AS r (decision_id, application_id, candidate_id, decision)
ON CONFLICT (decision_id) DO NOTHING
"""

_ADDRESS = """
UPDATE letters SET due_at = now() WHERE state = 'queued' AND due_at IS NULL AND candidate_id = ANY($1::text[])
"""

# The array makes Postgres take the rows first and then find them by key, and never join whole tables.
_CLAIM = """
UPDATE letters l
SET state = 'sending', due_at = now() + $2, claims = l.claims + 1, changed_at = now(),
    message_id = coalesce(l.message_id, '<' || l.decision_id || '@' || $3 || '>')
FROM contacts c
WHERE c.candidate_id = l.candidate_id
  AND l.decision_id = ANY (ARRAY (
    SELECT due.decision_id FROM letters due
    WHERE due.state IN ('queued', 'sending') AND due.due_at <= now()
      AND EXISTS (SELECT FROM contacts WHERE candidate_id = due.candidate_id)
    ORDER BY due.due_at LIMIT $1
    FOR UPDATE OF due SKIP LOCKED))
RETURNING l.decision_id, l.claims, l.decision, l.attempts, l.doubts, l.message_id, c.name, c.email, c.locale
"""

_RENEW = """
UPDATE letters l SET due_at = now() + $3
FROM unnest($1::uuid[], $2::integer[]) AS held (decision_id, claim)
WHERE l.decision_id = held.decision_id AND l.state = 'sending' AND l.claims = held.claim
RETURNING l.decision_id
"""

# `claims` fences: a worker whose lease ran out, or a write that is repeated because its answer was lost, must not
# undo what came since. A letter that the relay took is sent, whoever holds it.
_RECORD = """
UPDATE letters l
SET state = r.state, attempts = l.attempts + r.tried, doubts = l.doubts + r.doubts, cause = r.cause,
    changed_at = now(),
    due_at = CASE WHEN r.state = 'queued' THEN (
        SELECT now() + r.pause * interval '1 second' FROM contacts c WHERE c.candidate_id = l.candidate_id) END
FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::float8[], $6::integer[], $7::integer[])
     AS r (decision_id, claim, state, cause, pause, tried, doubts)
WHERE l.decision_id = r.decision_id
  AND (l.state = 'sending' AND l.claims = r.claim OR l.state IN ('queued', 'sending') AND r.state = 'sent')
RETURNING l.decision_id, l.application_id, l.candidate_id, l.state, l.message_id, l.attempts, l.cause, l.changed_at
"""

_UNPUBLISHED = """
SELECT decision_id, application_id, candidate_id, state, message_id, attempts, cause, changed_at FROM letters
WHERE state IN ('sent', 'failed') AND NOT published AND changed_at <= now() - $1::interval
ORDER BY changed_at LIMIT $2
"""

_PUBLISHED = "UPDATE letters SET published = true WHERE decision_id = ANY($1::uuid[])"

# A contact and a decision stored at the same moment by two replicas do not see each other; this joins them.
_ADDRESS_ALL = """
UPDATE letters l SET due_at = now() FROM contacts c
WHERE l.state = 'queued' AND l.due_at IS NULL AND c.candidate_id = l.candidate_id
"""

_COUNT = """
SELECT count(*) FILTER (WHERE due_at IS NULL) AS waiting, count(*) FILTER (WHERE due_at IS NOT NULL) AS queued
FROM letters WHERE state = 'queued'
"""


class Claimed(NamedTuple):
    """A letter a worker holds until its lease ends, with whom it goes to. `claim` names this holding of it."""

    decision_id: UUID
    claim: int
    decision: str
    attempts: int
    doubts: int
    message_id: str
    name: str
    email: str
    locale: str


class Result(NamedTuple):
    """What became of a letter under one claim."""

    decision_id: UUID
    claim: int
    fate: Fate


class AtRest(NamedTuple):
    """A letter sent or failed, as the ledger has it."""

    decision_id: UUID
    application_id: UUID
    candidate_id: str
    state: LetterState
    message_id: str
    attempts: int
    cause: str | None
    changed_at: datetime


class Counts(NamedTuple):
    """Letters that wait for their contact, and letters that wait for a worker."""

    waiting: int
    queued: int


class Ledger:
    """The tables `contacts` and `letters` of notify's own database."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def enter(self, plan: Plan) -> None:
        """Apply a plan in one transaction. A second time it changes nothing."""
        async with self._pool.acquire() as connection, connection.transaction():
            if plan.forgotten_candidates:
                candidates = sorted(plan.forgotten_candidates)
                await connection.execute(_FORGET_CONTACTS, candidates)
                await connection.execute(_UNADDRESS, candidates)
            if plan.forgotten_applications:
                await connection.execute(_FORGET_LETTERS, sorted(plan.forgotten_applications))
            if plan.contacts:
                await connection.execute(
                    _ADD_CONTACTS,
                    *_columns(
                        [
                            (c.candidate_id, c.name, c.email, c.phone, c.locale, c.time_zone, c.given_at)
                            for c in plan.contacts.values()
                        ]
                    ),
                )
                await connection.execute(_ADDRESS, list(plan.contacts))
            if plan.decisions:
                await connection.execute(
                    _ADD_LETTERS,
                    *_columns(
                        [
                            (d.decision_id, d.application_id, d.candidate_id, d.model_dump_json())
                            for d in plan.decisions.values()
                        ]
                    ),
                )

    async def claim(self, most: int, lease: timedelta, domain: str) -> list[Claimed]:
        """Take up to `most` letters that are due, for the time of the lease; nobody else holds these.

        A letter keeps the Message-ID of its first claim, `<decision_id@domain>`.
        """
        return [Claimed(*row) for row in await self._pool.fetch(_CLAIM, most, lease, domain)]

    async def renew(self, held: Collection[Claimed], lease: timedelta) -> set[UUID]:
        """Hold these letters for the time of the lease from now, in one statement; return which are still held."""
        rows = await self._pool.fetch(_RENEW, [it.decision_id for it in held], [it.claim for it in held], lease)
        return {row[0] for row in rows}

    async def record(self, results: Sequence[Result]) -> list[AtRest]:
        """Write down what became of letters, in one statement; return those that came to rest by it."""
        # One row a letter, or Postgres would choose: that it was sent counts for more than what came of another claim.
        last = {result.decision_id: result for result in sorted(results, key=_weight)}
        rows = await self._pool.fetch(_RECORD, *_columns([(*result[:2], *result.fate) for result in last.values()]))
        return [AtRest(*row) for row in rows if row["state"] != "queued"]

    async def unpublished(self, older: timedelta, most: int) -> list[AtRest]:
        """Letters at rest for longer than `older` whose news is not marked as published."""
        return [AtRest(*row) for row in await self._pool.fetch(_UNPUBLISHED, older, most)]

    async def mark_published(self, decisions: Sequence[UUID]) -> None:
        """Note that the news of these letters is in the log."""
        await self._pool.execute(_PUBLISHED, decisions)

    async def address_waiting(self) -> None:
        """Let every waiting letter whose contact is there fall due."""
        await self._pool.execute(_ADDRESS_ALL)

    async def count(self) -> Counts:
        """How many letters are not yet under way."""
        row = await self._pool.fetchrow(_COUNT)
        assert row is not None
        return Counts(*row)


def _weight(result: Result) -> tuple[bool, int]:
    return result.fate.state == "sent", result.claim


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
