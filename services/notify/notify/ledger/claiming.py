"""Which letters a worker may send, and for how long: claims, leases, and one more look before a letter goes."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from notify.core.limits import domain_of
from notify.core.person import Known, Rule, Ruling
from notify.ledger.rows import OF_LETTER, AtRest, noted

# One replica claims at a time, for some milliseconds: two could otherwise each take a part of one person's letters.
# A plan that was made while the tables were all but empty reads them whole, again and again, once they are filled.
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(7013941), set_config('plan_cache_mode', 'force_custom_plan', true)"
# A pause of all is asked about once, and not of each letter that is due.
_NOT_PAUSED = """NOT EXISTS (SELECT FROM pauses WHERE paused AND scope = '')
    AND NOT EXISTS (SELECT FROM pauses p WHERE p.paused AND p.scope = l.programme)"""

# Whom something is due for, and who has no letter under way; then all that is due for them. What another statement is
# writing at this moment is left for the next claim. Who has no contact any more must not stand in the way of others,
# nor may a programme that is paused: so each is looked at by itself. Scalar sub-queries are index probes, always; each
# `coalesce` keeps the planner from looking for a person's letters among all that are due.
_OPEN = "state IN ('queued', 'sending') AND due_at IS NOT NULL"
_DUE = f"""
WITH RECURSIVE programmes AS (
    SELECT min(programme) AS programme FROM letters WHERE {_OPEN}
    UNION ALL
    SELECT (SELECT min(programme) FROM letters WHERE {_OPEN} AND programme > p.programme)
    FROM programmes p WHERE p.programme IS NOT NULL),
due AS MATERIALIZED (
    SELECT d.* FROM programmes l, LATERAL (
        SELECT candidate_id, programme, due_at FROM letters o
        WHERE o.programme = l.programme AND {_OPEN} AND due_at <= now()
          AND (SELECT true FROM contacts c WHERE c.candidate_id = o.candidate_id)
        ORDER BY due_at LIMIT $1) AS d
    WHERE {_NOT_PAUSED}
    ORDER BY d.due_at LIMIT $1),
people AS MATERIALIZED (
    SELECT DISTINCT candidate_id, programme FROM due d
    WHERE (SELECT true FROM letters u WHERE u.candidate_id = d.candidate_id AND u.programme = d.programme
           AND u.state = 'sending' AND coalesce(u.due_at, '-infinity') > now() LIMIT 1) IS NULL)
SELECT l.candidate_id, l.programme, l.decision_id, l.state, l.claims, l.attempts, l.doubts, l.decision, l.begun_at,
       l.trace,
       c.name, c.email, c.locale, c.time_zone, now() AS now
FROM people JOIN letters l USING (candidate_id, programme) JOIN contacts c USING (candidate_id)
WHERE l.state IN ('queued', 'sending') AND coalesce(l.due_at, 'infinity') <= now()
FOR UPDATE OF l SKIP LOCKED
"""
_OF_PEOPLE = """
SELECT l.candidate_id, l.programme, l.decision_id, l.application_id, l.outcome, l.says, l.fallen, l.state,
       l.decided_at, l.created_at, l.told_at, l.message_id, l.begun
FROM unnest($1::text[], $2::text[]) AS g (candidate_id, programme) JOIN letters l USING (candidate_id, programme)
"""
_BEGINS = "r.message_id IS NOT NULL AND l.message_id IS NULL"
_APPLY = f"""
UPDATE letters l SET state = r.state, cause = r.cause, due_at = r.due_at, changed_at = now(),
    claims = l.claims + (r.state = 'sending')::integer, message_id = coalesce(r.message_id, l.message_id),
    begun = l.begun + ({_BEGINS})::integer, begun_at = CASE WHEN {_BEGINS} THEN now() ELSE l.begun_at END,
    published = false, changes = {noted("r.state", "r.cause")}
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::text[])
     AS r (decision_id, state, cause, due_at, message_id)
WHERE l.decision_id = r.decision_id
RETURNING {OF_LETTER}
"""

_RENEW = """
UPDATE letters l SET due_at = now() + $3
FROM unnest($1::uuid[], $2::integer[]) AS held (decision_id, claim)
WHERE l.decision_id = held.decision_id AND l.state = 'sending' AND l.claims = held.claim AND l.fallen IS NULL
RETURNING l.decision_id
"""

# What candidates wished is looked up as well: a wish and a decision that two replicas stored side by side do not see
# each other.
_STAND = f"""
SELECT l.decision_id FROM unnest($1::uuid[], $2::integer[]) AS held (decision_id, claim)
JOIN letters l USING (decision_id)
WHERE l.state = 'sending' AND l.claims = held.claim AND l.fallen IS NULL AND {_NOT_PAUSED}
  AND NOT EXISTS (SELECT FROM withdrawals w WHERE w.application_id = l.application_id AND w.at >= l.wished_at)
  AND NOT EXISTS (SELECT FROM erasures e WHERE e.candidate_id = l.candidate_id AND e.at >= l.wished_at)
"""


RATE_LIMIT = "rate limit"

Throttle = Callable[[str], float]
"""0.0 when a letter to this domain may go now, else the seconds for which it waits."""


def unlimited(_: str) -> float:
    """A throttle that is none."""
    return 0.0


class Part(NamedTuple):
    """A decision that a claimed letter tells. `claim` names this holding of it; `decision` is its JSON.

    `trace` is the traceparent that it came in, where it is traced.
    """

    decision_id: UUID
    claim: int
    attempts: int
    doubts: int
    decision: str
    application_id: UUID | None = None
    trace: str | None = None


class Claimed(NamedTuple):
    """A letter that a worker holds until its lease ends, with whom it goes to.

    `corrects`: an earlier letter told something else about one of its applications. `begun_at`: when it was claimed
    first; its date, so that it stays the same however often it is written.
    """

    message_id: str
    parts: tuple[Part, ...]
    name: str
    email: str
    locale: str
    corrects: bool
    begun_at: datetime

    @property
    def attempts(self) -> int:
        """How often it was tried."""
        return max(part.attempts for part in self.parts)

    @property
    def doubts(self) -> int:
        """How often it was handed over without an answer."""
        return max(part.doubts for part in self.parts)


class Claims(NamedTuple):
    """What a claim came to: letters to send, letters that came to rest by it, and how many were looked at."""

    letters: list[Claimed]
    at_rest: list[AtRest]
    looked_at: int


class Claiming:
    """Takes letters that are due. Of a person and programme at most one letter is under way at a time."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def claim(self, most: int, lease: timedelta, rule: Rule, throttle: Throttle = unlimited) -> Claims:
        """Look at about `most` letters that are due, and do with each as `rule` says; what it sends and `throttle`
        lets go nobody else holds for the time of the lease. In one transaction."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(_ONE_AT_A_TIME)
            due = await connection.fetch(_DUE, most)
            if not due:
                return Claims([], [], 0)
            people = sorted({(row["candidate_id"], row["programme"]) for row in due})
            known = await connection.fetch(_OF_PEOPLE, *zip(*people, strict=True))
            rulings, letters = _ruled(due, known, rule, throttle)
            rows = await connection.fetch(_APPLY, *_changes(rulings, due[0]["now"] + lease))
        at_rest = [AtRest(*row) for row in rows if row["state"] not in ("queued", "sending")]
        return Claims(letters, at_rest, len(due))

    async def renew(self, held: Collection[Claimed], lease: timedelta) -> set[str]:
        """Hold these letters for the time of the lease from now, in one statement; return the Message-IDs of those
        that are still held, whole; one whose decision fell is let go."""
        parts = sorted(part[:2] for letter in held for part in letter.parts)
        rows = await self._pool.fetch(_RENEW, [part[0] for part in parts], [part[1] for part in parts], lease)
        return _whole(held, {row[0] for row in rows})

    async def standing(self, letters: Sequence[Claimed]) -> set[str]:
        """Which of these letters may still go, by their Message-IDs: held, all that they tell stands, no pause."""
        parts = [part for letter in letters for part in letter.parts]
        rows = await self._pool.fetch(_STAND, [part.decision_id for part in parts], [part.claim for part in parts])
        return _whole(letters, {row[0] for row in rows})


def _whole(letters: Collection[Claimed], found: set[UUID]) -> set[str]:
    return {it.message_id for it in letters if all(part.decision_id in found for part in it.parts)}


def _ruled(
    due: Sequence[Any], known: Sequence[Any], rule: Rule, throttle: Throttle
) -> tuple[list[Ruling], list[Claimed]]:
    """The ruling on each person's letters, and the letters to send."""
    rulings: list[Ruling] = []
    letters: list[Claimed] = []
    taken = {row["decision_id"]: row for row in due}
    for (_, programme), rows in groupby(sorted(known, key=_person), key=_person):
        of_person = [_known(row, taken.get(row["decision_id"])) for row in rows]
        first = next(taken[it.decision_id] for it in of_person if it.due)
        ruling = rule(programme, of_person, first["time_zone"], first["now"])
        _hold_back(ruling, of_person, first, throttle)
        rulings.append(ruling)
        letters += _letters(ruling, of_person, taken)
    return rulings, letters


def _hold_back(ruling: Ruling, of_person: Sequence[Known], first: Any, throttle: Throttle) -> None:
    # One whose lease ran out may be with a worker yet, or with the relay: it goes on.
    going = [it.decision_id for it in of_person if it.decision_id in ruling.send and not it.abandoned]
    if going and (seconds := throttle(domain_of(first["email"]))):
        for id_ in going:
            del ruling.send[id_]
            ruling.wait[id_] = first["now"] + timedelta(seconds=seconds), RATE_LIMIT


def _person(row: Any) -> tuple[str, str]:
    return row["candidate_id"], row["programme"]


def _known(row: Any, due: Any | None) -> Known:
    return Known._make([*list(row)[2:], due is not None, due is not None and due["state"] == "sending"])


def _letters(ruling: Ruling, of_person: Sequence[Known], taken: dict[UUID, Any]) -> list[Claimed]:
    by_name: dict[str, list[Known]] = {}
    for letter in of_person:
        if (name := ruling.send.get(letter.decision_id)) is not None:
            by_name.setdefault(name, []).append(letter)
    letters = []
    for name, known in by_name.items():
        parts = [_part(taken[letter.decision_id], letter) for letter in known]
        whom = taken[known[0].decision_id]
        about = {letter.application_id for letter in known}
        corrects = any(it.told_at is not None and it.application_id in about for it in of_person)
        begun_at = whom["now"] if known[0].message_id is None else whom["begun_at"]
        letters.append(Claimed(name, tuple(parts), whom["name"], whom["email"], whom["locale"], corrects, begun_at))
    return letters


def _part(row: Any, letter: Known) -> Part:
    counts = row["claims"] + 1, row["attempts"], row["doubts"]
    return Part(row["decision_id"], *counts, row["decision"], letter.application_id, row["trace"])


def _changes(rulings: Sequence[Ruling], until: datetime) -> list[list[Any]]:
    rows: list[tuple[Any, ...]] = []
    for ruling in rulings:
        rows += [(id_, "sending", None, until, name) for id_, name in ruling.send.items()]
        rows += [(id_, state, cause, None, None) for id_, (state, cause) in ruling.rest.items()]
        rows += [(id_, "queued", cause, moment, None) for id_, (moment, cause) in ruling.wait.items()]
    return [list(column) for column in zip(*sorted(rows), strict=True)]
