"""A plan into the ledger: contacts, decisions, and what candidates and operators wish. One transaction."""

from collections.abc import Sequence
from typing import Any

import asyncpg

from hiring.events.answer import CommandAnswered
from notify.core.person import OFFERED
from notify.core.plan import Plan
from notify.ledger import settling
from notify.ledger.rows import AT_REST, AtRest, columns, fall, noted

_FORGET_CONTACTS = "DELETE FROM contacts WHERE candidate_id = ANY($1::text[])"
# Without a contact there is nowhere to send to: the letter waits again.
_UNADDRESS = "UPDATE letters SET due_at = NULL WHERE state = 'queued' AND candidate_id = ANY($1::text[])"

# At the same instant the later record of the log holds: a source may correct what it said. What was given before
# its person was erased is not taken again.
_ADD_CONTACTS = """
INSERT INTO contacts AS c (candidate_id, name, email, phone, locale, time_zone, given_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
    AS g (candidate_id, name, email, phone, locale, time_zone, given_at)
WHERE NOT EXISTS (SELECT FROM erasures e WHERE e.candidate_id = g.candidate_id AND e.at >= g.given_at)
ON CONFLICT (candidate_id) DO UPDATE
SET name = excluded.name, email = excluded.email, phone = excluded.phone, locale = excluded.locale,
    time_zone = excluded.time_zone, given_at = excluded.given_at
WHERE c.given_at <= excluded.given_at
"""

_ADDRESS = """
UPDATE letters SET due_at = now() WHERE state = 'queued' AND due_at IS NULL AND candidate_id = ANY($1::text[])
"""

# A decline that no letter told beside an offer, where that falls: it is looked at anew.
_AFTER_ALL = f"""
    UPDATE letters l SET state = 'queued', cause = NULL, published = false, changed_at = now(),
        due_at = (SELECT now() FROM contacts c WHERE c.candidate_id = l.candidate_id),
        changes = {noted("'queued'", "'the offer beside it fell'")}
    FROM fell f
    WHERE f.outcome = 'advance' AND l.candidate_id = f.candidate_id AND l.programme = f.programme
      AND l.application_id <> f.application_id AND l.state = 'suppressed' AND l.fallen IS NULL AND l.cause = '{OFFERED}'
"""

# Submitted again with the same facts: the decision stands, and the wish is a later one.
_LATER = """
UPDATE letters l SET wished_at = g.wished_at FROM unnest($1::uuid[], $2::timestamptz[]) AS g (decision_id, wished_at)
WHERE l.decision_id = g.decision_id AND l.wished_at < g.wished_at AND l.fallen IS NULL
"""

# The trace is that of the record which made the decision stand; a letter that is sent keeps the one it was sent in.
_TRACED = """
UPDATE letters l SET trace = g.trace FROM unnest($1::uuid[], $2::text[]) AS g (decision_id, trace)
WHERE l.decision_id = g.decision_id AND l.state = 'queued'
"""

# The scalar sub-queries make each look-up an index probe a row, whatever the planner believes of the tables.
# A decision that is here already is repeated, unless its record stands later in the log than the one that was read
# before: then it stands again. It is told again only where the candidate has heard something else since, and a letter
# that is being sent at this moment goes on. So does one that was submitted anew since it was withdrawn or erased: that
# begins from the beginning, and is told whatever was told before. The letters of an application's other decisions fall,
# and a person's other letters are looked at anew, those too that went untold beside an offer which falls. No row may be
# changed by two of the parts: Postgres would do one of them.
_ENTER = f"""
WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
        $8::timestamptz[], $9::json[], $10::boolean[], $11::integer[], $12::bigint[])
        AS g (decision_id, application_id, candidate_id, programme, outcome, says, wished_at, decided_at, decision,
              last, partition_, offset_)),
judged AS (
    SELECT g.*, CASE
        WHEN (SELECT true FROM erasures e WHERE e.candidate_id = g.candidate_id AND e.at >= g.wished_at) THEN 'erased'
        WHEN (SELECT true FROM withdrawals w WHERE w.application_id = g.application_id AND w.at >= g.wished_at)
            THEN 'withdrawn'
        WHEN NOT last THEN 'superseded' END AS fallen
    FROM given g),
entered AS (
    INSERT INTO letters AS l (decision_id, application_id, candidate_id, programme, outcome, says, wished_at,
        decided_at, decision, source_partition, source_offset, fallen, state, cause, due_at, published, changes)
    SELECT decision_id, CASE WHEN kept THEN application_id END, CASE WHEN kept THEN candidate_id END, programme,
        outcome, CASE WHEN kept THEN says END, wished_at, decided_at, CASE WHEN kept THEN decision END,
        partition_, offset_, fallen, state, fallen,
        CASE WHEN fallen IS NULL THEN (SELECT now() FROM contacts c WHERE c.candidate_id = j.candidate_id) END,
        NOT kept, jsonb_build_array(jsonb_build_object('state', state, 'at', now(), 'cause', fallen))
    FROM (SELECT *, fallen IS DISTINCT FROM 'erased' AS kept,
                 CASE WHEN fallen IS NULL THEN 'queued' ELSE 'suppressed' END AS state FROM judged) AS j
    ORDER BY decision_id
    ON CONFLICT (decision_id) DO UPDATE SET
        source_partition = excluded.source_partition, source_offset = excluded.source_offset, fallen = NULL,
        wished_at = excluded.wished_at, application_id = excluded.application_id,
        candidate_id = excluded.candidate_id, says = excluded.says, decision = excluded.decision,
        told_at = CASE WHEN l.fallen = 'superseded' THEN l.told_at END,
        review_asked_at = CASE WHEN l.fallen <> 'erased' THEN l.review_asked_at END,
        (state, due_at, message_id, attempts, doubts, published, changed_at, changes) = (
            SELECT l.state, l.due_at, l.message_id, l.attempts, l.doubts, false, l.changed_at, l.changes
            WHERE l.state = 'sending'
            UNION ALL
            SELECT excluded.state, excluded.due_at, NULL, 0, 0, false, now(),
                CASE WHEN l.fallen = 'erased' THEN excluded.changes ELSE {noted("excluded.state", "'stands again'")} END
            WHERE l.state <> 'sending'),
        cause = NULL, trace = NULL
    WHERE l.fallen IS NOT NULL AND excluded.fallen IS NULL
      AND (l.source_partition IS DISTINCT FROM excluded.source_partition OR l.source_offset < excluded.source_offset)
    RETURNING l.application_id, l.candidate_id, l.programme, l.fallen, l.decision_id, l.state, l.message_id,
        l.attempts, l.cause, l.changed_at),
fell AS (
    UPDATE letters l SET {fall("'superseded'")}
    FROM entered e
    WHERE e.fallen IS NULL AND l.application_id = e.application_id AND l.decision_id <> e.decision_id
      AND l.fallen IS NULL
    RETURNING l.*),
woken AS (
    UPDATE letters l SET due_at = now() FROM entered e
    WHERE l.candidate_id = e.candidate_id AND l.programme = e.programme AND l.application_id <> e.application_id
      AND l.state = 'queued' AND l.message_id IS NULL AND l.due_at > now()
      AND NOT EXISTS (SELECT FROM entered o WHERE o.application_id = l.application_id AND o.fallen IS NULL)),
after_all AS (
    {_AFTER_ALL} AND NOT EXISTS (SELECT FROM given o WHERE o.application_id = l.application_id))
SELECT {AT_REST} FROM entered WHERE state = 'suppressed' AND application_id IS NOT NULL
UNION ALL
SELECT {AT_REST} FROM fell WHERE state = 'suppressed' AND NOT published
"""

_WITHDRAW = f"""
WITH given AS (SELECT * FROM unnest($1::uuid[], $2::timestamptz[]) AS g (application_id, at)),
kept AS (
    INSERT INTO withdrawals AS w SELECT * FROM given
    ON CONFLICT (application_id) DO UPDATE SET at = excluded.at WHERE w.at < excluded.at),
fell AS (
    UPDATE letters l SET {fall("'withdrawn'")} FROM given g
    WHERE l.application_id = g.application_id AND l.wished_at <= g.at AND l.fallen IS NULL
    RETURNING l.*),
after_all AS (
    {_AFTER_ALL} AND NOT EXISTS (SELECT FROM given o WHERE o.application_id = l.application_id))
SELECT {AT_REST} FROM fell
"""

# Nothing is told of them: there is nobody left to tell it about.
_ERASED_SET = f"""{fall("'erased'", published="true")},
    application_id = NULL, candidate_id = NULL, says = NULL, decision = NULL, trace = NULL"""
_ERASE = f"""
WITH given AS (SELECT * FROM unnest($1::text[], $2::timestamptz[]) AS g (candidate_id, at)),
kept AS (
    INSERT INTO erasures AS e SELECT * FROM given
    ON CONFLICT (candidate_id) DO UPDATE SET at = excluded.at WHERE e.at < excluded.at),
gone AS (DELETE FROM contacts c USING given g WHERE c.candidate_id = g.candidate_id AND c.given_at <= g.at),
wishes AS (
    DELETE FROM withdrawals w USING given g, letters l
    WHERE l.candidate_id = g.candidate_id AND l.wished_at <= g.at AND w.application_id = l.application_id
      AND w.at <= g.at)
UPDATE letters l SET {_ERASED_SET} FROM given g
WHERE l.candidate_id = g.candidate_id AND l.wished_at <= g.at
"""
# What stands behind the tombstone in the log stays, however often that is read.
_FORGET_APPLICATIONS = f"""
UPDATE letters l SET {_ERASED_SET}
FROM unnest($1::uuid[], $2::integer[], $3::bigint[]) AS g (application_id, partition_, offset_)
WHERE l.application_id = g.application_id
  AND (l.source_partition = g.partition_ AND l.source_offset > g.offset_) IS NOT TRUE
"""

_SWITCH = """
INSERT INTO pauses AS p SELECT * FROM unnest($1::text[], $2::boolean[], $3::timestamptz[], $4::text[], $5::text[])
ON CONFLICT (scope) DO UPDATE
SET paused = excluded.paused, at = excluded.at, by = excluded.by, why = excluded.why WHERE p.at < excluded.at
"""
_OBEYED = "INSERT INTO commands (command_id) SELECT unnest($1::uuid[]) ON CONFLICT (command_id) DO NOTHING"
_ANSWERS = "SELECT command_id, refusal, answered_at FROM commands WHERE command_id = ANY($1::uuid[])"

_REVIEWS_ASKED = """
UPDATE letters l SET review_asked_at = g.at FROM unnest($1::uuid[], $2::timestamptz[]) AS g (decision_id, at)
WHERE l.decision_id = g.decision_id
"""


SERVICE = "notify"


class Entering:
    """What the step writes."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def enter(self, plan: Plan) -> tuple[list[AtRest], list[CommandAnswered]]:
        """Apply a plan in one transaction; a second time it changes nothing.

        Returns the letters that came to rest by it, and the answers to its commands, these every time the same.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            await _people(connection, plan)
            at_rest = await _decisions(connection, plan)
            answers = await _answers(connection, plan) if plan.commands else []
        return at_rest, answers


async def _answers(connection: Any, plan: Plan) -> list[CommandAnswered]:
    """Obey what is left to be obeyed; what is told of each command, now as the first time."""
    for command in plan.settled:
        await settling.settle(connection, command)
    settled = {command.command_id for command in plan.settled}
    await connection.execute(_OBEYED, [id_ for id_ in plan.commands if id_ not in settled])
    found = {row["command_id"]: row for row in await connection.fetch(_ANSWERS, list(plan.commands))}
    return [CommandAnswered(**found[id_], service=SERVICE) for id_ in plan.commands]


async def _people(connection: Any, plan: Plan) -> None:
    if plan.erased:
        await connection.execute(_ERASE, list(plan.erased), list(plan.erased.values()))
    if plan.forgotten_candidates:
        candidates = sorted(plan.forgotten_candidates)
        await connection.execute(_FORGET_CONTACTS, candidates)
        await connection.execute(_UNADDRESS, candidates)
    if plan.forgotten_applications:
        tombstones = [(id_, *place) for id_, place in plan.forgotten_applications.items()]
        await connection.execute(_FORGET_APPLICATIONS, *columns(tombstones))
    if plan.switches:
        await connection.execute(_SWITCH, *columns(list(plan.switches.values())))
    if plan.contacts:
        rows = [
            (c.candidate_id, c.name, c.email, c.phone, c.locale, c.time_zone, c.given_at)
            for c in plan.contacts.values()
        ]
        await connection.execute(_ADD_CONTACTS, *columns(rows))
        await connection.execute(_ADDRESS, list(plan.contacts))


async def _decisions(connection: Any, plan: Plan) -> list[AtRest]:
    at_rest: list[Sequence[Any]] = []
    if plan.withdrawn:
        rows = await connection.fetch(_WITHDRAW, list(plan.withdrawn), list(plan.withdrawn.values()))
        at_rest += [row for row in rows if row["state"] == "suppressed"]
    if plan.entries:
        entries = list(plan.entries.values())
        await connection.execute(_LATER, [it.decision_id for it in entries], [it.wished_at for it in entries])
        at_rest += await connection.fetch(_ENTER, *columns(entries))
        if plan.followed:
            parents = [(it.decision_id, plan.followed.parents.get(it.decision_id)) for it in entries]
            await connection.execute(_TRACED, *columns([it for it in parents if it[1] is not None]))
    if plan.reviews_asked:
        await connection.execute(_REVIEWS_ASKED, list(plan.reviews_asked), list(plan.reviews_asked.values()))
    return [AtRest(*row) for row in at_rest]
