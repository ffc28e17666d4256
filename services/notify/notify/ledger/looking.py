"""What a candidate's page is made from: all letters of one person and programme, told or not."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from hiring.events.decision import Outcome

# By one letter's decision to all of its person's and programme's. An erased letter has no person, and who has no
# contact any more is forgotten. Withdrawals and erasures are looked up as well: a wish and a decision that two
# replicas stored side by side do not see each other.
_OF_PERSON = """
WITH link AS (SELECT candidate_id, programme, decided_at FROM letters
              WHERE decision_id = $1 AND candidate_id IS NOT NULL)
SELECT c.name, c.locale, c.time_zone, link.programme, link.decided_at AS linked_at,
       l.decision_id, l.application_id, l.outcome, l.state, l.cause, l.fallen, l.says, l.told_at, l.wished_at,
       l.decided_at, l.review_asked_at,
       (SELECT w.at FROM withdrawals w WHERE w.application_id = l.application_id AND w.at >= l.wished_at)
           AS withdrawn_at,
       ARRAY(SELECT (change ->> 'at')::timestamptz FROM jsonb_array_elements(l.changes) AS change
             WHERE change ->> 'state' = 'sent') AS sent,
       l.decision::text AS decision
FROM link JOIN contacts c USING (candidate_id) JOIN letters l USING (candidate_id, programme)
WHERE NOT EXISTS (SELECT FROM erasures e WHERE e.candidate_id = l.candidate_id AND e.at >= l.wished_at)
"""


class Seen(NamedTuple):
    """A letter as the ledger has it; `decision` is JSON, `sent` each time that the relay took it."""

    decision_id: UUID
    application_id: UUID
    outcome: Outcome
    state: str
    cause: str | None
    fallen: str | None
    says: str | None
    told_at: datetime | None
    wished_at: datetime
    decided_at: datetime
    review_asked_at: datetime | None
    withdrawn_at: datetime | None
    sent: Sequence[datetime]
    decision: str


class Person(NamedTuple):
    """Whose page it is: name as given, locale, time zone, and `letters` of the programme.

    `linked_at` is when the decision was made that the link is for.
    """

    name: str
    locale: str
    time_zone: str | None
    programme: str
    linked_at: datetime
    letters: tuple[Seen, ...]


class Looking:
    """Reads the ledger, and writes nothing."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def person(self, decision: UUID) -> Person | None:
        """The person whom a decision is about; None where it is unknown or they are forgotten."""
        rows = await self._pool.fetch(_OF_PERSON, decision)
        letters = tuple(Seen(*(row[name] for name in Seen._fields)) for row in rows)
        if all(letter.decision_id != decision for letter in letters):
            return None
        whom = rows[0]
        return Person(whom["name"], whom["locale"], whom["time_zone"], whom["programme"], whom["linked_at"], letters)
